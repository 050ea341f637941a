/* SPDX-License-Identifier: ISC */
/* A recording that is looked at in one pass, forwards, at one moment or at many: what the ways
 * of auditlog screen share. */
#ifndef LOG_SCENE_H
#define LOG_SCENE_H

#include "log/input.h"
#include "render/render.h"
#include "replay/moments.h"
#include "replay/reel.h"
#include "sys/fdio.h"

#define SCENE_SHOTS_MAX 10000 /* files of one run */

struct scene {
	/* the caller fills these */
	int format;         /* enum render_format; -1: by the name of OUTPUT */
	const char *output; /* NULL: standard output, or names made of the input's */
	const char *title;  /* NULL: the name of the recording and the time */
	const struct theme *theme; /* NULL: that of the recording, or the default */
	enum fdio_mode mode;
	bool json; /* tell files that are made as objects */
	/* and finds here */
	struct input in;   /* its tape is the reel's */
	struct src *reads; /* the tape's: no picture takes the place of what is read */
	struct reel *reel;
	const char
		*name; /* of the recording, without folders; of standard input "screen" */
	struct tape_info info;
	int64_t duration_ns; /* INT64_MAX while it is not known */
	struct theme own;
	struct moments *moments; /* NULL: nobody needs them */
};

/* What must be known before the first look: its length is read from its end, where it has an
 * index; for its moments all of it is read over.  0, or the exit status after a line that says
 * why; scene_close() in both cases. */
enum scene_need { SCENE_HEAD, SCENE_LENGTH, SCENE_MOMENTS };
int scene_open(
	struct scene *s, const char *path, const struct clk *clk, enum scene_need need);
void scene_close(struct scene *s);
/* To the state at AT_NS, which only grows; with a progress bar. */
int scene_go(struct scene *s, int64_t at_ns, struct err *e);
/* Of what can be seen. */
uint64_t scene_hash(const struct emu *e);
/* The screen as it is now, as a document with a title. */
int scene_render(const struct scene *s, struct buf *out, struct err *e);
/* OUT appears whole or not at all, and never in the place of the recording. */
int scene_write(
	const struct scene *s, const char *path, const struct buf *doc, struct err *e);
/* Into OUTPUT, or on standard output. */
int scene_put(const struct scene *s, const struct buf *doc, struct err *e);
/* What ran when the screen was as it is now; "" when nothing is known. */
const char *scene_ran(const struct scene *s);
/* Exit status: CMD_DAMAGED, which is said, or CMD_OK. */
int scene_status(const struct scene *s);

/* Many moments of it. */
struct scene_plan {
	int64_t step_ns; /* every STEP, or 0 ... */
	int count;       /* ... the best moment of each of that many parts */
	bool all;        /* also screens that are like the one before */
	/* Called at each; negative ends the walk. */
	int (*take)(void *ctx, struct scene *s, struct err *e);
	void *ctx;
	/* and then */
	uint64_t taken, same;
};
int scene_walk(struct scene *s, struct scene_plan *p, struct err *e);

/* scene_shots.c: files OUTPUT-0001.png ...  scene_sheet.c: one with many tiles. */
int scene_shots(struct scene *s, struct scene_plan plan); /* without take and ctx */
int scene_sheet(struct scene *s, int cols, int rows);

#endif
