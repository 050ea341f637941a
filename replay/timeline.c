/* SPDX-License-Identifier: ISC */
#include "replay/timeline.h"

#include <stdlib.h>

void
timeline_init(struct timeline *t, const struct tape_pos *start)
{
	*t = (struct timeline){ 0 };
	t->next.pos = *start;
	t->place_bytes = TIMELINE_PLACE_BYTES;
	t->slot_ns = TIMELINE_SLOT_NS;
	events_init(&t->events, 0);
	gaps_init(&t->gaps);
}

void
timeline_free(struct timeline *t)
{
	free(t->places);
	events_free(&t->events);
	gaps_free(&t->gaps);
	*t = (struct timeline){ 0 };
}

static void
thin_places(struct timeline *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->nplaces; i += 2)
		t->places[kept++] = t->places[i];
	t->nplaces = kept;
	t->place_bytes *= 2;
}

static void
add_place(struct timeline *t)
{
	size_t cap = t->places_cap ? t->places_cap * 2 : 64;
	struct timeline_place *p;

	if (t->nplaces == t->places_cap && t->places_cap >= TIMELINE_PLACES_MAX)
		thin_places(t);
	if (t->nplaces == t->places_cap) {
		p = realloc(t->places, cap * sizeof *p);
		if (!p)
			return;
		t->places = p;
		t->places_cap = cap;
	}
	t->places[t->nplaces++] = t->next;
}

static void
widen_slots(struct timeline *t)
{
	for (int i = 0; i < TIMELINE_SLOTS / 2; i++)
		t->slots[i] = t->slots[2 * i] + t->slots[2 * i + 1];
	memset(t->slots + TIMELINE_SLOTS / 2, 0, sizeof t->slots / 2);
	t->slot_ns *= 2;
}

static void
add_activity(struct timeline *t, int64_t at_ns, size_t bytes)
{
	if (at_ns < 0)
		at_ns = 0;
	while (at_ns / t->slot_ns >= TIMELINE_SLOTS)
		widen_slots(t);
	t->slots[at_ns / t->slot_ns] += bytes;
}

void
timeline_note(struct timeline *t, const struct msg *m, int64_t at_ns,
	const struct tape_pos *after)
{
	if (!t->nplaces ||
		t->next.pos.off - t->places[t->nplaces - 1].pos.off >= t->place_bytes)
		add_place(t);
	if (msg_is_output(m))
		add_activity(t, at_ns, m->p.io.data.n);
	if (events_is(m))
		events_note(&t->events, m, t->next.n, at_ns);
	else
		gaps_note(&t->gaps, t->next.n, at_ns);
	t->next.pos = *after;
	t->next.at_ns = at_ns;
	t->next.n++;
}

static const struct timeline_place *
last_before(const struct timeline *t, bool by_time, int64_t at_ns, uint64_t n)
{
	size_t lo = 0, hi = t->nplaces;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct timeline_place *p = &t->places[mid];

		if (by_time ? p->at_ns <= at_ns : p->n <= n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &t->places[lo - 1] : NULL;
}

const struct timeline_place *
timeline_by_time(const struct timeline *t, int64_t at_ns)
{
	return last_before(t, true, at_ns, 0);
}

const struct timeline_place *
timeline_by_ordinal(const struct timeline *t, uint64_t n)
{
	return last_before(t, false, 0, n);
}

void
timeline_activity(const struct timeline *t, int64_t duration_ns, uint32_t *out, int n)
{
	double scale = (double)n * (double)t->slot_ns /
		       (double)(duration_ns > 0 ? duration_ns : 1);

	memset(out, 0, (size_t)n * sizeof *out);
	for (int i = 0; i < TIMELINE_SLOTS; i++) {
		double at = i * scale;
		int k = at >= n ? n - 1 : (int)at;
		uint64_t sum;

		if (!t->slots[i])
			continue;
		sum = out[k] + t->slots[i];
		out[k] = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
	}
}
