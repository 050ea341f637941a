/* SPDX-License-Identifier: ISC */
/* Painting a terminal anew by output alone (emu_repaint()).  It is exact but for:
 *   - work that is owed (grid.h): the new terminal owes nothing, and the count of bells;
 *   - a cursor behind the end of its line (the next character wraps), where the line ends
 *     before the last column, margins are on and the cursor is not at them, or a character
 *     stands there that would join the one before it; what was erased there counts as
 *     written with a blank;
 *   - a cursor above or left of the corner from which places are counted;
 *   - which rows go on on the next, on terminals of fewer than 6 columns or 3 rows, and where
 *     what stands at the end was erased or moved;
 *   - saved cursors outside of the screen come to its edge;
 *   - the last character, for REP: nothing on the screen like it and no cell free.
 * None of that can be seen before output that asks for it. */
#ifndef TERM_REPAINT_H
#define TERM_REPAINT_H

#include "term/core.h"

/* What paints, and what the terminal that reads has come to. */
struct brush {
	struct buf *out;
	const struct core *c; /* what is painted */
	struct grid g;        /* one of its two screens */
	struct pen pen;       /* of the reader; extra is an entry of C's */
	int row, col;         /* its cursor, row -1: not known */
	int top, left;        /* where its places are counted from */
	int spill; /* cells at the front of the next row that hold what does not belong there */
	uint32_t last; /* what it printed last */
};

/* repaint_cells.c */
void brush_to(struct brush *b, int row, int col);
void brush_pen(struct brush *b, const struct pen *p);
/* The cell at COL of ROW, at the same place; false: there is nothing to print. */
bool brush_cell(struct brush *b, int row, int col);
/* Printed again, that cell would join the one before it. */
bool brush_joins(const struct brush *b, int row, int col);
/* The screen that is shown; ALT: which of both that is. */
void brush_screen(struct brush *b, int alt);
void brush_clear(
	struct brush *b, int row, int col, int n); /* N cells as they were at first */
/* What was printed last must be CH: prints it where that changes nothing. */
void brush_last(struct brush *b, uint32_t ch);

#endif
