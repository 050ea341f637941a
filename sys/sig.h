/* SPDX-License-Identifier: ISC */
/* Signals as events: the ones we act on are blocked in every thread and read from a
 * signalfd; the ones that we were started to ignore (nohup) stay ignored.  SIGPIPE and
 * SIGXFSZ are ignored (their system calls say it too), SIGCHLD is not, whatever our parent
 * thought of it: without it no end of a child is told.  A child gets back what we had
 * ourselves at start. */
#ifndef SYS_SIG_H
#define SYS_SIG_H

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>

struct sig_saved {
	sigset_t mask;
	struct sigaction pipe, xfsz, chld;
};

/* Block SIGNALS (0-ended) and return a descriptor for them, close-on-exec, not blocking. */
int sig_open(struct sig_saved *old, const int *signals, struct err *e);
/* The next signal: its number, whether a process sent it; 0 when there is none. */
int sig_next(int fd, bool *from_process);
void sig_restore(const struct sig_saved *old); /* in a child, before exec */
const char *sig_name(int signo);               /* "TERM"; "UNKNOWN" */
/* Stop the process by SIGNO's default action although we take it as an event; returns
 * when continued. */
void sig_stop_self(void);

#endif
