/* SPDX-License-Identifier: ISC */
/* Plain output - text, line ends, tabs, colours - as the rows it leaves on a terminal, without
 * a terminal.  It begins at a place where a terminal is found to be plain (emu_plain) and goes
 * on as long as every byte only adds to the end of the last row or begins the next one; what
 * rows it makes is then known from the bytes alone.  Anything else is not plain: moves of the
 * cursor, overwriting, marks, modes, character sets, what is rare. */
#ifndef TERM_LINES_H
#define TERM_LINES_H

#include "base/span.h"

#define LINES_GROWTH 8 /* a byte makes at most this many */
#define LINES_SLACK  32

struct lines {
	int cols;
	int len;     /* columns of the last row; the cursor is there ... */
	bool back;   /* ... or, behind a carriage return, at its front */
	bool cooked; /* a line feed is carriage return and line feed */
	uint8_t state;
	bool args;      /* the sequence at hand has another argument than 0 */
	uint8_t before; /* the byte before in it */
	uint8_t nheld;
	uint8_t held[4]; /* of a character that is not complete */
	uint64_t feeds;  /* rows begun */
};

/* How many bytes of S, from its front, are plain; L is then behind them. */
size_t lines_scan(struct lines *l, struct span s);
/* The same for bytes that are all plain, and their text: rows without blanks at
 * their ends, each followed by a newline but for the last one, whose blanks are kept.  OUT has
 * room for LINES_GROWTH * S.n + LINES_SLACK bytes and holds the last row's text in front, from
 * FROM on.  Returns the end of what was written, or NULL: they are not. */
uint8_t *lines_text(struct lines *l, struct span s, uint8_t *from, uint8_t *out);

#endif
