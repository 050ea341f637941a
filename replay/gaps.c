/* SPDX-License-Identifier: ISC */
#include "replay/gaps.h"

#include "base/clk.h"

#include <stdlib.h>

void
gaps_init(struct gaps *g)
{
	*g = (struct gaps){ .min_ns = GAPS_MIN_NS };
}

void
gaps_free(struct gaps *g)
{
	free(g->v);
	*g = (struct gaps){ 0 };
}

static void
drop_short(struct gaps *g)
{
	size_t kept = 0;

	g->min_ns *= 2;
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].to_ns - g->v[i].from_ns >= g->min_ns)
			g->v[kept++] = g->v[i];
	g->n = kept;
}

static bool
make_room(struct gaps *g)
{
	size_t cap = g->cap ? g->cap * 2 : 64;
	struct reel_gap *p;

	if (g->n < g->cap)
		return true;
	if (g->cap == GAPS_MAX) {
		drop_short(g); /* time is bounded, so some pass has room */
		return g->n < g->cap;
	}
	p = realloc(g->v, cap * sizeof *p);
	if (!p)
		return false;
	g->v = p;
	g->cap = cap;
	return true;
}

void
gaps_note(struct gaps *g, uint64_t ordinal, int64_t at_ns)
{
	struct reel_gap gap = { g->last_ns, at_ns, ordinal };

	if (at_ns <= g->last_ns)
		return;
	g->last_ns = at_ns;
	if (ns_sub(at_ns, gap.from_ns) >= g->min_ns && make_room(g) &&
		ns_sub(at_ns, gap.from_ns) >= g->min_ns)
		g->v[g->n++] = gap;
}

size_t
gaps_after(const struct gaps *g, uint64_t ordinal)
{
	size_t lo = 0, hi = g->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (g->v[mid].ordinal < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
