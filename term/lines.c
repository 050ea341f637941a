/* SPDX-License-Identifier: ISC */
/* One loop for both jobs; the compiler makes two of it. */
#include "term/lines.h"

#include "base/utf8.h"
#include "term/width.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { GROUND, ESCAPE, CSI };

#define TAB        8
#define ALWAYS     static inline __attribute__((always_inline))
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Text goes to AT; NULL: nowhere.  FROM is where the present row begins. */
struct pen_at {
	uint8_t *at, *from;
};

/* Marks, in the top bit of each byte, which of eight bytes are not printable ASCII. */
ALWAYS uint64_t
special(uint64_t w)
{
	uint64_t low = w & EACH(0x7F);

	return ((low + EACH(1)) | w | ~((w | EACH(0x80)) - EACH(0x20))) & EACH(0x80);
}

ALWAYS uint64_t
load(const uint8_t *p)
{
	uint64_t w = 0;

	for (int i = 0; i < 8; i++)
		w |= (uint64_t)p[i] << 8 * i;
	return w;
}

#ifdef __SSE2__
/* The same of sixteen bytes, a bit each. */
ALWAYS unsigned
special16(__m128i v)
{
	/* bytes with the top bit are negative */
	__m128i low = _mm_cmpgt_epi8(_mm_set1_epi8(0x20), v);

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(low, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F))));
}

/* The bytes at the front of P that are printable in steps of sixteen; *ENDED: one is not. */
ALWAYS size_t
wide_run(const uint8_t *p, size_t n, uint8_t *out, bool *ended)
{
	size_t i = 0;

	for (; i + 16 <= n; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		unsigned s = special16(v);

		if (out)
			_mm_storeu_si128((__m128i *)(void *)(out + i), v);
		if (s) {
			*ended = true;
			return i + (size_t)__builtin_ctz(s);
		}
	}
	return i;
}
#else
ALWAYS size_t
wide_run(const uint8_t *p, size_t n, uint8_t *out, bool *ended)
{
	(void)p;
	(void)n;
	(void)out;
	(void)ended;
	return 0;
}
#endif

/* Printable ASCII at the front of P; copied to OUT, with up to fifteen bytes more, if not NULL. */
ALWAYS size_t
run(const uint8_t *p, size_t n, uint8_t *out)
{
	bool ended = false;
	size_t i = wide_run(p, n, out, &ended);

	if (ended)
		return i;
	for (; i + 8 <= n; i += 8) {
		uint64_t s = special(load(p + i));

		if (out)
			memcpy(out + i, p + i, 8);
		if (s)
			return i + (size_t)__builtin_ctzll(s) / 8;
	}
	for (; i < n && p[i] >= 0x20 && p[i] < 0x7F; i++)
		if (out)
			out[i] = p[i];
	return i;
}

ALWAYS void
end_row(struct lines *l, struct pen_at *o)
{
	l->feeds++;
	l->len = 0;
	l->back = false;
	if (!o->at)
		return;
	while (o->at > o->from && o->at[-1] == ' ')
		o->at--;
	*o->at++ = '\n';
	o->from = o->at;
}

ALWAYS bool
covers(const struct lines *l)
{
	return l->back && l->len > 0;
}

/* The N bytes at P, which stand at O->at already. */
ALWAYS void
add_run(struct lines *l, struct pen_at *o, const uint8_t *p, size_t n)
{
	size_t room;

	while (n > (room = (size_t)(l->cols - l->len))) {
		if (o->at)
			o->at += room;
		p += room;
		n -= room;
		end_row(l, o);
		if (o->at)
			memcpy(o->at, p, n);
	}
	if (o->at)
		o->at += n;
	l->len += (int)n;
	l->back = false;
}

ALWAYS bool
add_char(struct lines *l, struct pen_at *o, uint32_t ch)
{
	int width = width_of(ch);

	if (!width || ch < 0xA0 || width_hidden(ch) || covers(l))
		return false;
	if (l->len + width > l->cols)
		end_row(l, o);
	if (o->at)
		o->at += utf8_put(o->at, ch);
	l->len += width;
	l->back = false;
	return true;
}

ALWAYS bool
add_tab(struct lines *l, struct pen_at *o)
{
	int to = (l->len / TAB + 1) * TAB;

	if (l->len >= l->cols || covers(l))
		return false;
	to = to < l->cols ? to : l->cols - 1;
	if (o->at)
		memset(o->at, ' ', TAB);
	if (o->at)
		o->at += to - l->len;
	l->len = to;
	l->back = false;
	return true;
}

