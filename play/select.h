/* SPDX-License-Identifier: ISC */
/* Text that is being selected on a screen: a cursor that moves over it, and the place where
 * the selection began.  Rows below 0 are those that left the screen at its top, as far as the
 * emulator still has them.  Knows neither keys nor a window. */
#ifndef PLAY_SELECT_H
#define PLAY_SELECT_H

#include "term/emu.h"

enum select_kind {
	SELECT_NONE, /* only a cursor */
	SELECT_CHARS,
	SELECT_LINES,
	SELECT_BLOCK,
};

struct select {
	enum select_kind kind;
	int row, col;           /* the cursor; never on the right half of a character */
	int from_row, from_col; /* where it began */
};

/* Nothing is selected, the cursor stands at (about) that place. */
void select_start(struct select *s, const struct emu *e, int row, int col);
/* Move the cursor: "left", "right", "up", "down", "word", "word-back", "word-end",
 * "line-start", "line-text", "line-end", "page-up", "page-down", "top", "bottom",
 * "history"; false for another word.  PAGE: rows of a page. */
bool select_move(struct select *s, const struct emu *e, const char *where, int page);
void select_to(struct select *s, const struct emu *e, int row, int col);
/* Begin at the cursor, or go on as another kind; the kind that it has: select nothing. */
void select_mark(struct select *s, enum select_kind kind);
void select_other_end(struct select *s);
/* The word or the row (and those it was wrapped from and to) at that place. */
void select_word(struct select *s, const struct emu *e, int row, int col);
void select_line(struct select *s, const struct emu *e, int row);
void select_all(struct select *s, const struct emu *e); /* of the screen */

bool select_has(const struct select *s, const struct emu *e, int row, int col);
/* What is selected, as UTF-8 without control characters but for line feeds between rows: rows
 * that the terminal wrapped are joined, blanks at the ends of the others left out, characters
 * whole.  Returns ERR_NOMEM or 0. */
int select_text(const struct select *s, const struct emu *e, struct buf *out);

#endif
