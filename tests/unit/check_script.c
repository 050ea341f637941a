/* SPDX-License-Identifier: ISC */
/* Typescripts: classic and advanced times, found beside them or given; what is missing, torn,
 * absurd; there and back. */
#include "format/script.h"
#include "format/tapew.h"

#include "tests/unit/folder_util.h"

#define FIRST                                                                \
	"Script started on 2026-11-21 09:18:53+00:00 [COMMAND=\""            \
	"sh -c \"x y\"\" TERM=\"xterm\" TTY=\"/dev/pts/0\" COLUMNS=\"100\" " \
	"LINES=\"30\"]\n"
#define LAST "\nScript done on 2026-11-21 09:18:54+00:00 [COMMAND_EXIT_CODE=\"4\"]\n"
#define FACTS                                               \
	"H 0.000000 START_TIME 2026-11-21 09:18:53+00:00\n" \
	"H 0.000000 TERM xterm\nH 0.000000 COLUMNS 80\nH 0.000000 LINES 24\n"

START_TEST(classic)
{
	add("s", FIRST "abc\ndef" LAST);
	add("s.timing", "0.5 4\n1.000001 3\n");
	has("s", "terminal xterm 100x30");
	has("s", "run sh -c \"x y\"");
	has("s", "0.500000000 ");
	has("s", "1.500001000 ");
	has("s", "exit 4\nclean");
}
END_TEST

START_TEST(advanced)
{
	add("s", FIRST "abc\ndef" LAST);
	add("s.in", FIRST "typed" LAST);
	add("t", FACTS "H 0.000000 OUTPUT_LOG a/b/s\nH 0.000000 INPUT_LOG s.in\n"
		       "O 0.5 4\nI 0.25 5\nS 0.25 SIGWINCH ROWS=20 COLS=90\n"
		       "S 0.1 SIGUSR1 \nO 0.9 3\nH 0.000000 DURATION 2.5\n"
		       "H 0.000000 EXIT_CODE 7\n");
	has("t", "0.750000000 ");
	has("t", "1.000000000 window 90x20");
	has("t", "1.100000000 signal USR1");
	has("t", "2.500000000 exit 7\nclean");
	has("t", "typed");
}
END_TEST

START_TEST(one_log_for_both)
{
	char *text;

	add("io", FIRST "abcTYdef" LAST);
	add("io.timing", FACTS "H 0.000000 OUTPUT_LOG io\nH 0.000000 INPUT_LOG io\n"
			       "O 0.1 3\nI 0.1 2\nO 0.1 3\nH 0.0 EXIT_CODE 0\n");
	text = list("io");
	ck_assert_ptr_ne(strstr(text, "TY"), NULL);
	ck_assert_ptr_ne(strstr(text, "exit 0\nclean"), NULL);
	free(text);
	text = list("io.timing");
	ck_assert_ptr_ne(strstr(text, "TY"), NULL);
	free(text);
}
END_TEST

START_TEST(times_that_are_given)
{
	char *text;

	add("s", "Skript gestartet am Montag\nabc" LAST);
	add("elsewhere", "3 2\n4 1\n");
	text = list_with(
		"s", (struct tape_opts){ .timing = folder_src(&box, "elsewhere") });
	ck_assert_ptr_ne(strstr(text, "7.000000000 "), NULL);
	ck_assert_ptr_ne(strstr(text, "exit 4\nclean"), NULL);
	free(text);
}
END_TEST

START_TEST(without_times)
{
	add("s", FIRST "abc" LAST);
	has("s", "0.000000000 ");
	has("s", "exit 4\nclean");
	add("s", FIRST "abc");
	has("s", "truncated");
}
END_TEST

START_TEST(bytes_without_times_come_at_the_end)
{
	add("s", FIRST "abcdef" LAST);
	add("s.tm", "1 2\n");
	write_as("s", TAPE_RAW, "raw", NULL);
	ck_assert(span_is(buf_span(folder_file(&box, "raw")), "abcdef"));
	/* what looks like the last line but is none is output */
	add("s", FIRST "ab" LAST "cdef" LAST);
	write_as("s", TAPE_RAW, "raw2", NULL);
	ck_assert(span_is(buf_span(folder_file(&box, "raw2")), "ab" LAST "cdef"));
}
END_TEST

