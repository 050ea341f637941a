/* SPDX-License-Identifier: ISC */
/* What asciinema servers accept, row by row, at the limit and behind it. */
#include "tests/unit/unit.h"

#include "format/castcheck.h"

#include <stdio.h>
#include <string.h>

static struct buf told;

static void
tell(void *ctx, const char *text)
{
	(void)ctx;
	buf_addf(&told, "%s\n", text);
}

/* COUNT times C, in a static place. */
static const char *
run_of(char c, size_t count)
{
	static char text[8][5000];
	static int i;
	char *p = text[i++ % 8];

	memset(p, c, count);
	p[count] = 0;
	return p;
}

/* The header of BEFORE becomes that of AFTER (NULL: stays as it is), and SAID is told. */
static void
expect_head(const char *env, const char *before, const char *after, const char *said)
{
	struct castcheck c;
	struct buf out = { 0 };
	struct err e;

	castcheck_init(&c, dst_mem());
	c.changed = tell;
	c.env = env;
	buf_clear(&told);
	ck_assert_int_eq(castcheck_head(&c, span_str(before), &out, &e), 0);
	ck_assert_str_eq(buf_cstr(&out), after ? after : before);
	if (said)
		ck_assert_msg(
			strstr(buf_cstr(&told), said) != NULL, "%s", buf_cstr(&told));
	else
		ck_assert_str_eq(buf_cstr(&told), "");
	buf_free(&out);
	buf_free(&c.kept);
	dst_close(&c.dst, NULL);
}

#define PAL8  "#000000:#111111:#222222:#333333:#444444:#555555:#666666:#777777"
#define PAL16 PAL8 ":" PAL8
#define HEAD  "{\"version\":2,\"width\":80,\"height\":24"
#define ENV1  ",\"env\":{\"TERM\":\"xterm\",\"A_1\":\"\"}}"

static const struct {
	const char *env, *before, *after, *said;
} heads[] = {
	{ NULL, HEAD "}", NULL, NULL },
	{ NULL, HEAD ",\"unknown\":[1,{\"a\":null}]}", NULL, NULL },
	/* 1 to 720 columns, 1 to 200 rows */
	{ NULL, "{\"version\":2,\"width\":720,\"height\":200}", NULL, NULL },
	{ NULL, "{\"version\":2,\"width\":721,\"height\":200}",
		"{\"version\":2,\"width\":720,\"height\":200}",
		"columns: 721 became 720" },
	{ NULL, "{\"version\":2,\"width\":720,\"height\":201}",
		"{\"version\":2,\"width\":720,\"height\":200}", "rows: 201 became 200" },
	{ NULL, "{\"version\":2,\"width\":0,\"height\":0}", HEAD "}",
		"rows: 0 became 24" },
	{ NULL, "{\"version\":2,\"width\":-5,\"height\":24}",
		"{\"version\":2,\"width\":1,\"height\":24}", "columns: -5 became 1" },
	/* the environment */
	{ NULL, HEAD ENV1, NULL, NULL },
	{ NULL, HEAD ",\"env\":{\"http_proxy\":\"x\",\"TERM\":\"xterm\"}}",
		HEAD ",\"env\":{\"TERM\":\"xterm\"}}",
		"1 variable of the environment left" },
	{ NULL, HEAD ",\"env\":{\"A\":null,\"B\":1,\"\":\"x\",\"C-D\":\"x\"}}",
		HEAD ",\"env\":{}}", "4 variables of the environment left out" },
	{ NULL, HEAD ",\"env\":[]}", HEAD "}", "environment left out" },
	{ "TERM, SHELL", HEAD ENV1, HEAD ",\"env\":{\"TERM\":\"xterm\"}}", NULL },
	{ "TERMS,TER", HEAD ENV1, HEAD ",\"env\":{}}", NULL },
	/* pauses */
	{ NULL, HEAD ",\"idle_time_limit\":0.5}", NULL, NULL },
	{ NULL, HEAD ",\"idle_time_limit\":0}", HEAD "}", "limit of pauses left out" },
	{ NULL, HEAD ",\"idle_time_limit\":-1.5}", HEAD "}", "limit of pauses left out" },
	{ NULL, HEAD ",\"idle_time_limit\":\"2\"}", HEAD "}",
		"limit of pauses left out" },
	/* colours */
	{ NULL,
		HEAD
		",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#000000\",\"palette\":\"" PAL8
		"\"}}",
		NULL, NULL },
	{ NULL,
		HEAD
		",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#000000\",\"palette\":\"" PAL16
		"\"}}",
		NULL, NULL },
	{ NULL,
		HEAD
		",\"theme\":{\"fg\":\"#AAaaaa\",\"bg\":\"#000000\",\"palette\":\"" PAL8
		"\"}}",
		HEAD
		",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#000000\",\"palette\":\"" PAL8
		"\"}}",
		"small letters" },
	{ NULL,
		HEAD
		",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#000000\",\"palette\":\"" PAL8
		":#888888\"}}",
		HEAD "}", "colours of the terminal left out" },
	{ NULL,
		HEAD
		",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#000000\",\"palette\":\"" PAL16
		":#888888\"}}",
		HEAD "}", "colours of the terminal left out" },
	{ NULL,
		HEAD
		",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#00000\",\"palette\":\"" PAL8
		"\"}}",
		HEAD "}", "colours of the terminal left out" },
	{ NULL, HEAD ",\"theme\":{\"fg\":\"#aaaaaa\",\"bg\":\"#000000\"}}", HEAD "}",
		"colours of the terminal left out" },
	{ NULL, HEAD ",\"theme\":{}}", HEAD "}", "colours of the terminal left out" },
	{ NULL, HEAD ",\"theme\":7}", HEAD "}", "colours of the terminal left out" },
	{ NULL, HEAD ",\"title\":7}", HEAD "}", "title left out" },
	{ NULL, HEAD ",\"title\":\"a\\u0000b\"}", HEAD "}", "title left out" },
	{ NULL, HEAD ",\"env\":{\"A\":\"\\u0000\",\"TERM\":\"x\"}}",
		HEAD ",\"env\":{\"TERM\":\"x\"}}",
		"1 variable of the environment left out (A)" },
};

