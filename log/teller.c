/* SPDX-License-Identifier: ISC */
/* A walk finds what is new; recordings that may still grow stay open, the least active of them
 * only as long as there is room.  A folder is walked once a second, and less often when that
 * takes long. */
#include "log/teller.h"

#include "base/diag.h"
#include "log/cmd.h"
#include "log/input.h"
#include "log/stream.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define WALK_NS   NS_PER_S
#define WALK_PART 10 /* at most this part of the time goes into walks */
#define SAVE_NS   NS_PER_S
#define YOUNG     64 /* bytes of a file that has hardly begun */

static void
worsen(struct teller *t, int status)
{
	if (status > t->status)
		t->status = status;
}

/* ---- open recordings ---- */

static void
let_go(struct teller *t, size_t i)
{
	struct stream *s = t->open[i];

	if (s->damaged)
		worsen(t, CMD_DAMAGED);
	stream_close(s);
	free(s);
	t->open[i] = t->open[--t->nopen];
}

static size_t
place_of(const struct teller *t, const struct diary_row *row)
{
	size_t i = 0;

	while (i < t->nopen && t->open[i]->row != row)
		i++;
	return i;
}

static void
let_go_of_one(struct teller *t)
{
	size_t least = 0;

	for (size_t i = 1; i < t->nopen; i++)
		if (t->open[i]->news < t->open[least]->news)
			least = i;
	let_go(t, least);
}

/* Tells what is there, and keeps what may grow. */
static int
tell(struct teller *t, size_t i, struct err *e)
{
	struct stream *s = t->open[i];
	int rc = stream_tell(s, t, e);

	if (rc == 0 && (s->row->ended || !s->live))
		let_go(t, i);
	return rc;
}

/* ---- files ---- */

/* What is wrong with F is said once. */
static void
complain(struct teller *t, const struct walk_file *f, struct diary_row *row,
	const struct err *why)
{
	if (row)
		diary_read(row, f);
	if (why->code == ERR_FORMAT && row && (!f->named || f->size < YOUNG)) {
		t->foreign += !row->foreign && !f->named;
		row->foreign = true;
		if (!f->named || t->follow)
			return;
	}
	if (!row || !row->failed)
		diag_fail(why, input_name(f->path));
	if (row)
		row->failed = true;
	worsen(t, CMD_WRONG);
}

static int
open_file(struct teller *t, const struct walk_file *f, struct err *e)
{
	struct stream *s = calloc(1, sizeof *s);
	bool unnamed = strcmp(f->path, "-") == 0;
	struct diary_row *row = NULL;
	struct src *src = NULL;
	struct err why;
	int rc;

	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = walk_open(f, &src, &why);
	if (!unnamed) {
		row = diary_row(t->diary, f, rc < 0 ? NULL : src, rc < 0 ? NULL : &why);
		if (!row && rc == 0)
			rc = why.code;
	}
	if (row)
		diary_seen(row, clk_wall(t->clk));
	if (rc == 0)
		rc = stream_open(s, t, f, src, row, &why);
	else if (src)
		src_close(src);
	if (rc < 0) {
		complain(t, f, row, &why);
		stream_close(s);
		free(s);
		return 0;
	}
	if (row)
		row->failed = row->foreign = false;
	if (t->nopen == TELLER_OPEN_MAX)
		let_go_of_one(t);
	t->open[t->nopen++] = s;
	return tell(t, t->nopen - 1, e);
}

/* The open recording of F, when there is one that F can be the continuation of. */
static size_t
place_of_file(struct teller *t, const struct walk_file *f)
{
	for (size_t i = 0; i < t->nopen; i++) {
		const struct stream *s = t->open[i];

		if (!s->row->path || s->file.inode != f->inode ||
			s->file.device != f->device)
			continue;
		if (f->size >= s->file.size)
			return i;
		let_go(t, i); /* it was begun anew */
		break;
	}
	return t->nopen;
}

