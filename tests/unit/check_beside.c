/* SPDX-License-Identifier: ISC */
/* Recordings of several files on a real file system: what lies beside a source, what appears
 * together with a destination, folders. */
#include "sys/fdio.h"

#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct dst *
begin(enum fdio_mode mode)
{
	struct err e = { 0 };
	struct dst *d;

	ck_assert_msg(fdio_open_dst(&d, in_dir("a"), mode, &e) == 0, "%s", e.text);
	ck_assert_int_eq(dst_write_at(d, 0, "A", 1, NULL), 1);
	return d;
}

static struct dst *
add(struct dst *d, const char *name)
{
	struct err e = { 0 };
	struct dst *b;

	ck_assert_msg(dst_beside(d, name, &b, &e) == 0, "%s", e.text);
	ck_assert_int_eq(dst_write_at(b, 0, "B", 1, NULL), 1);
	return b;
}

START_TEST(a_source_and_its_neighbours)
{
	static const char *const bad[] = { "", ".", "..", "x/y", "/etc/passwd" };
	struct src *s, *b;
	char c;

	make_file("a", "A");
	make_file("a.x", "X");
	ck_assert_int_eq(symlink("a.x", in_dir("link")), 0);
	ck_assert_int_eq(mkdir(in_dir("folder"), 0700), 0);
	ck_assert_int_eq(fdio_open_src(&s, in_dir("a"), NULL), 0);
	ck_assert_str_eq(src_name(s), "a");
	ck_assert_int_eq(src_beside(s, "a.x", &b, NULL), 0);
	ck_assert_int_eq(src_read_at(b, 0, &c, 1, NULL), 1);
	ck_assert_int_eq(c, 'X');
	src_close(b);
	ck_assert_int_eq(src_beside(s, "gone", &b, NULL), ERR_NOTFOUND);
	ck_assert_int_lt(src_beside(s, "link", &b, NULL), 0);
	ck_assert_int_eq(src_beside(s, "folder", &b, NULL), ERR_FORMAT);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(src_beside(s, bad[i], &b, NULL), ERR_USAGE);
	ck_assert(fdio_reads(s, in_dir("a")));
	ck_assert(fdio_reads(s, in_dir("a.x")));
	ck_assert(!fdio_reads(s, in_dir("folder")));
	src_close(s);
}
END_TEST

START_TEST(they_appear_together)
{
	struct dst *d = begin(FDIO_ATOMIC_NEW), *b = add(d, "b"), *c = add(d, "c");

	ck_assert_int_eq(dst_close(b, NULL), 0);
	ck_assert_int_eq(dst_close(c, NULL), 0);
	ck_assert_int_le(count_files(), 3);
	ck_assert(!is_file("b", "B"));
	ck_assert_int_eq(dst_close(d, NULL), 0);
	ck_assert(is_file("a", "A") && is_file("b", "B") && is_file("c", "B"));
	ck_assert_int_eq(count_files(), 3);
}
END_TEST

START_TEST(or_none_of_them)
{
	struct dst *d = begin(FDIO_ATOMIC_NEW);

	dst_close(add(d, "b"), NULL);
	fdio_doom_dst(d, true);
	ck_assert_int_lt(dst_close(d, NULL), 0);
	ck_assert_int_eq(count_files(), 0);
	/* one that was not closed is not whole */
	d = begin(FDIO_ATOMIC_NEW);
	add(d, "b");
	ck_assert_int_lt(dst_close(d, NULL), 0);
	ck_assert_int_eq(count_files(), 0);
	d = begin(FDIO_ATOMIC_NEW);
	dst_close(add(d, "b"), NULL);
	fdio_abort_dst(d);
	ck_assert_int_eq(count_files(), 0);
}
END_TEST

START_TEST(what_is_there_stays)
{
	struct dst *d, *b;
	struct err e;

	make_file("b", "old");
	d = begin(FDIO_ATOMIC_NEW);
	ck_assert_int_eq(dst_beside(d, "b", &b, &e), ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(e.text, "b: exists already"));
	/* one of them comes while they are written: those that had a name already lose it */
	dst_close(add(d, "c"), NULL);
	make_file("a", "other");
	ck_assert_int_lt(dst_close(d, NULL), 0);
	ck_assert(is_file("a", "other") && is_file("b", "old"));
	ck_assert_int_eq(count_files(), 2);
}
END_TEST

