/* SPDX-License-Identifier: ISC */
#include "recd/held.h"

#include <stdlib.h>

void
held_free(struct held_table *t)
{
	free(t->slot);
	t->slot = NULL;
	t->nslots = t->n = 0;
}

struct held *
held_find(const struct held_table *t, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t hash)
{
	struct held *h = t->nslots ? t->slot[hash % t->nslots] : NULL;

	while (h && memcmp(h->id, id, sizeof h->id) != 0)
		h = h->next;
	return h;
}

static bool
grow(struct held_table *t)
{
	size_t n = t->nslots ? 2 * t->nslots : 64;
	struct held **slot = calloc(n, sizeof *slot), *h, *next;

	if (!slot)
		return false;
	for (size_t i = 0; i < t->nslots; i++)
		for (h = t->slot[i]; h; h = next) {
			next = h->next;
			h->next = slot[h->hash % n];
			slot[h->hash % n] = h;
		}
	free(t->slot);
	t->slot = slot;
	t->nslots = n;
	return true;
}

struct held *
held_add(struct held_table *t, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t hash)
{
	struct held *h;

	if (t->n >= t->nslots && !grow(t))
		return NULL;
	h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	memcpy(h->id, id, sizeof h->id);
	h->hash = hash;
	h->next = t->slot[hash % t->nslots];
	t->slot[hash % t->nslots] = h;
	t->n++;
	return h;
}

void
held_remove(struct held_table *t, struct held *h)
{
	struct held **p = &t->slot[h->hash % t->nslots];

	while (*p != h)
		p = &(*p)->next;
	*p = h->next;
	t->n--;
	free(h);
}

struct held *
held_next(const struct held_table *t, const struct held *h)
{
	size_t i = h ? h->hash % t->nslots + 1 : 0;

	if (h && h->next)
		return h->next;
	while (i < t->nslots && !t->slot[i])
		i++;
	return i < t->nslots ? t->slot[i] : NULL;
}
