/* SPDX-License-Identifier: ISC */
/* What the asciicast writer makes of messages: header, events, text, times. */
#include "tests/unit/cast_session.h"

#include "base/utf8.h"

/* ---- the header ---- */

START_TEST(headers_in_the_order_of_asciinema)
{
	static const char *const want[] = {
		[2] = "{\"version\":2,\"width\":132,\"height\":43,\"timestamp\":"
		      "1700000000,"
		      "\"idle_time_limit\":2.5,\"command\":\"ls -l\",\"title\":\"mine\","
		      "\"env\":{\"TERM\":\"xterm\",\"SHELL\":\"/bin/sh\"}}\n"
		      "[0.0, \"o\", \"x\"]\n",
		[3] = "{\"version\":3,\"term\":{\"cols\":132,\"rows\":43,\"type\":"
		      "\"xterm\"},"
		      "\"timestamp\":1700000000,\"idle_time_limit\":2.5,\"command\":\"ls "
		      "-l\","
		      "\"title\":\"mine\",\"env\":{\"SHELL\":\"/bin/sh\"}}\n"
		      "[0.000, \"o\", \"x\"]\n"
	};

	for (int v = 2; v <= 3; v++) {
		struct session s = { .o = { .title = "mine",
					     .idle_limit_ns = 2500000000 } };

		session_start(&s, v == 2 ? TAPE_CAST_V2 : TAPE_CAST_V3);
		put_type(&s, MSG_NEW_CHANNEL_SUCCESSFUL);
		put_vendor(&s, VENDOR_SESSION, "title", "not this one");
		put_env(&s, "SHELL", "/bin/bash");
		put_env(&s, "SHELL", "/bin/sh");
		put_env(&s, "lower", "case");
		put_env(&s, "", "");
		put_pty(&s, 132, 43);
		put_exec(&s, "ls -l");
		put_env(&s, "LATE", "1");
		put_out(&s, "x");
		session_is(&s, want[v], "1 session event\n3 environment variables\n");
	}
}
END_TEST

START_TEST(title_and_limit_of_the_session_event)
{
	struct session s = { 0 };
	struct buf b = { 0 };
	struct jsonw w;
	struct msg m;

	session_start(&s, TAPE_CAST_V2);
	vendor_begin(&m, VENDOR_SESSION, &w, &b);
	jsonw_kstr(&w, "title", "from the event");
	jsonw_kint(&w, "idle_time_limit_ms", 1500);
	ck_assert_int_eq(vendor_end(&m, &w), 0);
	ck_assert_int_eq(put(&s, &m), 0);
	put_type(&s, MSG_SHELL);
	buf_free(&b);
	session_is(&s,
		"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1700000000,"
		"\"idle_time_limit\":1.5,\"title\":\"from the event\"}\n",
		"1 session event\n");
}
END_TEST

START_TEST(nothing_at_all_is_a_valid_file)
{
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V3);
	session_is(&s, "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n", "");
	session_start(&s, TAPE_CAST_V1);
	session_is(&s,
		"{\"version\":1,\"width\":80,\"height\":24,\"stdout\":[\n],"
		"\"duration\":0.0}\n",
		"");
}
END_TEST

/* However much a session says of itself, its header stays readable. */
START_TEST(headers_have_a_limit)
{
	struct buf big = { 0 }, listing = { 0 };
	struct session s = { 0 };
	struct slow_src src;
	struct tape *t;

	for (int i = 0; i < 200000; i++)
		buf_add_byte(&big, 0x1B);
	session_start(&s, TAPE_CAST_V2);
	for (int i = 0; i < 1000; i++) {
		char name[16];

		snprintf(name, sizeof name, "V%d", i);
		put_env(&s, name, "\033\033\033\033");
	}
	put_env(&s, "BIG", buf_cstr(&big));
	put_exec(&s, buf_cstr(&big));
	ck_assert_int_eq(tapew_close(s.w, NULL), 0);
	ck_assert_str_eq(buf_cstr(&s.lost.text),
		"745 environment variables\n1 members of the header\n");
	src = slow_src(buf_span(&s.d.bytes), 4096);
	t = open_cast(&src.src, NULL, false);
	list_tape(&listing, t);
	ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
	tape_close(t);
	buf_free(&big);
	buf_free(&listing);
	buf_free(&s.d.bytes);
	buf_free(&s.lost.text);
}
END_TEST

