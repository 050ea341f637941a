/* SPDX-License-Identifier: ISC */
/* Where lines of events go: standard output, or files that are begun anew by size or date.
 * Every file is a new one, NAME.20261121T140211Z.PID (a number behind it where that is taken),
 * so that no two runs write the same one and nothing is ever written over. */
#ifndef LOG_SINK_H
#define LOG_SINK_H

#include "base/clk.h"
#include "log/out.h"

enum sink_every { SINK_NEVER, SINK_DAY, SINK_WEEK, SINK_MONTH }; /* in UTC */
extern const char *const sink_every_names[];                     /* "never", "day" ... */

#define SINK_NAME_MAX 4096

struct sink {
	const char *path;   /* NULL: standard output */
	uint64_t max_bytes; /* of a file, 0 any; a longer line stands alone */
	enum sink_every every;
	const struct clk *clk;
	struct out out;
	uint64_t bytes; /* put into the present file */
	int64_t period;
	char name[SINK_NAME_MAX]; /* of the present file, empty: none yet */
};

/* The caller fills path, max_bytes, every, clk; the file is made by the first line. */
void sink_init(struct sink *s);
int sink_put(struct sink *s, struct span line, struct err *e);
int sink_flush(struct sink *s, struct err *e);
int sink_close(struct sink *s, struct err *e);
/* Which day, week (from Monday on) or month; for SINK_NEVER always the same. */
int64_t sink_period(enum sink_every every, int64_t wall_ns);

#endif
