/* SPDX-License-Identifier: ISC */
/* I/O logs of sudo: old and JSON, packed or not, what is missing, torn, absurd; there and
 * back. */
#include "format/inflate.h"
#include "format/iolog.h"
#include "format/tapew.h"

#include "tests/unit/folder_util.h"

#include <zlib.h>

#define LOG                                                                             \
	"{\n \"timestamp\": {\n \"seconds\": 1795254424,\n \"nanoseconds\": 5\n },\n"   \
	"\"submituser\": \"ann\",\n\"submithost\": \"box\",\n\"command\": "             \
	"\"/bin/sh\",\n"                                                                \
	"\"runuser\": \"root\",\n\"runcwd\": \"/tmp\",\n\"columns\": 100,\n\"lines\": " \
	"30,\n"                                                                         \
	"\"ttyname\": \"/dev/pts/3\",\n\"runargv\": [ \"sh\", \"-c\", \"echo a\" ],\n"  \
	"\"runenv\": [ \"TERM=xterm\", \"X=\" ],\n\"peeraddr\": \"10.0.0.1\",\n"        \
	"\"uuid\": \"01234567-89ab-cdef-0123-456789abcdef\",\n"                         \
	"\"run_time\": { \"seconds\": 9, \"nanoseconds\": 7 },\n\"exit_value\": 3\n}\n"
#define TIMING                                                                           \
	"4 0.000000001 5\n3 1.5 2\n5 0.5 40 120\n2 0.25 3\n1 0.0 1\n0 0.1 1\n7 1 TSTP\n" \
	"7 1 CONT\n6 0,5 1\n"

static void
session(void)
{
	add("log.json", LOG);
	add("timing", TIMING);
	add("ttyout", "hello!");
	add("ttyin", "l\r");
	add("stderr", "bad");
	add("stdout", "o");
	add("stdin", "i");
}

