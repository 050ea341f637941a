/* SPDX-License-Identifier: ISC */
/* A text that is looked for in rows of a screen: a plain substring; case is ignored unless
 * the text has capitals (ASCII, Latin-1, Greek, Cyrillic). */
#ifndef REPLAY_NEEDLE_H
#define REPLAY_NEEDLE_H

#include "base/buf.h"
#include "base/err.h"
#include "term/cell.h"

#define NEEDLE_MAX 1024

struct needle {
	uint8_t text[NEEDLE_MAX]; /* folded when fold is set */
	size_t n;
	bool fold;
	uint32_t
		rare[2]; /* its rarest character, small and capital; 0: none stands out */
};

/* ERR_USAGE: empty or longer than a row can be. */
int needle_init(struct needle *n, const char *text, struct err *e);
/* False when the COLS cells of a row cannot hold the needle: a quick look. */
bool needle_maybe(const struct needle *n, const struct cell *row, int cols);
/* Make ROW comparable; all bytes keep their places. */
void needle_fold(const struct needle *n, struct buf *row);
/* The first hit at or behind *AT in a comparable row; *AT becomes its offset. */
bool needle_find(const struct needle *n, struct span row, size_t *at);

#endif