/* A theme that asciinema would refuse the whole file for is left out. */
START_TEST(bad_themes_are_left_out)
{
	static const char *const themes[] = { "{}", "7",
		"{\"fg\":\"#000000\",\"bg\":\"#0\","
		"\"palette\":\"\"}",
		"{\"fg\":\"#000000\",\"bg\":\"#000000\",\"palette\":"
		"\"#000000\"}" };

	for (size_t i = 0; i < sizeof themes / sizeof *themes; i++) {
		char text[256];
		struct buf out;
		struct lost_list lost = { 0 };

		snprintf(text, sizeof text,
			"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":"
			"1700000000,"
			"\"theme\":%s}\n",
			themes[i]);
		convert(span_str(text), TAPE_CAST_V2, &out, &lost);
		ck_assert_str_eq(buf_cstr(&out), HEAD2);
		ck_assert_str_eq(buf_cstr(&lost.text), "1 members of the header\n");
		buf_free(&out);
		buf_free(&lost.text);
	}
}
END_TEST

/* ---- events ---- */

START_TEST(every_kind_of_event)
{
	struct session s = { 0 };
	struct msg m;

	session_start(&s, TAPE_CAST_V2);
	put_type(&s, MSG_SHELL);
	s.now_ns += NS_PER_S;
	put_bytes(&s, MSG_STREAM_IN, SPAN_LIT("in"));
	put_bytes(&s, MSG_STREAM_ERR, SPAN_LIT("err"));
	put_bytes(&s, 7, SPAN_LIT("?"));
	put_window(&s, 80, 24);
	put_window(&s, 100, 24);
	put_window(&s, 100, 24);
	put_vendor(&s, VENDOR_MARKER, "label", "here");
	put_vendor(&s, VENDOR_MARKER, NULL, NULL);
	put_vendor(&s, VENDOR_PAUSE, NULL, NULL);
	put_vendor(&s, VENDOR_PAUSE, NULL, NULL);
	put_vendor(&s, VENDOR_RESUME, NULL, NULL);
	msg_init(&m, MSG_EXIT_SIGNAL);
	m.p.exit_signal.signal = SPAN_LIT("SEGV");
	put(&s, &m);
	put_type(&s, MSG_EXIT);
	put_type(&s, MSG_CLOSE);
	put_type(&s, MSG_DISCONNECT);
	session_is(&s,
		HEAD2 "[1.0, \"i\", \"in\"]\n[1.0, \"o\", \"err\"]\n"
		      "[1.0, \"r\", \"100x24\"]\n[1.0, \"m\", \"here\"]\n"
		      "[1.0, \"m\", \"\"]\n[1.0, \"x\", \"139\"]\n[1.0, \"x\", \"0\"]\n",
		"1 messages of other streams\n2 pause events\n1 resume event\n");
}
END_TEST

/* Found by fuzzing: a code was taken for a C string. */
START_TEST(codes_with_nul_bytes_are_kept)
{
	static const char text[] = HEAD2 "[1.0, \"\\u0000z\", \"\\u0000\"]\n";
	struct buf out;

	convert(SPAN_LIT(text), TAPE_CAST_V2, &out, NULL);
	ck_assert_str_eq(buf_cstr(&out), text);
	buf_free(&out);
}
END_TEST

START_TEST(input_can_be_left_out)
{
	struct session s = { .o = { .drop_input = true } };

	session_start(&s, TAPE_CAST_V2);
	put_bytes(&s, MSG_STREAM_IN, SPAN_LIT("secret"));
	put_out(&s, "x");
	session_is(&s, HEAD2 "[0.0, \"o\", \"x\"]\n", "");
}
END_TEST

START_TEST(one_channel_is_shown)
{
	struct session s = { 0 };
	struct msg m;

	session_start(&s, TAPE_CAST_V2);
	msg_init(&m, MSG_SHELL);
	m.channel = 3;
	put(&s, &m);
	put_out(&s, "other");
	msg_init(&m, MSG_IO);
	m.channel = 3;
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = SPAN_LIT("shown");
	put(&s, &m);
	session_is(
		&s, HEAD2 "[0.0, \"o\", \"shown\"]\n", "1 messages of other channels\n");
}
END_TEST

