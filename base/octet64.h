/* SPDX-License-Identifier: ISC */
/* 64 bytes looked at at once: a bit for each, that of the first one the lowest. */
#ifndef BASE_OCTET64_H
#define BASE_OCTET64_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OCTET64 ((size_t)64)

struct octet64 {
	uint64_t special; /* control characters below 0x20, quotes, backslashes */
	uint64_t high;    /* what is not ASCII */
};

#define OCTET64_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The highest bit of each byte of W that is not below MORE, in 1 to 128, or not ASCII. */
static inline uint64_t
octet64_at_least(uint64_t w, uint8_t more)
{
	return ((w & OCTET64_EACH(0x7F)) + OCTET64_EACH(0x80 - more)) | w;
}

/* Eight highest bits as a byte. */
static inline uint64_t
octet64_gather(uint64_t w)
{
	w = (w & OCTET64_EACH(0x80)) >> 7;
	return w * UINT64_C(0x0102040810204080) >> 56;
}

/* On any machine, eight bytes at a time. */
static inline struct octet64
octet64_portable(const uint8_t *p)
{
	struct octet64 o = { 0, 0 };

	for (unsigned i = 0; i < OCTET64; i += 8) {
		uint64_t w = 0, plain;

		for (unsigned k = 0; k < 8; k++)
			w |= (uint64_t)p[i + k] << 8 * k;
		plain = octet64_at_least(w, 0x20) &
			octet64_at_least(w ^ OCTET64_EACH('"'), 1) &
			octet64_at_least(w ^ OCTET64_EACH('\\'), 1);
		o.special |= octet64_gather(~plain) << i;
		o.high |= octet64_gather(w) << i;
	}
	return o;
}

#ifdef __SSE2__
#include <emmintrin.h>

static inline struct octet64
octet64_look(const uint8_t *p)
{
	struct octet64 o = { 0, 0 };

	for (unsigned i = 0; i < OCTET64; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
		__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
		__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
		__m128i any = _mm_or_si128(low, _mm_or_si128(quote, slash));

		o.special |= (uint64_t)(unsigned)_mm_movemask_epi8(any) << i;
		o.high |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << i;
	}
	return o;
}
#else
static inline struct octet64
octet64_look(const uint8_t *p)
{
	return octet64_portable(p);
}
#endif

#endif
