/* SPDX-License-Identifier: ISC */
/* What appears on a screen, message by message, as lines of text for the store: the rows
 * whose text is another than before.  A row that only moved is no news, nor is one that
 * takes the place of an equal one which left with the same message.
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
};

void rows_free(struct rows *r);
/* N messages are applied to E, the last one at AT_NS: add to T what they brought since the last
 * call, and settle E. */
void rows_note(struct rows *r, struct emu *e, struct text *t, uint64_t n, int64_t at_ns);

#endif