START_TEST(text_is_escaped_as_asciinema_does)
{
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V2);
	ck_assert_int_eq(put_bytes(&s, MSG_STREAM_OUT,
				 SPAN_LIT("\"\\\b\t\n\f\r\0\x1b\x1f\x7f/\u2028\u20ac")),
		0);
	session_is(&s,
		HEAD2 "[0.0, \"o\", \"\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001b\\u001f\x7f/"
		      "\u2028\u20ac\"]\n",
		"");
}
END_TEST

/* ---- UTF-8 ---- */

START_TEST(invalid_bytes_are_replaced_and_counted)
{
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V2);
	ck_assert_int_eq(
		put_bytes(&s, MSG_STREAM_OUT, SPAN_LIT("\x83#\xF0\x90\x80\xC0!\uFFFD")),
		0);
	session_is(&s, HEAD2 "[0.0, \"o\", \"\uFFFD#\uFFFD\uFFFD!\uFFFD\"]\n",
		"3 invalid UTF-8 sequences, replaced by U+FFFD\n");
}
END_TEST

START_TEST(characters_wait_for_their_end)
{
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V2);
	put_out(&s, "a\xE2\x82");
	put_bytes(&s, MSG_STREAM_ERR, SPAN_LIT("\xF0"));
	s.now_ns += NS_PER_S;
	put_out(&s, "\xAC"
		    "b");
	put_bytes(&s, MSG_STREAM_ERR, SPAN_LIT("\x9F"));
	put_bytes(&s, MSG_STREAM_ERR, SPAN_LIT("\x98\x80"));
	put_out(&s, "\xC3");
	session_is(&s,
		HEAD2 "[0.0, \"o\", \"a\"]\n[1.0, \"o\", \"\u20acb\"]\n"
		      "[1.0, \"o\", \"\U0001F600\"]\n[1.0, \"o\", \"\uFFFD\"]\n",
		"1 incomplete characters at the end, replaced by U+FFFD\n");
}
END_TEST

START_TEST(splitting_makes_no_difference)
{
	static const char text[] = "\u017c\u20ac\U0001F600 \xF0\x90\x80\xC0! "
				   "\xE2\x82\xE2\x82\xAC \xFF\x1b[1m\xC3";
	struct buf want = { 0 }, got = { 0 };

	utf8_clean(&want, SPAN_LIT(text));
	for (size_t step = 1; step < sizeof text; step++) {
		struct session s = { 0 };

		session_start(&s, TAPE_CAST_V3);
		for (size_t at = 0; at < sizeof text - 1; at += step) {
			size_t n = sizeof text - 1 - at;

			put_bytes(&s, MSG_STREAM_OUT,
				span_of(text + at, n < step ? n : step));
		}
		ck_assert_int_eq(tapew_close(s.w, NULL), 0);
		buf_clear(&got);
		output_of(buf_span(&s.d.bytes), &got);
		ck_assert_str_eq(buf_cstr(&got), buf_cstr(&want));
		buf_free(&s.d.bytes);
		buf_free(&s.lost.text);
	}
	buf_free(&want);
	buf_free(&got);
}
END_TEST

/* A message of any size stays below the line length that readers take. */
START_TEST(huge_output_is_split)
{
	struct session s = { 0 };
	struct buf in = { 0 }, got = { 0 };

	buf_reserve(&in, 9000001);
	while (in.n < 9000000)
		in.p[in.n] = "\x1b\xE2\x82\xAC"[in.n % 4], in.n++;
	session_start(&s, TAPE_CAST_V2);
	ck_assert_int_eq(put_bytes(&s, MSG_STREAM_OUT, buf_span(&in)), 0);
	ck_assert_int_eq(tapew_close(s.w, NULL), 0);
	buf_init(&got, (size_t)1 << 28);
	output_of(buf_span(&s.d.bytes), &got);
	ck_assert(span_eq(buf_span(&in), buf_span(&got)));
	buf_free(&in);
	buf_free(&got);
	buf_free(&s.d.bytes);
	buf_free(&s.lost.text);
}
END_TEST

