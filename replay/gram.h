/* SPDX-License-Identifier: ISC */
/* Which short runs of characters stand in a text, as a filter.  A gram is five bytes, without
 * case; the bits of a filter are so few that one of two grams that are not there seems to be,
 * but many in a row do not.  What is there always is; what runs over the end of a line is not
 * in it. */
#ifndef REPLAY_GRAM_H
#define REPLAY_GRAM_H

#include "base/buf.h"

#define GRAM_BYTES    5                   /* of text for one */
#define GRAM_SIZE_MAX (UINT32_C(1) << 19) /* of a filter */

struct gram_filter {
	const uint8_t *bits;
	uint32_t size; /* in bytes */
};

struct gram_maker {
	uint64_t *seen; /* a bit for each gram ... */
	uint32_t *v;    /* ... that is among these */
	size_t n;
};

int gram_init(struct gram_maker *m); /* 0 or ERR_NOMEM */
void gram_free(struct gram_maker *m);
/* All that TEXTS (valid UTF-8, lines each ended by a newline) has. */
void gram_add(struct gram_maker *m, struct span texts);
/* Their filter, appended to BITS, of *SIZE bytes; M is empty then.  SHARP: it is half as large
 * again, and only one of three grams that are not there seems to be. */
int gram_take(struct gram_maker *m, struct buf *bits, uint32_t *size, bool sharp);

/* Letters without case: TEXT as a filter sees it, appended to OUT. */
void gram_fold(struct buf *out, struct span text);
/* That of GRAM_BYTES bytes so folded. */
uint32_t gram_of(const uint8_t *p);
bool gram_in(const struct gram_filter *f, uint32_t gram);

#endif
