/* SPDX-License-Identifier: ISC */
/* The memory of one emulator: one mapping with three parts at fixed places.
 *   arena    struct core and libvterm's objects
 *   grid     cells of the present size
 *   scratch  the old grid while a resize copies; its content means nothing
 * A snapshot is the used front of the first two. */
#ifndef TERM_BLOCK_H
#define TERM_BLOCK_H

#include "term/core.h"

#define BLOCK_ARENA ((size_t)64 << 10)

struct emu {
	uint8_t *base;
	size_t size;       /* of the mapping */
	struct core *core; /* in the arena, always at the same place */
	size_t touched;    /* bytes of the grid's part that may not be zero */
	bool slow;
	uint8_t dirty[EMU_ROWS_MAX];
	uint8_t changed[EMU_LINES_MAX]; /* of the grid */
	struct grid_gone gone;
	uint64_t work;
};

static inline uint8_t *
block_grid(const struct emu *e)
{
	return e->base + BLOCK_ARENA;
}

static inline struct arena *
block_arena(const struct emu *e)
{
	return (struct arena *)e->base;
}

static inline void
block_touch(struct emu *e, size_t grid)
{
	if (grid > e->touched)
		e->touched = grid;
}

#endif
