/* SPDX-License-Identifier: ISC */
/* Steps by frame: a frame is the screen after a message that changed it; what is drawn
 * between ?2026 h and l is one.  Going back means going to a place some messages before and
 * coming from there, since nobody keeps a list of frames; the stretch grows until it holds
 * the frame before the one that is shown. */
#include "play/player_impl.h"

#define SLICE_BYTES   (96u << 10)
#define MESSAGE_BYTES 64u
#define STRETCH       16u /* messages looked at first; then four times as many */

enum { STEP_END, STEP_SAME, STEP_FRAME };

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
		return STEP_END;
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
	if (rc != STEP_SAME)
		return player_arrive(p, reel_time(p->reel));
	return PLAYER_STATUS;
}

static int
go(struct player *p, uint64_t ordinal)
{
	struct err e = { 0 };
	int rc = reel_seek_ordinal(p->reel, ordinal, NULL, NULL, &e);

	if (rc < 0)
		player_fail(p, &e);
	emu_clean(reel_emu(p->reel));
	p->frame.changed = emu_in_frame(reel_screen(p->reel));
	return rc;
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
	return player_arrive(p, reel_time(p->reel));
}

static unsigned
backward(struct player *p)
{
	size_t bytes = 0;

	while (bytes < SLICE_BYTES && reel_ordinal(p->reel) < p->frame.end) {
		int rc = step(p, &bytes);

		if (rc == STEP_END)
			return player_arrive(p, reel_time(p->reel));
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
	return p->goal.dir > 0 ? forward(p) : backward(p);
}
