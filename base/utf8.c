/* SPDX-License-Identifier: ISC */
/* The decoder follows table 3-7 of the Unicode standard: the first byte fixes the length
 * and the range of the second byte; a byte outside its range ends the maximal subpart. */
#include "base/utf8.h"

static const struct lead {
	uint8_t len, lo, hi; /* length, range of the second byte */
} leads[] = {
	{ 2, 0x80, 0xBF },
	{ 3, 0xA0, 0xBF },
	{ 3, 0x80, 0xBF },
	{ 3, 0x80, 0x9F },
	{ 3, 0x80, 0xBF },
	{ 4, 0x90, 0xBF },
	{ 4, 0x80, 0xBF },
	{ 4, 0x80, 0x8F },
};

/* The row of a first byte, counted from 1. */
static const uint8_t lead_rows[256] = {
	[0xC2 ... 0xDF] = 1,
	[0xE0] = 2,
	[0xE1 ... 0xEC] = 3,
	[0xED] = 4,
	[0xEE ... 0xEF] = 5,
	[0xF0] = 6,
	[0xF1 ... 0xF3] = 7,
	[0xF4] = 8,
};

static int
bad_char(uint32_t *ch, bool *bad, int n)
{
	*ch = UTF8_BAD;
	if (bad)
		*bad = true;
	return n;
}

int
utf8_get(const uint8_t *p, size_t n, uint32_t *ch, bool *bad)
{
	const struct lead *l;
	uint32_t v;

	if (bad)
		*bad = false;
	if (p[0] < 0x80) {
		*ch = p[0];
		return 1;
	}
	if (!lead_rows[p[0]])
		return bad_char(ch, bad, 1);
	l = &leads[lead_rows[p[0]] - 1];
	v = p[0] & (0xFFu >> (l->len + 1));
	for (int i = 1; i < l->len; i++) {
		uint8_t lo = i == 1 ? l->lo : 0x80, hi = i == 1 ? l->hi : 0xBF;

		if ((size_t)i >= n)
			return 0;
		if (p[i] < lo || p[i] > hi)
			return bad_char(ch, bad, i);
		v = v << 6 | (p[i] & 0x3F);
	}
	*ch = v;
	return l->len;
}

