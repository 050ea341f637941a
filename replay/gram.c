/* SPDX-License-Identifier: ISC */
/* A gram is a number: a hash of its bytes, of so many values that texts are told apart by all of
 * them; a filter has room for fewer.
 *
 * Measured on 160 MB of sources, manuals and logs in pieces of 60 KB, with eleven things that
 * people look for, most of them in one of 200 pieces: runs of three bytes and a hint of the fourth
 * leave 28 of 100 pieces in 1.3 KB of filter for each, 20 in twice as much.  Runs of four leave 12
 * there, of five 5, of six 7: the longer they are, the fewer are there by chance, but the more
 * there are.
 *
 * Case is that of ASCII, and the two characters elsewhere that are the same as ASCII ones:
 * the sign of Kelvin and the long s.  All other characters stay as they are. */
#include "replay/gram.h"

#include "base/err.h"

#include <stdlib.h>

#define HASH_BITS 22
#define GRAMS     ((size_t)1 << HASH_BITS)
#define WORDS     (GRAMS / 64)
#define MASK      ((UINT64_C(1) << 8 * GRAM_BYTES) - 1)

/* Hundredths of a bit for a gram: then half of the bits are set, or a third. */
#define PER_GRAM       160
#define PER_GRAM_SHARP 250

_Static_assert(GRAM_SIZE_MAX == GRAMS / 8, "a bit for each gram");

static const uint8_t kelvin[] = { 0xE2, 0x84, 0xAA }, long_s[] = { 0xC5, 0xBF };

int
gram_init(struct gram_maker *m)
{
	m->n = 0;
	m->seen = calloc(WORDS, sizeof *m->seen);
	m->v = malloc((GRAMS + 1) * sizeof *m->v); /* touched when needed */
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
hash(uint64_t bytes)
{
	return (uint32_t)((bytes & MASK) * UINT64_C(0x9E3779B97F4A7C15) >>
			  (64 - HASH_BITS));
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
	uint64_t bytes = 0;

	for (int i = 0; i < GRAM_BYTES; i++)
		bytes = bytes << 8 | p[i];
	return hash(bytes);
}

void
gram_add(struct gram_maker *m, struct span texts)
{
	uint64_t last = 0;
	unsigned have = 0; /* bytes of this line in it */
	const struct gram_maker at = *m;
	size_t n = m->n;

	for (size_t i = 0, used; i < texts.n; i += used) {
		uint8_t c = fold_at(texts.p + i, texts.n - i, &used);

		if (c == '\n') {
			have = 0;
			continue;
		}
		last = last << 8 | c;
		if (++have >= GRAM_BYTES)
			n = note(at, n, hash(last));
	}
	m->n = n;
}

static inline uint32_t
bit_of(uint32_t gram, uint32_t size)
{
	return (uint32_t)((uint64_t)gram * size * 8 >> HASH_BITS);
}

int
gram_take(struct gram_maker *m, struct buf *bits, uint32_t *size, bool sharp)
{
	size_t n = m->n * (sharp ? PER_GRAM_SHARP : PER_GRAM) / 800 + 1;
	uint8_t *p;

	n = n < GRAM_SIZE_MAX ? n : GRAM_SIZE_MAX;
	*size = (uint32_t)n;
	if (buf_reserve(bits, n) < 0)
		return ERR_NOMEM;
	p = bits->p + bits->n;
	bits->n += n;
	memset(p, 0, n);
	for (size_t i = 0; i < m->n; i++) {
		uint32_t at = bit_of(m->v[i], *size);

		p[at >> 3] |= (uint8_t)(1u << (at & 7));
		m->seen[m->v[i] >> 6] = 0;
	}
	m->n = 0;
	return 0;
}

bool
gram_in(const struct gram_filter *f, uint32_t gram)
{
	uint32_t at = bit_of(gram, f->size);

	return f->bits[at >> 3] >> (at & 7) & 1;
}
