/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "base/hex.h"
#include "base/jsonw.h"
#include "base/opt.h"
#include "base/utf8.h"
#include "base/when.h"
#include "base/word.h"
#include "base/clk.h"
#include "base/diag.h"

#include "tests/unit/unit.h"

#include <time.h>

static void
expect_clean(const char *in, size_t n, const char *want)
{
	struct buf out = { 0 };

	/* Whole, then cut in every place, must give the same text. */
	for (size_t cut = 0; cut <= n; cut++) {
		struct utf8_hold h = { 0 };

		buf_clear(&out);
		ck_assert_int_eq(utf8_feed(&h, &out, span_of(in, cut)), 0);
		ck_assert_int_eq(utf8_feed(&h, &out, span_of(in + cut, n - cut)), 0);
		ck_assert_int_eq(utf8_end(&h, &out), 0);
		ck_assert_str_eq(buf_cstr(&out), want);
	}
	buf_clear(&out);
	utf8_clean(&out, span_of(in, n));
	ck_assert_str_eq(buf_cstr(&out), want);
	buf_free(&out);
}

START_TEST(utf8_replaces_maximal_subparts)
{
	/* the vector of asciicast's own project, and table 3-8 of Unicode 15 */
	expect_clean(
		"\x83#\xF0\x90\x80\xC0!", 7, "\xEF\xBF\xBD#\xEF\xBF\xBD\xEF\xBF\xBD!");
	expect_clean("a\xF1\x80\x80\xE1\x80\xC2"
		     "b\x80"
		     "c\x80\xBF"
		     "d",
		13,
		"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
		"b\xEF\xBF\xBD"
		"c\xEF\xBF\xBD\xEF\xBF\xBD"
		"d");
	expect_clean("\xED\xA0\x80", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
	expect_clean("\xC3\xB8\xE6\x97\xA5\xF0\x9F\x98\x80", 9,
		"\xC3\xB8\xE6\x97\xA5\xF0\x9F\x98\x80");
}
END_TEST

START_TEST(utf8_tail_counts_incomplete_end)
{
	ck_assert_uint_eq(utf8_tail(SPAN_LIT("abc")), 0);
	ck_assert_uint_eq(utf8_tail(SPAN_LIT("a\xE2\x82")), 2);
	ck_assert_uint_eq(utf8_tail(SPAN_LIT("a\xE2\x82\xAC")), 0);
	ck_assert_uint_eq(utf8_tail(SPAN_LIT("\xF0\x9F\x98")), 3);
	ck_assert_uint_eq(utf8_tail(SPAN_LIT("\x80\x80")), 0);
}
END_TEST

static TCase *
case_utf8(void)
{
	TCase *t = tcase_create("utf8");

	tcase_add_test(t, utf8_replaces_maximal_subparts);
	tcase_add_test(t, utf8_tail_counts_incomplete_end);
	return t;
}

START_TEST(buf_keeps_content_over_limit)
{
	struct buf b;

	buf_init(&b, 10);
	ck_assert_int_eq(buf_add(&b, "12345678", 8), 0);
	ck_assert_int_eq(buf_add(&b, "abc", 3), ERR_LIMIT);
	ck_assert_str_eq(buf_cstr(&b), "12345678");
	ck_assert_int_eq(buf_failed(&b), ERR_LIMIT);
	buf_consume(&b, 3);
	ck_assert_int_eq(buf_add(&b, "abc", 3), 0);
	ck_assert_str_eq(buf_cstr(&b), "45678abc");
	buf_free(&b);
}
END_TEST

static TCase *
case_buf(void)
{
	TCase *t = tcase_create("buf");

	tcase_add_test(t, buf_keeps_content_over_limit);
	return t;
}

static const struct {
	const char *text;
	int rc;
	int64_t ns;
} when_rows[] = {
	{ "90", 0, 90 * NS_PER_S },
	{ "1:30", 0, 90 * NS_PER_S },
	{ "1:02:03.250", 0, 3723250 * NS_PER_MS },
	{ "0.000000001", 0, 1 },
	{ "50%", 0, 5000 * NS_PER_S },
	{ "end", 0, 10000 * NS_PER_S },
	{ "99999999", 0, 10000 * NS_PER_S },
	{ "5s", 0, 5 * NS_PER_S },
	{ "1.5s", 0, 1500 * NS_PER_MS },
	{ "10m", 0, 600 * NS_PER_S },
	{ "2h", 0, 7200 * NS_PER_S },
	{ "1h30m5s", 0, 5405 * NS_PER_S },
	{ "1h30", ERR_USAGE, 0 },
	{ "1.5h", ERR_USAGE, 0 },
	{ "10ms", ERR_USAGE, 0 },
	{ "99999999w99999999w", ERR_USAGE, 0 },
	{ "", ERR_USAGE, 0 },
	{ "-1", ERR_USAGE, 0 },
	{ "1:", ERR_USAGE, 0 },
	{ "1:60", ERR_USAGE, 0 },
	{ "1:2:3:4", ERR_USAGE, 0 },
	{ "101%", ERR_USAGE, 0 },
	{ "9999999999999999999", ERR_USAGE, 0 },
	{ "1.5:3", ERR_USAGE, 0 },
	{ "12x", ERR_USAGE, 0 },
	{ "90Z", ERR_USAGE, 0 },
	{ "1:30Z", ERR_USAGE, 0 },
	{ "@14", ERR_USAGE, 0 },
	{ "@24:00", ERR_USAGE, 0 },
	{ "@14:02x", ERR_USAGE, 0 },
	{ "2026-02-30", ERR_USAGE, 0 },
	{ "2026-11-21 25:00", ERR_USAGE, 0 },
	{ "2026-11-21 ", ERR_USAGE, 0 },
	{ "9999-11-21", ERR_USAGE, 0 },
	{ "2026-11-21Zx", ERR_USAGE, 0 },
};

START_TEST(bytes_as_digits)
{
	static const uint8_t bytes[] = { 0x00, 0x9A, 0xBF, 0xFF };
	uint8_t back[4] = { 1, 1, 1, 1 };
	char text[9];

	hex_put(text, bytes, sizeof bytes);
	ck_assert_str_eq(text, "009abfff");
	ck_assert_uint_eq(hex_get(back, "009AbfFF", 4), 4);
	ck_assert_mem_eq(back, bytes, 4);
	ck_assert_uint_eq(hex_get(back, text, 3), 3);
	ck_assert_uint_eq(hex_get(back, "12f", 4), 1);
	ck_assert_uint_eq(hex_get(back, "12 3", 4), 1);
	ck_assert_uint_eq(hex_get(back, "", 4), 0);
	ck_assert_uint_eq(back[0], 0x12);
	for (int c = 1; c < 256; c++)
		ck_assert_int_eq(hex_digit((char)c) >= 0,
			strchr("0123456789abcdefABCDEF", c) != NULL);
	ck_assert_int_eq(hex_digit('\0'), -1);
}
END_TEST

START_TEST(when_reads_every_form)
{
	struct when w;
	struct err e;
	int rc = when_parse(&w, when_rows[_i].text, &e);

	ck_assert_msg(rc == when_rows[_i].rc, "'%s': %d", when_rows[_i].text, rc);
	if (rc == 0)
		ck_assert_int_eq(when_resolve(&w, 10000 * NS_PER_S), when_rows[_i].ns);
}
END_TEST

/* In a recording of 20 minutes that began at 2026-11-21 23:50:10.5 UTC. */
static const struct {
	const char *text, *zone;
	int64_t ns; /* -1: it is no time of day */
} clock_rows[] = {
	{ "@23:51", "UTC", 49500 * NS_PER_MS },
	{ "23:51:10.5", "UTC", 60 * NS_PER_S },
	{ "@0:00", "UTC", 589500 * NS_PER_MS }, /* over midnight */
	{ "@23:50:10", "UTC", 0 },              /* the very second */
	{ "@23:50:09", "UTC", (24 * 3600 - 1) * NS_PER_S - 500 * NS_PER_MS },
	{ "0:10:00", "UTC", 600 * NS_PER_S }, /* so far from the start, too */
	{ "0:30:00", "UTC", 2389500 * NS_PER_MS },
	{ "2026-11-22 00:00", "UTC", 589500 * NS_PER_MS },
	{ "2026-11-22T00:00:00Z", "CET-1", 589500 * NS_PER_MS },
	{ "2026-11-22 01:00:00.5", "CET-1", 590 * NS_PER_S },
	{ "@00:51:10.5", "CET-1", 60 * NS_PER_S },
	{ "@23:51:10.5Z", "CET-1", 60 * NS_PER_S },
	{ "23:51:10.5Z", "CET-1", 60 * NS_PER_S },
	{ "2026-11-21", "UTC", 0 }, /* before it */
	{ "2026-11-22", "UTC", 589500 * NS_PER_MS },
	{ "1:30", "UTC", -1 },
	{ "50%", "UTC", -1 },
	{ "end", "UTC", -1 },
};

START_TEST(when_finds_times_of_day)
{
	const int64_t start = INT64_C(1795305010500) * NS_PER_MS;
	struct when w, out;

	setenv("TZ", clock_rows[_i].zone, 1);
	tzset();
	ck_assert_int_eq(when_parse(&w, clock_rows[_i].text, NULL), 0);
	out = when_settle(&w, true, start, 1200 * NS_PER_S);
	if (clock_rows[_i].ns < 0) {
		ck_assert_int_eq(out.kind, w.kind);
		ck_assert_int_eq(out.ns, w.ns);
		return;
	}
	ck_assert_int_eq(out.kind, WHEN_NS);
	ck_assert_int_eq(out.ns, clock_rows[_i].ns);
	if (w.kind == WHEN_NS) { /* nothing else without a date */
		out = when_settle(&w, false, 0, 1200 * NS_PER_S);
		ck_assert_int_eq(out.ns, w.ns);
	}
	ck_assert_int_eq(when_check(&w, true, NULL), 0);
	ck_assert_int_eq(when_check(&w, false, NULL), w.kind == WHEN_NS ? 0 : ERR_USAGE);
}
END_TEST

START_TEST(when_bears_any_start)
{
	static const int64_t starts[] = { INT64_MIN, -1, 0, INT64_MAX };
	struct when w;

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		ck_assert_int_eq(when_parse(&w, "@23:59:59.999", NULL), 0);
		ck_assert_int_ge(when_settle(&w, true, starts[i], 0).ns, 0);
		ck_assert_int_eq(when_parse(&w, "2200-01-01", NULL), 0);
		ck_assert_int_ge(when_settle(&w, true, starts[i], 0).ns, 0);
	}
}
END_TEST

