/* SPDX-License-Identifier: ISC */
/* Moves of the player: a goal is kept until the index has reached it, one slice a tick. */
#include "play/player_impl.h"

#define BACK_AGAIN_NS \
	NS_PER_S /* "previous" this soon after an event means the one before */

static unsigned
give_up(struct player *p, unsigned flags)
{
	p->goal.kind = GOAL_NONE;
	player_anchor(p);
	return flags | PLAYER_STATUS;
}

static unsigned
go_time(struct player *p, int64_t at)
{
	struct err e = { 0 };
	int rc = reel_seek_time(p->reel, at, NULL, NULL, &e);

	if (rc < 0) {
		player_fail(p, &e);
		return player_arrive(p, reel_time(p->reel));
	}
	if (reel_at_end(p->reel)) /* behind the last message there is nothing */
		at = reel_time(p->reel);
	return player_arrive(p, at);
}

static unsigned
go_ordinal(struct player *p, uint64_t ordinal)
{
	struct err e = { 0 };
	int rc = reel_seek_ordinal(p->reel, ordinal, NULL, NULL, &e);

	if (rc < 0) {
		player_fail(p, &e);
	}
	return player_arrive(p, reel_time(p->reel));
}

static bool
fits(const struct player *p, const struct reel_event *e)
{
	return !p->goal.marker || e->vendor == VENDOR_MARKER;
}

/* The nearest known event behind (before) the place where the goal began. */
static const struct reel_event *
neighbour(const struct player *p)
{
	const struct reel *r = p->reel;
	uint64_t here = p->goal.ordinal;
	size_t n = reel_events(r), i;

	if (p->goal.dir > 0) {
		for (i = reel_event_after(r, here); i < n; i++)
			if (fits(p, reel_event(r, i)))
				return reel_event(r, i);
		return NULL;
	}
	for (i = reel_event_after(r, here); i-- > 0;) {
		const struct reel_event *e = reel_event(r, i);

		if (e->ordinal + 1 >= here || !fits(p, e))
			continue;
		if (!p->paused && ns_sub(p->pos, e->at_ns) < BACK_AGAIN_NS && i > 0)
			continue;
		return e;
	}
	return NULL;
}

/* Is the index far enough to go there in one short move? */
static bool
in_reach(const struct player *p, int64_t at)
{
	struct reel_index_state st = reel_index_state(p->reel);

	/* At the front itself there may be any number of messages with the same time. */
	return st.done || p->failed || at < st.frames_ns;
}

static bool
event_in_reach(const struct player *p)
{
	struct reel_index_state st = reel_index_state(p->reel);

	return st.done || p->failed || (p->goal.dir < 0 && st.messages > p->goal.ordinal);
}

static unsigned
goal_event(struct player *p)
{
	const struct reel_event *e = NULL;

	if (p->goal.dir > 0 || event_in_reach(p))
		e = neighbour(p);
	if (e) {
		p->goal.kind = GOAL_ORDINAL;
		p->goal.ordinal = e->ordinal + 1;
		p->goal.when = (struct when){ .kind = WHEN_NS, .ns = e->at_ns };
		return PLAYER_STATUS;
	}
	return event_in_reach(p) ? give_up(p, PLAYER_MISSED) : 0;
}

bool
goal_time(const struct player *p, int64_t *at)
{
	*at = p->goal.when.kind == WHEN_NS ? p->goal.when.ns : player_duration(p);
	if (p->goal.kind == GOAL_EVENT ||
		(p->goal.when.kind != WHEN_NS && !player_duration_known(p)))
		return false;
	if (p->goal.kind == GOAL_WHEN &&
		(p->goal.when.kind != WHEN_NS || player_duration_known(p)))
		*at = when_resolve(&p->goal.when, reel_index_state(p->reel).duration_ns);
	return true;
}

static unsigned
try_goal(struct player *p)
{
	unsigned flags = 0;
	int64_t at;

	if (p->goal.kind == GOAL_EVENT)
		flags = goal_event(p);
	if (p->goal.kind == GOAL_NONE || !goal_time(p, &at) || !in_reach(p, at))
		return flags;
	return p->goal.kind == GOAL_ORDINAL ? go_ordinal(p, p->goal.ordinal)
					    : go_time(p, at);
}

/* At once when it is near, else one slice nearer. */
unsigned
goal_pursue(struct player *p)
{
	unsigned flags = try_goal(p);
	int64_t at;

	if (p->goal.kind == GOAL_NONE)
		return flags;
	player_index(p, goal_time(p, &at));
	return flags | try_goal(p) | PLAYER_STATUS;
}

unsigned
goal_set(struct player *p, struct goal g)
{
	g.from_ns = reel_index_state(p->reel).frames_ns;
	p->goal = g;
	return goal_pursue(p);
}

unsigned
player_cancel(struct player *p, int64_t now)
{
	p->now = now;
	return p->goal.kind == GOAL_NONE ? 0 : give_up(p, 0);
}
