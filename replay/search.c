/* SPDX-License-Identifier: ISC */
/* A unit is a block of the text store.  Units are looked at outwards from the aim.  The last
 * one grows and is looked at again.  Events are put into a store of their own first. */
#include "replay/search.h"

#include "base/utf8.h"
#include "replay/reel_impl.h"
#include "replay/scan.h"
#include "term/width.h"

#include <stdlib.h>

#define STEP_MAX 32

struct unit {
	struct search_hit *v; /* NULL with N > 0: found, not kept */
	uint64_t n;
	int64_t first_ns, last_ns; /* times of the first and the last of them */
	size_t done;               /* size of the block when it was looked at */
};

struct search {
	struct reel *r;
	enum search_scope scope;
	struct scan scan;
	struct unit *units;
	size_t n, cap;
	size_t up, down; /* the next unit to look at behind, and in front of, the aim */
	size_t step;     /* units to go back at once */
	bool backward;
	uint64_t hits;
	size_t kept;
	struct unit spare; /* hits of unit SPARE_OF, which keeps none */
	size_t spare_of;
	struct text events;
	size_t nevents; /* of the list, already among them */
	uint64_t events_dropped;
};

static const struct text *
text_of(const struct search *s)
{
	switch (s->scope) {
	case SEARCH_TYPED:
		return &s->r->typed.text;
	case SEARCH_EVENTS:
		return &s->events;
	case SEARCH_SHOWN:
		break;
	}
	return &s->r->text;
}

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
}

static void
forget(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->units[i].v);
	free(s->spare.v);
	s->spare = (struct unit){ 0 };
	s->spare_of = SIZE_MAX;
	s->n = s->kept = s->up = s->down = 0;
	s->step = 1;
	s->hits = 0;
}

int
search_open(struct search **out, struct reel *r, struct query *q, enum search_scope scope,
	struct err *e)
{
	struct search *s = calloc(1, sizeof *s);

	*out = s;
	if (!s)
		return no_memory(e);
	s->r = r;
	s->scope = scope;
	s->scan.q = q;
	s->step = 1;
	s->spare_of = SIZE_MAX;
	text_init(&s->events, 0);
	return 0;
}

void
search_close(struct search *s)
{
	if (!s)
		return;
	forget(s);
	free(s->units);
	text_free(&s->events);
	scan_end(&s->scan);
	free(s);
}

/* Take over new events; the list was thinned: all of them anew. */
static void
fetch_events(struct search *s)
{
	const struct events *v = &s->r->timeline.events;

	if (s->scope != SEARCH_EVENTS)
		return;
	if (v->dropped != s->events_dropped || v->n < s->nevents) {
		forget(s);
		text_free(&s->events);
		text_init(&s->events, 0);
		s->nevents = 0;
		s->events_dropped = v->dropped;
	}
	for (; s->nevents < v->n; s->nevents++) {
		const struct reel_event *ev = &v->v[s->nevents];
		struct text_line l = { .n = ev->ordinal + 1, .at_ns = ev->at_ns };

		l.text = span_str(ev->text);
		text_add(&s->events, &l);
	}
}

/* --- one unit --- */

static int
width(struct span s)
{
	uint32_t ch;
	int w = 0, k;

	for (; s.n; s.p += k, s.n -= (size_t)k) {
		k = utf8_get(s.p, s.n, &ch, NULL);
		if (k == 0)
			break;
		w += width_of(ch);
	}
	return w;
}

/* Columns in front of the match: a line may have one in each of them. */
static int
column(struct scan *c)
{
	c->cols += width(span_of(c->line.text.p + c->measured, c->start - c->measured));
	c->measured = c->start;
	return c->cols;
}

static struct search_hit
hit_of(struct search *s, size_t unit)
{
	struct scan *c = &s->scan;
	const struct text_line *l = &c->line;
	struct search_hit h = { .n = l->n,
		.at_ns = l->at_ns,
		.row = -1,
		.start = (uint32_t)c->start,
		.end = (uint32_t)c->end,
		.unit = (uint32_t)unit,
		.line = (uint32_t)(c->r.at - l->text.n - 1) };

	if (s->scope != SEARCH_SHOWN)
		return h;
	h.row = l->row;
	h.col = column(c);
	h.cols = width(span_of(l->text.p + c->start, c->end - c->start));
	return h;
}