START_TEST(what_is_wrong)
{
	static const struct {
		const char *times, *says;
	} rows[] = {
		{ "1 2\n2 999999999999\n", "damaged" }, /* more than there is */
		{ "1 2\n2 18446744073709551615\n", "damaged" },
		{ "1 2\n2 99999999999999999999999\n", "damaged" },
		{ "1 2\n-7 1\n", "1.000000000 " }, /* no time goes backwards */
		{ "1 2\nnonsense\n3 1\n", "damaged" }, { "1 2\n3", "truncated" },
		{ "", "clean" }, { "1e300 3\n", "clean" },
		{ "X 1 whatever\n1 3\n", "clean" }, /* a type of a later version */
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		add("s", FIRST "abc" LAST);
		add("s.timing", rows[i].times);
		has("s", rows[i].says);
		write_as("s", TAPE_RAW, "raw", NULL);
		ck_assert_msg(
			span_is(buf_span(folder_file(&box, "raw")), "abc"), "%zu", i);
	}
}
END_TEST

START_TEST(times_that_lead_nowhere)
{
	struct tape *t;
	struct err e;

	add("t", FACTS "O 1 1\n");
	ck_assert_int_eq(tape_open(&t, folder_src(&box, "t"), NULL, &e), ERR_FORMAT);
	add("t", FACTS "H 0.0 OUTPUT_LOG gone\nO 1 1\n");
	ck_assert_int_eq(tape_open(&t, folder_src(&box, "t"), NULL, &e), ERR_NOTFOUND);
	ck_assert_ptr_ne(strstr(e.text, "gone"), NULL);
	add("t", FACTS "H 0.0 OUTPUT_LOG s\nH 0.0 INPUT_LOG gone\nO 1 1\nI 1 5\nO 1 2\n");
	add("s", FIRST "abc" LAST);
	has("t", "damaged");
	write_as("t", TAPE_RAW, "raw", NULL);
	ck_assert(span_is(buf_span(folder_file(&box, "raw")), "abc"));
}
END_TEST

START_TEST(there_and_back)
{
	char *before, *after;

	add("s", FIRST "ab\xff"
		       "cdef" LAST);
	add("s.input", FIRST "typed" LAST);
	add("s.timing", FACTS "H 0.000000 COMMAND sh -c x\nH 0.000000 OUTPUT_LOG s\n"
			      "O 0.500000 4\nH 0.0 INPUT_LOG s.input\nI 0.250000 5\n"
			      "S 0.250000 SIGWINCH ROWS=20 COLS=90\nO 0.900001 3\n"
			      "S 0.000002 SIGTERM\nH 0.000000 DURATION 2.500000\n"
			      "H 0.000000 EXIT_CODE 7\n");
	before = list("s");
	write_as("s", TAPE_SCRIPT, "new", NULL);
	after = list("new");
	ck_assert_str_eq(before, after);
	free(after);
	after = list("new.timing");
	ck_assert_str_eq(before, after);
	free(after);
	free(before);
	ck_assert_ptr_ne(
		strstr(buf_cstr(folder_file(&box, "new.timing")), "O 0.900001 3\n"),
		NULL);
}
END_TEST

START_TEST(classic_there_and_back)
{
	struct lost_list lost = { 0 };
	char *before, *after;

	add("s", FIRST "ab\xff"
		       "cdef" LAST);
	add("s.timing", "0.500000 4\n1.900001 3\n");
	before = list("s");
	write_as("s", TAPE_SCRIPT_CLASSIC, "new", &lost);
	after = list("new");
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(lost.text.n, 0);
	free(before);
	free(after);
}
END_TEST

