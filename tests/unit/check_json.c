/* SPDX-License-Identifier: ISC */
/* Strings of JSON, in blocks and byte by byte: the same, wherever in a block something stands. */
#include "base/json.h"
#include "base/octet64.h"
#include "base/utf8.h"

#include "unit.h"

#define TEXT_MAX 400

static uint32_t
rnd(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33) % below;
}

/* Up to MAX bytes of whole characters, ROUGH: many of them escaped. */
static size_t
some_text(uint64_t *state, uint8_t *out, size_t max, bool rough)
{
	static const uint32_t odd[] = { '"', '\\', 0, 7, 8, 9, 10, 12, 13, 27, 31, 127,
		0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF };
	size_t n = 0, want = rnd(state, (uint32_t)max - UTF8_MAX_LEN);

	while (n < want) {
		uint32_t ch = rnd(state, rough ? 3 : 20)
				      ? ' ' + rnd(state, 95)
				      : odd[rnd(state, sizeof odd / sizeof *odd)];

		n += (size_t)utf8_put(out + n, ch);
	}
	return n;
}

START_TEST(blocks_tell_what_bytes_are)
{
	uint8_t p[OCTET64];

	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < sizeof p; at++) {
			uint64_t bit = UINT64_C(1) << at;
			bool special = c < 0x20 || c == '"' || c == '\\';
			struct octet64 a, b;

			memset(p, at % 2 ? '!' : '[', sizeof p);
			p[at] = (uint8_t)c;
			a = octet64_look(p);
			b = octet64_portable(p);
			ck_assert_uint_eq(a.special, special ? bit : 0);
			ck_assert_uint_eq(a.high, c >= 0x80 ? bit : 0);
			ck_assert_uint_eq(b.special, a.special);
			ck_assert_uint_eq(b.high, a.high);
		}
}
END_TEST

START_TEST(texts_come_back)
{
	struct buf slow = { 0 }, fast = { 0 }, back = { 0 };
	uint64_t state = (uint64_t)_i;
	uint8_t text[TEXT_MAX];

	for (int round = 0; round < 2000; round++) {
		struct span s = { text, some_text(&state, text, sizeof text, _i % 2) };
		struct span inside;

		buf_clear(&slow);
		buf_clear(&fast);
		buf_clear(&back);
		json_quote_data(&slow, s);
		json_quote_valid(&fast, s);
		ck_assert(span_eq(buf_span(&slow), buf_span(&fast)));
		inside = span_of(fast.p + 1, fast.n - 2);
		ck_assert_uint_eq(json_written(inside), JSON_OTHER);
		buf_add_str(&fast, "], \"\\");
		inside.p = fast.p + 1;
		ck_assert_uint_eq(
			json_written(span_of(fast.p + 1, fast.n - 1)), inside.n);
		ck_assert_int_eq(json_unquote(&back, inside), 0);
		ck_assert(span_eq(buf_span(&back), s));
	}
	buf_free(&slow);
	buf_free(&fast);
	buf_free(&back);
}
END_TEST

static const struct {
	const char *text;
	bool written;
} strings[] = { { "\\\"", true }, { "\\\\", true }, { "\\b\\t\\n\\f\\r", true },
	{ "\\u0000", true }, { "\\u0007", true }, { "\\u0008", false },
	{ "\\u0009", false }, { "\\u000a", false }, { "\\u000b", true },
	{ "\\u000c", false }, { "\\u000d", false }, { "\\u000e", true },
	{ "\\u001f", true }, { "\\u001F", false }, { "\\u0018", true },
	{ "\\u0020", false }, { "\\u0041", false }, { "\\u00e9", false },
	{ "\\u1000", false }, { "\\u0100", false }, { "\\ud83d\\ude00", false },
	{ "\\/", false }, { "\\a", false }, { "\\u00", false }, { "\\u000", false },
	{ "\x01", false }, { "\n", false }, { "\x7F", true }, { "\\\\u0041", true },
	{ "\\\\\\u0041", false } };

/* In front of it and behind it everything is as it should be. */
START_TEST(only_our_own_escapes)
{
	struct buf b = { 0 };

	for (size_t at = 0; at < 2 * OCTET64 + 3; at++) {
		size_t want;

		buf_clear(&b);
		for (size_t i = 0; i < at; i++)
			buf_add_byte(&b, '.');
		buf_add_str(&b, strings[_i].text);
		buf_add_str(&b, at % 3 ? "\\n" : "");
		want = strings[_i].written ? b.n : JSON_OTHER;
		buf_add_str(&b, at % 2 ? "\"" : "\", and some more");
		ck_assert_uint_eq(json_written(buf_span(&b)), want);
	}
	buf_free(&b);
}
END_TEST

static bool
valid_slowly(struct span s)
{
	uint32_t ch;
	bool bad;
	int k;

	for (; s.n; s = span_of(s.p + k, s.n - (size_t)k)) {
		k = utf8_get(s.p, s.n, &ch, &bad);
		if (k == 0 || bad)
			return false;
	}
	return true;
}

/* Valid text, and text of which one byte is another. */
START_TEST(texts_are_valid_or_not)
{
	uint64_t state = (uint64_t)_i;
	uint8_t text[TEXT_MAX];
	int bad = 0;

	for (int round = 0; round < 5000; round++) {
		struct span s = { text, some_text(&state, text, sizeof text, _i % 2) };

		ck_assert(utf8_valid(s));
		s.n = s.n ? s.n - rnd(&state, 2) : 0;
		if (s.n)
			text[rnd(&state, (uint32_t)s.n)] = (uint8_t)rnd(&state, 256);
		ck_assert_int_eq(utf8_valid(s), valid_slowly(s));
		bad += !valid_slowly(s);
	}
	ck_assert_int_gt(bad, 100);
}
END_TEST

/* Every beginning of a character with every byte behind it, over every edge of blocks. */
START_TEST(pairs_of_bytes_are_valid_or_not)
{
	uint8_t text[80];

	for (unsigned first = 0xC0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++)
			for (size_t at = 28; at < 36; at++) {
				struct span s = { text, sizeof text };

				memset(text, 'a', sizeof text);
				text[at] = (uint8_t)first;
				text[at + 1] = (uint8_t)second;
				memset(text + at + 2, 0x80,
					first < 0xE0   ? 0
					: first < 0xF0 ? 1
						       : 2);
				ck_assert_int_eq(utf8_valid(s), valid_slowly(s));
				s.n = at + 2;
				ck_assert_int_eq(utf8_valid(s), valid_slowly(s));
			}
}
END_TEST

static TCase *
case_json(void)
{
	TCase *t = tcase_create("json");

	tcase_add_test(t, blocks_tell_what_bytes_are);
	tcase_add_loop_test(t, texts_come_back, 0, 4);
	tcase_add_loop_test(t, only_our_own_escapes, 0, sizeof strings / sizeof *strings);
	tcase_add_loop_test(t, texts_are_valid_or_not, 0, 4);
	tcase_add_test(t, pairs_of_bytes_are_valid_or_not);
	return t;
}

UNIT_MAIN("json", case_json)
