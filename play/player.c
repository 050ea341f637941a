/* SPDX-License-Identifier: ISC */
#include "play/player_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLY_COST       (96u << 10) /* emulated per tick, units of the reel: a few ms */
#define FRAME_HOLD_NS    (150 * NS_PER_MS)
#define CLOCK_REFRESH_NS (50 * NS_PER_MS)
#define IDLE_DEFAULT_NS  (2 * NS_PER_S)

void
player_anchor(struct player *p)
{
	p->anchor_now = p->now;
	p->anchor_pos = p->pos;
}

static int64_t
scaled(double ns)
{
	return ns >= 9e18 ? INT64_MAX : ns <= -9e18 ? INT64_MIN : (int64_t)ns;
}

/* What is still being recorded comes at its own speed. */
static double
rate(const struct player *p)
{
	return p->live.edge ? 1 : p->speed;
}

static int64_t
pos_at(const struct player *p, int64_t now)
{
	double gone = (double)ns_sub(now, p->anchor_now) * rate(p);

	return ns_add(p->anchor_pos, scaled(gone));
}

/* The wall moment at which playing reaches POS. */
static int64_t
moment_of(const struct player *p, int64_t pos)
{
	double wait = ceil((double)ns_sub(pos, p->anchor_pos) / rate(p));

	return ns_add(p->anchor_now, scaled(wait));
}

struct player *
player_new(struct reel *r, const struct player_opts *o, int64_t now)
{
	struct player *p = calloc(1, sizeof *p);
	int64_t wish = tape_info(reel_tape(r))->idle_limit_ns;

	if (!p) {
		reel_close(r);
		return NULL;
	}
	p->reel = r;
	p->o = *o;
	p->now = p->anchor_now = now;
	p->speed = o->speed > 0 ? o->speed : 1;
	p->paused = o->paused;
	p->stop_at_markers = o->stop_at_markers;
	p->live.on = o->live;
	p->live.poll_at = now;
	p->loop.all = o->loop;
	p->loop.from = p->loop.to = -1;
	p->idle_on = p->o.idle_limit_ns > 0 || (p->o.idle_limit_ns == 0 && wish > 0);
	if (p->o.idle_limit_ns <= 0)
		p->o.idle_limit_ns = wish > 0 ? wish : IDLE_DEFAULT_NS;
	return p;
}

void
player_free(struct player *p)
{
	if (!p)
		return;
	reel_close(p->reel);
	free(p);
}

struct reel *
player_reel(struct player *p)
{
	return p->reel;
}

bool
player_duration_known(const struct player *p)
{
	struct reel_index_state st = reel_index_state(p->reel);

	return st.times_done || p->failed ||
	       tape_info(reel_tape(p->reel))->duration_ns >= 0;
}

int64_t
player_duration(const struct player *p)
{
	struct reel_index_state st = reel_index_state(p->reel);

	return st.duration_ns > p->pos ? st.duration_ns : p->pos;
}

void
player_fail(struct player *p, const struct err *e)
{
	if (err_is_passing(e->code)) {
		late_note(p, e);
		return;
	}
	p->err = *e;
	p->failed = p->finished = true;
}

bool
player_index(struct player *p, bool ahead)
{
	struct err e = { 0 };
	int rc;

	if (p->failed || reel_index_state(p->reel).done || p->now < p->late.index_at)
		return false;
	rc = ahead ? reel_index_ahead(p->reel, PLAYER_SLICE_COST, &e)
		   : reel_index(p->reel, PLAYER_SLICE_COST, &e);
	if (rc < 0 && !late_index(p, &e)) {
		p->err = e;
		p->failed = true;
	}
	if (rc >= 0 && !p->late.on)
		late_over(p);
	return rc >= 0 || p->failed;
}

bool
player_idle(struct player *p)
{
	/* what comes from afar is read once, for all that the index wants */
	return player_index(p, p->late.index_at > 0);
}

