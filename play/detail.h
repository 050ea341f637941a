/* SPDX-License-Identifier: ISC */
/* All of one event, as lines of a width: text of msg_explain(), wrapped, and which part of
 * it is shown. */
#ifndef PLAY_DETAIL_H
#define PLAY_DETAIL_H

#include "replay/reel.h"

#define DETAIL_LABEL_COLS 14

struct detail_line {
	size_t label, value; /* offsets in TEXT */
	uint32_t label_n, value_n;
};

struct detail {
	bool shown, loaded;
	bool late;        /* it could not be read just now: set it again */
	uint64_t ordinal; /* of the message that TEXT tells */
	struct buf text;
	struct detail_line *line;
	size_t n, cap;
	int cols; /* what the lines were made for */
	size_t top;
	int page;
};

void detail_free(struct detail *d);
/* Make it message ORDINAL in lines of COLS columns; what is there already stays. */
void detail_set(struct detail *d, struct reel *r, uint64_t ordinal, int cols);

#endif
