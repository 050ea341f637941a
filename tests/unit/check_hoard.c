/* SPDX-License-Identifier: ISC */
/* The folder of gists: what is kept and for whom it is good, what goes when it is too much. */
#include "log/hoard.h"

#include "base/clk.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW  (INT64_C(1795262400) * NS_PER_S)
#define HOUR (INT64_C(3600) * NS_PER_S)

static char folder[PATH_MAX];

static void
set_time(const char *path, int64_t ns)
{
	const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S } };

	ck_assert_int_eq(utimensat(AT_FDCWD, path, t, 0), 0);
}

/* A file as walk.c would find it. */
static struct walk_file
file_of(const char *path, int64_t mtime_ns)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct stat st;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, path, strlen(path)), (ssize_t)strlen(path));
	close(fd);
	set_time(path, mtime_ns);
	ck_assert_int_eq(stat(path, &st), 0);
	return (struct walk_file){ .path = (char *)(uintptr_t)path,
		.size = st.st_size,
		.mtime_ns = mtime_ns,
		.inode = st.st_ino,
		.device = st.st_dev };
}

static void
open_it(struct hoard *h)
{
	setenv("XDG_CACHE_HOME", folder, 1);
	hoard_open(h, NOW);
	ck_assert(!h->off);
}

static const struct tape_end clean = { .state = TAPE_CLEAN };

/* A gist of one page with SIZE bytes that cannot be packed. */
static bool
keep(struct hoard *h, const struct walk_file *f, const struct tape_end *end, size_t size)
{
	struct text_page page = { 0 };
	struct hoard_new n;
	uint8_t text[4096];
	uint32_t x = 1;

	if (!hoard_begin(h, f, SEARCH_SHOWN, &n))
		return false;
	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		text[i] = (uint8_t)(' ' + (x >> 24) % 90);
	}
	page_line(&page, &(struct text_line){ .n = 1, .text = span_of(text, size) });
	n.w.room = SIZE_MAX;
	gist_page(&n.w, buf_span(&page.texts), buf_span(&page.heads), false,
		buf_span(&page.texts));
	hoard_end(h, &n, end, true);
	page_free(&page);
	return true;
}

static bool
has(struct hoard *h, const struct walk_file *f, enum search_scope scope)
{
	struct gist g;
	struct err e;

	if (!hoard_get(h, f, scope, &g))
		return false;
	ck_assert_int_eq(gist_next(&g, &e), 1);
	ck_assert_int_eq(gist_next(&g, &e), 0);
	gist_close(&g);
	return true;
}

START_TEST(good_for_just_this_file)
{
	struct walk_file f = file_of("one", NOW - HOUR), other;
	struct hoard h;

	open_it(&h);
	ck_assert(!has(&h, &f, SEARCH_SHOWN));
	ck_assert(keep(&h, &f, &clean, 10));
	ck_assert(has(&h, &f, SEARCH_SHOWN));
	ck_assert(!has(&h, &f, SEARCH_TYPED));
	other = f;
	other.size++;
	ck_assert(!has(&h, &other, SEARCH_SHOWN));
	other = f;
	other.mtime_ns++;
	ck_assert(!has(&h, &other, SEARCH_SHOWN));
	other = f;
	other.inode++;
	ck_assert(!has(&h, &other, SEARCH_SHOWN));
	/* by another name it is the same file */
	ck_assert_int_eq(rename("one", "two"), 0);
	f.path = (char *)(uintptr_t) "two";
	ck_assert(has(&h, &f, SEARCH_SHOWN));
	h.afresh = true;
	ck_assert(!has(&h, &f, SEARCH_SHOWN));
	/* what cannot be read is not searched */
	h.afresh = false;
	unlink("two");
	ck_assert(!has(&h, &f, SEARCH_SHOWN));
}
END_TEST