unsigned
player_arrive(struct player *p, int64_t pos)
{
	p->goal.kind = GOAL_NONE;
	p->pos = p->was = p->quiet_since = pos;
	p->finished = p->failed || (reel_at_end(p->reel) && !live_open(p));
	p->live.edge = live_open(p) && !p->paused && reel_at_end(p->reel);
	p->in_frame = false;
	p->step[0] = 0;
	late_over(p);
	player_anchor(p);
	return PLAYER_REDRAW | PLAYER_STATUS | PLAYER_JUMPED;
}

/* The position at which the next message, at time AT, is due: idle time may be cut. */
static int64_t
due_pos(const struct player *p, int64_t at)
{
	int64_t cut = ns_add(p->quiet_since, p->o.idle_limit_ns);

	return p->idle_on && at > cut ? cut : at;
}

static int
apply_next(struct player *p)
{
	const struct msg *m = NULL;
	struct err e = { 0 };
	int rc = reel_step(p->reel, &m, &e);

	if (rc < 0)
		player_fail(p, &e);
	else
		late_over(p);
	if (rc > 0 && p->stop_at_markers && vendor_of(m) == VENDOR_MARKER)
		p->news |= PLAYER_MARKER;
	return rc;
}

static void
reach_end(struct player *p)
{
	if (p->late.on || live_wait(p))
		return;
	p->finished = true;
	p->live.edge = false;
	p->pos = reel_time(p->reel);
	player_anchor(p);
}

/* Jump over what is left of a quiet gap that ends at AT. */
static void
cut_idle(struct player *p, int64_t at)
{
	int64_t due = due_pos(p, at);

	if (due >= at || p->pos < due)
		return;
	p->last_cut = ns_sub(at, due);
	p->idle_cut = ns_add(p->idle_cut, p->last_cut);
	p->news |= PLAYER_CUT;
	p->pos = ns_add(p->pos, ns_sub(at, due));
	player_anchor(p);
}

/* The time of the next message; what was added to a recording that is live is due at once. */
static bool
next_at(struct player *p, int64_t *at)
{
	struct err e = { 0 };

	if (!reel_next_time(p->reel, at, &e)) {
		if (err_is_passing(e.code))
			player_fail(p, &e);
		return false;
	}
	if (p->live.edge && *at > p->pos) {
		p->pos = *at;
		player_anchor(p);
	}
	return true;
}

/* Stand at the marker, however late the clock is. */
static void
stop_at(struct player *p, int64_t at)
{
	p->pos = at;
	p->paused = true;
	p->live.edge = false;
	player_anchor(p);
}

/* All messages that are due, but no more than a slice.  Returns how many. */
static unsigned
apply_due(struct player *p)
{
	uint64_t start = reel_cost(p->reel);
	unsigned n = 0;
	int64_t at, turn = loop_end(p);

	p->more = false;
	while (next_at(p, &at)) {
		cut_idle(p, at < turn ? at : turn);
		if (at > p->pos || at > turn)
			return n;
		if (reel_cost(p->reel) - start >=
			APPLY_COST) { /* too much: the clock waits for the screen */
			p->more = true;
			p->pos = reel_time(p->reel);
			player_anchor(p);
			return n;
		}
		if (apply_next(p) <= 0)
			break;
		p->quiet_since = at;
		n++;
		if (p->news & PLAYER_MARKER) {
			stop_at(p, at);
			return n;
		}
	}
	reach_end(p);
	return n;
}

/* Frames between ?2026 h and l are shown when they are whole, or after a while. */
static bool
frame_open(struct player *p)
{
	bool open = emu_in_frame(reel_screen(p->reel)) && !p->finished;

	if (open && !p->in_frame)
		p->frame_since = p->pos;
	p->in_frame = open;
	return open && ns_sub(p->pos, p->frame_since) < FRAME_HOLD_NS;
}

