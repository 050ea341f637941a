/* SPDX-License-Identifier: ISC */
/* What a folder of recordings makes durable, and in which order: the calls that flush are
 * taken the place of, and note the names of what they are given. */
#include "store/directory_impl.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define ID "0123456789abcdef0123456789abcdef"

static char dir[] = "flush.XXXXXX";
static char flushed[256]; /* "state facts file folder ", as it happened */
static int fails;         /* the n-th from now on fails */
static struct store *box;
static struct store_file *f;
static struct err err;
static const struct meta ann = { 1700000000, true, "192.0.2.1", "ann", "XX" };

static int
note(int fd)
{
	char link[64], path[512] = "";
	const char *name;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ck_assert_int_gt(readlink(link, path, sizeof path - 1), 0);
	name = strrchr(path, '/');
	if (fails && --fails == 0) {
		errno = EIO;
		return -1;
	}
	strcat(flushed, strstr(name, ".state")  ? "state "
			: strstr(name, ".meta") ? "facts "
			: strstr(name, ".new")  ? "facts "
			: strstr(name, ID)      ? "file "
						: "folder ");
	return 0;
}

static bool crowded; /* many threads flush the folder */
static unsigned begun_flushes, ended_flushes;

int
fsync(int fd)
{
	if (!crowded)
		return note(fd);
	/* one at a time, or these two would not be the same */
	ck_assert_uint_eq(__atomic_add_fetch(&begun_flushes, 1, __ATOMIC_SEQ_CST),
		__atomic_load_n(&ended_flushes, __ATOMIC_SEQ_CST) + 1);
	sched_yield();
	__atomic_add_fetch(&ended_flushes, 1, __ATOMIC_SEQ_CST);
	return 0;
}

int
fdatasync(int fd)
{
	return note(fd);
}

static void
assert_flushed(const char *what)
{
	ck_assert_str_eq(flushed, what);
	flushed[0] = 0;
}

static void
open_box(enum directory_sync sync)
{
	struct directory_opts o = { .path = dir, .sync = sync };

	store_close(box);
	ck_assert_msg(directory_open(&box, &o, &err) == 0, "%s", err.text);
}

static void
begin(void)
{
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	box = NULL;
	flushed[0] = 0;
	fails = 0;
	open_box(DIRECTORY_SYNC_INTERVAL);
}

static void
end(void)
{
	char command[64];

	store_close(box);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
append(const char *text)
{
	ck_assert_int_eq(
		store_append(f, text, strlen(text), &err), (ssize_t)strlen(text));
}

/* Who begins waits for one flush; the first byte that is durable has the rest before it. */
START_TEST(a_whole_recording)
{
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	assert_flushed("state ");
	ck_assert_int_eq(store_describe(f, &ann, &err), 0);
	append("one");
	ck_assert_uint_eq(f->durable, 0);
	assert_flushed("");
	ck_assert_int_eq(store_commit(f, 1, false, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	assert_flushed("facts folder file ");
	append("two");
	ck_assert_int_eq(store_commit(f, 2, false, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	assert_flushed("");
	ck_assert_int_eq(store_commit(f, 2, true, &err), 0);
	ck_assert_uint_eq(f->durable, 6);
	assert_flushed("file ");
	ck_assert_int_eq(store_describe(f, &ann, &err), 0);
	assert_flushed("facts ");
	ck_assert_int_eq(store_finish(f, &err), 0);
	assert_flushed("folder ");
}
END_TEST

START_TEST(what_is_not_durable_yet_is_at_the_end)
{
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	append("one");
	assert_flushed("state ");
	ck_assert_int_eq(store_finish(f, &err), 0);
	assert_flushed("facts folder file folder ");
}
END_TEST

START_TEST(what_was_cut_is_flushed_again)
{
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	append("one");
	ck_assert_int_eq(store_commit(f, 1, true, &err), 0);
	flushed[0] = 0;
	ck_assert_int_eq(store_cut(f, 2, &err), 0);
	ck_assert_int_eq(store_finish(f, &err), 0);
	assert_flushed("file folder ");
}
END_TEST

/* Nobody knows what an earlier run had time for. */
START_TEST(gone_on_with)
{
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	append("one");
	store_leave(f);
	flushed[0] = 0;
	ck_assert_int_eq(store_resume(box, ID, &f, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	assert_flushed("file facts folder ");
	store_leave(f);
}
END_TEST

/* Wherever it fails, nothing counts as durable, and nobody is asked again: the kernel tells of an
 * error once, and drops what it could not write. */
START_TEST(failures)
{
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	append("one");
	fails = _i + 1;
	ck_assert_int_eq(store_commit(f, 1, true, &err), ERR_IO);
	ck_assert_uint_eq(f->durable, 0);
	flushed[0] = 0;
	ck_assert_int_eq(store_commit(f, 2, true, &err), ERR_IO);
	ck_assert_uint_eq(f->durable, 0);
	store_leave(f);
	assert_flushed("");
	ck_assert_int_eq(store_resume(box, ID, &f, &err), 0);
	ck_assert_uint_eq(f->size, 0);
	store_leave(f);
}
END_TEST

/* What was durable before stays, whoever releases it; the rest is given once more. */
START_TEST(failure_behind_what_is_durable)
{
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	append("one");
	ck_assert_int_eq(store_commit(f, 1, true, &err), 0);
	append("two");
	fails = 1;
	if (_i) {
		ck_assert_int_eq(store_finish(f, &err), ERR_IO);
	} else {
		ck_assert_int_eq(store_commit(f, 2, true, &err), ERR_IO);
		append("three");
		store_leave(f);
	}
	ck_assert_int_eq(store_resume(box, ID, &f, &err), 0);
	ck_assert_uint_eq(f->size, 3);
	append("two");
	ck_assert_int_eq(store_finish(f, &err), 0);
}
END_TEST

START_TEST(never)
{
	open_box(DIRECTORY_SYNC_NEVER);
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), 0);
	append("one");
	ck_assert_int_eq(store_commit(f, 1, false, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	ck_assert_int_eq(store_finish(f, &err), 0);
	assert_flushed("");
}
END_TEST

static void *
flush_often(void *ctx)
{
	struct err e;
	unsigned before;

	for (int i = 0; i < 200; i++) {
		before = __atomic_load_n(&begun_flushes, __ATOMIC_SEQ_CST);
		if (directory_sync(ctx, &e) < 0 ||
			__atomic_load_n(&ended_flushes, __ATOMIC_SEQ_CST) <= before)
			return ctx;
	}
	return NULL;
}

/* One flush of the folder serves many, but none that began before it was asked for. */
START_TEST(folder_for_many)
{
	pthread_t t[4];
	void *wrong;

	crowded = true;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, flush_often, box), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
	crowded = false;
	ck_assert_uint_le(ended_flushes, 4 * 200);
}
END_TEST

static TCase *
flushing(void)
{
	TCase *t = tcase_create("flushing");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_whole_recording);
	tcase_add_test(t, what_is_not_durable_yet_is_at_the_end);
	tcase_add_test(t, what_was_cut_is_flushed_again);
	tcase_add_test(t, gone_on_with);
	tcase_add_loop_test(t, failures, 0, 3);
	tcase_add_loop_test(t, failure_behind_what_is_durable, 0, 2);
	tcase_add_test(t, never);
	tcase_add_test(t, folder_for_many);
	return t;
}

UNIT_MAIN("flush", flushing)
