/* SPDX-License-Identifier: ISC */
/* Recordings that are encrypted (format/box.h) are read as what is inside.  The private key is
 * in the file $AUDITREC_PRIVATE_KEY, else in $XDG_CONFIG_HOME/auditrec/private-key
 * ($HOME/.config); nobody else may be able to read it. */
#ifndef STORE_UNLOCK_H
#define STORE_UNLOCK_H

#include "base/io.h"

/* Replaces *S by what is inside when it is a box; on error it is closed and NULL.  ERR_STATE: we
 * do not have its key; the text says where it is looked for. */
int store_unlock(struct src **s, struct err *e);

#endif