ALWAYS bool
control(struct lines *l, struct pen_at *o, uint8_t c)
{
	switch (c) {
	case '\r':
		l->back = true;
		return true;
	case '\n':
		if (l->len && !l->back && !l->cooked)
			return false;
		end_row(l, o);
		return true;
	case '\t':
		return add_tab(l, o);
	case 0x1B:
		l->state = ESCAPE;
		l->args = false;
		return true;
	default:
		return c == '\a';
	}
}

/* Colours touch no text; nor does erasing behind its end, but for a cursor on the last column. */
ALWAYS bool
sequence(struct lines *l, uint8_t c)
{
	if (l->state == ESCAPE) {
		l->state = CSI;
		l->before = 0;
		return c == '[';
	}
	if (c >= '0' && c <= ';') {
		bool extra = l->before == '5' && c == '8';

		l->args |= c != '0';
		l->before = c;
		return !extra; /* colours of underlines share a bounded store */
	}
	l->state = GROUND;
	return c == 'm' || (c == 'K' && !l->args && l->len < l->cols && !covers(l));
}

/* The byte C behind the first ones of a character: 1 it is used up, 0 it is another one's. */
ALWAYS int
held(struct lines *l, struct pen_at *o, uint8_t c)
{
	uint32_t ch;
	int n;

	l->held[l->nheld++] = c;
	n = utf8_get(l->held, l->nheld, &ch, NULL);
	if (!n)
		return 1;
	n = n == l->nheld;
	l->nheld = 0;
	return add_char(l, o, ch) ? n : -1;
}

/* The bytes of a character at the front of S, 0: not plain. */
ALWAYS size_t
beyond_ascii(struct lines *l, struct pen_at *o, struct span s)
{
	uint32_t ch;
	int n = utf8_get(s.p, s.n, &ch, NULL);

	if (n)
		return add_char(l, o, ch) ? (size_t)n : 0;
	memcpy(l->held, s.p, s.n);
	l->nheld = (uint8_t)s.n;
	return s.n;
}

/* What is none of a run; the bytes used up, negative: not plain. */
ALWAYS int
one(struct lines *l, struct pen_at *o, struct span s)
{
	uint8_t c = *s.p;
	size_t n;

	if (l->nheld)
		return held(l, o, c);
	if (l->state != GROUND)
		return sequence(l, c) ? 1 : -1;
	if (c < 0x20)
		return control(l, o, c) ? 1 : -1;
	n = c > 0x7F ? beyond_ascii(l, o, s) : 0;
	return n ? (int)n : -1;
}

/* A whole sequence of colours at the front of S: its bytes; 0: it is another, or not whole. */
ALWAYS size_t
colours(struct span s)
{
	size_t i = 2;

	if (s.n < 3 || s.p[0] != 0x1B || s.p[1] != '[')
		return 0;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= ';') {
		if (s.p[i] == '8' && s.p[i - 1] == '5')
			return 0;
		i++;
	}
	return i < s.n && s.p[i] == 'm' ? i + 1 : 0;
}

/* What stands most often between two runs: the bytes used up, or 0. */
ALWAYS size_t
frequent(struct lines *l, struct pen_at *o, struct span s)
{
	if (s.n >= 2 && s.p[0] == '\r' && s.p[1] == '\n') {
		end_row(l, o);
		return 2;
	}
	return colours(s);
}

ALWAYS size_t
feed(struct lines *lines, struct span s, struct pen_at *pen)
{
	const uint8_t *start = s.p;
	struct lines l = *lines; /* the text's bytes cannot change these */
	struct pen_at o = *pen;

	while (s.n) {
		int used;

		if (!l.state && !l.nheld) {
			size_t n = run(s.p, s.n, o.at);

			if (n && covers(&l))
				break;
			if (n)
				add_run(&l, &o, s.p, n);
			s = span_of(s.p + n, s.n - n);
			n = frequent(&l, &o, s);
			s = span_of(s.p + n, s.n - n);
			if (n || !s.n)
				continue;
		}
		used = one(&l, &o, s);
		if (used < 0)
			break;
		s = span_of(s.p + used, s.n - (size_t)used);
	}
	*lines = l;
	*pen = o;
	return (size_t)(s.p - start);
}

size_t
lines_scan(struct lines *l, struct span s)
{
	struct pen_at o = { NULL, NULL };

	return feed(l, s, &o);
}

uint8_t *
lines_text(struct lines *l, struct span s, uint8_t *from, uint8_t *out)
{
	struct pen_at o = { out, from };

	return feed(l, s, &o) == s.n ? o.at : NULL;
}
