/* SPDX-License-Identifier: ISC */
/* Sources and destinations over real descriptors, in a folder of their own. */
#include "sys/fdio.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
put(struct dst *d, uint64_t off, const char *text)
{
	struct err e;

	ck_assert_int_eq(
		dst_write_at(d, off, text, strlen(text), &e), (ssize_t)strlen(text));
}

START_TEST(src_reads_a_file_anywhere)
{
	struct src *s;
	struct err e;
	char got[8] = "";

	make_file("f", "0123456789");
	ck_assert_int_eq(fdio_open_src(&s, in_dir("f"), &e), 0);
	ck_assert_int_eq(src_size(s), 10);
	ck_assert_int_eq(src_read_at(s, 7, got, 8, &e), 3);
	ck_assert_mem_eq(got, "789", 3);
	ck_assert_int_eq(src_read_at(s, 0, got, 2, &e), 2);
	ck_assert_mem_eq(got, "01", 2);
	ck_assert_int_eq(src_read_at(s, 10, got, 8, &e), 0);
	ck_assert_int_eq(src_read_at(s, UINT64_MAX - 3, got, 8, &e), 0);
	src_close(s);
}
END_TEST

START_TEST(src_refuses_what_is_no_file)
{
	static const struct {
		const char *path, *says;
		int code;
	} rows[] = {
		{ "/", "is a directory, not a recording", ERR_FORMAT },
		{ "/dev/null", "is a device, not a recording", ERR_FORMAT },
		{ "/dev/zero", "is a device, not a recording", ERR_FORMAT },
		{ "/nowhere/at/all", "cannot open: No such file or directory",
			ERR_NOTFOUND },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct src *s;
		struct err e;

		ck_assert_int_eq(fdio_open_src(&s, rows[i].path, &e), rows[i].code);
		ck_assert_ptr_null(s);
		ck_assert_str_eq(e.text, rows[i].says);
	}
}
END_TEST

START_TEST(src_spools_a_pipe_as_it_is_read)
{
	struct src *s;
	struct err e;
	char got[8];
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(fdio_fd_src(&s, p[0], &e), 0);
	ck_assert_int_eq(write(p[1], "abcd", 4), 4);
	ck_assert_int_eq(src_size(s), -1);
	/* must not wait for the end of the pipe */
	ck_assert_int_eq(src_read_at(s, 2, got, 8, &e), 2);
	ck_assert_mem_eq(got, "cd", 2);
	ck_assert_int_eq(write(p[1], "ef", 2), 2);
	close(p[1]);
	ck_assert_int_eq(src_read_at(s, 5, got, 8, &e), 1);
	ck_assert_int_eq(src_read_at(s, 0, got, 3, &e), 3);
	ck_assert_mem_eq(got, "abc", 3);
	ck_assert_int_eq(src_read_at(s, 6, got, 8, &e), 0);
	ck_assert_int_eq(src_size(s), 6);
	src_close(s);
}
END_TEST

/* A standard input that somebody has read from begins where he stopped. */
START_TEST(src_begins_where_standard_input_stands)
{
	struct src *s;
	struct err e;
	char got[8];
	int saved = dup(0), fd;

	make_file("f", "0123456789");
	fd = open(in_dir("f"), O_RDONLY);
	ck_assert_int_eq(lseek(fd, 4, SEEK_SET), 4);
	dup2(fd, 0);
	ck_assert_int_eq(fdio_open_src(&s, "-", &e), 0);
	ck_assert_int_eq(src_size(s), 6);
	ck_assert_int_eq(src_read_at(s, 0, got, 2, &e), 2);
	ck_assert_mem_eq(got, "45", 2);
	src_close(s);
	dup2(saved, 0);
	close(saved);
	close(fd);
}
END_TEST

START_TEST(dst_new_is_private_and_never_overwrites)
{
	struct dst *d;
	struct err e;
	struct stat st;

	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_NEW, &e), 0);
	ck_assert(d->seekable);
	put(d, 0, "hello");
	put(d, 1, "u");
	ck_assert_int_eq(d->ops->sync(d, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "hullo");
	ck_assert_int_eq(stat(in_dir("f"), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_NEW, &e), ERR_EXISTS);
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_ATOMIC_NEW, &e), ERR_EXISTS);
	assert_file("f", "hullo");
}
END_TEST

