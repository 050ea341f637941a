/* SPDX-License-Identifier: ISC */
/* One event: a number and one or two strings in an array.  Its own parser, because a
 * recording is nearly all events: strings without escapes stay where they are, nothing is
 * allocated, times are exact.  Strings that are written as we write them, and most are, are
 * passed over in blocks; all others character by character.  It lets pass what a general JSON
 * parser would refuse the whole event for, and says so: raw control characters, lone surrogates,
 * bytes that are no UTF-8. */
#include "format/cast.h"

#include "base/json.h"
#include "base/utf8.h"

struct scan {
	const uint8_t *p, *end;
	struct buf *store;
	bool odd;
};

static void
skip_space(struct scan *s)
{
	while (s->p < s->end && memchr(" \t\r\n", *s->p, 4))
		s->p++;
}

static bool
take(struct scan *s, uint8_t c)
{
	skip_space(s);
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* The values of hexadecimal digits, and one more. */
static const uint8_t digits[256] = { ['0'] = 1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	10,
	['A'] = 11,
	12,
	13,
	14,
	15,
	16,
	['a'] = 11,
	12,
	13,
	14,
	15,
	16 };

static int
hex4(const struct scan *s, uint32_t *v)
{
	const uint8_t *p = s->p;
	bool good = s->end - p >= 4;

	*v = 0;
	for (int i = 0; i < 4 && good; i++) {
		good = digits[p[i]];
		*v = *v << 4 | (digits[p[i]] - 1u);
	}
	return good ? 0 : ERR_FORMAT;
}

/* What stands behind "\u"; two of them are one character outside the first plane. */
static int
unicode(struct scan *s)
{
	uint8_t b[UTF8_MAX_LEN];
	uint32_t ch, low;

	if (hex4(s, &ch) < 0)
		return ERR_FORMAT;
	s->p += 4;
	if (ch >= 0xD800 && ch < 0xDC00 && s->end - s->p >= 6 &&
		memcmp(s->p, "\\u", 2) == 0) {
		s->p += 2;
		if (hex4(s, &low) == 0 && low >= 0xDC00 && low < 0xE000) {
			s->p += 4;
			ch = 0x10000 + ((ch - 0xD800) << 10) + (low - 0xDC00);
		} else {
			s->p -= 2;
		}
	}
	if (ch >= 0xD800 && ch < 0xE000)
		s->odd = true;
	return buf_add(s->store, b, (size_t)utf8_put(b, ch));
}

static int
escape(struct scan *s)
{
	static const uint8_t meant[256] = { ['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t' };
	uint8_t c;

	if (s->p == s->end)
		return ERR_FORMAT;
	c = *s->p++;
	if (c == 'u')
		return unicode(s);
	return meant[c] ? buf_add_byte(s->store, meant[c]) : ERR_FORMAT;
}

/* Bytes up to the next quote or backslash. */
static struct span
plain_run(struct scan *s)
{
	const uint8_t *from = s->p;
	uint8_t high = 0;

	for (;; s->p++) {
		s->p += json_plain(span_of(s->p, (size_t)(s->end - s->p)));
		if (s->p == s->end || *s->p == '"' || *s->p == '\\')
			break;
		high |= *s->p;
		s->odd |= *s->p < 0x20;
	}
	if (high >= 0x80 && !utf8_valid(span_of(from, (size_t)(s->p - from))))
		s->odd = true;
	return span_of(from, (size_t)(s->p - from));
}

/* Strings in the store are told by offset first: the store may move while it grows. */
struct text {
	struct span at;
	size_t stored; /* SIZE_MAX: it is not there */
};

/* Behind the first quote: a string as we write them; false: it is none, nothing is taken. */
static bool
written(struct scan *s, struct span *quoted)
{
	size_t n = json_written(span_of(s->p, (size_t)(s->end - s->p)));

	if (n == JSON_OTHER)
		return false;
	*quoted = span_of(s->p, n);
	if (!utf8_valid(*quoted))
		return false;
	s->p += n + 1;
	return true;
}

static int
unquote(struct scan *s, struct span quoted, struct text *t)
{
	*t = (struct text){ quoted, SIZE_MAX };
	if (!memchr(quoted.p, '\\', quoted.n))
		return 0;
	t->stored = s->store->n;
	json_unquote(s->store, quoted);
	t->at.n = s->store->n - t->stored;
	return buf_failed(s->store);
}

/* Any string, from behind its first quote. */
static int
other(struct scan *s, struct text *t)
{
	*t = (struct text){ plain_run(s), SIZE_MAX };
	if (s->p < s->end && *s->p == '"') {
		s->p++;
		return 0;
	}
	t->stored = s->store->n;
	buf_reserve(s->store, (size_t)(s->end - s->p));
	buf_add_span(s->store, t->at);
	while (s->p < s->end && *s->p == '\\') {
		s->p++;
		if (escape(s) < 0)
			return ERR_FORMAT;
		buf_add_span(s->store, plain_run(s));
	}
	if (s->p == s->end)
		return ERR_FORMAT;
	s->p++;
	t->at.n = s->store->n - t->stored;
	return buf_failed(s->store);
}

/* QUOTED, not NULL: a string as we write them is told as it stands, and no text. */
static int
string(struct scan *s, struct text *t, struct span *quoted)
{
	struct span as_is;

	if (!take(s, '"'))
		return ERR_FORMAT;
	if (!written(s, &as_is))
		return other(s, t);
	if (!quoted)
		return unquote(s, as_is, t);
	*t = (struct text){ SPAN_LIT(""), SIZE_MAX };
	*quoted = as_is;
	return 0;
}

static int
fail(const char **why, const char *text)
{
	*why = text;
	return ERR_FORMAT;
}

static struct span
place(const struct text *t, const struct buf *store)
{
	if (t->stored == SIZE_MAX)
		return t->at;
	return span_of(buf_span(store).p + t->stored, t->at.n);
}

/* What was typed or shown: nobody has to look at it. */
static bool
is_bulk(struct span code)
{
	return code.n == 1 && (code.p[0] == 'o' || code.p[0] == 'i');
}

int
cast_event_parse(struct cast_event *ev, struct span text, unsigned how, struct buf *store,
	const char **why)
{
	struct scan s = { text.p, text.p + text.n, store, false };
	struct text code = { SPAN_LIT(""), SIZE_MAX }, data;
	bool coded = how & CAST_CODED, as_is = how & CAST_QUOTED;
	size_t n;

	*ev = (struct cast_event){ .code = SPAN_LIT("") };
	buf_clear(store);
	if (!take(&s, '['))
		return fail(why, "not an array");
	skip_space(&s);
	n = cast_num_parse(span_of(s.p, (size_t)(s.end - s.p)), &ev->time_ns);
	s.p += n;
	if (!n || !take(&s, ','))
		return fail(why, "no time");
	if (coded && (string(&s, &code, NULL) < 0 || !take(&s, ',')))
		return fail(why, "no event code");
	if (coded && !code.at.n)
		return fail(why, "empty event code");
	as_is &= !coded || is_bulk(place(&code, store));
	if (string(&s, &data, as_is ? &ev->quoted : NULL) < 0)
		return fail(why, "no text");
	if (!take(&s, ']'))
		return fail(why, "more than a time, a code and a text");
	skip_space(&s);
	if (s.p != s.end)
		return fail(why, "something behind the event");
	ev->code = place(&code, store);
	ev->data = place(&data, store);
	ev->odd = s.odd;
	return 0;
}
