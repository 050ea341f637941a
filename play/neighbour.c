/* SPDX-License-Identifier: ISC */
/* The next and the last of something that happened: events, markers, prompts, pauses. */
#include "play/player_impl.h"

#define BACK_AGAIN_NS NS_PER_S /* "previous" this soon after one means the one before */

/* What one list of places looks like. */
struct places {
	size_t (*after)(const struct reel *r, uint64_t ordinal);
	bool (*get)(const struct player *p, size_t i, struct place *out);
};

static bool
get_event(const struct player *p, size_t i, struct place *out)
{
	const struct reel_event *e = reel_event(p->reel, i);

	if (!e)
		return false;
	*out = (struct place){ e->ordinal, e->at_ns, true };
	if (p->goal.what == NEIGHBOUR_MARKER)
		out->fits = e->vendor == VENDOR_MARKER;
	else if (p->goal.what == NEIGHBOUR_PROMPT)
		out->fits = e->vendor == VENDOR_COMMAND && !e->ends;
	return true;
}

static bool
get_gap(const struct player *p, size_t i, struct place *out)
{
	const struct reel_gap *g = reel_gap(p->reel, i);

	if (!g)
		return false;
	*out = (struct place){ g->ordinal, g->to_ns,
		ns_sub(g->to_ns, g->from_ns) > p->o.idle_limit_ns };
	return true;
}

static const struct places *
list_of(enum neighbour what)
{
	static const struct places events = { reel_event_after, get_event };
	static const struct places gaps = { reel_gap_after, get_gap };

	return what == NEIGHBOUR_GAP ? &gaps : &events;
}

/* Goes on where the last look ended: the list grows while the index does. */
static bool
find_next(struct player *p, const struct places *list, struct place *out)
{
	uint64_t from = p->goal.seen > p->goal.ordinal ? p->goal.seen : p->goal.ordinal;

	for (size_t i = list->after(p->reel, from); list->get(p, i, out); i++) {
		if (out->fits)
			return true;
		p->goal.seen = out->ordinal + 1;
	}
	return false;
}

static bool
find_last(const struct player *p, const struct places *list, struct place *out)
{
	uint64_t here = p->goal.ordinal;

	for (size_t i = list->after(p->reel, here); i-- > 0;) {
		list->get(p, i, out);
		if (!out->fits || out->ordinal + 1 >= here)
			continue;
		if (!p->paused && ns_sub(p->pos, out->at_ns) < BACK_AGAIN_NS && i > 0)
			continue;
		return true;
	}
	return false;
}

bool
neighbour_find(struct player *p, struct place *out)
{
	const struct places *list = list_of(p->goal.what);

	return p->goal.dir > 0 ? find_next(p, list, out) : find_last(p, list, out);
}
