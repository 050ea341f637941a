/* SPDX-License-Identifier: ISC */
/* Playing all, or a part from A to B, over and over. */
#include "play/player_impl.h"

#define SHORTEST_NS (100 * NS_PER_MS) /* what is shorter is played once */

static bool
has_part(const struct player *p)
{
	return p->loop.from >= 0 && p->loop.to >= 0;
}

int64_t
loop_end(const struct player *p)
{
	return has_part(p) && p->pos <= p->loop.to ? p->loop.to : INT64_MAX;
}

/* At its end: back to its beginning. */
unsigned
loop_turn(struct player *p)
{
	struct goal g = { .kind = GOAL_WHEN };

	if (p->failed || p->paused)
		return 0;
	if (has_part(p) && p->pos >= p->loop.to && p->was <= p->loop.to)
		g.when.ns = p->loop.from;
	else if (!p->finished || !p->loop.all || reel_time(p->reel) < SHORTEST_NS)
		return 0;
	return goal_set(p, g);
}

unsigned
loop_all(struct player *p)
{
	p->loop.all = !p->loop.all;
	return PLAYER_STATUS | loop_turn(p);
}

/* The beginning, the end, none. */
unsigned
loop_part(struct player *p)
{
	if (has_part(p))
		p->loop.from = p->loop.to = -1;
	else if (p->loop.from < 0)
		p->loop.from = p->pos;
	else if (ns_sub(p->pos, p->loop.from) >= SHORTEST_NS)
		p->loop.to = p->pos;
	else /* it lies behind: begin here */
		p->loop.from = p->pos;
	return PLAYER_STATUS | loop_turn(p);
}
