/* SPDX-License-Identifier: ISC */
/* The way into a login session: notice, the question of recursion, and what happens when
 * it cannot be recorded.  What is refused or not recorded is always said: in the system
 * log, and in one line to the user. */
#ifndef REC_ENTRY_H
#define REC_ENTRY_H

#include "rec/login.h"

/* Returns the exit status; does not return when the real shell takes our place. */
int entry_run(struct conf *c, struct login *l, const struct match_who *who);

#endif