static int
keep(struct unit *u, size_t *cap, const struct search_hit *h)
{
	if (u->n == *cap) {
		size_t more = *cap ? *cap * 2 : 8;
		struct search_hit *v = realloc(u->v, more * sizeof *v);

		if (!v)
			return ERR_NOMEM;
		u->v = v;
		*cap = more;
	}
	u->v[u->n] = *h;
	return 0;
}

/* All hits of a unit into U, the first MAX with their places. */
static int
look(struct search *s, size_t unit, struct unit *u, size_t max)
{
	const struct text *t = text_of(s);
	size_t cap = 0;
	int rc = scan_begin(&s->scan, &s->r->reader, t, unit);

	u->done = text_block_size(t, unit);
	while (rc == 0 && (rc = scan_next(&s->scan)) > 0) {
		struct search_hit h;

		rc = 0;
		if (s->scan.end <= s->scan.line.keep)
			continue;
		h = hit_of(s, unit);
		if (!u->n)
			u->first_ns = h.at_ns;
		u->last_ns = h.at_ns;
		if (u->n < max)
			rc = keep(u, &cap, &h);
		u->n += rc == 0;
	}
	if (rc == 0 && u->n > max) {
		free(u->v);
		u->v = NULL;
	}
	return rc;
}

static bool
fresh(const struct search *s, size_t unit)
{
	return unit < s->n && s->units[unit].done &&
	       s->units[unit].done == text_block_size(text_of(s), unit);
}

static int
look_at_unit(struct search *s, size_t unit)
{
	struct unit u = { 0 }, *old = &s->units[unit];
	int rc;

	s->hits -= old->n;
	s->kept -= old->v ? old->n : 0;
	free(old->v);
	*old = (struct unit){ 0 };
	if (s->spare_of == unit)
		s->spare_of = SIZE_MAX;
	rc = look(s, unit, &u, SEARCH_HITS_MAX - s->kept);
	if (rc < 0) {
		free(u.v);
		return rc;
	}
	*old = u;
	s->hits += u.n;
	s->kept += u.v ? u.n : 0;
	return 0;
}

/* The hits of a unit that was looked at. */
static const struct unit *
hits_of(struct search *s, size_t unit)
{
	struct unit *u = &s->units[unit];

	if (u->v || !u->n)
		return u;
	if (s->spare_of != unit) {
		free(s->spare.v);
		s->spare = (struct unit){ 0 };
		s->spare_of = unit;
		if (look(s, unit, &s->spare, SIZE_MAX) < 0)
			s->spare.n = 0;
	}
	return &s->spare;
}

/* --- all of them --- */

void
search_aim(struct search *s, uint64_t n, int dir)
{
	fetch_events(s);
	s->up = s->down = text_block_of(text_of(s), n);
	s->backward = dir < 0;
	s->step = 1;
	if (s->backward && s->up < text_blocks(text_of(s)))
		s->down = ++s->up;
}

static int
make_room(struct search *s, size_t n)
{
	struct unit *v;

	if (n > s->cap) {
		size_t cap = n + n / 2 + 16;

		v = realloc(s->units, cap * sizeof *v);
		if (!v)
			return ERR_NOMEM;
		s->units = v;
		s->cap = cap;
	}
	for (; s->n < n; s->n++)
		s->units[s->n] = (struct unit){ 0 };
	return 0;
}

/* In front of the aim: units are read fastest one behind the other, so it goes back in steps,
 * each twice as far, and onward within a step. */
static bool
choose_before(struct search *s, size_t *unit)
{
	for (; s->down > 0; s->step = s->step < STEP_MAX ? s->step * 2 : STEP_MAX) {
		size_t from = s->down > s->step ? s->down - s->step : 0;

		for (size_t i = from; i < s->down; i++)
			if (!fresh(s, i)) {
				*unit = i;
				return true;
			}
		s->down = from;
	}
	return false;
}

/* The unit to look at next; false: all were. */
static bool
choose(struct search *s, size_t *unit)
{
	while (s->up < s->n && fresh(s, s->up))
		s->up++;
	while (s->up > s->down && !fresh(s, s->up - 1))
		s->up--; /* was the last one and has grown */
	if ((s->backward || s->up == s->n) && choose_before(s, unit))
		return true;
	*unit = s->up;
	return s->up < s->n;
}

