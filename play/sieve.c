/* SPDX-License-Identifier: ISC */
#include "play/sieve.h"

#include <stdlib.h>

void
sieve_free(struct sieve *s)
{
	filter_free(&s->filter);
	free(s->v);
	*s = (struct sieve){ 0 };
}

static void
begin_anew(struct sieve *s)
{
	s->n = s->scanned = 0;
}

int
sieve_set(struct sieve *s, const char *text, struct err *e)
{
	int rc = filter_parse(&s->filter, text, e);

	s->on = !filter_all(&s->filter);
	begin_anew(s);
	return rc;
}

static bool
make_room(struct sieve *s)
{
	size_t cap = s->cap ? s->cap * 2 : 256;
	uint32_t *v;

	if (s->n < s->cap)
		return true;
	v = realloc(s->v, cap * sizeof *v);
	if (!v)
		return false;
	s->v = v;
	s->cap = cap;
	return true;
}

bool
sieve_work(struct sieve *s, const struct reel *r, size_t most)
{
	unsigned thinned = reel_index_state(r).events_thinned;
	size_t all = reel_events(r);
	bool some;

	if (!s->on)
		return false;
	if (s->thinned != thinned || s->scanned > all)
		begin_anew(s);
	s->thinned = thinned;
	some = s->scanned < all;
	for (; s->scanned < all && most--; s->scanned++) {
		if (!filter_match(&s->filter, reel_event(r, s->scanned)))
			continue;
		if (!make_room(s))
			return false;
		s->v[s->n++] = (uint32_t)s->scanned;
	}
	return some;
}

size_t
sieve_count(const struct sieve *s, const struct reel *r)
{
	return s->on ? s->n : reel_events(r);
}

const struct reel_event *
sieve_event(const struct sieve *s, const struct reel *r, size_t i)
{
	if (!s->on)
		return reel_event(r, i);
	return i < s->n ? reel_event(r, s->v[i]) : NULL;
}

size_t
sieve_after(const struct sieve *s, const struct reel *r, uint64_t ordinal)
{
	size_t lo = 0, hi = s->n, event = reel_event_after(r, ordinal);

	if (!s->on)
		return event;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid] < event)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