START_TEST(when_prints_the_zone)
{
	char t[WHEN_TEXT_MAX];

	setenv("TZ", "XYZ-5:30", 1);
	tzset();
	ck_assert_str_eq(when_format_local(t, 0, 3), "1970-01-01 05:30:00.000 XYZ");
	when_format_local(t, INT64_MIN, 9);
	when_format_local(t, INT64_MAX, 9);
}
END_TEST

START_TEST(when_prints)
{
	char t[WHEN_TEXT_MAX];

	ck_assert_str_eq(when_format(t, 3723250 * NS_PER_MS, 3), "1:02:03.250");
	ck_assert_str_eq(when_format(t, 5 * NS_PER_S, 0), "0:05");
	ck_assert_str_eq(
		when_format_stamp(t, INT64_C(1795269731) * NS_PER_S), "20261121T140211Z");
	ck_assert_str_eq(when_format_utc(t, 0, 9), "1970-01-01T00:00:00.000000000Z");
	ck_assert_str_eq(when_format_utc(t, -1, 9), "1969-12-31T23:59:59.999999999Z");
	when_format_utc(t, INT64_MIN, 9);
	when_format(t, INT64_MIN, 9);
}
END_TEST

static TCase *
case_when(void)
{
	TCase *t = tcase_create("when");

	tcase_add_loop_test(
		t, when_reads_every_form, 0, (int)(sizeof when_rows / sizeof *when_rows));
	tcase_add_loop_test(
		t, when_finds_times_of_day, 0, sizeof clock_rows / sizeof *clock_rows);
	tcase_add_test(t, when_bears_any_start);
	tcase_add_test(t, when_prints);
	tcase_add_test(t, when_prints_the_zone);
	return t;
}