START_TEST(header_row)
{
	expect_head(heads[_i].env, heads[_i].before, heads[_i].after, heads[_i].said);
}
END_TEST

/* Each text of the table is left alone at its limit and cut one character behind it. */
START_TEST(header_texts)
{
	char before[600], after[600];

	for (size_t i = 0; i < castcheck_nrules; i++) {
		const struct castcheck_rule *r = &castcheck_rules[i];
		bool inner = strncmp(r->field, "env.", 4) == 0;
		const char *open = inner ? ",\"env\":{\"" : ",\"",
			   *close = inner ? "\"}}" : "\"}",
			   *key = inner ? r->field + 4 : r->field;

		if (r->kind != CASTCHECK_TEXT)
			continue;
		snprintf(after, sizeof after, "%s%s%s\":\"%s%s", HEAD, open, key,
			run_of('x', (size_t)r->hi), close);
		expect_head(NULL, after, NULL, NULL);
		snprintf(before, sizeof before, "%s%s%s\":\"%sy%s", HEAD, open, key,
			run_of('x', (size_t)r->hi), close);
		expect_head(NULL, before, after, r->name);
	}
}
END_TEST

START_TEST(cut_between_characters)
{
	char before[700] = HEAD ",\"title\":\"", after[700];

	for (int i = 0; i < 128; i++)
		strcat(before, "\xc3\xa9");
	snprintf(after, sizeof after, "%s\"}", before);
	strcat(before, "\xe2\x82\xac\"}");
	expect_head(NULL, before, after, "title cut to 128 characters");
}
END_TEST

START_TEST(no_header)
{
	struct castcheck c;
	struct buf out = { 0 };
	static const char *const lines[] = { "", "[]", "{", "7", "{\"version\":2}x" };

	castcheck_init(&c, dst_mem());
	ck_assert_int_eq(castcheck_head(&c, span_str(lines[_i]), &out, NULL), ERR_FORMAT);
	ck_assert_uint_eq(out.n, 0);
	dst_close(&c.dst, NULL);
}
END_TEST

/* However the bytes come in pieces; what lies behind the limit is counted only. */
START_TEST(through_the_destination)
{
	static const char in[] = HEAD ",\"title\":7}\n[0,\"o\",\"a\"]\n[1,\"o\",\"b\"]\n";
	static const char out[] = HEAD "}\n[0,\"o\",\"a\"]\n[1,\"o\",\"b\"]\n";
	size_t limit = _i % 2 ? 45 : 1000, step = (size_t)_i / 2 + 1;
	struct dst *mem = dst_mem();
	struct castcheck c;

	castcheck_init(&c, mem);
	c.limit = limit;
	for (size_t i = 0; i < sizeof in - 1; i += step) {
		size_t n = sizeof in - 1 - i < step ? sizeof in - 1 - i : step;

		ck_assert_int_eq(dst_write_at(&c.dst, i, in + i, n, NULL), (int)n);
	}
	ck_assert_uint_eq(c.bytes, sizeof out - 1);
	ck_assert_uint_eq(c.events, 2);
	ck_assert(span_eq(dst_mem_bytes(mem),
		span_of(out, limit < sizeof out - 1 ? limit : sizeof out - 1)));
	dst_close(&c.dst, NULL);
}
END_TEST

START_TEST(form_fields)
{
	struct err e;

	ck_assert_int_eq(castcheck_form("title", run_of('x', 128), &e), 0);
	ck_assert_int_eq(castcheck_form("title", run_of('x', 129), &e), ERR_USAGE);
	ck_assert_int_eq(castcheck_form("description", run_of('x', 4096), &e), 0);
	ck_assert_int_eq(castcheck_form("description", run_of('x', 4097), &e), ERR_USAGE);
	ck_assert_int_eq(castcheck_form("title", "\xff", &e), ERR_USAGE);
}
END_TEST

static TCase *
case_castcheck(void)
{
	TCase *t = tcase_create("castcheck");

	tcase_add_loop_test(t, header_row, 0, (int)(sizeof heads / sizeof *heads));
	tcase_add_test(t, header_texts);
	tcase_add_test(t, cut_between_characters);
	tcase_add_loop_test(t, no_header, 0, 5);
	tcase_add_loop_test(t, through_the_destination, 0, 40);
	tcase_add_test(t, form_fields);
	return t;
}

UNIT_MAIN("castcheck", case_castcheck)
