/* SPDX-License-Identifier: ISC */
/* Entries are found by chains from buckets, whose heads lie in the entries themselves. */
#include "term/extra.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 256 /* fewer than entries: their heads are in use before FRESH is */

static uint32_t
hash_of(struct span link)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < link.n; i++)
		h = (h ^ link.p[i]) * 16777619u;
	return (h ^ h >> 15) & 0xffff;
}

static uint16_t *
bucket(struct extras *x, uint32_t ul, uint32_t hash)
{
	uint32_t h = (hash ^ ul) * 2654435761u;

	return &x->at[h >> 24].head;
}

static bool
entry_is(
	const struct extras *x, uint32_t at, uint32_t ul, uint32_t hash, struct span link)
{
	const struct extra *e = &x->at[at];

	return e->ul == ul && e->hash == hash && e->n == link.n &&
	       (!link.n || memcmp(x->text + e->text, link.p, link.n) == 0);
}

static uint16_t
find(struct extras *x, uint32_t ul, uint32_t hash, struct span link)
{
	uint16_t at = *bucket(x, ul, hash);

	while (at && !entry_is(x, at, ul, hash, link))
		at = x->at[at].next;
	return at;
}

static void
chain(struct extras *x, uint16_t at)
{
	uint16_t *head = bucket(x, x->at[at].ul, x->at[at].hash);

	x->at[at].next = *head;
	*head = at;
}

static void
give(struct extras *x, uint16_t at)
{
	struct extra *e = &x->at[at];

	e->ul = e->text = 0;
	e->n = e->hash = 0;
	e->next = x->free;
	x->free = at;
}

struct place {
	uint32_t text;
	uint16_t at;
};

static int
by_text(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->text > y->text) - (x->text < y->text);
}

/* Close the gaps between texts. */
static void
compact(struct extras *x)
{
	struct place order[EXTRA_MAX] = { 0 };
	size_t n = 0;
	uint32_t end = 0;

	for (uint16_t at = 1; at <= x->fresh; at++)
		if (x->at[at].n)
			order[n++] = (struct place){ x->at[at].text, at };
	qsort(order, n, sizeof *order, by_text);
	for (size_t i = 0; i < n; i++) {
		struct extra *e = &x->at[order[i].at];

		memmove(x->text + end, x->text + e->text, e->n);
		e->text = end;
		end += e->n;
	}
	memset(x->text + end, 0, x->ntext - end);
	x->ntext = end;
}

static void
collect(struct extras *x, const struct extra_users *u)
{
	bool seen[EXTRA_MAX + 1] = { 0 };

	for (size_t i = 0; i < u->cells; i++)
		seen[u->cell[i].extra] = true;
	for (size_t i = 0; i < u->pens; i++)
		seen[u->pen[i]] = true;
	x->free = 0;
	for (size_t i = 0; i < BUCKETS; i++)
		x->at[i].head = 0;
	for (uint16_t at = x->fresh; at > 0; at--)
		if (seen[at])
			chain(x, at);
		else
			give(x, at);
	compact(x);
	x->takes = 0;
}

static bool
has_room(const struct extras *x, size_t text)
{
	return (x->fresh < EXTRA_MAX || x->free) && text <= EXTRA_TEXT - x->ntext;
}

/* Garbage is looked for only after many takes since the last time, or the cost of an entry
 * would not be bounded. */
uint16_t
extra_take(
	struct extras *x, uint32_t ul, struct span link, const struct extra_users *users)
{
	uint32_t hash = hash_of(link);
	uint16_t at;

	if (!ul && !link.n)
		return 0;
	if ((at = find(x, ul, hash, link)))
		return at;
	if (x->takes <= EXTRA_MAX)
		x->takes++;
	if (!has_room(x, link.n) && x->takes > EXTRA_MAX / 8)
		collect(x, users);
	if (!has_room(x, link.n))
		return 0;
	at = x->free;
	if (at)
		x->free = x->at[at].next;
	else
		at = ++x->fresh;
	x->at[at].ul = ul;
	x->at[at].hash = (uint16_t)hash;
	x->at[at].n = (uint16_t)link.n;
	x->at[at].text = link.n ? x->ntext : 0;
	if (link.n)
		memcpy(x->text + x->ntext, link.p, link.n);
	x->ntext += (uint32_t)link.n;
	chain(x, at);
	return at;
}

/* The heads of all buckets are among them. */
size_t
extra_entries(const struct extras *x)
{
	if (!x->fresh)
		return 0;
	return x->fresh < BUCKETS ? BUCKETS : (size_t)x->fresh + 1;
}

size_t
extra_used(const struct extras *x)
{
	if (x->ntext)
		return (EXTRA_MAX + 1) * sizeof *x->at + x->ntext;
	return extra_entries(x) * sizeof *x->at;
}