START_TEST(dst_append_keeps_and_can_be_read)
{
	struct dst *d;
	struct src *s;
	struct err e;
	char got[8];

	make_file("f", "abc");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_APPEND, &e), 0);
	s = fdio_dst_reader(d);
	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(src_size(s), 3);
	put(d, 3, "def");
	ck_assert_int_eq(src_read_at(s, 2, got, 8, &e), 4);
	ck_assert_mem_eq(got, "cdef", 4);
	src_close(s);
	ck_assert_int_eq(d->ops->truncate(d, 4, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "abcd");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("new"), FDIO_APPEND, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
	ck_assert_int_eq(fdio_open_dst(&d, "/dev/null", FDIO_APPEND, &e), ERR_USAGE);
}
END_TEST

START_TEST(dst_overwrite_truncates)
{
	struct dst *d;
	struct err e;

	make_file("f", "a long text");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_OVERWRITE, &e), 0);
	put(d, 0, "new");
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "new");
}
END_TEST

START_TEST(dst_overwrite_spares_what_it_does_not_write)
{
	struct dst *d;
	struct err e;

	make_file("f", "old");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_OVERWRITE, &e), 0);
	fdio_abort_dst(d);
	assert_file("f", "old");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_OVERWRITE, &e), 0);
	fdio_doom_dst(d, true);
	ck_assert_int_lt(dst_write_at(d, 0, "new", 3, &e), 0);
	dst_close(d, NULL);
	assert_file("f", "old");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_OVERWRITE, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "");
}
END_TEST

START_TEST(dst_has_one_writer)
{
	static const enum fdio_mode modes[] = { FDIO_APPEND, FDIO_OVERWRITE };
	struct dst *d, *second;
	struct err e;

	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_NEW, &e), 0);
	put(d, 0, "abc");
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(
			fdio_open_dst(&second, in_dir("f"), modes[i], &e), ERR_USAGE);
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "abc");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_APPEND, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
}
END_TEST

START_TEST(dst_atomic_appears_at_the_close)
{
	struct dst *d;
	struct err e;

	for (int mode = FDIO_ATOMIC; mode <= FDIO_ATOMIC_NEW; mode++) {
		unlink(in_dir("f"));
		ck_assert_int_eq(
			fdio_open_dst(&d, in_dir("f"), (enum fdio_mode)mode, &e), 0);
		put(d, 0, "whole");
		ck_assert_int_ne(access(in_dir("f"), F_OK), 0);
		ck_assert_int_eq(dst_close(d, &e), 0);
		assert_file("f", "whole");
		ck_assert_int_eq(count_files(), 1);
	}
}
END_TEST

START_TEST(dst_atomic_replaces_through_a_link)
{
	struct dst *d;
	struct err e;
	struct stat st;

	make_file("f", "old");
	ck_assert_int_eq(chmod(in_dir("f"), 0640), 0);
	ck_assert_int_eq(symlink("f", in_dir("link")), 0);
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("link"), FDIO_ATOMIC, &e), 0);
	put(d, 0, "new");
	assert_file("f", "old");
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "new");
	ck_assert_int_eq(lstat(in_dir("link"), &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat(in_dir("f"), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(count_files(), 2);
}
END_TEST

START_TEST(dst_atomic_leaves_nothing_when_given_up)
{
	struct dst *d;
	struct err e;

	make_file("f", "old");
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_ATOMIC, &e), 0);
	put(d, 0, "new");
	fdio_abort_dst(d);
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_ATOMIC, &e), 0);
	put(d, 0, "new");
	fdio_doom_dst(d, true);
	ck_assert_int_eq(dst_close(d, &e), ERR_IO);
	assert_file("f", "old");
	ck_assert_int_eq(count_files(), 1);
	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_ATOMIC, &e), 0);
	put(d, 0, "new");
	fdio_doom_dst(d, true);
	fdio_doom_dst(d, false);
	ck_assert_int_eq(dst_close(d, &e), 0);
	assert_file("f", "new");
}
END_TEST

