/* SPDX-License-Identifier: ISC */
/* A recording as text: every row once, in order, lines whole again, whatever the size does. */
#include "log/transcript.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct transcript t;

static void
setup(void)
{
	ck_assert_int_eq(transcript_init(&t, NULL), 0);
}

static void
teardown(void)
{
	transcript_free(&t);
}

static void
size(uint32_t cols, uint32_t rows, bool first)
{
	struct msg m;

	msg_init(&m, first ? MSG_PTY : MSG_WINDOW);
	if (first) {
		m.p.pty.columns = cols;
		m.p.pty.rows = rows;
	} else {
		m.p.window.columns = cols;
		m.p.window.rows = rows;
	}
	ck_assert_int_eq(transcript_take(&t, &m, NULL), 0);
}

static void
out(const char *text)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = span_str(text);
	ck_assert_int_eq(transcript_take(&t, &m, NULL), 0);
}

static void
gives(const char *want)
{
	ck_assert_int_eq(transcript_end(&t, NULL), 0);
	ck_assert_str_eq(buf_cstr(&t.text), want);
}

START_TEST(rows_that_scroll_and_the_last_screen)
{
	size(10, 3, true);
	out("a\r\n\r\nb\r\nc\r\n\r\n\r\nd\r\ne");
	gives("a\n\nb\nc\n\n\nd\ne\n");
}
END_TEST

START_TEST(many_rows_in_one_message)
{
	struct buf in = { 0 }, want = { 0 };

	size(80, 24, true);
	for (int i = 0; i < 20000; i++) {
		buf_addf(&in, "\033[3%dm%d\033[m\r\n", i % 8, i);
		buf_addf(&want, "%d\n", i);
	}
	out(buf_cstr(&in));
	gives(buf_cstr(&want));
	buf_free(&in);
	buf_free(&want);
}
END_TEST

START_TEST(lines_that_went_on_are_whole)
{
	size(4, 3, true);
	out("abcdefgh\r\nab  cd\r\n12345678901234567890\r\nx");
	out("\r\nabc\xe6\x97\xa5z\r\nab\xe6\x97\xa5z");
	gives("abcdefgh\nab  cd\n12345678901234567890\nx\n"
	      "abc\xe6\x97\xa5z\nab\xe6\x97\xa5z\n");
}
END_TEST

START_TEST(what_is_drawn_over_is_told_as_it_was_last)
{
	size(20, 3, true);
	out("10%\r50%\r100%\r\ndone\r\nwrong\033[Gright\r\n\033[K");
	gives("100%\ndone\nright\n");
}
END_TEST

START_TEST(other_screens_are_left_out)
{
	size(20, 3, true);
	out("one\r\n\033[?1049hEDITOR\r\nx\r\ny\r\nz\r\nz\033[?1049ltwo\r\n");
	out("three\r\n\033[?1049hLEFT");
	gives("one\ntwo\nthree\n");
}
END_TEST

START_TEST(regions_scroll_without_a_trace)
{
	size(20, 4, true);
	out("top\r\n\033[2;3r\033[2;1Hx\r\ny\r\nz\r\nw\033[r\033[4;1Hlast");
	gives("top\nz\nw\nlast\n");
}
END_TEST

START_TEST(a_smaller_window_loses_nothing)
{
	size(20, 6, true);
	out("1\r\n2\r\n3\r\n4\r\n5\r\n6");
	size(20, 3, false);
	out("\r\n7\r\n8");
	gives("1\n2\n3\n4\n5\n6\n7\n8\n");
}
END_TEST

START_TEST(a_larger_window_repeats_nothing)
{
	size(20, 3, true);
	out("1\r\n2\r\n3\r\n4\r\n5\r\n6");
	size(20, 6, false);
	out("\r\n7\r\n8\r\n9");
	size(20, 2, false);
	out("\r\n10");
	gives("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
}
END_TEST

static TCase *
transcript_cases(void)
{
	TCase *c = tcase_create("transcript");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, rows_that_scroll_and_the_last_screen);
	tcase_add_test(c, many_rows_in_one_message);
	tcase_add_test(c, lines_that_went_on_are_whole);
	tcase_add_test(c, what_is_drawn_over_is_told_as_it_was_last);
	tcase_add_test(c, other_screens_are_left_out);
	tcase_add_test(c, regions_scroll_without_a_trace);
	tcase_add_test(c, a_smaller_window_loses_nothing);
	tcase_add_test(c, a_larger_window_repeats_nothing);
	return c;
}

UNIT_MAIN("transcript", transcript_cases)
