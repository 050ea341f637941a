/* SPDX-License-Identifier: ISC */
#include "replay/reel.h"

#include "replay/reel_impl.h"

#include <stdlib.h>

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
}

/* --- reading --- */

#define NO_KEYFRAMES (UINT64_MAX / 2) /* units of cost: but for the first */

static void
note_got(struct reel *r, uint64_t n)
{
	const struct reader_got *got = &r->reader.got;

	if (r->end_n <= n)
		r->end_n = REEL_NOWHERE; /* it has grown */
	if (n != r->timeline.next.n)
		return;
	timeline_note(&r->timeline, got->m, got->at_ns, &got->after);
	if (r->forward)
		return;
	typed_note(&r->typed, got->m, n + 1, got->at_ns);
	keylog_note(&r->keylog, got->m, n, got->at_ns);
}

int
reel_read(struct reel *r, const struct tape_pos *pos, uint64_t n, struct err *e)
{
	int rc = reader_read(&r->reader, pos, n, e);

	if (rc > 0)
		note_got(r, n);
	else if (!err_is_passing(rc))
		r->end_n = n;
	return rc;
}

/* --- states --- */

static int
slot_save(struct reel *r, struct slot *s, struct err *e)
{
	size_t size = emu_save_size(r->emu);
	uint8_t *p;

	if (size > s->cap) {
		p = realloc(s->p, size);
		if (!p)
			return no_memory(e);
		s->p = p;
		s->cap = size;
	}
	emu_save(r->emu, s->p);
	s->size = size;
	s->still = r->cur;
	return 0;
}

/* CUR is about to become another state: do not lose the front. */
static int
leave(struct reel *r, struct err *e)
{
	if (r->cur.n != r->front.n || r->front_slot.still.n == r->front.n)
		return 0;
	return slot_save(r, &r->front_slot, e);
}

int
reel_put_aside(struct reel *r, struct slot *s, struct err *e)
{
	return slot_save(r, s, e);
}

int
reel_bring_back(struct reel *r, const struct slot *s, struct err *e)
{
	int rc = leave(r, e);

	if (rc < 0)
		return rc;
	emu_load(r->emu, s->p, s->size);
	r->cur = s->still;
	return 0;
}

int
reel_load_keyframe(struct reel *r, const struct keyframe *f, struct err *e)
{
	int rc = leave(r, e);

	if (rc == 0 && keyframes_load(&r->keyframes, f, r->emu) < 0)
		rc = no_memory(e);
	if (rc == 0)
		r->cur = f->still;
	return rc;
}

/* --- going somewhere --- */

static bool
not_behind(const struct still *s, const struct goal *g)
{
	if (!g->by_time)
		return s->n <= g->n;
	return s->n == 0 || s->at_ns <= g->at_ns;
}

/* Make CUR the last state at hand from which the goal lies ahead. */
static int
approach(struct reel *r, const struct goal *g, struct err *e)
{
	const struct keyframe *f = g->by_time ? keyframes_by_time(&r->keyframes, g->at_ns)
					      : keyframes_by_ordinal(&r->keyframes, g->n);
	bool cur_ok = not_behind(&r->cur, g);

	if (cur_ok && r->cur.n >= f->still.n &&
		(r->cur.n == r->front.n || !not_behind(&r->front, g)))
		return 0;
	if (not_behind(&r->front, g) && r->front_slot.still.n == r->front.n)
		return reel_bring_back(r, &r->front_slot, e);
	return reel_load_keyframe(r, f, e);
}

/* 1: the message behind CUR belongs before the goal; 0: there, or at the end. */
static int
goes_on(struct reel *r, const struct goal *g, struct err *e)
{
	int rc;

	if (!g->by_time && r->cur.n >= g->n)
		return 0;
	rc = reel_read(r, &r->cur.pos, r->cur.n, e);
	if (rc > 0 && g->by_time && r->reader.got.at_ns > g->at_ns)
		return 0;
	return rc;
}

/* Where a way began. */
struct way {
	uint64_t off;
	bool on;         /* the tape has come there, too */
	double progress; /* in the file, negative when unknown */
};

static double
part(double at, double from, double to)
{
	double done = to > from ? (at - from) / (to - from) : 0;

	return done < 0 ? 0 : done > 1 ? 1 : done;
}

/* By the place of the goal when it is known, else by how much of the file is left. */
static double
way_done(const struct reel *r, const struct goal *g, const struct way *w)
{
	const struct timeline_place *last = &r->timeline.next, *p;

	if (g->by_time ? last->at_ns > g->at_ns : last->n > g->n) {
		p = g->by_time ? timeline_by_time(&r->timeline, g->at_ns)
			       : timeline_by_ordinal(&r->timeline, g->n);
		return p ? part((double)r->cur.pos.off, (double)w->off,
				   (double)p->pos.off)
			 : 0;
	}
	return w->progress < 0 ? 0 : part(tape_progress(r->reader.tape), w->progress, 1);
}