START_TEST(json_nests_and_escapes)
{
	struct buf b = { 0 };
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kstr(&w, "a", "x\"\\\b\t\n\f\r\x1b\x7f\xE2\x80\xA8");
	jsonw_key(&w, "b");
	jsonw_array(&w);
	jsonw_int(&w, INT64_MIN);
	jsonw_uint(&w, UINT64_MAX);
	jsonw_base64(&w, SPAN_LIT("any carnal pleas"));
	jsonw_text(&w, (struct span){ 0 });
	jsonw_object(&w);
	jsonw_object_end(&w);
	jsonw_array_end(&w);
	jsonw_kbool(&w, "c", true);
	jsonw_ktext(&w, "d", span_of("\xFF\0", 2));
	jsonw_object_end(&w);
	ck_assert_str_eq(buf_cstr(&b),
		"{\"a\":\"x\\\"\\\\\\b\\t\\n\\f\\r\\u001b\\u007f\\u2028\",\"b\":[-"
		"9223372036854775808,"
		"18446744073709551615,\"YW55IGNhcm5hbCBwbGVhcw==\",null,{}],\"c\":true,"
		"\"d\":\"\xEF\xBF\xBD\\u0000\"}");
	buf_free(&b);
}
END_TEST

/* Wherever it stands, what does not stand for itself ends what does. */
START_TEST(plain_bytes_of_json)
{
	uint8_t text[40];

	for (unsigned c = 0; c < 256; c++) {
		bool plain = c >= 0x20 && c < 0x7F && c != '"' && c != '\\';

		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, at % 2 ? ' ' : '~', sizeof text);
			text[at] = (uint8_t)c;
			ck_assert_uint_eq(json_plain(span_of(text, sizeof text)),
				plain ? sizeof text : at);
			ck_assert_uint_eq(json_plain(span_of(text, at)), at);
		}
	}
}
END_TEST

