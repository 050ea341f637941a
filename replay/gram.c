/* SPDX-License-Identifier: ISC */
/* A gram is a number: a hash of three bytes and, in the last two bits, one of the fourth.  The
 * numbers are so many that texts are told apart by all of them; a filter has room for fewer.
 *
 * Measured on 60 MB of sources, manuals and logs in pieces of 64 KB: three bytes alone leave 7
 * of 100 pieces for a search of several words, this 2, in a filter that is half as large again;
 * pieces of 192 KB leave three times as many for the same size of all filters.
 *
 * Case is that of ASCII, and the two characters elsewhere that are the same as ASCII ones:
 * the sign of Kelvin and the long s.  All other characters stay as they are. */
#include "replay/gram.h"

#include "base/err.h"

#include <stdlib.h>

#define HASH_BITS 18
#define SEEN_BITS (HASH_BITS + 2)
#define WORDS     ((size_t)1 << (SEEN_BITS - 6))

/* Hundredths of a bucket for a gram: then half of the bits are set, or a quarter. */
#define PER_GRAM       36
#define PER_GRAM_SHARP 87

_Static_assert(GRAM_BUCKETS_MAX == 1u << HASH_BITS, "a bucket for each hash");

static const uint8_t kelvin[] = { 0xE2, 0x84, 0xAA }, long_s[] = { 0xC5, 0xBF };

int
gram_init(struct gram_maker *m)
{
	m->n = 0;
	m->seen = calloc(WORDS, sizeof *m->seen);
	m->v = malloc(
		(((size_t)1 << SEEN_BITS) + 1) * sizeof *m->v); /* touched when needed */
	if (m->seen && m->v)
		return 0;
	gram_free(m);
	return ERR_NOMEM;
}

void
gram_free(struct gram_maker *m)
{
	free(m->seen);
	free(m->v);
	*m = (struct gram_maker){ 0 };
}

/* The character at P, of N bytes, without case; *USED bytes of it. */
static inline uint8_t
fold_at(const uint8_t *p, size_t n, size_t *used)
{
	uint8_t c = *p;

	*used = 1;
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
	if (c == kelvin[0] && n >= sizeof kelvin && memcmp(p, kelvin, sizeof kelvin) == 0)
		*used = sizeof kelvin;
	if (c == long_s[0] && n >= sizeof long_s && p[1] == long_s[1])
		*used = sizeof long_s;
	return *used == 1 ? c : *used == sizeof kelvin ? 'k' : 's';
}

void
gram_fold(struct buf *out, struct span text)
{
	for (size_t i = 0, used; i < text.n; i += used)
		buf_add_byte(out, fold_at(text.p + i, text.n - i, &used));
}

static inline uint32_t
hash(uint32_t three, uint8_t next)
{
	uint32_t hint = (next * UINT32_C(0x9E3779B1)) >> 30;

	return (three * UINT32_C(0x9E3779B1)) >> (32 - HASH_BITS) << 2 | hint;
}

/* Whether it is new nobody can guess: no branch. */
static inline size_t
note(struct gram_maker m, size_t n, uint32_t gram)
{
	uint64_t *w = &m.seen[gram >> 6], bit = UINT64_C(1) << (gram & 63);

	m.v[n] = gram;
	n += !(*w & bit);
	*w |= bit;
	return n;
}

uint32_t
gram_of(const uint8_t *p)
{
	return hash((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2], p[3]);
}

void
gram_add(struct gram_maker *m, struct span texts)
{
	uint32_t last = 0; /* three bytes */
	unsigned have = 0; /* of this line in it */
	const struct gram_maker at = *m;
	size_t n = m->n;

	for (size_t i = 0, used; i < texts.n; i += used) {
		uint8_t c = fold_at(texts.p + i, texts.n - i, &used);

		if (c == '\n') {
			have = 0;
			continue;
		}
		if (have++ >= 3)
			n = note(at, n, hash(last, c));
		last = (last << 8 | c) & 0xFFFFFF;
	}
	m->n = n;
}

static inline uint32_t
bit_of(uint32_t gram, uint32_t buckets)
{
	return (uint32_t)((uint64_t)(gram >> 2) * buckets >> HASH_BITS) << 2 | (gram & 3);
}

int
gram_take(struct gram_maker *m, struct buf *bits, uint32_t *buckets, bool sharp)
{
	size_t n = m->n * (sharp ? PER_GRAM_SHARP : PER_GRAM) / 100 + 1;
	uint8_t *p;

	*buckets = n < GRAM_BUCKETS_MAX ? (uint32_t)n : GRAM_BUCKETS_MAX;
	n = gram_size(*buckets);
	if (buf_reserve(bits, n) < 0)
		return ERR_NOMEM;
	p = bits->p + bits->n;
	bits->n += n;
	memset(p, 0, n);
	for (size_t i = 0; i < m->n; i++) {
		uint32_t at = bit_of(m->v[i], *buckets);

		p[at >> 3] |= (uint8_t)(1u << (at & 7));
		m->seen[m->v[i] >> 6] = 0;
	}
	m->n = 0;
	return 0;
}

bool
gram_in(const struct gram_filter *f, uint32_t gram)
{
	uint32_t at = bit_of(gram, f->buckets);

	return f->bits[at >> 3] >> (at & 7) & 1;
}