static void
pack(const char *name, size_t leave_out)
{
	struct buf *b = folder_file(&box, name);
	uint8_t out[4096];
	z_stream z = { 0 };

	ck_assert_int_eq(
		deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = b->p;
	z.avail_in = (uInt)b->n;
	z.next_out = out;
	z.avail_out = sizeof out;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	folder_add(&box, name, span_of(out, z.total_out - leave_out));
	deflateEnd(&z);
}

START_TEST(reads_all_events)
{
	session();
	has("log.json", "logged in as ann");
	has("log.json", "10.0.0.1");
	has("log.json", "terminal xterm 100x30");
	has("log.json", "run /bin/sh -c 'echo a'");
	has("log.json", "0.000000001 output, 5 bytes");
	has("log.json", "1.500000001 input, 2 bytes");
	has("log.json", "2.000000001 window 120x40");
	has("log.json", "2.250000001 error output, 3 bytes");
	has("log.json", "signal TSTP");
	has("log.json", "4.850000001 output, 1 byte: !");
	has("log.json", "9.000000007 exit 3\nclean");
}
END_TEST

START_TEST(the_old_log)
{
	session();
	add("log", "1795254424:ann:root::/dev/pts/3:30:100\n/tmp\n/bin/sh -c x\n");
	has("log", "logged in as ann");
	has("log", "run /bin/sh -c x");
	has("log", "0.000000001 output, 5 bytes");
	has("log", "clean");
}
END_TEST

START_TEST(packed_or_not_is_the_same)
{
	static const char *const names[] = { "timing", "ttyout", "ttyin", "stdin",
		"stdout", "stderr" };
	char *plain, *packed;

	session();
	plain = list("log.json");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		pack(names[i], 0);
	packed = list("log.json");
	ck_assert_str_eq(plain, packed);
	free(plain);
	free(packed);
}
END_TEST

START_TEST(broken_off_while_it_was_written)
{
	session();
	pack("timing", 8); /* no trailer: it was never closed */
	has("log.json", "truncated");
	has("log.json", "4.850000001 output, 1 byte: !");
	session();
	pack("ttyout", 10);
	has("log.json", "signal CONT");
	session();
	add("timing", "4 1.0 5\n3 1.5");
	has("log.json", "damaged");
	has("log.json", "1.000000000 output, 5 bytes");
}
END_TEST

START_TEST(what_is_wrong)
{
	static const struct {
		const char *timing, *says;
	} rows[] = {
		{ "4 1 5\n9 1 1\n4 1 1\n", "damaged" },
		{ "4 1 5\nx\n4 1 1\n", "damaged" },
		{ "4 1 99999999999\n", "damaged" },
		{ "4 1 18446744073709551615\n", "damaged" },
		{ "4 1 -1\n4 1 6\n", "damaged" },
		{ "5 1 0 0\n5 1 99999 1\n4 1 6\n", "damaged" },
		{ "4 -3 5\n4 1 1\n", "1.000000000 " },
		{ "", "clean" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		session();
		add("timing", rows[i].timing);
		has("log.json", rows[i].says);
	}
	session();
	folder_free(&box); /* none of the files of bytes */
	add("log.json", LOG);
	add("timing", TIMING);
	has("log.json", "damaged");
}
END_TEST

START_TEST(what_is_no_log)
{
	static const char *const rows[] = {
		"{ \"submituser\": 1, \"timestamp\": 2 }",
		"{ \"submituser\": \"a\", \"timestamp\": { \"seconds\": -1 }, "
		"\"command\": \"x\" }",
		"{ \"submituser\": \"a\", \"timestamp\": { \"seconds\": 1 } }",
		"{ \"submituser\": \"a\", \"timestamp\": ",
		"99999999999:a:b:c:d\n/\n\n",
	};
	struct tape *t;
	struct err e;

	add("timing", TIMING);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		add("log.json", rows[i]);
		ck_assert_msg(tape_open(&t, folder_src(&box, "log.json"), NULL, &e) ==
				      ERR_FORMAT,
			"%zu", i);
	}
	folder_free(&box);
	add("log.json", LOG);
	ck_assert_int_eq(
		tape_open(&t, folder_src(&box, "log.json"), NULL, &e), ERR_NOTFOUND);
	ck_assert_ptr_ne(strstr(e.text, "timing"), NULL);
}
END_TEST

START_TEST(there_and_back)
{
	struct lost_list lost = { 0 };
	char *before, *after;

	session();
	add("timing", "4 0.000000001 5\n3 1.500000000 2\n5 0.500000000 40 120\n"
		      "2 0.250000000 3\n7 1.000000000 TSTP\n7 1.000000000 CONT\n");
	before = list("log.json");
	{
		struct folder from = box;
		struct tapew_opts o = { .lost = see_lost, .ctx = &lost };
		const struct msg *m;
		struct tapew *w;
		struct tape *t;
		int64_t at;

		ck_assert_int_eq(
			tape_open(&t, folder_src(&from, "log.json"), NULL, NULL), 0);
		box = (struct folder){ 0 };
		ck_assert_int_eq(
			tapew_open(&w, TAPE_SUDO, folder_dst(&box, "log.json"), &o, NULL),
			0);
		while (tape_next(t, &m, &at, NULL) > 0)
			ck_assert_int_eq(tapew_put(w, m, NULL), 0);
		ck_assert_int_eq(tapew_close(w, NULL), 0);
		tape_close(t);
		ck_assert(span_eq(buf_span(folder_file(&from, "timing")),
			buf_span(folder_file(&box, "timing"))));
		folder_free(&from);
	}
	after = list("log.json");
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(lost.text.n, 0);
	ck_assert_ptr_ne(folder_file(&box, "log"), NULL);
	free(before);
	free(after);
}
END_TEST

/* Any place of packed bytes, in any order. */
START_TEST(inflates_at_any_place)
{
	struct buf plain = { 0 };
	uint64_t end = 0;
	uint8_t got[100];
	struct src *s;
	uint8_t *packed;
	uLongf n;
	z_stream z = { 0 };

	for (uint32_t i = 0; i < 300000; i++)
		buf_addf(&plain, "%x", i * 2654435761u);
	n = compressBound(plain.n) + 64;
	packed = malloc(n);
	ck_assert_int_eq(
		deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = plain.p;
	z.avail_in = (uInt)plain.n;
	z.next_out = packed;
	z.avail_out = (uInt)n;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	s = src_mem(span_of(packed, z.total_out));
	deflateEnd(&z);
	ck_assert_int_eq(inflate_src(&s, NULL), 0);
	for (uint64_t i = 0; i < 60; i++) {
		uint64_t off = i * 7919 * 10007 % plain.n;
		ssize_t k = src_read_at(s, off, got, sizeof got, NULL);

		ck_assert_int_gt(k, 0);
		ck_assert_int_eq(memcmp(got, plain.p + off, (size_t)k), 0);
	}
	ck_assert_int_eq(src_read_at(s, plain.n, packed, 1, NULL), 0);
	ck_assert(!inflate_is_cut(s));
	/* broken in the middle: what stands before it is there, time and again */
	packed[z.total_out / 2] ^= 0x55;
	for (int i = 0; i < 2; i++) {
		uint64_t off = 0;
		ssize_t k;

		while ((k = src_read_at(s, off, got, sizeof got, NULL)) > 0)
			off += (uint64_t)k;
		ck_assert_int_eq(k, ERR_DAMAGED);
		ck_assert(i == 0 || off == end);
		end = off;
	}
	src_close(s);
	free(packed);
	buf_free(&plain);
}
END_TEST

static TCase *
sudo_cases(void)
{
	TCase *t = tcase_create("sudo");

	tcase_add_checked_fixture(t, box_open, box_close);
	tcase_add_test(t, reads_all_events);
	tcase_add_test(t, the_old_log);
	tcase_add_test(t, packed_or_not_is_the_same);
	tcase_add_test(t, broken_off_while_it_was_written);
	tcase_add_test(t, what_is_wrong);
	tcase_add_test(t, what_is_no_log);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, inflates_at_any_place);
	return t;
}

UNIT_MAIN("sudo", sudo_cases)
