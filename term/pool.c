/* SPDX-License-Identifier: ISC */
#include "term/pool.h"

#include <string.h>

#define POOL_MIN   64
#define POOL_MAX   8192
#define POOL_SHARE 6 /* one cluster for so many cells of one screen */

uint32_t
pool_size_for(size_t cells)
{
	size_t n = cells / POOL_SHARE;

	return (uint32_t)(n < POOL_MIN ? POOL_MIN : n > POOL_MAX ? POOL_MAX : n);
}

static void
give(struct pool *p, uint32_t at)
{
	memset(&p->at[at], 0, sizeof p->at[at]);
	p->at[at].ch[1] = p->free;
	p->free = at + 1;
}

static void
collect(struct pool *p, const struct cell *cells, size_t ncells)
{
	uint8_t seen[POOL_MAX / 8] = { 0 };

	for (size_t i = 0; i < ncells; i++)
		if (cells[i].ch & CELL_CH_POOL) {
			uint32_t at = cells[i].ch & ~CELL_CH_POOL;

			seen[at / 8] |= (uint8_t)(1u << at % 8);
		}
	p->free = 0;
	for (uint32_t at = p->size; at-- > 0;)
		if (!(seen[at / 8] >> at % 8 & 1))
			give(p, at);
	p->takes = 0;
}

/* Garbage is looked for only after many takes since the last time, or the cost of a mark
 * would not be bounded. */
struct cluster *
pool_take(struct pool *p, const struct cell *cells, size_t ncells)
{
	struct cluster *c;

	if (p->takes <= p->size)
		p->takes++;
	if (p->fresh < p->size)
		return &p->at[p->fresh++];
	if (!p->free && p->takes > p->size / 4)
		collect(p, cells, ncells);
	if (!p->free)
		return NULL;
	c = &p->at[p->free - 1];
	p->free = c->ch[1];
	c->ch[1] = 0;
	return c;
}
