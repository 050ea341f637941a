/* SPDX-License-Identifier: ISC */
/* What the files of the grid share.  Memory: cells of all lines, order and fill of the lines, pool.
 * Only struct grid holds pointers.  Lines at first: history and main screen, then the alternate
 * screen. */
#ifndef TERM_GRID_IMPL_H
#define TERM_GRID_IMPL_H

#include "term/grid.h"

#include <string.h>

#define GRID_ROW_CELLS 8 /* work of a row, besides its cells */

static inline size_t
grid_cell_count(int rows, int cols)
{
	return (size_t)rows * (size_t)cols;
}

static inline size_t
grid_all_cells(const struct grid *g)
{
	return grid_cell_count(grid_lines(g->rows), g->cols);
}

/* Where order and fill begin. */
static inline uint16_t *
grid_lines_begin(const struct grid *g)
{
	return g->order[0] - grid_history(g->rows);
}

static inline void
grid_set_blank(struct cell *c, int n, uint32_t bg)
{
	const struct cell blank = { .bg = bg, .width = 1 };

	for (int i = 0; i < n; i++)
		c[i] = blank;
}

static inline void
grid_touch(struct grid *g, int row)
{
	g->dirty[row] = 1;
	g->changed[grid_at(g, row)] |= GRID_WRITTEN;
}

/* Column COL is about to become an edge of what is overwritten: a wide character that
 * lies across it loses both halves. */
static inline void
grid_split(struct grid *g, struct cell *row, int col)
{
	if (col > 0 && col < g->cols && row[col].width == 0) {
		grid_set_blank(&row[col - 1], 1, row[col - 1].bg);
		grid_set_blank(&row[col], 1, row[col].bg);
	}
}

/* Columns before END of a row are (perhaps) written now. */
static inline void
grid_filled(struct grid *g, int row, int end)
{
	uint16_t *fill = &g->fill[grid_at(g, row)];

	if (*fill < end)
		*fill = (uint16_t)end;
	grid_touch(g, row);
}

/* May so much be done?  Counted is the area, not what of it is blank already: how much that is
 * depends on short cuts. */
static inline bool
grid_afford(struct grid *g, int rows, int cols)
{
	uint64_t cells = grid_cell_count(rows, cols + GRID_ROW_CELLS);

	if (rows > 1 && grid_owes(g))
		return false;
	*g->work += cells;
	if (rows > 1)
		g->debt += cells;
	return true;
}

/* Point G at its parts inside BASE. */
void grid_place(struct grid *g, uint8_t *base, int rows, int cols);

#endif
