/* SPDX-License-Identifier: ISC */
#include "base/jsonw.h"

#include "base/base64.h"

#include "base/utf8.h"

#include <inttypes.h>

void
jsonw_init(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw){ .out = out };
}

/* Comma before a value or key, where one is due. */
static void
lead(struct jsonw *w)
{
	uint32_t bit = UINT32_C(1) << (w->depth & 31);

	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->comma & bit)
		buf_add_byte(w->out, ',');
	w->comma |= bit;
}

static void
open_level(struct jsonw *w, char c)
{
	lead(w);
	buf_add_byte(w->out, (uint8_t)c);
	if (w->depth < JSONW_DEPTH_MAX - 1)
		w->depth++;
	w->comma &= ~(UINT32_C(1) << w->depth);
}

static void
close_level(struct jsonw *w, char c)
{
	if (w->depth)
		w->depth--;
	buf_add_byte(w->out, (uint8_t)c);
}

void
jsonw_object(struct jsonw *w)
{
	open_level(w, '{');
}

void
jsonw_object_end(struct jsonw *w)
{
	close_level(w, '}');
}

void
jsonw_array(struct jsonw *w)
{
	open_level(w, '[');
}

void
jsonw_array_end(struct jsonw *w)
{
	close_level(w, ']');
}

void
jsonw_key_span(struct jsonw *w, struct span key)
{
	lead(w);
	json_quote(w->out, key);
	buf_add_byte(w->out, ':');
	w->after_key = true;
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	jsonw_key_span(w, span_str(key));
}

void
jsonw_text(struct jsonw *w, struct span s)
{
	lead(w);
	if (s.p)
		json_quote(w->out, s);
	else
		buf_add_str(w->out, "null");
}

void
jsonw_str(struct jsonw *w, const char *s)
{
	jsonw_text(w, span_str(s));
}

void
jsonw_int(struct jsonw *w, int64_t v)
{
	lead(w);
	buf_addf(w->out, "%" PRId64, v);
}

void
jsonw_uint(struct jsonw *w, uint64_t v)
{
	lead(w);
	buf_addf(w->out, "%" PRIu64, v);
}

void
jsonw_bool(struct jsonw *w, bool v)
{
	lead(w);
	buf_add_str(w->out, v ? "true" : "false");
}

void
jsonw_null(struct jsonw *w)
{
	lead(w);
	buf_add_str(w->out, "null");
}

void
jsonw_base64(struct jsonw *w, struct span s)
{
	lead(w);
	if (!s.p) {
		buf_add_str(w->out, "null");
		return;
	}
	buf_add_byte(w->out, '"');
	base64_put(w->out, s);
	buf_add_byte(w->out, '"');
}

void
jsonw_raw(struct jsonw *w, struct span json)
{
	lead(w);
	buf_add_span(w->out, json);
}

void
jsonw_kstr(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	jsonw_str(w, s);
}

void
jsonw_ktext(struct jsonw *w, const char *key, struct span s)
{
	jsonw_key(w, key);
	jsonw_text(w, s);
}

void
jsonw_kint(struct jsonw *w, const char *key, int64_t v)
{
	jsonw_key(w, key);
	jsonw_int(w, v);
}

void
jsonw_kuint(struct jsonw *w, const char *key, uint64_t v)
{
	jsonw_key(w, key);
	jsonw_uint(w, v);
}

void
jsonw_kbool(struct jsonw *w, const char *key, bool v)
{
	jsonw_key(w, key);
	jsonw_bool(w, v);
}

/* What a byte becomes inside a string: itself (0), a two-character escape (its second
 * character), or something that needs a look (1: control character, 2: DEL or not ASCII). */
static const uint8_t quoted[256] = {
	[0 ... 7] = 1,
	['\b'] = 'b',
	['\t'] = 't',
	['\n'] = 'n',
	[0x0B] = 1,
	['\f'] = 'f',
	['\r'] = 'r',
	[14 ... 31] = 1,
	['"'] = '"',
	['\\'] = '\\',
	[0x7F] = 2,
	[0x80 ... 0xFF] = 2,
};

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The highest bit of each byte of W that is not below MORE, in 1 to 128, or not ASCII. */
static inline uint64_t
at_least(uint64_t w, uint8_t more)
{
	return ((w & EACH(0x7F)) + EACH(0x80 - more)) | w;
}

