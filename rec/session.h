/* SPDX-License-Identifier: ISC */
/* One recorded session from start to end. */
#ifndef REC_SESSION_H
#define REC_SESSION_H

#include "rec/conf.h"

/* What auditrec returns when the recording is not whole; EX_IOERR of sysexits.h, which
 * programs hardly ever return themselves. */
#define SESSION_INCOMPLETE 74

#define SESSION_KILLED 256 /* and the number of the signal that killed the program */

/* Record until the program ends.  Its exit status, SESSION_KILLED, SESSION_INCOMPLETE, or a
 * negative code when nothing was started. */
int session_run(const struct conf *c, struct err *e);

#endif
