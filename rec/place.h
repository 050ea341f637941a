/* SPDX-License-Identifier: ISC */
/* The default place of recordings: a new name in $XDG_STATE_HOME/auditrec/. */
#ifndef REC_PLACE_H
#define REC_PLACE_H

#include "base/err.h"

#include <limits.h>

/* "PLACE/20261121T140211Z-0123abcd.audit"; the folder is made (0700) when missing.  HOME is
 * of the password database, for when the environment has none. */
int place_new(char path[PATH_MAX], const char *home, const char *id, int64_t wall_ns,
	const char *suffix, struct err *e);

#endif