static int
go(struct reel *r, const struct goal *g, reel_cancel *cancel, void *ctx, struct err *e)
{
	struct way way;
	uint64_t asked;
	int rc = approach(r, g, e);

	if (rc < 0)
		return rc;
	way = (struct way){ .off = r->cur.pos.off };
	asked = r->cost;
	while ((rc = goes_on(r, g, e)) > 0) {
		rc = reel_feed_on(r, e);
		if (rc < 0)
			return rc;
		if (!way.on)
			way = (struct way){ way.off, true,
				tape_progress(r->reader.tape) };
		if (!cancel || r->cost - asked < REEL_CANCEL_EVERY)
			continue;
		asked = r->cost;
		reel_flush(r); /* CANCEL may look */
		if (cancel(ctx, way_done(r, g, &way)))
			return err_set(e, ERR_CANCELLED, "%s", err_name(ERR_CANCELLED));
	}
	return rc;
}

int
reel_go(struct reel *r, const struct goal *g, reel_cancel *cancel, void *ctx,
	struct err *e)
{
	int rc = go(r, g, cancel, ctx, e);

	reel_flush(r);
	return rc;
}

static int
seek(struct reel *r, const struct goal *g, reel_cancel *cancel, void *ctx, struct err *e)
{
	int rc = reel_put_aside(r, &r->aside, e);

	if (rc < 0)
		return rc;
	rc = reel_go(r, g, cancel, ctx, e);
	if (rc < 0)
		reel_bring_back(r, &r->aside, NULL);
	return rc;
}

/* --- the public side --- */

static int
start(struct reel *r, const struct reel_opts *o, struct err *e)
{
	r->emu = emu_new(SHOWN_COLS, SHOWN_ROWS);
	if (!r->emu)
		return no_memory(e);
	r->cur.pos = tape_tell(r->reader.tape);
	shown_init(&r->cur.shown, o ? o->channel : -1);
	r->front = r->cur;
	r->front_slot.still.n = REEL_NOWHERE;
	r->end_n = r->next_n = REEL_NOWHERE;
	r->times_rc = r->frames_rc = 1;
	r->forward = o && o->forward;
	timeline_init(&r->timeline, &r->cur.pos);
	text_init(&r->text, o ? o->text_memory : 0);
	if (o && o->text_memory == REEL_NO_TEXT)
		text_fail(&r->text, 1);
	typed_init(&r->typed);
	keylog_init(&r->keylog);
	r->slow = o && o->slow;
	emu_set_slow(r->emu, r->slow);
	keyframes_init(&r->keyframes, o ? o->keyframe_memory : 0,
		r->forward ? NO_KEYFRAMES
		: o        ? o->keyframe_cost
			   : 0);
	if (keyframes_note(&r->keyframes, &r->cur, r->emu, 0) < 0)
		return no_memory(e);
	return 0;
}

int
reel_open(struct reel **out, struct tape *t, const struct reel_opts *o, struct err *e)
{
	struct reel *r = calloc(1, sizeof *r);
	int rc;

	*out = NULL;
	if (!r) {
		tape_close(t);
		return no_memory(e);
	}
	reader_init(&r->reader, t);
	rc = start(r, o, e);
	if (rc < 0) {
		reel_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void
reel_close(struct reel *r)
{
	if (!r)
		return;
	keyframes_free(&r->keyframes);
	timeline_free(&r->timeline);
	rows_free(&r->rows);
	text_free(&r->text);
	typed_free(&r->typed);
	keylog_free(&r->keylog);
	buf_free(&r->pending);
	free(r->front_slot.p);
	free(r->aside.p);
	emu_free(r->emu);
	tape_close(r->reader.tape);
	free(r);
}

struct tape *
reel_tape(struct reel *r)
{
	return r->reader.tape;
}

const struct emu *
reel_screen(const struct reel *r)
{
	return r->emu;
}

struct emu *
reel_emu(struct reel *r)
{
	return r->emu;
}

int64_t
reel_time(const struct reel *r)
{
	return r->cur.at_ns;
}

uint64_t
reel_ordinal(const struct reel *r)
{
	return r->cur.n;
}

uint64_t
reel_cost(const struct reel *r)
{
	return r->cost;
}

bool
reel_at_end(const struct reel *r)
{
	return r->cur.n == r->end_n;
}

bool
reel_next_time(struct reel *r, int64_t *at_ns, struct err *e)
{
	if (r->next_n != r->cur.n) {
		if (reel_read(r, &r->cur.pos, r->cur.n, e) <= 0)
			return false;
		r->next_n = r->cur.n;
		r->next_at_ns = r->reader.got.at_ns;
	}
	*at_ns = r->next_at_ns;
	return true;
}

int
reel_step(struct reel *r, const struct msg **m, struct err *e)
{
	int rc = reel_feed(r, e);

	if (rc > 0 && m)
		*m = r->reader.got.m;
	return rc;
}

int
reel_seek_time(
	struct reel *r, int64_t at_ns, reel_cancel *cancel, void *ctx, struct err *e)
{
	struct goal g = { .by_time = true, .at_ns = at_ns };

	return seek(r, &g, cancel, ctx, e);
}

int
reel_seek_ordinal(
	struct reel *r, uint64_t ordinal, reel_cancel *cancel, void *ctx, struct err *e)
{
	struct goal g = { .n = ordinal };

	return seek(r, &g, cancel, ctx, e);
}

int
reel_back(struct reel *r, struct err *e)
{
	int rc;

	if (!r->cur.n)
		return 0;
	rc = reel_seek_ordinal(r, r->cur.n - 1, NULL, NULL, e);
	return rc < 0 ? rc : 1;
}
