/* SPDX-License-Identifier: ISC */
/* What was told of which recording: known again whatever its file has gone through. */
#include "base/clk.h"
#include "log/diary.h"

#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW (INT64_C(1795391990) * NS_PER_S)

static char path[64];
static struct diary *d;

static void
set_up(void)
{
	struct err e = { 0 };

	scratch_make();
	snprintf(path, sizeof path, "%s", in_dir("state"));
	ck_assert_msg(diary_open(&d, path, &e) == 0, "%s", e.text);
}

static void
tear_down(void)
{
	diary_close(d);
	scratch_remove();
}

/* The end of one run and the beginning of the next. */
static void
again(int64_t now)
{
	struct err e = { 0 };

	ck_assert_int_eq(diary_save(d, now, &e), 0);
	diary_close(d);
	ck_assert_msg(diary_open(&d, path, &e) == 0, "%s", e.text);
}

static struct walk_file
file(const char *name, uint64_t inode, int64_t size)
{
	return (struct walk_file){ .path = (char *)name,
		.inode = inode,
		.device = 7,
		.size = size,
		.mtime_ns = NOW };
}

static struct diary_row *
row_of(const struct walk_file *f, const char *bytes)
{
	struct src *src = src_mem(span_str(bytes));
	struct diary_row *r = diary_row(d, f, src, NULL);

	src_close(src);
	ck_assert_ptr_nonnull(r);
	return r;
}

/* Told to its end, and out. */
static struct diary_row *
told(const struct walk_file *f, const char *bytes, uint64_t messages)
{
	struct diary_row *r = row_of(f, bytes);

	r->told = messages;
	r->ended = true;
	diary_seen(r, NOW);
	diary_read(r, f);
	diary_settle(d);
	return r;
}

START_TEST(a_file_that_did_not_change_is_not_looked_at)
{
	struct walk_file f = file("a", 1, 40), grown = file("a", 1, 41);
	struct walk_file other = file("a", 2, 40);

	ck_assert_ptr_null(diary_same(d, &f));
	told(&f, "the beginning of a", 5);
	ck_assert_ptr_nonnull(diary_same(d, &f));
	ck_assert_ptr_null(diary_same(d, &grown));
	ck_assert_ptr_null(diary_same(d, &other));
	again(NOW);
	ck_assert_ptr_nonnull(diary_same(d, &f));
	ck_assert_uint_eq(diary_same(d, &f)->told, 5);
	ck_assert(diary_same(d, &f)->ended);
}
END_TEST

START_TEST(a_recording_is_known_again)
{
	struct walk_file f = file("a", 1, 18), renamed = file("b/a", 1, 20);
	struct walk_file replaced = file("b/a", 9, 30);

	told(&f, "the beginning of a", 5);
	again(NOW);
	ck_assert_uint_eq(row_of(&renamed, "the beginning of a and")->told, 5);
	again(NOW);
	ck_assert_uint_eq(row_of(&replaced, "the beginning of a and more")->told, 5);
}
END_TEST

START_TEST(another_recording_is_not_taken_for_it)
{
	struct walk_file f = file("a", 1, 18), copy = file("c", 3, 18);

	told(&f, "the beginning of a", 5);
	ck_assert_uint_eq(
		row_of(&f, "the beginning of b")->told, 0); /* inode used again */
	ck_assert_uint_eq(row_of(&f, "the begin")->told, 0);
	ck_assert_uint_eq(row_of(&copy, "the beginning of a")->told, 0);
}
END_TEST

START_TEST(what_is_not_out_is_told_again)
{
	struct walk_file f = file("a", 1, 18);
	struct diary_row *r = told(&f, "the beginning of a", 5);

	r->told = 9; /* four more, but never flushed */
	again(NOW);
	ck_assert_ptr_null(diary_same(d, &f));
	ck_assert_uint_eq(row_of(&f, "the beginning of a")->told, 5);
}
END_TEST

START_TEST(names_may_be_anything)
{
	struct walk_file f = file("a b%\n\xff\x7f", 1, 18);

	told(&f, "the beginning of a", 5);
	again(NOW);
	ck_assert_ptr_nonnull(diary_same(d, &f));
	ck_assert_str_eq(diary_same(d, &f)->path, f.path);
}
END_TEST

START_TEST(what_is_gone_is_forgotten_after_months)
{
	struct walk_file f = file("a", 1, 18), g = file("b", 2, 18);
	int64_t day = 86400 * NS_PER_S;

	told(&f, "the beginning of a", 5);
	again(NOW + (DIARY_KEEP_DAYS - 1) * day);
	ck_assert_ptr_nonnull(diary_same(d, &f));
	diary_seen(told(&g, "the beginning of b", 5), NOW + DIARY_KEEP_DAYS * day);
	again(NOW + DIARY_KEEP_DAYS * day);
	ck_assert_ptr_null(diary_same(d, &f));
	ck_assert_ptr_nonnull(diary_same(d, &g));
}
END_TEST

START_TEST(many_are_found)
{
	char name[32], bytes[32];

	for (uint64_t i = 0; i < 5000; i++) {
		struct walk_file f;

		snprintf(name, sizeof name, "r/%d", (int)i);
		snprintf(bytes, sizeof bytes, "recording %d", (int)i);
		f = file(name, i, 18);
		told(&f, bytes, i + 1);
	}
	again(NOW);
	for (uint64_t i = 0; i < 5000; i++) {
		struct walk_file f = file("r/x", i, 18);

		ck_assert_uint_eq(diary_same(d, &f)->told, i + 1);
	}
}
END_TEST

START_TEST(a_file_that_is_none_is_an_error)
{
	struct diary *other;
	struct err e = { 0 };
	FILE *f;

	ck_assert_int_eq(diary_open(&other, path, &e), ERR_USAGE); /* in use */
	ck_assert_ptr_nonnull(strstr(e.text, "state.lock"));
	diary_close(d);
	f = fopen(path, "w");
	fputs("auditlog-events 1\n1 2 3\n", f);
	fclose(f);
	ck_assert_int_eq(diary_open(&d, path, &e), ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(e.text, "state:2:"));
	ck_assert_ptr_null(d);
}
END_TEST

static TCase *
diary_cases(void)
{
	TCase *t = tcase_create("diary");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_file_that_did_not_change_is_not_looked_at);
	tcase_add_test(t, a_recording_is_known_again);
	tcase_add_test(t, another_recording_is_not_taken_for_it);
	tcase_add_test(t, what_is_not_out_is_told_again);
	tcase_add_test(t, names_may_be_anything);
	tcase_add_test(t, what_is_gone_is_forgotten_after_months);
	tcase_add_test(t, many_are_found);
	tcase_add_test(t, a_file_that_is_none_is_an_error);
	return t;
}

UNIT_MAIN("diary", diary_cases)