/* ---- times ---- */

START_TEST(intervals_carry_their_rounding_error)
{
	static const int us[] = { 26692, 540290, 64736, 105951, 171006, 191943, 107942,
		128108 };
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V3);
	put_type(&s, MSG_SHELL);
	for (size_t i = 0; i < sizeof us / sizeof *us; i++) {
		s.now_ns += us[i] * NS_PER_US;
		put_out(&s, "");
	}
	session_is(&s,
		HEAD3 "[0.027, \"o\", \"\"]\n[0.540, \"o\", \"\"]\n[0.065, \"o\", \"\"]\n"
		      "[0.106, \"o\", \"\"]\n[0.171, \"o\", \"\"]\n[0.192, \"o\", \"\"]\n"
		      "[0.108, \"o\", \"\"]\n[0.128, \"o\", \"\"]\n",
		"");
}
END_TEST

/* However long the recording is, no event is off by more than half a millisecond. */
START_TEST(intervals_do_not_drift)
{
	enum { N = 20000 };
	static int64_t when[N];
	struct session s = { 0 };
	const struct msg *m;
	struct slow_src src;
	struct tape *t;
	uint64_t x = 1;
	int64_t at;
	int n = 0;

	session_start(&s, TAPE_CAST_V3);
	put_type(&s, MSG_SHELL);
	for (int i = 0; i < N; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		s.now_ns += (int64_t)(x >> 33) % (3 * NS_PER_MS);
		when[i] = s.now_ns - START_NS;
		put_out(&s, "x");
	}
	ck_assert_int_eq(tapew_close(s.w, NULL), 0);
	src = slow_src(buf_span(&s.d.bytes), 4096);
	t = open_cast(&src.src, NULL, false);
	while (tape_next(t, &m, &at, NULL) > 0)
		if (m->type == MSG_IO) {
			int64_t off = at - when[n++];

			ck_assert_int_le(off < 0 ? -off : off, NS_PER_MS / 2);
		}
	ck_assert_int_eq(n, N);
	tape_close(t);
	buf_free(&s.d.bytes);
	buf_free(&s.lost.text);
}
END_TEST

START_TEST(time_never_goes_backwards)
{
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V3);
	put_out(&s, "a");
	s.now_ns += 2 * NS_PER_S;
	put_out(&s, "b");
	s.now_ns -= NS_PER_S;
	put_out(&s, "c");
	s.now_ns = INT64_MIN;
	put_out(&s, "d");
	s.now_ns = START_NS + 3 * NS_PER_S;
	put_out(&s, "e");
	session_is(&s,
		HEAD3
		"[0.000, \"o\", \"a\"]\n[2.000, \"o\", \"b\"]\n[0.000, \"o\", \"c\"]\n"
		"[0.000, \"o\", \"d\"]\n[1.000, \"o\", \"e\"]\n",
		"");
}
END_TEST

static TCase *
content_case(void)
{
	TCase *c = tcase_create("content");

	tcase_add_test(c, headers_in_the_order_of_asciinema);
	tcase_add_test(c, title_and_limit_of_the_session_event);
	tcase_add_test(c, nothing_at_all_is_a_valid_file);
	tcase_add_test(c, headers_have_a_limit);
	tcase_add_test(c, bad_themes_are_left_out);
	tcase_add_test(c, every_kind_of_event);
	tcase_add_test(c, codes_with_nul_bytes_are_kept);
	tcase_add_test(c, input_can_be_left_out);
	tcase_add_test(c, one_channel_is_shown);
	tcase_add_test(c, text_is_escaped_as_asciinema_does);
	tcase_add_test(c, invalid_bytes_are_replaced_and_counted);
	tcase_add_test(c, characters_wait_for_their_end);
	tcase_add_test(c, splitting_makes_no_difference);
	tcase_add_test(c, huge_output_is_split);
	tcase_add_test(c, intervals_carry_their_rounding_error);
	tcase_add_test(c, intervals_do_not_drift);
	tcase_add_test(c, time_never_goes_backwards);
	tcase_set_timeout(c, 120);
	return c;
}

UNIT_MAIN("cast_write", content_case)
