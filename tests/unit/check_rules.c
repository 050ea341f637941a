/* SPDX-License-Identifier: ISC */
/* Rules: how they are written, what those of our own find; sets of places against a plain one. */
#include "replay/rules.h"
#include "replay/spots.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct rules rules;

static void
teardown(void)
{
	rules_free(&rules);
}

static int
mark(void *ctx, size_t rule, size_t start, size_t end)
{
	(void)rule;
	memset((char *)ctx + start, '*', end - start);
	return 0;
}

/* TEXT with all matches as stars. */
static const char *
masked(int scope, const char *text)
{
	static char out[4096];

	snprintf(out, sizeof out, "%s", text);
	for (int lines = 0; lines < 2; lines++)
		ck_assert_int_eq(
			rules_find(&rules, scope, lines, span_str(text), mark, out), 0);
	return out;
}

static void
read_rules(const char *text)
{
	struct err e = { .text = "" };

	ck_assert_msg(rules_read(&rules, span_str(text), &e) == 0, "%s", e.text);
}

START_TEST(files)
{
	read_rules("# comment\n\n  \n"
		   "plain text a.b \n"
		   "\tword\tregex\tx+\r\n"
		   "both lines@shown,typed A[\\s\\S]*?B");
	ck_assert_uint_eq(rules.n, 3);
	ck_assert_str_eq(rules.v[0].name, "plain");
	ck_assert_str_eq(masked(RULE_SHOWN, "a.b a.b a-b "), "********a-b ");
	ck_assert_str_eq(masked(RULE_EVENTS, "xx y A\nB"), "** y A\nB");
	ck_assert_str_eq(masked(RULE_TYPED, "xx y A\nB"), "** y ***");
}
END_TEST

/* Text and what the error must say; never the pattern. */
static const struct {
	const char *text, *why;
} wrong[] = {
	{ "x", "line 1: a rule is NAME KIND PATTERN" },
	{ "x text", "NAME KIND PATTERN" },
	{ "x text ", "NAME KIND PATTERN" },
	{ "# fine\nx what sesame", "line 2: behind the name" },
	{ "x text@ sesame", "behind @" },
	{ "x text@shown, sesame", "behind @" },
	{ "x/y text sesame", "name" },
	{ "x regex (sesame", "line 1: " },
	{ "x text sesame\xFF", "UTF-8" },
};

START_TEST(wrong_files)
{
	struct err e = { .text = "" };

	ck_assert_int_lt(rules_read(&rules, span_str(wrong[_i].text), &e), 0);
	ck_assert_msg(strstr(e.text, wrong[_i].why) != NULL, "%s", e.text);
	ck_assert_ptr_null(strstr(e.text, "sesame"));
	ck_assert_uint_eq(rules.n, 0);
}
END_TEST

START_TEST(names_and_limits)
{
	struct err e;
	char pattern[8];

	for (int i = 0; i < RULES_MAX; i++) {
		snprintf(pattern, sizeof pattern, "%d", i);
		ck_assert_int_eq(
			rules_add(&rules, NULL, RULE_TEXT, RULE_SHOWN, pattern, true, &e),
			0);
	}
	ck_assert_str_eq(rules.v[6].name, "text-7");
	ck_assert_int_eq(
		rules_add(&rules, NULL, RULE_TEXT, RULE_SHOWN, "x", true, &e), ERR_LIMIT);
}
END_TEST

START_TEST(case_counts_when_there_is_a_capital)
{
	read_rules("a text abc\nb text Xyz");
	ck_assert_str_eq(masked(RULE_SHOWN, "abc ABC Xyz xyz"), "*** *** *** xyz");
}
END_TEST

START_TEST(text_of_several_lines)
{
	struct err e;

	ck_assert_int_eq(
		rules_add(&rules, NULL, RULE_TEXT, RULE_EVERYWHERE, "a\nb", true, &e), 0);
	ck_assert_str_eq(masked(RULE_SHOWN, "xa\nby"), "x***y");
}
END_TEST

/* A rule that takes too long takes all. */
START_TEST(runaway)
{
	char text[200];

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = 0;
	read_rules("x regex ^(a+)+$\ny regex (a|aa)+b");
	ck_assert_uint_eq(strspn(masked(RULE_SHOWN, text), "*"), sizeof text - 1);
}
END_TEST

