/* SPDX-License-Identifier: ISC */
/* Characters with combining marks: clusters that cells name by index.  The pool is bounded;
 * clusters that no cell names any more are found by a look at all cells, now and then. */
#ifndef TERM_POOL_H
#define TERM_POOL_H

#include "term/cell.h"

#include <stddef.h>

#define CLUSTER_MAX 7 /* characters of a cell: one and its marks */

struct cluster {
	uint32_t ch[CLUSTER_MAX]; /* ch[0] == 0: free, ch[1] the next free one + 1 */
};

struct pool {
	struct cluster *at;
	uint32_t size, fresh; /* clusters; those from fresh on were never used */
	uint32_t free, takes; /* first free one + 1, 0: none; takes since the last look */
};

uint32_t pool_size_for(size_t cells);
/* The cluster of a cell with CELL_CH_POOL. */
static inline struct cluster *
pool_of(const struct pool *p, const struct cell *c)
{
	return &p->at[c->ch & ~CELL_CH_POOL];
}
/* An unused cluster, NULL: none.  CELLS are all that may name clusters. */
struct cluster *pool_take(struct pool *p, const struct cell *cells, size_t ncells);

#endif
