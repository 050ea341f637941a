/* SPDX-License-Identifier: ISC */
/* The processes of a session, out of the datagrams of the kernel's proc connector: who
 * descends from the program, what each executes, how those end.  Knows no socket, so that a
 * file of datagrams will do.  The kernel tells only pids: the rest is read from /proc a
 * moment later, and may be missing or another program's by then. */
#ifndef TRACE_PROCS_H
#define TRACE_PROCS_H

#include "sys/pid.h"
#include "trace/pidset.h"
#include "trace/source.h"

struct procs {
	const struct trace_session *session;
	const char *source; /* its name, in events */
	struct pidset in;   /* the processes of the session ... */
	struct pidset ran;  /* ... and those of which an exec was told */
	bool (*read)(struct pid_facts *f, pid_t pid);
	uint64_t overflow; /* processes that found no place in the set */
	int64_t overflow_from_ns;
	struct pid_facts facts;
};

void procs_init(struct procs *p, const struct trace_session *s, const char *source);
void procs_root(
	struct procs *p, pid_t pid); /* it and what it begets belong to the session */
/* One datagram.  Returns events of the connector in it: 0 or 1. */
int procs_take(struct procs *p, struct span datagram, int64_t now_ns);
/* COUNT datagrams (0: nobody knows) were lost. */
void procs_lost(struct procs *p, const char *why, uint64_t count, int64_t from_ns,
	int64_t now_ns);
/* After a loss: make the set right again by what /proc says now. */
void procs_rescan(struct procs *p, int64_t now_ns);
void procs_stop(struct procs *p, int64_t now_ns);

#endif
