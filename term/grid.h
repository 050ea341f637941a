/* SPDX-License-Identifier: ISC */
/* Two screens (main and alternate) of cells in one piece of memory.  Each screen orders its
 * rows by an index, so that scrolling whole lines moves no cells; the main screen keeps as many
 * rows again that left it at the top, which come back when it grows.  Wide characters are kept
 * whole: what overwrites one half blanks the other.  Characters with combining marks live in
 * a bounded pool; when it is full, marks are dropped.
 *
 * The grid knows no cursor and no modes; rows and columns given must lie inside. */
#ifndef TERM_GRID_H
#define TERM_GRID_H

#include "term/cell.h"
#include "term/extra.h"
#include "term/pen.h"
#include "term/pool.h"

#include <stddef.h>

enum grid_change { GRID_WRITTEN = 1, GRID_REVEALED = 2, GRID_ABOVE = 4 };

struct grid {
	int rows, cols;
	int alt;       /* which screen is shown and written: 0 main, 1 alternate */
	int history;   /* rows kept that left the main screen at its top */
	uint8_t *base; /* memory given to grid_init */
	struct cell *cells;
	/* Of each screen: row -> line in memory; row -1 is the newest of the history. */
	uint16_t *order[2];
	uint16_t *fill; /* of each line in memory: from here on never written */
	uint32_t
		*tint; /* of each line: GRID_TINT and a colour: all of it is blank in that
			 * colour, whatever its cells are; 0: the cells count */
	uint8_t *big;  /* of each line in memory: characters take two columns each */
	struct pool pool;
	struct extras extras;
	uint64_t
		debt; /* cells moved or blanked that are not paid for, see grid_repay() */
	/* Belong to the user, not to snapshots: */
	uint8_t *dirty;   /* one byte a row */
	uint8_t *changed; /* one byte a line in memory, enum grid_change */
	struct grid_gone *gone;
	uint64_t *work; /* counts cells moved or blanked */
};

/* Asked about rows that are about to leave the screen and have changed. */
struct grid_gone {
	void (*call)(void *ctx, int row, int change); /* NULL: nobody */
	void *ctx;
};

struct rect {
	int top, bottom, left, right; /* bottom and right exclusive */
};

/* Bytes that ROWS x COLS may need, and an empty grid in zeroed memory of that size; what belongs
 * to the user is set. */
size_t grid_need(int rows, int cols);
size_t grid_used(const struct grid *g); /* bytes at BASE that may not be zero */
void grid_init(struct grid *g, uint8_t *base, int rows, int cols);
int grid_history(int rows); /* rows kept above a main screen */

static inline size_t
grid_at(const struct grid *g, int row)
{
	return g->order[g->alt][row];
}

#define GRID_TINT UINT32_C(0x80000000)
void grid_wash_all(const struct grid *g);          /* snapshots know cells only */
void grid_wash(const struct grid *g, size_t line); /* make the cells what the tint says */

static inline struct cell *
grid_row(const struct grid *g, int row)
{
	size_t line = grid_at(g, row);

	if (g->tint[line])
		grid_wash(g, line);
	return g->cells + line * (size_t)g->cols;
}

/* Columns of a row: half as many where characters have double size. */
static inline int
grid_width(const struct grid *g, int row)
{
	return g->big[grid_at(g, row)] ? g->cols / 2 : g->cols;
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
/* The text of ROW, which ends with the cell at COL, goes on to the row below.  That ends when the
 * cell is written anew, or is not at the end of the row any more. */
void grid_wrap(struct grid *g, int row, int col);
bool grid_wrapped(const struct grid *g, int row);
/* Add a mark to the character at COL (its left half). */
void grid_combine(struct grid *g, int row, int col, uint32_t mark);
/* Blank cells take the background of P.  SELECTIVE spares guarded cells. */
void grid_erase(struct grid *g, struct rect r, bool selective, const struct pen *p);
/* Content moves up by DOWN and left by RIGHT (both may be negative); blanks follow. */
void grid_scroll(struct grid *g, struct rect r, int down, int right, const struct pen *p);
void grid_fill(struct grid *g, uint32_t ch); /* the shown screen, default colours */
/* Size of the characters of rows TOP to BOTTOM (exclusive). */
void grid_set_big(struct grid *g, int top, int bottom, bool big);
void grid_set_small(struct grid *g); /* all rows, of both screens and the history */
void grid_forget(struct grid *g);    /* the history */
/* A few bytes can blank or move every cell.  Where a recording does little else such work is left
 * out, so that there is an end to any of it: whole screens that were filled or moved are a
 * debt, which BYTES of output pay.  What changes one row only is always done. */
#define GRID_REPAY    512                 /* cells that a byte pays for */
#define GRID_DEBT_MAX (UINT64_C(1) << 26) /* cells: some 50 ms */
static inline bool
grid_owes(const struct grid *g)
{
	return g->debt > GRID_DEBT_MAX;
}

static inline void
grid_repay(struct grid *g, size_t bytes)
{
	uint64_t paid = (uint64_t)bytes * GRID_REPAY;

	if (g->debt)
		g->debt -= paid < g->debt ? paid : g->debt;
}

/* New size: row 0 of screen i is row SKIP[i] of before; negative comes from the history (not
 * more than it has), what lies above goes there.  SCRATCH: memory of at least
 * grid_used() bytes. */
void grid_resize(struct grid *g, int rows, int cols, const int skip[2], uint8_t *scratch);
/* Calls PIECE for each part of the memory that is not certainly blank, until it returns false.
 * When PIECE writes there (after struct grid itself is restored), the parts written first tell
 * which follow; grid_blank() before that makes all others blank. */
typedef bool grid_piece(void *ctx, void *p, size_t n);
bool grid_pieces(const struct grid *g, grid_piece *piece, void *ctx);
void grid_blank(struct grid *g);
void grid_touch_all(struct grid *g);
void grid_reveal_all(struct grid *g); /* other lines are shown now */
int grid_lines(int rows);             /* lines in memory */
/* What cells written with UL and LINK (as in struct extra) name; PENS[0..NPENS) are in use
 * besides cells. */
uint16_t grid_extra(struct grid *g, uint32_t ul, struct span link, const uint32_t *pens,
	size_t npens);
/* The characters of a cell; returns their number. */
int grid_chars(const struct grid *g, const struct cell *c, uint32_t out[CLUSTER_MAX]);

#endif
