/* SPDX-License-Identifier: ISC */
/* A recording out of any bytes: all kinds of messages, with all times, so that a fuzzer need
 * not find out about gzip and CBOR. */
#ifndef TESTS_BREW_H
#define TESTS_BREW_H

#include "replay/reel.h"

/* Takes bytes off IN, up to a 0 where a message begins.  NULL: not even the beginning of a
 * recording came out.  FILE must live as long as the tape. */
struct tape *brew(struct span *in, struct buf *file);

static inline uint8_t
brew_byte(struct span *in)
{
	uint8_t c = in->n ? *in->p : 0;

	if (in->n)
		*in = span_of(in->p + 1, in->n - 1);
	return c;
}
/* A length and so many bytes, as long as there are. */
static inline struct span
brew_bytes(struct span *in)
{
	size_t n = brew_byte(in);
	struct span s;

	n = n < in->n ? n : in->n;
	s = span_of(in->p, n);
	*in = span_of(in->p + n, in->n - n);
	return s;
}

#endif
