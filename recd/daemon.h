/* SPDX-License-Identifier: ISC */
/* The life of the daemon: configuration, store, sockets, signals, the loop, the end. */
#ifndef RECD_DAEMON_H
#define RECD_DAEMON_H

#include "recd/conf.h"

/* The configuration in the file PATH; MAY_BE_MISSING: then the defaults.  What is wrong is
 * printed; 0 or the exit status (2). */
int daemon_load(struct conf *c, const char *path, bool may_be_missing);
/* The files that it names, too, as whoever calls sees them. */
int daemon_check(const struct conf *c, const char *path);
/* Until a signal ends it; the exit status. */
int daemon_run(struct conf *c, const char *path, bool may_be_missing);

#endif