/* What presets find and what they leave. */
static const struct {
	const char *set, *was, *is;
} presets[] = {
	{ "aws-key", "id AKIAIOSFODNN7EXAMPLE.", "id ********************." },
	{ "aws-key", "AKIAIOSFODNN7EXAMPLES AKIA", "AKIAIOSFODNN7EXAMPLES AKIA" },
	{ "aws-key", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"aws_secret_access_key = ****************************************" },
	{ "github-token", "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"****************************************" },
	{ "gitlab-token", "glpat-xxxxxxxxxxxxxxxxxxxx", "**************************" },
	{ "slack-token", "xoxb-1234567890-abc", "*******************" },
	{ "bearer-token", "Authorization: Bearer a.b-c", "Authorization: Bearer *****" },
	{ "bearer-token", "authorization: basic QWxhZGRpbg==",
		"authorization: basic ************" },
	{ "bearer-token", "the bearer of this", "the bearer of this" },
	{ "password", "password=abc next", "password=*** next" },
	{ "password", "DB_PASSWD: 'a b'", "DB_PASSWD: '* b'" },
	{ "password", "\"api_key\": \"abc\"", "\"api_key\": \"***\"" },
	{ "password", "mysql --password abc --x", "mysql --password *** --x" },
	{ "password", "mysql --password --x", "mysql --password --x" },
	{ "password", "postgres://ann:abc@host/db", "postgres://ann:***@host/db" },
	{ "password", "password for ann", "password for ann" },
	{ "private-key",
		"-----BEGIN PRIVATE KEY-----\nMIIEpQIBAAKCAQEAx123\nab==\n"
		"-----END PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY-----\n********************\n****\n"
		"-----END PRIVATE KEY-----" },
	{ "private-key",
		"  7 MIIEpQIBAAKCAQEAx123\n  8 ab==\n  9 -----END EC PRIVATE KEY-----",
		"  * ********************\n* * ****\n  * -----END EC PRIVATE KEY-----" },
	{ "private-key", "-----BEGIN CERTIFICATE-----\nMIIEpQIBAAKCAQEAx123",
		"-----BEGIN CERTIFICATE-----\nMIIEpQIBAAKCAQEAx123" },
};

/* Blanks apart: whether they are part of a match does not matter. */
static void
expect_masked(const char *is, const char *want)
{
	ck_assert_uint_eq(strlen(is), strlen(want));
	for (size_t i = 0; want[i]; i++)
		if (!strchr(" \n*", want[i]) || !strchr(" \n*", is[i]))
			ck_assert_msg(is[i] == want[i], "%s", is);
}

START_TEST(presets_find)
{
	struct err e;

	ck_assert_int_eq(rules_preset(&rules, presets[_i].set, &e), 0);
	expect_masked(masked(RULE_SHOWN, presets[_i].was), presets[_i].is);
}
END_TEST

START_TEST(all_presets)
{
	struct err e;

	ck_assert_int_eq(rules_preset(&rules, "all", &e), 0);
	ck_assert_uint_gt(rules.n, 10);
	ck_assert_int_eq(rules_preset(&rules, "none", &e), ERR_USAGE);
}
END_TEST

static TCase *
rules_case(void)
{
	TCase *tc = tcase_create("rules");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, files);
	tcase_add_loop_test(tc, wrong_files, 0, (int)(sizeof wrong / sizeof *wrong));
	tcase_add_test(tc, names_and_limits);
	tcase_add_test(tc, case_counts_when_there_is_a_capital);
	tcase_add_test(tc, text_of_several_lines);
	tcase_add_test(tc, runaway);
	tcase_add_loop_test(tc, presets_find, 0, (int)(sizeof presets / sizeof *presets));
	tcase_add_test(tc, all_presets);
	return tc;
}

#define PLACES 300

START_TEST(spots_are_a_set)
{
	struct spots s = { 0 };
	bool plain[PLACES + 16] = { false };
	uint32_t rng = (uint32_t)_i * 2654435761u + 1;

	for (int i = 0; i < 60; i++) {
		int at, n, fresh = 0;

		rng = rng * 1664525u + 1013904223u;
		at = (int)(rng >> 8) % PLACES;
		n = 1 + (int)(rng >> 4) % (_i % 9 + 1);
		for (int k = at; k < at + n; k++) {
			fresh |= !plain[k];
			plain[k] = true;
		}
		ck_assert_int_eq(spots_add(&s, (uint64_t)at, (uint64_t)n), fresh);
	}
	for (int k = 0; k < PLACES + 16; k++)
		ck_assert_int_eq(spots_has(&s, (uint64_t)k), plain[k]);
	spots_rewind(&s);
	for (int k = 0; k < PLACES; k += 7)
		ck_assert_int_eq(spots_has(&s, (uint64_t)k), plain[k]);
	for (size_t k = 1; k < s.n; k++) /* they do not touch */
		ck_assert_uint_gt(s.v[k].start, s.v[k - 1].end);
	spots_free(&s);
}
END_TEST

static TCase *
spots_case(void)
{
	TCase *tc = tcase_create("spots");

	tcase_add_loop_test(tc, spots_are_a_set, 0, 40);
	return tc;
}

UNIT_MAIN("rules", rules_case, spots_case)
