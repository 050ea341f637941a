/* SPDX-License-Identifier: ISC */
/* Text is mostly what stands for itself; so 64 bytes are looked at at once, and what lies between
 * two escapes is copied in blocks, further than it goes: what comes next overwrites the rest. */
#include "base/json.h"

#include "base/octet64.h"
#include "base/utf8.h"

#define PIECE ((size_t)4096) /* for which room is made at once */

struct escape {
	char text[7];
	uint8_t n;
};

#define U(hex)                 \
	{                      \
		"\\u00" hex, 6 \
	}
#define TWO(c)            \
	{                 \
		"\\" c, 2 \
	}

/* What becomes of bytes that may not stand in a string. */
static const struct escape escapes['\\' + 1] = { U("00"), U("01"), U("02"), U("03"),
	U("04"), U("05"), U("06"), U("07"), TWO("b"), TWO("t"), TWO("n"), U("0b"),
	TWO("f"), TWO("r"), U("0e"), U("0f"), U("10"), U("11"), U("12"), U("13"), U("14"),
	U("15"), U("16"), U("17"), U("18"), U("19"), U("1a"), U("1b"), U("1c"), U("1d"),
	U("1e"), U("1f"), ['"'] = TWO("\""), ['\\'] = TWO("\\") };

#undef U
#undef TWO

/* --- writing --- */

/* N bytes at P, escaped, to O: as many more may be read and written as a block has. */
static inline uint8_t *
quote_block(uint8_t *o, const uint8_t *p, size_t n, uint64_t special)
{
	size_t from = 0;

	for (; special; special &= special - 1) {
		size_t at = (size_t)__builtin_ctzll(special);
		const struct escape *e = &escapes[p[at]];

		memcpy(o, p + from, OCTET64);
		o += at - from;
		memcpy(o, e->text, sizeof e->text);
		o += e->n;
		from = at + 1;
	}
	memcpy(o, p + from, OCTET64);
	return o + (n - from);
}

/* The same of S, up to PIECE bytes. */
static uint8_t *
quote_piece(uint8_t *o, struct span s)
{
	uint8_t last[3 * OCTET64] = { 0 };
	size_t n;

	for (; s.n >= 2 * OCTET64; s = span_of(s.p + OCTET64, s.n - OCTET64))
		o = quote_block(o, s.p, OCTET64, octet64_look(s.p).special);
	memcpy(last, s.p, s.n);
	for (const uint8_t *p = last; s.n; p += n, s.n -= n) {
		uint64_t special = octet64_look(p).special;

		n = s.n < OCTET64 ? s.n : OCTET64;
		if (n < OCTET64)
			special &= (UINT64_C(1) << n) - 1;
		o = quote_block(o, p, n, special);
	}
	return o;
}

void
json_quote_valid(struct buf *out, struct span s)
{
	size_t longest = sizeof escapes->text - 1;

	buf_add_byte(out, '"');
	for (size_t i = 0, n; i < s.n; i += n) {
		n = s.n - i < PIECE ? s.n - i : PIECE;
		if (buf_reserve(out, n * longest + 2 * OCTET64) < 0)
			return;
		out->n = (size_t)(quote_piece(out->p + out->n, span_of(s.p + i, n)) -
				  out->p);
	}
	buf_add_byte(out, '"');
}

static void
quote_unit(struct buf *out, uint32_t unit)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t text[6] = { '\\', 'u' };

	for (int i = 0; i < 4; i++)
		text[2 + i] = (uint8_t)hex[unit >> (12 - 4 * i) & 15];
	buf_add(out, text, sizeof text);
}

static void
quote_char(struct buf *out, uint32_t ch)
{
	if (ch <= '\\' && escapes[ch].n) {
		buf_add(out, escapes[ch].text, escapes[ch].n);
	} else if (ch < 0x10000) {
		quote_unit(out, ch);
	} else {
		quote_unit(out, 0xD7C0 + (ch >> 10));
		quote_unit(out, 0xDC00 + (ch & 0x3FF));
	}
}

/* Reads the character at P.  Returns its length; *PLAIN: it may stand as it is, SHOWN or not. */
static int
look_at(const uint8_t *p, size_t n, bool shown, uint32_t *ch, bool *bad, bool *plain)
{
	int k = utf8_get(p, n, ch, bad);

	if (k == 0) {
		k = (int)n;
		*bad = true;
	}
	if (*ch < 0x80 && !*bad)
		*plain = !(*ch <= '\\' && escapes[*ch].n) && !(shown && *ch == 0x7F);
	else
		*plain = !*bad && !(shown && utf8_order(*ch));
	return k;
}

