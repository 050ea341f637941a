/* SPDX-License-Identifier: ISC */
/* A window's contents before any terminal library sees them: a grid of cells as the
 * emulator has it (term/cell.h), made anew or in parts for every frame.  Everything that is
 * shown is painted here, so tests and scripts see exactly what a person sees; play/ui only
 * copies rows that differ to the terminal.
 *
 * Characters of several code points and colours of underlines live in the canvas' own
 * tables: equal ones have an equal index, so cells may be compared bytewise as long as GENERATION stays. */
#ifndef PLAY_CANVAS_H
#define PLAY_CANVAS_H

#include "replay/reel.h"

#define CANVAS_COLS_MAX 1024
#define CANVAS_ROWS_MAX 512
#define CANVAS_ULS      256  /* colours of underlines; beyond that they have the text's */
#define CANVAS_POOL     1024 /* texts; beyond 3/4 of it only the base character is kept */

struct style {
	uint32_t fg, bg;
	uint16_t attr;
};

struct canvas {
	int cols, rows;
	struct cell *cell; /* rows * cols */
	char (*pool)[EMU_CELL_TEXT_MAX];
	int pooled;
	uint32_t ul[CANVAS_ULS]; /* named by struct cell's extra; 0: that of the text */
	int uls;
	unsigned generation;
	int cursor_row, cursor_col; /* row -1: hidden */
	int cursor_shape;           /* as DECSCUSR counts, 0: the terminal's own */
};

/* Sizes are clamped to 1..CANVAS_*_MAX.  Contents are blank behind it.  0 or ERR_NOMEM. */
int canvas_size(struct canvas *c, int cols, int rows);
void canvas_free(struct canvas *c);
/* Before a frame that paints every cell: forgets pool texts when the pool runs full. */
void canvas_begin(struct canvas *c);

struct cell *canvas_row(const struct canvas *c, int row);
void canvas_fill(
	struct canvas *c, int row, int col, int cols, struct style s, uint32_t ch);
/* Text (UTF-8; control characters and damage as '?') cut to COLS columns.  Returns the
 * columns used. */
int canvas_text(
	struct canvas *c, int row, int col, int cols, struct style s, const char *text);
int canvas_text_cols(const char *text);
/* Bytes at the front of the N at TEXT that fit into COLS columns; at least one character. */
size_t canvas_text_fit(const char *text, size_t n, int cols);
/* One cell of an emulator. */
void canvas_emu_cell(
	struct canvas *c, int row, int col, const struct emu *e, const struct cell *from);
/* UTF-8 of a cell as emu_cell_text(). */
int canvas_cell_text(
	const struct canvas *c, const struct cell *cell, char out[EMU_CELL_TEXT_MAX]);
/* A row as text without blanks at its end. */
int canvas_row_text(const struct canvas *c, int row, struct buf *out);

#endif
