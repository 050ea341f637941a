/* SPDX-License-Identifier: ISC */
/* What an interactive login session shows before it begins, and the question whether the
 * user consents. */
#ifndef REC_NOTICE_H
#define REC_NOTICE_H

#include "base/err.h"

#include <stdbool.h>

#define NOTICE_MAX 16384 /* bytes of a file that is shown */

/* TEXT, or the file whose absolute path it is, to OUT.  A file that cannot be read is told
 * in *E; nothing is shown then. */
int notice_show(int out, const char *text, struct err *e);
/* Asks on OUT and reads a line from IN: whether it was "yes" or "y". */
bool notice_consent(int in, int out);

#endif