static TCase *
case_json(void)
{
	TCase *t = tcase_create("jsonw");

	tcase_add_test(t, plain_bytes_of_json);
	tcase_add_test(t, json_nests_and_escapes);
	return t;
}

static const struct opt opt_rows[] = {
	{ 1, "output", 'o', "FILE", "write to FILE" },
	{ 2, "quiet", 'q', NULL, "say nothing" },
	{ 3, "query", 0, NULL, "ask" },
	{ 0 },
};

START_TEST(opt_parses_all_forms)
{
	static const char *const words[] = { "p", "-qo", "a", "-ob", "--out=c",
		"--output", "d", "--quiet", "--", "-q" };
	char **argv = (char **)(uintptr_t)words;
	static const int ids[] = { 2, 1, 1, 1, 1, 2, 0 };
	static const char *const values[] = { NULL, "a", "b", "c", "d", NULL, NULL };
	struct opt_parser p;
	struct err e;

	opt_start(&p, opt_rows, 10, argv);
	for (int i = 0; i < 7; i++) {
		ck_assert_int_eq(opt_next(&p, &e), ids[i]);
		ck_assert_pstr_eq(p.value, values[i]);
	}
	ck_assert_str_eq(argv[p.at], "-q");
}
END_TEST

START_TEST(opt_refuses)
{
	static const char *const bad[][2] = { { "--qu", "more than one" },
		{ "--none", "no option" }, { "-x", "no option" },
		{ "--quiet=1", "takes no value" }, { "-o", "needs FILE" } };
	char *argv[] = { (char *)"p", (char *)bad[_i][0] };
	struct opt_parser p;
	struct err e;

	opt_start(&p, opt_rows, 2, argv);
	ck_assert_int_eq(opt_next(&p, &e), ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(e.text, bad[_i][1]));
}
END_TEST

