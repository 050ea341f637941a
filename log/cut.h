/* SPDX-License-Identifier: ISC */
/* A part of a recording as one of its own.  It begins with who and where, a terminal of the size
 * that it had then, the commands that were running, and output that brings that terminal to the
 * state in which it was; from there on everything is as it was, at the same wall clock. */
#ifndef LOG_CUT_H
#define LOG_CUT_H

#include "log/edit.h"
#include "log/moment.h"
#include "replay/shown.h"

#define CUT_RUNNING_MAX 16 /* commands that are known to run at the same time */

struct cut_running {
	int64_t id;
	struct msg m;
	struct buf store;
};

struct cut {
	struct edit edit; /* first: the two are one.  Filled as for edit_run() ... */
	struct moment from, to; /* FROM with, TO without what stands there */
	/* ... the rest belongs to cut.c: what was found out before it is copied. */
	int64_t from_ns, to_ns;
	uint64_t connected,
		first;     /* numbers: last connection, first message kept as it is */
	uint64_t terminal; /* the terminal that is shown; UINT64_MAX: none */
	bool sized;        /* there were sizes, of whatever channel */
	struct shown shown;
	struct emu *emu;
	struct cut_running running[CUT_RUNNING_MAX];
	size_t nrunning;
	uint64_t n; /* of the next message */
};

/* Returns the exit status. */
int cut_run(struct cut *c, const struct clk *clk);

#endif
