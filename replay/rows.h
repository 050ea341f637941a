/* SPDX-License-Identifier: ISC */
/* What appears on a screen, message by message, as lines of text for the store: the rows
 * whose text is another than before, and those that came and scrolled off within the message.
 * A row that only moved is no news, nor is one that another screen brought back and that takes
 * the place of an equal one which left with the same message.
 *
 * Whatever makes more rows hold some text than before is among the lines. */
#ifndef REPLAY_ROWS_H
#define REPLAY_ROWS_H

#include "replay/text.h"
#include "term/emu.h"

struct rows_line {
	uint8_t *p;
	uint32_t n, cap;
	uint64_t hash;
};

struct rows {
	struct rows_line lines[EMU_LINES_MAX]; /* as they were last seen */
	uint16_t shown[EMU_ROWS_MAX];          /* which of them */
	int rows, cols;
	uint64_t left[EMU_ROWS_MAX]; /* hashes of those not shown any more */
	int nleft;
	uint8_t here[EMU_LINES_MAX];
	struct buf line;
	struct emu *emu; /* between rows_begin() and rows_note() */
	struct text *text;
	struct text_line out;
	size_t gone_left; /* bytes of rows gone that may still be added */
};

void rows_free(struct rows *r);
/* Message number N - 1, of the time AT_NS and SIZE bytes of output, is about to be applied to
 * E: rows that scroll off in it go to T.  Of them only about as much as the message is long. */
void rows_begin(struct rows *r, struct emu *e, struct text *t, uint64_t n, int64_t at_ns,
	size_t size);
/* It was: add to T what it brought, and settle E. */
void rows_note(struct rows *r);
/* The rows of E as they are now are known; settle E. */
void rows_know(struct rows *r, struct emu *e);

#endif
