/* SPDX-License-Identifier: ISC */
#include "log/scene.h"

#include "base/diag.h"
#include "base/when.h"
#include "format/vendor.h"
#include "log/cmd.h"
#include "log/glance.h"
#include "log/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAN_EVENTS_MAX 4096 /* that are looked at for what ran */
#define SAME_TRIES     4    /* moments of one part that may look the same */

/* ---- before the first look ---- */

/* On to the end; damage ends it without a word: the reel meets it again. */
static void
read_over(struct scene *s)
{
	const struct msg *m;
	struct err ignored;
	int64_t at;

	s->duration_ns = 0;
	while (input_next(&s->in, &m, &at, &ignored) > 0) {
		if (s->moments && msg_is_output(m))
			moments_note(s->moments, at);
		s->duration_ns = at;
	}
	if (s->moments)
		moments_end(s->moments, s->duration_ns);
}

static void
learn_theme(struct scene *s, const struct facts *f)
{
	if (s->theme || !f->has_theme)
		return;
	s->own = f->theme;
	s->theme = &s->own;
}

static int
learn_moments(struct scene *s, struct err *e)
{
	s->moments = malloc(sizeof *s->moments);
	if (!s->moments)
		return err_set(e, ERR_NOMEM, "out of memory");
	moments_init(s->moments);
	return tape_rewind(s->in.tape, e);
}

static int
learn(struct scene *s, enum scene_need need, struct err *e)
{
	struct facts f;

	facts_init(&f);
	glance_head(s->in.tape, &f);
	learn_theme(s, &f);
	facts_free(&f);
	s->duration_ns = INT64_MAX;
	if (need == SCENE_MOMENTS && learn_moments(s, e) < 0)
		return e->code;
	if (need == SCENE_LENGTH)
		glance_jump(s->in.tape);
	if (need != SCENE_HEAD)
		read_over(s);
	s->info = *tape_info(s->in.tape);
	return tape_rewind(s->in.tape, e);
}

int
scene_open(struct scene *s, const char *path, const struct clk *clk, enum scene_need need)
{
	struct reel_opts ropts = {
		.channel = -1, .forward = true, .text_memory = REEL_NO_TEXT
	};
	struct tape *tape;
	const char *slash;
	struct err e;

	if (input_open_src(&s->reads, path) ||
		input_open_tape(&s->in, path, s->reads, NULL, clk))
		return CMD_WRONG;
	slash = strrchr(s->in.name, '/');
	s->name = strcmp(path, "-") == 0 ? "screen"
		  : slash && slash[1]    ? slash + 1
					 : s->in.name;
	if (learn(s, need, &e) < 0)
		return diag_fail(&e, s->in.name);
	tape = s->in.tape;
	s->in.tape = NULL; /* the reel closes it */
	if (reel_open(&s->reel, tape, &ropts, &e) < 0) {
		diag_fail(&e, s->in.name);
		return CMD_WRONG;
	}
	return CMD_OK;
}

void
scene_close(struct scene *s)
{
	reel_close(s->reel);
	input_close(&s->in);
	free(s->moments);
}

/* ---- looking ---- */

static bool
show_progress(void *ctx, double done)
{
	struct scene *s = ctx;

	if (progress_due(&s->in.progress, PROGRESS_LOOK))
		progress_draw(&s->in.progress, done);
	return false;
}

int
scene_go(struct scene *s, int64_t at_ns, struct err *e)
{
	int rc = reel_seek_time(s->reel, at_ns, show_progress, s, e);

	progress_end(&s->in.progress);
	return rc;
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x100000001B3);
}

uint64_t
scene_hash(const struct emu *e)
{
	uint64_t h = mix(UINT64_C(0xCBF29CE484222325),
		(uint64_t)emu_cols(e) << 16 | (uint64_t)emu_rows(e));

	for (int row = 0; row < emu_rows(e); row++) {
		const struct cell *c = emu_row(e, row);

		for (int col = 0; col < emu_cols(e); col++) {
			h = mix(h, (uint64_t)c[col].ch << 32 | c[col].fg);
			h = mix(h, (uint64_t)c[col].attr << 32 | c[col].bg);
		}
	}
	return h;
}

static bool
is_blank(const struct emu *e)
{
	for (int row = 0; row < emu_rows(e); row++) {
		const struct cell *c = emu_row(e, row);

		for (int col = 0; col < emu_cols(e); col++)
			if (c[col].ch > ' ' || c[col].bg)
				return false;
	}
	return true;
}

