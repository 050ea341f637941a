/* SPDX-License-Identifier: ISC */
/* A recording that is still being made: its end is only the present one.  The player looks
 * for more now and then; when it has come to the end while playing, it shows at once what is
 * added. */
#include "play/player_impl.h"

#define POLL_NS (50 * NS_PER_MS)

bool
live_open(const struct player *p)
{
	return p->live.on && !p->failed && !p->live.ended;
}

/* The writer's last word was read: from here on it is a recording like any other. */
static unsigned
close_live(struct player *p)
{
	p->live.ended = true; /* at the edge, the rest is still shown at once */
	return PLAYER_ENDED | PLAYER_STATUS;
}

unsigned
live_poll(struct player *p)
{
	struct reel_index_state st = reel_index_state(p->reel);
	struct err e = { 0 };

	if (!live_open(p) || p->now < p->live.poll_at)
		return 0;
	p->live.poll_at = ns_add(p->now, POLL_NS);
	if (st.done) /* else it is being read on anyway */
		reel_index(p->reel, PLAYER_SLICE_COST, &e);
	if (reel_index_state(p->reel).done &&
		tape_end(reel_tape(p->reel)).state == TAPE_CLEAN)
		return close_live(p);
	return reel_index_state(p->reel).messages != st.messages ? PLAYER_STATUS : 0;
}

int64_t
live_deadline(const struct player *p)
{
	return live_open(p) ? p->live.poll_at : INT64_MAX;
}

/* Playing has come to the present end: true when more may come. */
bool
live_wait(struct player *p)
{
	if (!live_open(p))
		return false;
	if (!p->live.edge) {
		p->live.edge = true;
		player_anchor(p);
	}
	return true;
}

/* To the present end, and on from there. */
unsigned
live_go(struct player *p)
{
	struct goal g = { .kind = GOAL_WHEN, .when = { .kind = WHEN_END } };

	if (!live_open(p))
		return PLAYER_MISSED;
	p->paused = false;
	return goal_set(p, g);
}
