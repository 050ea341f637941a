/* SPDX-License-Identifier: ISC */
/* Two screens (main and alternate) of cells in one piece of memory.  Each screen orders its
 * rows by an index, so that scrolling whole lines moves no cells.  Wide characters are kept
 * whole: what overwrites one half blanks the other.  Characters with combining marks live in
 * a bounded pool; when it is full, marks are dropped.
 *
 * The grid knows no cursor and no modes; rows and columns given must lie inside. */
#ifndef TERM_GRID_H
#define TERM_GRID_H

#include "term/cell.h"
#include "term/pen.h"

#include <stddef.h>

#define CLUSTER_MAX 6 /* characters of a cell: one and its marks */
#define CELL_GUARD  1 /* in cell.pad: protected against selective erase */

struct cluster {
	uint32_t ch[CLUSTER_MAX]; /* ch[0] == 0: free */
};

struct grid {
	int rows, cols;
	int alt;       /* which screen is shown and written: 0 main, 1 alternate */
	uint8_t *base; /* memory given to grid_init */
	size_t used;   /* bytes of it in use */
	struct cell *cells;
	uint16_t *order[2]; /* of each screen: row shown -> row in memory */
	uint16_t *fill; /* of each row in memory: from here on cells were never written */
	struct cluster *pool;
	uint32_t pool_size,
		pool_fresh; /* clusters; those from pool_fresh on were never used */
	uint32_t pool_free,
		pool_tries; /* first free cluster + 1; takes since the last collection */
	uint8_t *dirty;     /* one byte a row; belongs to the user, not to snapshots */
};

struct rect {
	int top, bottom, left, right; /* bottom and right exclusive */
};

/* Bytes that ROWS x COLS may need, and an empty grid in zeroed memory of that size. */
size_t grid_need(int rows, int cols);
void grid_init(struct grid *g, uint8_t *base, uint8_t *dirty, int rows, int cols);

/* Which row in memory it is. */
static inline size_t
grid_at(const struct grid *g, int row)
{
	return (size_t)g->alt * (size_t)g->rows + g->order[g->alt][row];
}

static inline struct cell *
grid_row(const struct grid *g, int row)
{
	return g->cells + grid_at(g, row) * (size_t)g->cols;
}

/* Columns from here on are blank and of default colour. */
static inline int
grid_fill_of(const struct grid *g, int row)
{
	return g->fill[grid_at(g, row)];
}

/* A character of WIDTH 1 or 2 (then COL + 1 is inside, too). */
void grid_put(
	struct grid *g, int row, int col, uint32_t ch, int width, const struct pen *p);
/* N printable ASCII bytes from COL on; all inside. */
void grid_put_run(
	struct grid *g, int row, int col, const uint8_t *s, int n, const struct pen *p);
/* Add a mark to the character at COL (its left half). */
void grid_combine(struct grid *g, int row, int col, uint32_t mark);
/* Blank cells take the background of P.  SELECTIVE spares guarded cells. */
void grid_erase(struct grid *g, struct rect r, bool selective, const struct pen *p);
/* Content moves up by DOWN and left by RIGHT (both may be negative); blanks follow. */
void grid_scroll(struct grid *g, struct rect r, int down, int right, const struct pen *p);
void grid_fill(struct grid *g, uint32_t ch); /* the shown screen, default colours */
/* New size; the top left part stays, after the first SKIP[i] rows of screen i.  SCRATCH:
 * memory of at least the present `used` bytes. */
void grid_resize(struct grid *g, int rows, int cols, const int skip[2], uint8_t *scratch);
/* Calls PIECE for each part of the memory that is not certainly blank, until it returns false.
 * When PIECE writes there (after struct grid itself is restored), the parts written first tell
 * which follow; grid_blank() before that makes all others blank. */
typedef bool grid_piece(void *ctx, void *p, size_t n);
bool grid_pieces(const struct grid *g, grid_piece *piece, void *ctx);
void grid_blank(struct grid *g);
void grid_touch_all(struct grid *g);
/* The characters of a cell; returns their number. */
int grid_chars(const struct grid *g, const struct cell *c, uint32_t out[CLUSTER_MAX]);

#endif