START_TEST(replacing_is_asked_for)
{
	struct dst *d, *b;
	struct src *s;
	struct err e;

	make_file("a", "old");
	make_file("b", "old");
	make_file("c", "recording");
	ck_assert_int_eq(fdio_open_src(&s, in_dir("c"), NULL), 0);
	d = begin(FDIO_ATOMIC);
	fdio_guard_dst(d, s);
	ck_assert_int_eq(dst_beside(d, "c", &b, &e), ERR_USAGE);
	dst_close(add(d, "b"), NULL);
	ck_assert_int_eq(dst_close(d, NULL), 0);
	ck_assert(is_file("a", "A") && is_file("b", "B") && is_file("c", "recording"));
	ck_assert_int_eq(count_files(), 3);
	src_close(s);
}
END_TEST

START_TEST(a_folder_appears_as_a_whole)
{
	struct dst *d;
	struct stat st;

	ck_assert_int_eq(fdio_open_folder(&d, in_dir("f/"), "first", NULL), 0);
	ck_assert_int_eq(dst_write_at(d, 0, "1", 1, NULL), 1);
	dst_close(add(d, "second"), NULL);
	ck_assert_int_lt(access(in_dir("f"), F_OK), 0);
	ck_assert_int_eq(dst_close(d, NULL), 0);
	ck_assert(is_file("f/first", "1") && is_file("f/second", "B"));
	ck_assert_int_eq(stat(in_dir("f"), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(or_not_at_all)
{
	struct dst *d;
	struct err e;

	ck_assert_int_eq(fdio_open_folder(&d, in_dir("f"), "first", NULL), 0);
	dst_close(add(d, "second"), NULL);
	fdio_doom_dst(d, true);
	ck_assert_int_lt(dst_close(d, NULL), 0);
	ck_assert_int_eq(count_files(), 0);
	/* somebody else makes one of that name in the meantime */
	ck_assert_int_eq(fdio_open_folder(&d, in_dir("f"), "first", NULL), 0);
	ck_assert_int_eq(mkdir(in_dir("f"), 0700), 0);
	make_file("f/theirs", "x");
	ck_assert_int_eq(dst_close(d, &e), ERR_EXISTS);
	ck_assert(is_file("f/theirs", "x"));
	ck_assert_int_eq(count_files(), 1);
	ck_assert_int_eq(fdio_open_folder(&d, in_dir("f"), "first", &e), ERR_EXISTS);
	ck_assert_int_eq(fdio_open_folder(&d, "-", "first", &e), ERR_USAGE);
}
END_TEST

START_TEST(a_folder_that_is_a_recording)
{
	struct src *s, *b;

	ck_assert_int_eq(mkdir(in_dir("log1"), 0700), 0);
	ck_assert(!fdio_is_recording(in_dir("log1")));
	ck_assert_int_eq(fdio_open_src(&s, in_dir("log1"), NULL), ERR_FORMAT);
	make_file("log1/timing", "");
	ck_assert(!fdio_is_recording(in_dir("log1")));
	make_file("log1/log", "x");
	ck_assert(fdio_is_recording(in_dir("log1")));
	ck_assert_int_eq(fdio_open_src(&s, in_dir("log1"), NULL), 0);
	ck_assert_str_eq(src_name(s), "log");
	ck_assert_int_eq(src_beside(s, "timing", &b, NULL), 0);
	src_close(b);
	src_close(s);
	make_file("log1/log.json", "x");
	ck_assert_int_eq(fdio_open_regular(&s, in_dir("log1"), NULL), 0);
	ck_assert_str_eq(src_name(s), "log.json");
	src_close(s);
}
END_TEST

START_TEST(parts_of_others)
{
	make_file("s", "");
	make_file("s.timing", "");
	make_file("t.timing", "");
	ck_assert(fdio_is_part(in_dir("s.timing")));
	ck_assert(!fdio_is_part(in_dir("t.timing")));
	ck_assert(!fdio_is_part(in_dir("s")));
}
END_TEST

static TCase *
beside_cases(void)
{
	const TTest *const tests[] = {
		a_source_and_its_neighbours,
		they_appear_together,
		or_none_of_them,
		what_is_there_stays,
		replacing_is_asked_for,
		a_folder_appears_as_a_whole,
		or_not_at_all,
		a_folder_that_is_a_recording,
		parts_of_others,
	};
	TCase *t = tcase_create("beside");

	tcase_add_checked_fixture(t, scratch_make, scratch_remove);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(t, tests[i]);
	return t;
}

UNIT_MAIN("beside", beside_cases)