static int
visit(struct teller *t, const struct walk_file *f, struct err *e)
{
	bool unnamed = strcmp(f->path, "-") == 0;
	struct diary_row *row = unnamed ? NULL : diary_same(t->diary, f);
	size_t i;

	if (unnamed && t->round)
		return 0;
	if (row && !row->failed) {
		diary_seen(row, clk_wall(t->clk));
		i = place_of(t, row);
		if (i == t->nopen)
			return 0;
		t->open[i]->seen = t->round;
		return tell(t, i, e);
	}
	i = unnamed ? t->nopen : place_of_file(t, f);
	if (i == t->nopen)
		return open_file(t, f, e);
	t->open[i]->file = *f;
	t->open[i]->seen = t->round;
	return tell(t, i, e);
}

/* ---- rounds ---- */

static void
say(void *ctx, const struct err *e, const char *path)
{
	struct teller *t = ctx;

	if (t->round == 0)
		diag_fail(e, path);
	worsen(t, CMD_WRONG);
}

static bool
may_grow(struct teller *t, const struct walk_file *f)
{
	struct diary_row *row = diary_same(t->diary, f);

	return row && !row->ended && !row->failed;
}

/* What was taken away is told to its end, which is there as long as it is open. */
static int
tell_gone(struct teller *t, struct err *e)
{
	int rc = 0;

	for (size_t i = t->nopen; i-- > 0 && rc == 0 && !*t->stop;) {
		struct stream *s = t->open[i];

		if (s->seen == t->round || !s->row->path)
			continue;
		rc = stream_tell(s, t, e);
		let_go(t, i);
	}
	return rc;
}

static int
settle(struct teller *t, struct err *e)
{
	int rc = outlet_flush(t->outlet, e);

	if (rc < 0)
		return rc;
	diary_settle(t->diary);
	if (clk_mono(t->clk) < t->next_save_ns)
		return 0;
	rc = diary_save(t->diary, clk_wall(t->clk), e);
	t->next_save_ns = clk_mono(t->clk) + SAVE_NS;
	return rc;
}

static int
walk(struct teller *t, struct err *e)
{
	struct walk w;
	int64_t began = clk_mono(t->clk), cost;
	int rc = walk_all(&w, t->roots, t->nroots, say, t, e);

	for (size_t i = 0; i < w.n && rc == 0 && !*t->stop; i++) {
		t->share = 1.0 / (double)w.n;
		t->done = (double)i * t->share;
		rc = visit(t, &w.v[i], e);
		t->more |= may_grow(t, &w.v[i]);
		if (rc == 0 && clk_mono(t->clk) >= t->next_save_ns)
			rc = settle(t, e);
	}
	if (rc == 0)
		rc = tell_gone(t, e);
	cost = ns_sub(clk_mono(t->clk), began);
	t->next_walk_ns = clk_mono(t->clk) + (WALK_PART - 1) * cost;
	if (t->folders && cost < WALK_NS / WALK_PART)
		t->next_walk_ns = began + WALK_NS;
	walk_free(&w);
	return rc;
}

/* From the last on: what ends makes room by moving the last into its place. */
static int
tell_open(struct teller *t, struct err *e)
{
	int rc = 0;

	for (size_t i = t->nopen; i-- > 0 && rc == 0 && !*t->stop;)
		rc = tell(t, i, e);
	return rc;
}

void
teller_start(struct teller *t)
{
	struct stat st;

	for (int i = 0; i < t->nroots; i++)
		t->folders |= stat(t->roots[i], &st) == 0 && S_ISDIR(st.st_mode);
	progress_start(&t->progress, t->clk, STDERR_FILENO);
	if (t->follow || t->to_terminal)
		t->progress.fd = -1;
}

int
teller_round(struct teller *t, struct err *e)
{
	bool due = t->round == 0 || clk_mono(t->clk) >= t->next_walk_ns;
	int rc;

	if (due)
		t->more = t->folders;
	rc = due ? walk(t, e) : tell_open(t, e);
	progress_end(&t->progress);
	if (rc == 0)
		rc = settle(t, e);
	t->more |= t->nopen > 0;
	t->more &= t->follow;
	t->round++;
	return rc;
}

int
teller_end(struct teller *t, struct err *e)
{
	int rc = diary_save(t->diary, clk_wall(t->clk), e);

	while (t->nopen)
		let_go(t, t->nopen - 1);
	buf_free(&t->line);
	return rc;
}
