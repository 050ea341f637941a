/* SPDX-License-Identifier: ISC */
/* Moves of the player: a goal is kept until the index has reached it, one slice a tick. */
#include "play/player_impl.h"

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
		return p->late.on ? 0 : player_arrive(p, reel_time(p->reel));
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

	if (rc < 0)
		player_fail(p, &e);
	return p->late.on ? 0 : player_arrive(p, reel_time(p->reel));
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
	struct place to;

	if ((p->goal.dir > 0 || event_in_reach(p)) && neighbour_find(p, &to)) {
		p->goal.kind = GOAL_ORDINAL;
		p->goal.ordinal = to.ordinal + 1;
		p->goal.when = (struct when){ .kind = WHEN_NS, .ns = to.at_ns };
		return PLAYER_STATUS;
	}
	return event_in_reach(p) ? give_up(p, PLAYER_MISSED) : 0;
}

/* Where a goal of GOAL_WHEN lies; false as long as the duration matters and is not known. */
static bool
when_time(const struct player *p, int64_t *at)
{
	const struct tape_info *info = tape_info(reel_tape(p->reel));
	struct reel_index_state st = reel_index_state(p->reel);
	bool known = player_duration_known(p);
	struct when w = p->goal.when;

	if (w.kind == WHEN_NS && (!w.either || w.ns <= st.times_ns) && !known) {
		*at = w.ns;
		return true;
	}
	if (!known && w.kind != WHEN_CLOCK && w.kind != WHEN_DATE)
		return false;
	w = when_settle(&w, info->has_wall, info->start_ns, st.duration_ns);
	*at = known ? when_resolve(&w, st.duration_ns) : w.ns;
	return true;
}

bool
goal_time(const struct player *p, int64_t *at)
{
	*at = p->goal.kind == GOAL_ORDINAL ? p->goal.when.ns : player_duration(p);
	return p->goal.kind == GOAL_ORDINAL ||
	       (p->goal.kind == GOAL_WHEN && when_time(p, at));
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
	unsigned flags;
	int64_t at;

	if (p->goal.kind == GOAL_FRAME)
		return frame_pursue(p);
	if (p->goal.kind == GOAL_STEP)
		return step_pursue(p);
	flags = try_goal(p);
	if (p->goal.kind == GOAL_NONE)
		return flags;
	player_index(p, goal_time(p, &at));
	return flags | (p->goal.kind == GOAL_NONE ? 0 : try_goal(p)) | PLAYER_STATUS;
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
	if (p->goal.kind == GOAL_FRAME ||
		p->goal.kind == GOAL_STEP) /* it stands somewhere on the way */
		return player_arrive(p, reel_time(p->reel));
	return p->goal.kind == GOAL_NONE ? 0 : give_up(p, 0);
}
