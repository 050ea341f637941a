/* SPDX-License-Identifier: ISC */
/* An allocator inside one block of memory: its free list and every object lie in the block,
 * so that a copy of the first arena_used() bytes, put back to the same place, restores all
 * objects and the allocator itself.  First fit, neighbours are joined.  Memory is zero when
 * handed out and zeroed when given back (exactness, and it deflates well).  Never grows. */
#ifndef TERM_ARENA_H
#define TERM_ARENA_H

#include <stddef.h>

struct arena;

/* Make an empty arena of SIZE bytes (a multiple of 16) at BLOCK, which must be zero. */
struct arena *arena_init(void *block, size_t size);
void *arena_alloc(struct arena *a, size_t n); /* aligned to 16; NULL: full */
void arena_free(struct arena *a, void *p);    /* P may be NULL */
size_t arena_used(
	const struct arena *a); /* bytes from the block's begin, with the head */

#endif