static TCase *
case_opt(void)
{
	TCase *t = tcase_create("opt");

	tcase_add_test(t, opt_parses_all_forms);
	tcase_add_loop_test(t, opt_refuses, 0, 5);
	return t;
}

START_TEST(diag_shows_controls)
{
	char out[32];

	diag_clean(out, sizeof out, "a\x1b[31m\xC2\x9B\xFFz\n");
	ck_assert_str_eq(out, "a^[[31m??z^J");
	diag_clean(out, 4, "abcdef");
	ck_assert_str_eq(out, "abc");
	diag_clean(out, sizeof out, "a\xE2\x80\xAEtxt.exe\xF3\xA0\x80\xA1");
	ck_assert_str_eq(out, "a?txt.exe?");
}
END_TEST

START_TEST(json_gives_no_orders)
{
	struct buf b = { 0 };

	json_quote(&b, span_str("\x7F\xC2\x9B"
				"31m\xE2\x80\xAE\xF3\xA0\x80\xA1\xC3\xA9\xE6\xBC\xA2"));
	ck_assert_str_eq(buf_cstr(&b), "\"\\u007f\\u009b31m\\u202e\\udb40\\udc21\xC3\xA9"
				       "\xE6\xBC\xA2\"");
	buf_clear(&b);
	json_quote_data(&b, span_str("\x7F\xE2\x80\xAE\xFF"));
	ck_assert_str_eq(buf_cstr(&b), "\"\x7F\xE2\x80\xAE\xEF\xBF\xBD\"");
	buf_free(&b);
}
END_TEST

START_TEST(words_are_quoted_where_needed)
{
	struct buf b = { 0 };

	word_quote(&b, span_str("-x"));
	word_quote(&b, span_str(" "));
	word_quote(&b, span_str("it's\033"));
	ck_assert_str_eq(buf_cstr(&b), "-x' ''it'\\''s\033'");
	buf_free(&b);
}
END_TEST

static const char *
choice(size_t i)
{
	static const char *const v[] = { "cat", "convert", "cut", "from", "fromdate",
		NULL };

	return v[i];
}

START_TEST(words_cut_short)
{
	static const struct {
		const char *text;
		int place;
		const char *list;
	} v[] = { { "cu", 2, NULL }, { "cut", 2, NULL }, { "from", 3, NULL },
		{ "fromd", 4, NULL }, { "c", -1, "cat, convert or cut" },
		{ "fr", -1, "from or fromdate" }, { "x", -1, "" }, { "cuts", -1, "" },
		{ "", -1, "cat, convert, cut, from or fromdate" } };
	char list[WORD_LIST_MAX];

	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		ck_assert_int_eq(word_choose(choice, v[i].text, list), v[i].place);
		if (v[i].list)
			ck_assert_str_eq(list, v[i].list);
	}
}
END_TEST

START_TEST(words_for_a_shell)
{
	static const struct {
		const char *word, *want;
	} v[] = { { "a/b-1.audit", "a/b-1.audit" }, { "a b", "'a b'" }, { "", "''" },
		{ "it's", "'it'\\''s'" }, { "-x", "./'-x'" }, { "a\033b", "$'a\\033b'" },
		{ "\xff'", "$'\\377\\''" }, { "caf\xc3\xa9", "'caf\xc3\xa9'" } };

	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct buf b = { 0 };

		word_quote_path(&b, v[i].word);
		ck_assert_str_eq(buf_cstr(&b), v[i].want);
		buf_free(&b);
	}
}
END_TEST

static TCase *
case_diag(void)
{
	TCase *t = tcase_create("diag");

	tcase_add_test(t, diag_shows_controls);
	tcase_add_test(t, bytes_as_digits);
	tcase_add_test(t, json_gives_no_orders);
	tcase_add_test(t, words_are_quoted_where_needed);
	tcase_add_test(t, words_for_a_shell);
	tcase_add_test(t, words_cut_short);
	return t;
}

UNIT_MAIN("base", case_utf8, case_buf, case_when, case_json, case_opt, case_diag)