int
utf8_put(uint8_t out[UTF8_MAX_LEN], uint32_t ch)
{
	if (ch > 0x10FFFF || (ch >= 0xD800 && ch <= 0xDFFF))
		ch = UTF8_BAD;
	if (ch < 0x80) {
		out[0] = (uint8_t)ch;
		return 1;
	}
	if (ch < 0x800) {
		out[0] = (uint8_t)(0xC0 | ch >> 6);
		out[1] = (uint8_t)(0x80 | (ch & 0x3F));
		return 2;
	}
	if (ch < 0x10000) {
		out[0] = (uint8_t)(0xE0 | ch >> 12);
		out[1] = (uint8_t)(0x80 | (ch >> 6 & 0x3F));
		out[2] = (uint8_t)(0x80 | (ch & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | ch >> 18);
	out[1] = (uint8_t)(0x80 | (ch >> 12 & 0x3F));
	out[2] = (uint8_t)(0x80 | (ch >> 6 & 0x3F));
	out[3] = (uint8_t)(0x80 | (ch & 0x3F));
	return 4;
}

bool
utf8_order(uint32_t ch)
{
	static const struct {
		uint32_t from, to;
	} orders[] = {
		{ 0, 0x1F },
		{ 0x7F, 0x9F },
		{ 0x61C, 0x61C },
		{ 0x200E, 0x200F },
		{ 0x2028, 0x202E },
		{ 0x2060, 0x206F },
		{ 0xFEFF, 0xFEFF },
		{ 0xFFF9, 0xFFFB },
		{ 0xE0000, 0xE007F },
	};

	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (ch >= orders[i].from && ch <= orders[i].to)
			return true;
	return false;
}

/* What bytes mean where a text is only held to be valid. */
enum { ASCII, X80, X90, XA0, NEVER, XC2, XE0, XE1, XED, XF0, XF1, XF4 };

static const uint8_t classes[256] = {
	[0x80 ... 0x8F] = X80,
	[0x90 ... 0x9F] = X90,
	[0xA0 ... 0xBF] = XA0,
	[0xC0 ... 0xC1] = NEVER,
	[0xC2 ... 0xDF] = XC2,
	[0xE0] = XE0,
	[0xE1 ... 0xEC] = XE1,
	[0xED] = XED,
	[0xEE ... 0xEF] = XE1,
	[0xF0] = XF0,
	[0xF1 ... 0xF3] = XF1,
	[0xF4] = XF4,
	[0xF5 ... 0xFF] = NEVER,
};

/* States are shifts, so that the next one is one shift away: what a class makes of all states
 * is one word. */
enum {
	OK = 0,
	ONE = 6,
	TWO = 12,
	THREE = 18,
	E0 = 24,
	ED = 30,
	F0 = 36,
	F4 = 42,
	BAD = 48
};

#define STEPS(ok, one, two, three, e0, ed, f0, f4)                                   \
	((uint64_t)(ok) << OK | (uint64_t)(one) << ONE | (uint64_t)(two) << TWO |    \
		(uint64_t)(three) << THREE | (uint64_t)(e0) << E0 |                  \
		(uint64_t)(ed) << ED | (uint64_t)(f0) << F0 | (uint64_t)(f4) << F4 | \
		(uint64_t)BAD << BAD)
#define FIRST(next) STEPS(next, BAD, BAD, BAD, BAD, BAD, BAD, BAD)

static const uint64_t steps[] = {
	[ASCII] = FIRST(OK),
	[X80] = STEPS(BAD, OK, ONE, TWO, BAD, ONE, BAD, TWO),
	[X90] = STEPS(BAD, OK, ONE, TWO, BAD, ONE, TWO, BAD),
	[XA0] = STEPS(BAD, OK, ONE, TWO, ONE, BAD, TWO, BAD),
	[NEVER] = FIRST(BAD),
	[XC2] = FIRST(ONE),
	[XE0] = FIRST(E0),
	[XE1] = FIRST(TWO),
	[XED] = FIRST(ED),
	[XF0] = FIRST(F0),
	[XF1] = FIRST(THREE),
	[XF4] = FIRST(F4),
};

#undef STEPS
#undef FIRST

static inline unsigned
step(unsigned state, const uint8_t *p, size_t n)
{
	uint64_t s = state;

	for (size_t i = 0; i < n; i++)
		s = steps[classes[p[i]]] >> (s & 63);
	return s & 63;
}

static inline bool
is_ascii(const uint8_t *p)
{
	uint64_t w[4];

	memcpy(w, p, sizeof w);
	return !((w[0] | w[1] | w[2] | w[3]) & UINT64_C(0x8080808080808080));
}

bool
utf8_valid(struct span s)
{
	enum { BLOCK = 32 };
	unsigned state = OK;

	for (; s.n >= BLOCK; s = span_of(s.p + BLOCK, s.n - BLOCK)) {
		if (state == OK && is_ascii(s.p))
			continue;
		state = step(state, s.p, BLOCK);
		if (state == BAD)
			return false;
	}
	return step(state, s.p, s.n) == OK;
}

size_t
utf8_tail(struct span s)
{
	uint32_t ch;

	for (size_t k = 1; k <= 3 && k <= s.n; k++) {
		const uint8_t *p = s.p + s.n - k;

		if ((*p & 0xC0) == 0x80)
			continue;
		return utf8_get(p, k, &ch, NULL) == 0 ? k : 0;
	}
	return 0;
}

/* Append the complete part of S; returns how much of S is an incomplete end, or an error. */
static int
clean_some(struct buf *out, struct span s, size_t *left)
{
	size_t i = 0, from = 0;
	uint32_t ch;
	bool bad;

	*left = 0;
	while (i < s.n) {
		int k = s.p[i] < 0x80 ? 1 : utf8_get(s.p + i, s.n - i, &ch, &bad);

		if (k == 0) {
			*left = s.n - i;
			break;
		}
		if (s.p[i] >= 0x80 && bad) {
			buf_add(out, s.p + from, i - from);
			buf_add(out, "\xEF\xBF\xBD", 3);
			from = i + (size_t)k;
		}
		i += (size_t)k;
	}
	return buf_add(out, s.p + from, i - from);
}

int
utf8_clean(struct buf *out, struct span s)
{
	size_t left;
	int rc = clean_some(out, s, &left);

	if (rc == 0 && left)
		rc = buf_add(out, "\xEF\xBF\xBD", 3);
	return rc;
}

int
utf8_feed(struct utf8_hold *h, struct buf *out, struct span s)
{
	uint8_t join[UTF8_MAX_LEN];
	size_t left;
	int rc;

	/* Give the held beginning one byte at a time until it is a character or broken. */
	while (h->n && s.n) {
		uint32_t ch;
		int k;

		memcpy(join, h->byte, h->n);
		join[h->n] = s.p[0];
		k = utf8_get(join, h->n + 1u, &ch, NULL);
		if (k == 0) {
			h->byte[h->n++] = s.p[0];
			s = span_of(s.p + 1, s.n - 1);
			continue;
		}
		if (k > h->n)
			s = span_of(s.p + 1, s.n - 1);
		h->n = 0;
		rc = buf_add(out, join, (size_t)utf8_put(join, ch));
		if (rc < 0)
			return rc;
	}
	if (!s.n)
		return 0;
	rc = clean_some(out, s, &left);
	if (rc < 0)
		return rc;
	memcpy(h->byte, s.p + s.n - left, left);
	h->n = (uint8_t)left;
	return 0;
}

int
utf8_end(struct utf8_hold *h, struct buf *out)
{
	if (!h->n)
		return 0;
	h->n = 0;
	return buf_add(out, "\xEF\xBF\xBD", 3);
}
