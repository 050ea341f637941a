/* SPDX-License-Identifier: ISC */
/* A recording that is looked at in one pass, forwards, at one moment or at many: what the ways
 * of auditlog screen share. */
#ifndef LOG_SCREEN_H
#define LOG_SCREEN_H

#include "log/input.h"
#include "render/render.h"
#include "replay/moments.h"
#include "replay/reel.h"
#include "sys/fdio.h"

#define SCREEN_SHOTS_MAX 10000 /* files of one run */

struct screen {
	/* the caller fills these */
	int format;         /* enum render_format; -1: by the name of OUTPUT */
	const char *output; /* NULL: standard output, or names made of the input's */
	const char *title;  /* NULL: the name of the recording and the time */
	const struct theme *theme; /* NULL: that of the recording, or the default */
	enum fdio_mode mode;
	/* and finds here */
	struct input in; /* its tape is the reel's */
	struct reel *reel;
	const char
		*name; /* of the recording, without folders; of standard input "screen" */
	struct tape_info info;
	int64_t duration_ns; /* when all of it was read */
	struct theme own;
	struct moments *moments; /* likewise */
};

/* ALL: read over it first, for its length and its moments.  0, or the exit status after a line
 * that says why; screen_close() in both cases. */
int screen_open(struct screen *s, const char *path, const struct clk *clk, bool all);
void screen_close(struct screen *s);
/* To the state at AT_NS, which only grows; with a progress bar. */
int screen_go(struct screen *s, int64_t at_ns, struct err *e);
/* Of what can be seen. */
uint64_t screen_hash(const struct emu *e);
/* The screen as it is now, as a document with a title. */
int screen_render(const struct screen *s, struct buf *out, struct err *e);
/* OUT appears whole or not at all. */
int screen_write(
	const struct screen *s, const char *path, const struct buf *doc, struct err *e);
/* What ran when the screen was as it is now; "" when nothing is known. */
const char *screen_ran(const struct screen *s);
/* Exit status: CMD_DAMAGED, which is said, or CMD_OK. */
int screen_status(const struct screen *s);

/* Many moments of it. */
struct screen_plan {
	int64_t step_ns; /* every STEP, or 0 ... */
	int count;       /* ... the best moment of each of that many parts */
	bool all;        /* also screens that are like the one before */
	/* Called at each; negative ends the walk. */
	int (*take)(void *ctx, struct screen *s, struct err *e);
	void *ctx;
	/* and then */
	uint64_t taken, same;
};
int screen_walk(struct screen *s, struct screen_plan *p, struct err *e);

/* screen_shots.c: files OUTPUT-0001.png ...  screen_sheet.c: one with many tiles. */
int screen_shots(struct screen *s, struct screen_plan *p);
int screen_sheet(struct screen *s, int cols, int rows);

#endif
