/* SPDX-License-Identifier: ISC */
/* Random terminal output from a seed: raw bytes, text, sequences right and wrong, strings. */
#ifndef TESTS_EMUGEN_H
#define TESTS_EMUGEN_H

#include "base/buf.h"

struct emugen {
	uint64_t state;
};

static inline uint64_t
emugen_next(struct emugen *g)
{
	uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline int
emugen_below(struct emugen *g, int n)
{
	return (int)(emugen_next(g) % (uint64_t)n);
}

/* Append about N bytes. */
void emugen_put(struct emugen *g, struct buf *out, size_t n);
/* Append a line of output that is plain (term/lines.h) but for ODD in 1000 of its pieces. */
void emugen_line(struct emugen *g, struct buf *out, int odd);

#endif