int
scene_render(const struct scene *s, struct buf *out, struct err *e)
{
	char title[256], at[WHEN_TEXT_MAX];
	struct render_opts o = { .title = title, .cursor = true, .theme = s->theme };

	snprintf(title, sizeof title, "%s %s", s->name,
		when_format(at, reel_time(s->reel), 3));
	if (s->title)
		o.title = s->title;
	return render_screen(
		out, reel_screen(s->reel), (enum render_format)s->format, &o, e);
}

int
scene_write(const struct scene *s, const char *path, const struct buf *doc, struct err *e)
{
	struct dst *d;
	struct err ignored;
	ssize_t n = 0;
	int rc;

	if (fdio_reads(s->reads, path))
		return err_set(e, ERR_USAGE,
			"%s: belongs to the recording itself; write to another file",
			path);
	rc = fdio_open_dst(&d, path, s->mode, e);
	for (size_t at = 0; rc == 0 && at < doc->n; at += (size_t)n) {
		n = dst_write_at(d, at, doc->p + at, doc->n - at, e);
		if (n <= 0) {
			rc = n < 0 ? (int)n : err_set(e, ERR_NOSPACE, "cannot write");
			fdio_doom_dst(d, true);
			dst_close(d, &ignored);
		}
	}
	if (rc == 0)
		rc = dst_close(d, e);
	if (rc == ERR_EXISTS)
		err_set(e, rc, "%s: exists already (--overwrite replaces it)", path);
	else if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

int
scene_put(const struct scene *s, const struct buf *doc, struct err *e)
{
	struct out out;
	int rc;

	if (s->output)
		return scene_write(s, s->output, doc, e);
	out_init(&out, STDOUT_FILENO);
	buf_add_span(&out.buf, buf_span(doc));
	rc = out_flush(&out, e);
	out_free(&out);
	return rc;
}

const char *
scene_ran(const struct scene *s)
{
	size_t i = reel_event_after(s->reel, reel_ordinal(s->reel));
	const struct reel_event *ev;
	const char *program = "";

	for (int n = 0; i > 0 && n < RAN_EVENTS_MAX; n++) {
		ev = reel_event(s->reel, --i);
		if (ev->vendor == VENDOR_COMMAND && !ev->ends)
			return ev->text;
		if (!*program &&
			(ev->vendor == VENDOR_PROCESS_EXEC || ev->type == MSG_EXEC))
			program = ev->text;
	}
	return program;
}

int
scene_status(const struct scene *s)
{
	struct tape_end end = tape_end(reel_tape(s->reel));
	char state[INPUT_STATE_MAX];

	if (end.state != TAPE_DAMAGED)
		return CMD_OK;
	diag_note("%s: %s", s->in.name, input_state(&end, state));
	return CMD_DAMAGED;
}

/* ---- many moments ---- */

struct walk {
	int part, tries;
	int64_t at_ns, part_at_ns; /* the last moment; the last in this part */
};

/* The moment after W in the plan. */
static bool
next_moment(const struct scene *s, const struct scene_plan *p, struct walk *w, bool taken)
{
	if (p->step_ns) {
		if (w->at_ns >= s->duration_ns)
			return false;
		w->at_ns = w->at_ns > s->duration_ns - p->step_ns ? s->duration_ns
								  : w->at_ns + p->step_ns;
		return true;
	}
	if (taken || w->tries >= SAME_TRIES) {
		w->part++;
		w->tries = 0;
	}
	for (; w->part < p->count; w->part++, w->tries = 0) {
		w->tries++;
		if (moments_best(s->moments, w->part, p->count, w->at_ns, &w->at_ns))
			return true;
	}
	return false;
}

int
scene_walk(struct scene *s, struct scene_plan *p, struct err *e)
{
	struct walk w = { .at_ns = p->step_ns ? 0 : -1 };
	bool taken = false;
	uint64_t last = 0;

	while (next_moment(s, p, &w, taken)) {
		const struct emu *screen = reel_screen(s->reel);
		int rc = scene_go(s, w.at_ns, e);
		uint64_t h;

		if (rc < 0)
			return rc;
		h = scene_hash(screen);
		taken = p->all || (h != last && !(p->count && is_blank(screen)));
		p->same += !taken;
		if (!taken)
			continue;
		last = h;
		rc = p->take(p->ctx, s, e);
		if (rc < 0)
			return rc;
		p->taken++;
	}
	return 0;
}
