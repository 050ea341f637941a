/* SPDX-License-Identifier: ISC */
/* Bits are set in a filter of the largest size; folding its upper half onto the lower one is
 * the filter of half the size, as long as not too many are set.
 *
 * Case is that of ASCII, and the two characters elsewhere that are the same as ASCII ones:
 * the sign of Kelvin and the long s.  All other characters stay as they are. */
#include "replay/trigram.h"

#include "base/err.h"

#include <stdlib.h>

#define FILL_MAX 40 /* percent of the bits */

static const uint8_t kelvin[] = { 0xE2, 0x84, 0xAA }, long_s[] = { 0xC5, 0xBF };

int
trigram_init(struct trigram_maker *m)
{
	m->bits = calloc(trigram_size(TRIGRAM_LOG_MAX), 1);
	return m->bits ? 0 : ERR_NOMEM;
}

void
trigram_free(struct trigram_maker *m)
{
	free(m->bits);
	m->bits = NULL;
}

/* The character at P, of N bytes, without case; *USED bytes of it. */
static inline uint8_t
fold_at(const uint8_t *p, size_t n, size_t *used)
{
	uint8_t c = *p;

	*used = 1;
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
	if (c == kelvin[0] && n >= sizeof kelvin && memcmp(p, kelvin, sizeof kelvin) == 0)
		*used = sizeof kelvin;
	if (c == long_s[0] && n >= sizeof long_s && p[1] == long_s[1])
		*used = sizeof long_s;
	return *used == 1 ? c : *used == sizeof kelvin ? 'k' : 's';
}

void
trigram_fold(struct buf *out, struct span text)
{
	for (size_t i = 0, used; i < text.n; i += used)
		buf_add_byte(out, fold_at(text.p + i, text.n - i, &used));
}

static inline uint32_t
bit_of(uint32_t trigram, unsigned log)
{
	return (trigram * UINT32_C(0x9E3779B1)) >> (32 - TRIGRAM_LOG_MAX) &
	       ((UINT32_C(1) << log) - 1);
}

void
trigram_add(struct trigram_maker *m, struct span texts)
{
	uint32_t last = 0;
	unsigned have = 0; /* bytes of this line in it */

	for (size_t i = 0, used; i < texts.n; i += used) {
		uint8_t c = fold_at(texts.p + i, texts.n - i, &used);
		uint32_t at;

		if (c == '\n') {
			have = 0;
			continue;
		}
		last = last << 8 | c;
		if (++have < 3)
			continue;
		at = bit_of(last & 0xFFFFFF, TRIGRAM_LOG_MAX);
		m->bits[at >> 3] |= (uint8_t)(1u << (at & 7));
	}
}

static size_t
count(const uint8_t *bits, unsigned log)
{
	size_t n = 0, size = trigram_size(log);
	uint64_t w;

	for (size_t i = 0; i < size; i += sizeof w) {
		memcpy(&w, bits + i, sizeof w);
		n += (size_t)__builtin_popcountll(w);
	}
	return n;
}

static bool
is_crowded(const uint8_t *bits, unsigned log)
{
	return count(bits, log) * 100 > ((size_t)1 << log) * FILL_MAX;
}

bool
trigram_full(const struct trigram_maker *m)
{
	return is_crowded(m->bits, TRIGRAM_LOG_MAX);
}

/* The filter of half the size, in front of where it was; the other half is kept behind it. */
static void
halve(uint8_t *bits, uint8_t *half, unsigned log)
{
	size_t size = trigram_size(log - 1);

	for (size_t i = 0; i < size; i++)
		half[i] = bits[i] | bits[i + size];
}

int
trigram_take(struct trigram_maker *m, struct buf *bits, unsigned *log)
{
	size_t size = trigram_size(TRIGRAM_LOG_MAX);
	uint8_t *half = malloc(size / 2);
	unsigned at = TRIGRAM_LOG_MAX;
	int rc;

	if (!half)
		return ERR_NOMEM;
	for (; at > TRIGRAM_LOG_MIN; at--) {
		halve(m->bits, half, at);
		if (is_crowded(half, at - 1))
			break;
		memcpy(m->bits, half, trigram_size(at - 1));
	}
	free(half);
	*log = at;
	rc = buf_add(bits, m->bits, trigram_size(at));
	memset(m->bits, 0, size);
	return rc;
}

bool
trigram_in(const struct trigram_filter *f, uint32_t trigram)
{
	uint32_t at = bit_of(trigram, f->log);

	return f->bits[at >> 3] >> (at & 7) & 1;
}
