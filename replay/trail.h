/* SPDX-License-Identifier: ISC */
/* Text that knows where each of its characters comes from: the place of its first byte in a
 * stream of bytes, and how many there are.  Valid UTF-8 throughout. */
#ifndef REPLAY_TRAIL_H
#define REPLAY_TRAIL_H

#include "base/buf.h"

/* A place and the bytes there (1 to 4), in 48 bits, never 0. */
#define TRAIL_NOWHERE 0
#define TRAIL_FAR     (UINT64_C(1) << 45) /* places lie in front of this */

static inline uint64_t
trail_origin(uint64_t place, unsigned bytes)
{
	return (place << 2 | (bytes - 1)) + 1;
}

static inline uint64_t
trail_place(uint64_t origin)
{
	return (origin - 1) >> 2;
}

static inline unsigned
trail_bytes(uint64_t origin)
{
	return ((origin - 1) & 3) + 1;
}

struct trail {
	struct buf text;
	uint64_t *at; /* of each byte of it the origin, or TRAIL_NOWHERE */
	size_t cap;
};

void trail_free(struct trail *t);
void trail_clear(struct trail *t);
/* Append; 0 or an error, after which nothing was. */
int trail_add(struct trail *t, const void *text, size_t n, uint64_t origin);
int trail_add_char(struct trail *t, uint32_t ch, uint64_t origin);
/* Drop from the front, so that at most KEEP bytes stay and no character is torn. */
void trail_shorten(struct trail *t, size_t keep);
void trail_cut(struct trail *t, size_t n); /* drop all behind the first N bytes */

#endif
