/* SPDX-License-Identifier: ISC */
/* Which three bytes in a row stand in a text, as a filter: a set of bits, made as small as it
 * may be.  It says yes to everything that is there, whatever its case, and to some that is
 * not.  What runs over the end of a line is not in it. */
#ifndef REPLAY_TRIGRAM_H
#define REPLAY_TRIGRAM_H

#include "base/buf.h"

#define TRIGRAM_LOG_MAX 19 /* bits of a filter, as a power of two ... */
#define TRIGRAM_LOG_MIN 6  /* ... at most and at least */

struct trigram_filter {
	const uint8_t *bits; /* 1 << LOG of them */
	unsigned log;
};

/* Bytes of its bits. */
static inline size_t
trigram_size(unsigned log)
{
	return (size_t)1 << (log - 3);
}

struct trigram_maker {
	uint8_t *bits; /* 1 << TRIGRAM_LOG_MAX */
};

int trigram_init(struct trigram_maker *m); /* 0 or ERR_NOMEM */
void trigram_free(struct trigram_maker *m);
/* All that TEXTS (valid UTF-8, lines each ended by a newline) has. */
void trigram_add(struct trigram_maker *m, struct span texts);
/* There is so much in it that it says yes too often. */
bool trigram_full(const struct trigram_maker *m);
/* The filter, with room for no more than is in it; M is empty then. */
int trigram_take(struct trigram_maker *m, struct buf *bits, unsigned *log);

/* Letters without case: TEXT as a filter sees it, appended to OUT. */
void trigram_fold(struct buf *out, struct span text);
/* Of three bytes so folded. */
static inline uint32_t
trigram_of(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}
bool trigram_in(const struct trigram_filter *f, uint32_t trigram);

#endif