/* The highest bit of each byte that may stand for itself, as far as ASCII goes; what is not
 * ASCII may. */
static inline uint64_t
unescaped(uint64_t w)
{
	return at_least(w, 0x20) & at_least(w ^ EACH('"'), 1) &
	       at_least(w ^ EACH('\\'), 1);
}

/* The same of text that has to be looked at where it is not plain ASCII. */
static inline uint64_t
plain_ascii(uint64_t w)
{
	return unescaped(w) & at_least(w ^ EACH(0x7F), 1) & ~w;
}

/* Bytes in front of S that stand for themselves; VALID: it is known to be UTF-8. */
static inline size_t
plain(struct span s, bool valid)
{
	size_t i = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (uint64_t w, m; s.n - i >= sizeof w; i += sizeof w) {
		memcpy(&w, s.p + i, sizeof w);
		m = ~(valid ? unescaped(w) : plain_ascii(w)) & EACH(0x80);
		if (m)
			return i + (size_t)__builtin_ctzll(m) / 8;
	}
#endif
	while (i < s.n && (!quoted[s.p[i]] || (valid && quoted[s.p[i]] == 2)))
		i++;
	return i;
}

size_t
json_plain(struct span s)
{
	return plain(s, false);
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

/* An ASCII character that may not stand as it is. */
static void
quote_byte(struct buf *out, uint8_t c)
{
	uint8_t text[2] = { '\\', quoted[c] };

	if (quoted[c] == 1)
		quote_unit(out, c);
	else
		buf_add(out, text, sizeof text);
}

static void
quote_char(struct buf *out, uint32_t ch)
{
	if (ch < 0x10000) {
		quote_unit(out, ch);
		return;
	}
	quote_unit(out, 0xD7C0 + (ch >> 10));
	quote_unit(out, 0xDC00 + (ch & 0x3FF));
}

/* For whom a text is: for eyes, for a file, or for a file and known to be valid UTF-8. */
enum quoting { SHOWN, DATA, VALID };

/* Reads the character at P.  Returns its length; *PLAIN: it may stand as it is. */
static int
look_at(const uint8_t *p, size_t n, enum quoting how, uint32_t *ch, bool *bad,
	bool *plain)
{
	int k = utf8_get(p, n, ch, bad);

	if (k == 0) {
		k = (int)n;
		*bad = true;
	}
	*plain = !*bad && !(how == SHOWN && utf8_order(*ch));
	return k;
}

static void
quote(struct buf *out, struct span s, enum quoting how)
{
	size_t from = 0, i = 0;

	buf_reserve(out, s.n + 2);
	buf_add_byte(out, '"');
	for (;;) {
		uint32_t ch = 0;
		bool bad = false, as_is = false, wide;
		int k;

		i += plain(span_of(s.p + i, s.n - i), how == VALID);
		if (i == s.n)
			break;
		wide = quoted[s.p[i]] == 2;
		k = wide ? look_at(s.p + i, s.n - i, how, &ch, &bad, &as_is) : 1;

		if (as_is) {
			i += (size_t)k;
			continue;
		}
		buf_add(out, s.p + from, i - from);
		if (bad)
			buf_add(out, "\xEF\xBF\xBD", 3);
		else if (wide)
			quote_char(out, ch);
		else
			quote_byte(out, s.p[i]);
		i += (size_t)k;
		from = i;
	}
	buf_add(out, s.p + from, i - from);
	buf_add_byte(out, '"');
}

void
json_quote(struct buf *out, struct span s)
{
	quote(out, s, SHOWN);
}

void
json_quote_data(struct buf *out, struct span s)
{
	quote(out, s, DATA);
}

void
json_quote_valid(struct buf *out, struct span s)
{
	quote(out, s, VALID);
}
