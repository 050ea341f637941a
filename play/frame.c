/* SPDX-License-Identifier: ISC */
/* Steps by message and by frame: a frame is the screen after a message that changed it; what is drawn
 * between ?2026 h and l is one.  Going back means going to a place some messages before and
 * coming from there, since nobody keeps a list of frames; the stretch grows until it holds
 * the frame before the one that is shown. */
#include "play/player_impl.h"

#include <stdio.h>

#define SLICE_BYTES   (96u << 10)
#define MESSAGE_BYTES 64u
#define STRETCH       16u /* messages looked at first; then four times as many */

enum { STEP_END, STEP_LATE, STEP_SAME, STEP_FRAME };

static bool
changed(const struct emu *e, struct emu_cursor was)
{
	struct emu_cursor is = emu_cursor(e);

	if (is.row != was.row || is.col != was.col || is.visible != was.visible)
		return true;
	for (int i = 0; i < emu_rows(e); i++)
		if (emu_dirty(e, i))
			return true;
	return false;
}

/* One message on; a negative error is the player's from then on. */
static int
step(struct player *p, size_t *bytes)
{
	const struct emu *e = reel_screen(p->reel);
	struct emu_cursor was = emu_cursor(e);
	const struct msg *m = NULL;
	struct err err = { 0 };
	int rc = reel_step(p->reel, &m, &err);

	if (rc < 0)
		player_fail(p, &err);
	if (rc <= 0)
		return err_is_passing(rc) ? STEP_LATE : STEP_END;
	*bytes += MESSAGE_BYTES + (m->type == MSG_IO ? m->p.io.data.n : 0);
	p->frame.changed |= changed(e, was);
	emu_clean(reel_emu(p->reel));
	if (!p->frame.changed || emu_in_frame(e))
		return STEP_SAME;
	p->frame.changed = false;
	return STEP_FRAME;
}

static unsigned
forward(struct player *p)
{
	size_t bytes = 0;
	int rc = STEP_SAME;

	while (rc == STEP_SAME && bytes < SLICE_BYTES)
		rc = step(p, &bytes);
	if (rc == STEP_SAME || rc == STEP_LATE)
		return PLAYER_STATUS;
	return player_arrive(p, reel_time(p->reel));
}

/* False: not yet, it is late. */
static bool
come(struct player *p)
{
	struct err e = { 0 };
	int rc = reel_seek_ordinal(p->reel, p->frame.to, NULL, NULL, &e);

	if (rc < 0)
		player_fail(p, &e);
	if (err_is_passing(rc))
		return false;
	emu_clean(reel_emu(p->reel));
	p->frame.changed = emu_in_frame(reel_screen(p->reel));
	p->frame.moving = false;
	return true;
}

static void
go(struct player *p, uint64_t ordinal)
{
	p->frame.to = ordinal;
	p->frame.moving = true;
	come(p);
}

static void
begin_stretch(struct player *p, uint64_t end, uint64_t messages)
{
	p->frame.messages = messages;
	p->frame.end = end;
	p->frame.last = p->frame.before = 0;
	go(p, end > messages ? end - messages : 0);
}

/* All of the stretch has been looked at. */
static unsigned
end_stretch(struct player *p)
{
	uint64_t begin =
		p->frame.end > p->frame.messages ? p->frame.end - p->frame.messages : 0;
	uint64_t to = p->frame.shown ? p->frame.last : p->frame.before;

	if (!to && begin) {
		p->frame.shown = p->frame.shown || p->frame.last;
		begin_stretch(p, begin, p->frame.messages * 4);
		return PLAYER_STATUS;
	}
	go(p, to);
	p->frame.leaving = true;
	return frame_pursue(p);
}

static unsigned
backward(struct player *p)
{
	size_t bytes = 0;

	while (bytes < SLICE_BYTES && reel_ordinal(p->reel) < p->frame.end) {
		int rc = step(p, &bytes);

		if (rc == STEP_END)
			return player_arrive(p, reel_time(p->reel));
		if (rc == STEP_LATE)
			return PLAYER_STATUS;
		if (rc == STEP_SAME)
			continue;
		p->frame.before = p->frame.last;
		p->frame.last = reel_ordinal(p->reel);
	}
	return reel_ordinal(p->reel) < p->frame.end ? PLAYER_STATUS : end_stretch(p);
}

unsigned
frame_begin(struct player *p, int dir)
{
	p->paused = true;
	p->goal = (struct goal){ .kind = GOAL_FRAME, .dir = dir };
	p->frame = (struct frame){ 0 };
	if (dir < 0)
		begin_stretch(p, reel_ordinal(p->reel), STRETCH);
	else
		emu_clean(reel_emu(p->reel));
	return frame_pursue(p);
}

unsigned
frame_pursue(struct player *p)
{
	if (p->frame.moving && !come(p))
		return PLAYER_STATUS;
	if (p->frame.leaving)
		return player_arrive(p, reel_time(p->reel));
	return p->goal.dir > 0 ? forward(p) : backward(p);
}

/* To the state in front of the last message, then over that one: it tells what stands there. */
unsigned
step_pursue(struct player *p)
{
	uint64_t to = p->goal.ordinal, from = to ? to - 1 : 0;
	const struct msg *m = NULL;
	struct buf text = { 0 };
	struct err e = { 0 };
	unsigned flags;
	int rc = 0;

	if (reel_ordinal(p->reel) != from)
		rc = reel_seek_ordinal(p->reel, from, NULL, NULL, &e);
	if (rc >= 0 && to)
		rc = reel_step(p->reel, &m, &e);
	if (rc < 0)
		player_fail(p, &e);
	if (err_is_passing(rc))
		return PLAYER_STATUS;
	if (m)
		msg_describe(&text, m);
	flags = player_arrive(p, reel_time(p->reel));
	if (text.n && !buf_failed(&text) && buf_cstr(&text))
		snprintf(p->step, sizeof p->step, "%s", buf_cstr(&text));
	buf_free(&text);
	return flags;
}

unsigned
step_begin(struct player *p, int dir)
{
	uint64_t n = reel_ordinal(p->reel);

	p->paused = true;
	p->goal = (struct goal){ .kind = GOAL_STEP };
	p->goal.ordinal = dir > 0 ? n + 1 : n ? n - 1 : 0;
	return step_pursue(p);
}