/* A file that came into being meanwhile is not overwritten either. */
START_TEST(dst_atomic_new_looks_again_at_the_close)
{
	struct dst *d;
	struct err e;

	ck_assert_int_eq(fdio_open_dst(&d, in_dir("f"), FDIO_ATOMIC_NEW, &e), 0);
	put(d, 0, "mine");
	make_file("f", "theirs");
	ck_assert_int_eq(dst_close(d, &e), ERR_EXISTS);
	assert_file("f", "theirs");
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(dst_refuses)
{
	struct dst *d;
	struct err e;

	ck_assert_int_eq(fdio_open_dst(&d, dir, FDIO_OVERWRITE, &e), ERR_USAGE);
	ck_assert_str_eq(e.text, "is a directory; name a file in it");
	ck_assert_int_eq(fdio_open_dst(&d, "/nowhere/f", FDIO_NEW, &e), ERR_NOTFOUND);
	ck_assert_int_eq(fdio_open_dst(&d, "/nowhere/f", FDIO_ATOMIC, &e), ERR_NOTFOUND);
	ck_assert_int_eq(mkfifo(in_dir("pipe"), 0600), 0);
	ck_assert_int_eq(
		fdio_open_dst(&d, in_dir("pipe"), FDIO_OVERWRITE, &e), ERR_USAGE);
	ck_assert_str_eq(e.text, "nobody reads this pipe");
}
END_TEST

START_TEST(dst_full_disk_says_so)
{
	struct dst *d;
	struct err e;

	ck_assert_int_eq(fdio_open_dst(&d, "/dev/null", FDIO_NEW, &e), ERR_EXISTS);
	ck_assert_int_eq(fdio_open_dst(&d, "/dev/full", FDIO_ATOMIC_NEW, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
	ck_assert_int_eq(fdio_open_dst(&d, "/dev/full", FDIO_ATOMIC, &e), 0);
	ck_assert(!d->seekable);
	ck_assert_int_eq(dst_write_at(d, 0, "x", 1, &e), ERR_NOSPACE);
	ck_assert_int_eq(dst_close(d, &e), 0);
	ck_assert_int_eq(access("/dev/full", F_OK), 0);
}
END_TEST

START_TEST(dst_pipe_only_goes_on)
{
	struct dst *d;
	struct err e;
	int p[2], saved = dup(1);
	char got[8];

	ck_assert_int_eq(pipe(p), 0);
	fflush(stdout);
	dup2(p[1], 1);
	ck_assert_int_eq(fdio_open_dst(&d, "-", FDIO_NEW, &e), 0);
	dup2(saved, 1);
	close(saved);
	put(d, 0, "ab");
	put(d, 2, "c");
	ck_assert_int_eq(dst_write_at(d, 0, "x", 1, &e), ERR_STATE);
	ck_assert_ptr_null(fdio_dst_reader(d));
	ck_assert_int_eq(dst_close(d, &e), 0);
	ck_assert_int_eq(read(p[0], got, sizeof got), 3);
	ck_assert_mem_eq(got, "abc", 3);
	close(p[0]);
	close(p[1]);
}
END_TEST

/* A pipe without room answers EAGAIN until the child has read. */
START_TEST(write_all_waits_for_a_slow_reader)
{
	static uint8_t big[1 << 20];
	struct err e;
	int p[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(fcntl(p[1], F_SETFL, O_NONBLOCK), 0);
	child = fork();
	if (child == 0) {
		char got[4096];
		size_t n = 0;
		ssize_t k;

		close(p[1]);
		while ((k = fdio_read(p[0], got, sizeof got)) > 0)
			n += (size_t)k;
		_exit(n == sizeof big ? 0 : 1);
	}
	ck_assert_int_eq(fdio_write_all(p[1], big, sizeof big, &e), 0);
	close(p[0]);
	close(p[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(same_sees_through_links)
{
	make_file("f", "");
	make_file("g", "");
	ck_assert_int_eq(link(in_dir("f"), in_dir("h")), 0);
	ck_assert(fdio_same(in_dir("f"), in_dir("h")));
	ck_assert(!fdio_same(in_dir("f"), in_dir("g")));
	ck_assert(!fdio_same(in_dir("f"), in_dir("missing")));
}
END_TEST

static TCase *
fdio_cases(void)
{
	const TTest *const tests[] = {
		src_reads_a_file_anywhere,
		src_refuses_what_is_no_file,
		src_spools_a_pipe_as_it_is_read,
		src_begins_where_standard_input_stands,
		dst_new_is_private_and_never_overwrites,
		dst_append_keeps_and_can_be_read,
		dst_overwrite_truncates,
		dst_overwrite_spares_what_it_does_not_write,
		dst_has_one_writer,
		dst_atomic_appears_at_the_close,
		dst_atomic_replaces_through_a_link,
		dst_atomic_leaves_nothing_when_given_up,
		dst_atomic_new_looks_again_at_the_close,
		dst_refuses,
		dst_full_disk_says_so,
		dst_pipe_only_goes_on,
		write_all_waits_for_a_slow_reader,
		same_sees_through_links,
	};
	TCase *t = tcase_create("fdio");

	tcase_add_checked_fixture(t, scratch_make, scratch_remove);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(t, tests[i]);
	return t;
}

UNIT_MAIN("fdio", fdio_cases)