unsigned
player_tick(struct player *p, int64_t now)
{
	unsigned n, flags;
	bool was_held = p->in_frame;

	p->now = now;
	if (late_waits(p))
		return PLAYER_STATUS;
	flags = live_poll(p);
	if (p->goal.kind != GOAL_NONE)
		return flags | goal_pursue(p);
	if (p->paused || p->finished)
		return flags;
	p->was = p->pos;
	p->pos = pos_at(p, now);
	n = apply_due(p);
	flags |= p->news | loop_turn(p);
	p->news = 0;
	if (n)
		p->step[0] = 0;
	if (frame_open(p))
		return flags | PLAYER_STATUS;
	p->in_frame = false;
	return flags | PLAYER_STATUS | (n || was_held ? PLAYER_REDRAW : 0);
}

static int64_t
min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Of a player that plays. */
static int64_t
next_moment(const struct player *p)
{
	int64_t at, next, second;

	second = moment_of(p, (p->pos / NS_PER_S + 1) * NS_PER_S);
	if (second < p->now + CLOCK_REFRESH_NS)
		second = p->now + CLOCK_REFRESH_NS;
	if (!reel_next_time(p->reel, &at, NULL))
		return live_open(p) ? second : p->now;
	next = moment_of(p, due_pos(p, min(at, loop_end(p))));
	if (p->in_frame && next > moment_of(p, p->frame_since + FRAME_HOLD_NS))
		next = moment_of(p, p->frame_since + FRAME_HOLD_NS);
	return min(next, second);
}

int64_t
player_deadline(const struct player *p)
{
	int64_t late = late_deadline(p);

	if (p->late.on)
		return late;
	if (p->goal.kind != GOAL_NONE)
		return late < INT64_MAX ? late : p->now;
	if ((p->more && !p->paused && !p->finished))
		return p->now;
	if (p->paused || p->finished)
		return min(late, live_deadline(p));
	return min(min(next_moment(p), late), live_deadline(p));
}

unsigned
player_pause(struct player *p, bool paused, int64_t now)
{
	p->now = now;
	p->paused = paused;
	p->in_frame = false;
	p->live.edge = false;
	player_anchor(p);
	return PLAYER_REDRAW | PLAYER_STATUS;
}

static double
part(int64_t a, int64_t b)
{
	double d = b > 0 ? (double)a / (double)b : 0;

	return d < 0 ? 0 : d > 1 ? 1 : d;
}

static enum player_state
state(const struct player *p)
{
	if (p->goal.kind != GOAL_NONE)
		return PLAYER_SEEKING;
	if (p->finished)
		return PLAYER_FINISHED;
	return p->paused ? PLAYER_PAUSED : PLAYER_PLAYING;
}

struct player_view
player_view(const struct player *p)
{
	struct reel_index_state st = reel_index_state(p->reel);
	struct player_view v = {
		.state = state(p),
		.pos_ns = p->pos,
		.duration_ns = player_duration(p),
		.duration_known = player_duration_known(p),
		.speed = p->speed,
		.idle_on = p->idle_on,
		.idle_limit_ns = p->o.idle_limit_ns,
		.idle_cut_ns = p->idle_cut,
		.last_cut_ns = p->last_cut,
		.loop = p->loop.all,
		.loop_from = p->loop.from,
		.loop_to = p->loop.to,
		.stop_at_markers = p->stop_at_markers,
		.live = live_open(p),
		.at_edge = p->live.edge,
		.in_frame = p->in_frame,
		.error = p->err.code && p->failed ? p->err.text : NULL,
		.late = late_text(p),
	};
	int64_t at;

	v.indexed = st.done ? 1 : part(st.frames_ns, v.duration_ns);
	if (p->goal.kind != GOAL_NONE && goal_time(p, &at))
		v.done = part(ns_sub(st.frames_ns, p->goal.from_ns),
			ns_sub(at, p->goal.from_ns));
	else
		v.done = st.progress;
	return v;
}

const char *
player_step_text(const struct player *p)
{
	return p->step;
}