static void
quote(struct buf *out, struct span s, bool shown)
{
	size_t from = 0, i = 0;

	buf_reserve(out, s.n + 2);
	buf_add_byte(out, '"');
	for (;;) {
		uint32_t ch = 0;
		bool bad = false, as_is = false;
		int k;

		i += json_plain(span_of(s.p + i, s.n - i));
		if (i == s.n)
			break;
		k = look_at(s.p + i, s.n - i, shown, &ch, &bad, &as_is);
		if (!as_is) {
			buf_add(out, s.p + from, i - from);
			if (bad)
				buf_add(out, "\xEF\xBF\xBD", 3);
			else
				quote_char(out, ch);
			from = i + (size_t)k;
		}
		i += (size_t)k;
	}
	buf_add(out, s.p + from, i - from);
	buf_add_byte(out, '"');
}

void
json_quote(struct buf *out, struct span s)
{
	quote(out, s, true);
}

void
json_quote_data(struct buf *out, struct span s)
{
	quote(out, s, false);
}

/* --- recognising --- */

size_t
json_plain(struct span s)
{
	size_t i = 0;

	for (uint64_t w, plain; s.n - i >= sizeof w; i += sizeof w) {
		memcpy(&w, s.p + i, sizeof w);
		plain = octet64_at_least(w, 0x20) &
			octet64_at_least(w ^ OCTET64_EACH('"'), 1) &
			octet64_at_least(w ^ OCTET64_EACH('\\'), 1) &
			octet64_at_least(w ^ OCTET64_EACH(0x7F), 1) & ~w;
		if (~plain & OCTET64_EACH(0x80))
			break;
	}
	while (i < s.n && s.p[i] < 0x7F && !(s.p[i] <= '\\' && escapes[s.p[i]].n))
		i++;
	return i;
}

/* Would the escape at P, six bytes of which may be read, have been written? */
static inline bool
is_escape(const uint8_t *p)
{
	static const bool two[256] = { ['b'] = true,
		['t'] = true,
		['n'] = true,
		['f'] = true,
		['r'] = true,
		['"'] = true,
		['\\'] = true };
	/* last digits: bit 0 where a 0 stands before, bit 1 where a 1 does */
	static const uint8_t digits[256] = { ['0' ... '7'] = 3,
		['8' ... '9'] = 2,
		['a'] = 2,
		['b'] = 3,
		['c' ... 'd'] = 2,
		['e' ... 'f'] = 3 };
	bool six = (p[1] == 'u') & (p[2] == '0') & (p[3] == '0') &
		   ((p[4] & 0xFE) == '0') & (digits[p[5]] >> (p[4] & 1));

	return (p[0] == '\\') & (two[p[1]] | six);
}

/* The escapes are all looked at; which of them is the last one only quotes can say. */
size_t
json_written(struct span s)
{
	uint8_t last[2 * OCTET64];
	bool good = true;

	for (size_t i = 0, at; i<s.n; i += at> OCTET64 ? at : OCTET64) {
		const uint8_t *p = s.p + i;
		uint64_t special;

		if (s.n - i < sizeof last) {
			memset(last, 0, sizeof last); /* which ends it */
			memcpy(last, p, s.n - i);
			p = last;
		}
		special = octet64_look(p).special;
		for (at = 0; special; special &= ~(UINT64_C(3) << (at - 2))) {
			at = (size_t)__builtin_ctzll(special);
			if (p[at] == '"')
				return good ? i + at : JSON_OTHER;
			good &= is_escape(p + at);
			at += 2;
		}
		if (!good)
			break;
	}
	return JSON_OTHER;
}

/* What stands for \u00HL. */
static uint8_t
control(const uint8_t *p)
{
	return (uint8_t)((p[4] - '0') << 4 |
			 (p[5] <= '9' ? p[5] - '0' : p[5] - 'a' + 10));
}

int
json_unquote(struct buf *out, struct span s)
{
	static const uint8_t meant[256] = { ['b'] = '\b',
		['t'] = '\t',
		['n'] = '\n',
		['f'] = '\f',
		['r'] = '\r',
		['"'] = '"',
		['\\'] = '\\' };

	buf_reserve(out, s.n);
	while (s.n) {
		const uint8_t *slash = memchr(s.p, '\\', s.n);
		size_t n = slash ? (size_t)(slash - s.p) : s.n, k = 0;

		buf_add(out, s.p, n);
		if (slash) {
			k = slash[1] == 'u' ? 6 : 2;
			buf_add_byte(out, k == 6 ? control(slash) : meant[slash[1]]);
		}
		s = span_of(s.p + n + k, s.n - n - k);
	}
	return buf_failed(out);
}