START_TEST(what_is_lost_is_said)
{
	struct lost_list lost = { 0 };

	add("c", "{\"version\": 2, \"width\": 80, \"height\": 24}\n"
		 "[1.5, \"o\", \"x\"]\n[1.6, \"i\", \"y\"]\n[2.0, \"r\", \"90x20\"]\n"
		 "[2.1, \"m\", \"here\"]\n");
	write_as("c", TAPE_SCRIPT_CLASSIC, "k", &lost);
	ck_assert_ptr_ne(strstr(buf_cstr(&lost.text), "1 messages of input"), NULL);
	ck_assert_ptr_ne(strstr(buf_cstr(&lost.text), "1 sizes"), NULL);
	ck_assert_ptr_eq(folder_file(&box, "k.input"), NULL);
	buf_clear(&lost.text);
	write_as("c", TAPE_SCRIPT, "a", &lost);
	ck_assert_ptr_eq(strstr(buf_cstr(&lost.text), "input"), NULL);
	ck_assert_ptr_eq(strstr(buf_cstr(&lost.text), "sizes"), NULL);
	ck_assert_ptr_ne(strstr(buf_cstr(&lost.text), "other kinds"), NULL);
	buf_free(&lost.text);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	const struct msg *m;
	struct tapew *w;
	struct tape *t;
	int64_t at;
	int rc = 0;

	add("s", FIRST "abc" LAST);
	add("s.timing", "1 1\n1 1\n1 1\n");
	ck_assert_int_eq(tape_open(&t, folder_src(&box, "s"), NULL, NULL), 0);
	ck_assert_int_eq(
		tapew_open(&w, TAPE_SCRIPT, folder_dst(&box, "full"), NULL, NULL), 0);
	box.limit = 10;
	while (rc == 0 && tape_next(t, &m, &at, NULL) > 0)
		rc = tapew_put(w, m, NULL);
	ck_assert_int_lt(tapew_close(w, NULL), 0);
	tape_close(t);
}
END_TEST

/* From every place all the rest is the same. */
START_TEST(seeks_exactly)
{
	enum { N = 3000 };
	struct tape_pos pos[N + 8];
	uint64_t sum[N + 8] = { 0 }, n = 0;
	struct buf text = { 0 }, times = { 0 };
	const struct msg *m;
	struct tape *t;
	int64_t at;

	buf_add_str(&text, FIRST);
	for (int i = 0; i < N; i++) {
		buf_addf(&text, "%*d", i % 7, i);
		buf_addf(&times, "0.%06d %zu\n", i % 10,
			(size_t)snprintf(NULL, 0, "%*d", i % 7, i));
	}
	buf_add_str(&text, LAST);
	folder_add(&box, "s", buf_span(&text));
	folder_add(&box, "s.timing", buf_span(&times));
	box.step = 0;
	ck_assert_int_eq(tape_open(&t, folder_src(&box, "s"), NULL, NULL), 0);
	for (n = 0; pos[n] = tape_tell(t), tape_next(t, &m, &at, NULL) > 0; n++)
		sum[n] = (uint64_t)at + (m->type == MSG_IO ? m->p.io.data.p[0] : 0);
	ck_assert_uint_eq(n, N + 5);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t k = i * 7919 % n;

		ck_assert_int_eq(tape_seek(t, &pos[k], NULL), 0);
		ck_assert_int_eq(tape_next(t, &m, &at, NULL), 1);
		ck_assert_uint_eq(sum[k],
			(uint64_t)at + (m->type == MSG_IO ? m->p.io.data.p[0] : 0));
	}
	tape_close(t);
	buf_free(&text);
	buf_free(&times);
}
END_TEST

static TCase *
script_cases(void)
{
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, box_open, box_close);
	tcase_add_test(t, classic);
	tcase_add_test(t, advanced);
	tcase_add_test(t, one_log_for_both);
	tcase_add_test(t, times_that_are_given);
	tcase_add_test(t, without_times);
	tcase_add_test(t, bytes_without_times_come_at_the_end);
	tcase_add_test(t, what_is_wrong);
	tcase_add_test(t, times_that_lead_nowhere);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, classic_there_and_back);
	tcase_add_test(t, what_is_lost_is_said);
	tcase_add_test(t, a_full_disk_is_an_error);
	tcase_add_test(t, seeks_exactly);
	return t;
}

UNIT_MAIN("script", script_cases)