int
search_run(struct search *s, size_t bytes, struct err *e)
{
	size_t used = 0, unit;

	fetch_events(s);
	if (make_room(s, text_blocks(text_of(s))) < 0)
		return no_memory(e);
	while (choose(s, &unit)) {
		int rc;

		if (used > bytes)
			return 1;
		rc = look_at_unit(s, unit);
		if (rc == ERR_LIMIT)
			return err_set(e, rc, "this expression takes too long");
		if (rc < 0)
			return err_set(e, rc, "%s", err_name(rc));
		used += s->scan.r.texts.n;
	}
	return 0;
}

struct search_state
search_state(const struct search *s)
{
	size_t blocks = text_blocks(text_of(s)), done = 0;
	uint64_t limit = text_limit(text_of(s));
	struct search_state st = { .hits = s->hits, .given_up = s->scan.failures };

	for (size_t i = 0; i < blocks; i++)
		done += fresh(s, i);
	st.done = blocks ? (double)done / (double)blocks : 1;
	st.end = s->scope == SEARCH_SHOWN ? s->r->front.n : s->r->timeline.next.n;
	st.full = limit <= st.end;
	st.end = st.full ? limit - 1 : st.end;
	return st;
}

static bool
nearest(const struct unit *u, uint64_t n, int dir, struct search_hit *hit)
{
	for (uint64_t i = 0; i < u->n; i++) {
		const struct search_hit *h = &u->v[dir < 0 ? u->n - 1 - i : i];

		if (dir < 0 ? h->n < n : h->n > n) {
			*hit = *h;
			return true;
		}
	}
	return false;
}

int
search_near(struct search *s, uint64_t n, int dir, struct search_hit *hit)
{
	const struct text *t = text_of(s);
	size_t blocks = text_blocks(t), i;

	fetch_events(s);
	i = text_block_of(t, n);
	while (dir < 0 && i + 1 < blocks && text_block_first(t, i + 1) < n)
		i++;
	for (; i < blocks; dir < 0 ? i-- : i++) {
		if (!fresh(s, i))
			return SEARCH_WAIT;
		if (nearest(hits_of(s, i), n, dir, hit))
			return 1;
	}
	return 0;
}

bool
search_hit(struct search *s, uint64_t i, struct search_hit *hit)
{
	for (size_t u = 0; u < s->n; i -= s->units[u++].n)
		if (i < s->units[u].n) {
			const struct unit *v = hits_of(s, u);

			if (i >= v->n)
				return false;
			*hit = v->v[i];
			return true;
		}
	return false;
}

uint64_t
search_number(struct search *s, const struct search_hit *hit)
{
	const struct unit *v;
	uint64_t before = 0;

	for (size_t u = 0; u < s->n && u < hit->unit; u++)
		before += s->units[u].n;
	if (hit->unit >= s->n)
		return before;
	v = hits_of(s, hit->unit);
	for (uint64_t i = 0; i < v->n; i++, before++)
		if (v->v[i].line > hit->line ||
			(v->v[i].line == hit->line && v->v[i].start >= hit->start))
			break;
	return before;
}

static int
slot_of(int64_t at_ns, int64_t duration_ns, int n)
{
	double slot =
		duration_ns > 0 ? (double)at_ns / (double)duration_ns * (double)n : 0;

	return slot < 0 ? 0 : slot >= n ? n - 1 : (int)slot;
}

/* Few units lie in more than one slot; only of those the hits themselves are looked at. */
void
search_slots(const struct search *s, int64_t duration_ns, uint32_t *slots, int n)
{
	for (size_t i = 0; i < s->n && n > 0; i++) {
		const struct unit *u = &s->units[i];
		int first = slot_of(u->first_ns, duration_ns, n);

		if (!u->v || first == slot_of(u->last_ns, duration_ns, n)) {
			slots[first] += (uint32_t)u->n;
			continue;
		}
		for (uint64_t k = 0; k < u->n; k++)
			slots[slot_of(u->v[k].at_ns, duration_ns, n)]++;
	}
}

int
search_context(struct search *s, const struct search_hit *hit, struct buf *out)
{
	const struct text *t = text_of(s);
	struct text_line l;
	int rc;

	if (hit->unit >= text_blocks(t))
		return ERR_NOTFOUND;
	rc = derive_block(&s->scan.derive, &s->r->reader, t, hit->unit, &s->scan.r);
	while (rc == 0 && page_next(&s->scan.r, &l, 0))
		if (l.n == hit->n && s->scan.r.at - l.text.n - 1 == hit->line)
			return buf_add_span(out, l.text);
	return rc < 0 ? rc : ERR_NOTFOUND;
}