START_TEST(not_of_everything)
{
	static const struct tape_end damaged = { .state = TAPE_DAMAGED },
				     truncated = { .state = TAPE_TRUNCATED };
	struct walk_file f = file_of("a", NOW - HOUR),
			 young = file_of("b", NOW - NS_PER_S),
			 pipe = { .path = (char *)(uintptr_t) "-", .size = -1 };
	struct hoard h;

	open_it(&h);
	ck_assert(!keep(&h, &young, &clean, 10));
	ck_assert(!keep(&h, &pipe, &clean, 10));
	ck_assert(keep(&h, &f, &damaged, 10));
	ck_assert(!has(&h, &f, SEARCH_SHOWN));
	ck_assert(keep(&h, &f, &truncated, 10));
	ck_assert(has(&h, &f, SEARCH_SHOWN));
	/* it is another one by now */
	set_time("a", NOW - HOUR / 2);
	ck_assert(!keep(&h, &f, &clean, 10));
	/* an object has a tag */
	f.path = (char *)(uintptr_t) "s3://bucket/key";
	f.inode = 77;
	ck_assert(keep(&h, &f, &clean, 10));
	ck_assert(has(&h, &f, SEARCH_SHOWN));
	f.inode = 78;
	ck_assert(!has(&h, &f, SEARCH_SHOWN));
}
END_TEST

static void
name_gist(char out[PATH_MAX + 100], const struct hoard *h, const struct walk_file *f)
{
	snprintf(out, PATH_MAX + 100, "%s/%llx-%llx.shown.gist", h->folder,
		(unsigned long long)f->device, (unsigned long long)f->inode);
}

START_TEST(what_is_too_much_goes)
{
	static const char *const names[] = { "f0", "f1", "f2", "f3", "f4", "f5" };
	struct walk_file f[6];
	char path[PATH_MAX + 100];
	struct hoard h;

	open_it(&h);
	for (int i = 0; i < 6; i++) {
		f[i] = file_of(names[i], NOW - HOUR);
		ck_assert(keep(&h, &f[i], &clean, 4000));
		name_gist(path, &h, &f[i]);
		/* the first two were not used for days, the rest today */
		set_time(path, i < 2 ? NOW - (100 - i) * HOUR : NOW - (10 - i) * HOUR);
	}
	h.max = 5 * 8192 - 1; /* each takes two blocks */
	hoard_trim(&h);
	ck_assert(!has(&h, &f[0], SEARCH_SHOWN));
	for (int i = 2; i < 5; i++)
		ck_assert(has(&h, &f[i], SEARCH_SHOWN));
	h.max = 2 * 8192;
	hoard_trim(&h);
	/* of those used today the last ones go */
	ck_assert(!has(&h, &f[1], SEARCH_SHOWN));
	ck_assert(has(&h, &f[2], SEARCH_SHOWN));
	ck_assert(has(&h, &f[3], SEARCH_SHOWN));
	ck_assert(!has(&h, &f[5], SEARCH_SHOWN));
	/* and nothing new comes when that much was written */
	ck_assert(!keep(&h, &f[0], &clean, 10));
}
END_TEST

START_TEST(use_is_noted_once_a_day)
{
	struct walk_file f = file_of("used", NOW - HOUR);
	char path[PATH_MAX + 100];
	struct hoard h;
	struct stat st;

	open_it(&h);
	ck_assert(keep(&h, &f, &clean, 10));
	name_gist(path, &h, &f);
	set_time(path, NOW - 3 * HOUR);
	ck_assert(has(&h, &f, SEARCH_SHOWN));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mtim.tv_sec, (NOW - 3 * HOUR) / NS_PER_S);
	set_time(path, NOW - 30 * HOUR);
	ck_assert(has(&h, &f, SEARCH_SHOWN));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_ne(st.st_mtim.tv_sec, (NOW - 30 * HOUR) / NS_PER_S);
}
END_TEST

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
begin(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/check_hoard.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static void
end(void)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static TCase *
tcase_hoard(void)
{
	TCase *tc = tcase_create("hoard");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, good_for_just_this_file);
	tcase_add_test(tc, not_of_everything);
	tcase_add_test(tc, what_is_too_much_goes);
	tcase_add_test(tc, use_is_noted_once_a_day);
	return tc;
}

UNIT_MAIN("hoard", tcase_hoard)
