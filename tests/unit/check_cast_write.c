/* SPDX-License-Identifier: ISC */
/* Writing asciicast: round trips, times, text, what is lost, full disks, continuing. */
#include "tests/unit/cast_util.h"

#include "base/utf8.h"
#include "format/vendor.h"

#define GOLDEN   "tests/golden/cast"
#define START_NS (1700000000 * NS_PER_S + 123456789)

/* ---- a session made by hand ---- */

struct session {
	struct tapew *w;
	struct kept_dst d;
	struct lost_list lost;
	struct tapew_opts o;
	int64_t now_ns;
};

static void
session_start(struct session *s, enum tape_format f)
{
	s->o.lost = see_lost;
	s->o.ctx = &s->lost;
	s->now_ns = START_NS;
	s->w = open_writer(f, &s->d, &s->o);
}

static int
put(struct session *s, struct msg *m)
{
	m->time_ns = s->now_ns;
	return tapew_put(s->w, m, NULL);
}

static void
put_type(struct session *s, enum msg_type type)
{
	struct msg m;

	msg_init(&m, type);
	ck_assert_int_eq(put(s, &m), 0);
}

static void
put_pty(struct session *s, uint32_t cols, uint32_t rows)
{
	struct msg m;

	msg_init(&m, MSG_PTY);
	m.p.pty.term = SPAN_LIT("xterm");
	m.p.pty.columns = cols;
	m.p.pty.rows = rows;
	ck_assert_int_eq(put(s, &m), 0);
}

static void
put_window(struct session *s, uint32_t cols, uint32_t rows)
{
	struct msg m;

	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = cols;
	m.p.window.rows = rows;
	ck_assert_int_eq(put(s, &m), 0);
}

static int
put_bytes(struct session *s, unsigned stream, struct span data)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = stream;
	m.p.io.data = data;
	return put(s, &m);
}

static void
put_out(struct session *s, const char *text)
{
	ck_assert_int_eq(put_bytes(s, MSG_STREAM_OUT, span_str(text)), 0);
}

static void
put_env(struct session *s, const char *name, const char *value)
{
	struct msg m;

	msg_init(&m, MSG_SETENV);
	m.p.setenv.name = span_str(name);
	m.p.setenv.value = span_str(value);
	ck_assert_int_eq(put(s, &m), 0);
}

static void
put_exec(struct session *s, const char *program)
{
	struct msg m;

	msg_init(&m, MSG_EXEC);
	m.p.exec.program = span_str(program);
	ck_assert_int_eq(put(s, &m), 0);
}

static void
put_vendor(struct session *s, enum vendor_id id, const char *key, const char *text)
{
	struct buf b = { 0 };
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, id, &w, &b);
	if (key)
		jsonw_kstr(&w, key, text);
	ck_assert_int_eq(vendor_end(&m, &w), 0);
	ck_assert_int_eq(put(s, &m), 0);
	buf_free(&b);
}

/* Close and compare with the whole file and the list of what was lost. */
static void
session_is(struct session *s, const char *want, const char *lost)
{
	ck_assert_int_eq(tapew_close(s->w, NULL), 0);
	ck_assert_str_eq(buf_cstr(&s->d.bytes), want);
	ck_assert_str_eq(buf_cstr(&s->lost.text), lost);
	buf_free(&s->d.bytes);
	buf_free(&s->lost.text);
	*s = (struct session){ 0 };
}

#define HEAD2 "{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1700000000}\n"
#define HEAD3 \
	"{\"version\":3,\"term\":{\"cols\":80,\"rows\":24},\"timestamp\":1700000000}\n"

/* ---- round trips ---- */

static const struct fixture {
	const char *name;
	enum tape_format format;
	bool exact; /* written as our writer writes it */
} fixtures[] = {
	{ "minimal-v1.json", TAPE_CAST_V1, false },
	{ "full-v1.json", TAPE_CAST_V1, false },
	{ "nulls-v1.json", TAPE_CAST_V1, false },
	{ "minimal-v2.cast", TAPE_CAST_V2, true },
	{ "full-v2.cast", TAPE_CAST_V2, true },
	{ "nulls-v2.cast", TAPE_CAST_V2, false },
	{ "minimal-v3.cast", TAPE_CAST_V3, true },
	{ "full-v3.cast", TAPE_CAST_V3, true },
};
#define NFIXTURES ((int)(sizeof fixtures / sizeof *fixtures))

static bool
is_header(const struct msg *m)
{
	return vendor_of(m) == VENDOR_HEADER;
}

/* Same messages at the same times; the header's own text may differ, so its event and the
 * identity made from it may, too. */
static void
check_same(struct span a, struct span b, const char *name)
{
	struct slow_src sa = slow_src(a, a.n), sb = slow_src(b, b.n);
	struct tape *ta = open_cast(&sa.src, NULL, false),
		    *tb = open_cast(&sb.src, NULL, false);
	int ra, rb;

	do {
		const struct msg *ma, *mb;
		int64_t at_a, at_b;
		struct msg copy;

		ra = tape_next(ta, &ma, &at_a, NULL);
		rb = tape_next(tb, &mb, &at_b, NULL);
		ck_assert_msg(ra == rb, "%s: one ends earlier", name);
		if (ra <= 0)
			break;
		copy = *mb;
		copy.connection_id = ma->connection_id;
		ck_assert_msg(at_a == at_b, "%s: %" PRId64 " %" PRId64, name, at_a, at_b);
		ck_assert_msg(is_header(ma) || msg_equal(ma, &copy), "%s differs", name);
	} while (true);
	ck_assert_int_eq(tape_end(ta).state, tape_end(tb).state);
	tape_close(ta);
	tape_close(tb);
}

START_TEST(same_version_keeps_everything)
{
	const struct fixture *f = &fixtures[_i];
	struct buf in = { 0 }, out;
	struct lost_list lost = { 0 };

	ck_assert(read_file(&in, GOLDEN, f->name, ""));
	convert(buf_span(&in), f->format, &out, &lost);
	ck_assert_str_eq(buf_cstr(&lost.text), "");
	if (f->exact)
		ck_assert_str_eq(buf_cstr(&in), buf_cstr(&out));
	check_same(buf_span(&in), buf_span(&out), f->name);
	buf_free(&in);
	buf_free(&out);
	buf_free(&lost.text);
}
END_TEST

/* Through an audit log and back, nothing of a cast is lost either. */
START_TEST(a_cast_survives_the_audit_format)
{
	const struct fixture *f = &fixtures[_i];
	struct buf in = { 0 }, audit, out;

	ck_assert(read_file(&in, GOLDEN, f->name, ""));
	convert(buf_span(&in), TAPE_AUDIT_V2, &audit, NULL);
	convert(buf_span(&audit), f->format, &out, NULL);
	if (f->exact)
		ck_assert_str_eq(buf_cstr(&in), buf_cstr(&out));
	check_same(buf_span(&in), buf_span(&out), f->name);
	buf_free(&in);
	buf_free(&audit);
	buf_free(&out);
}
END_TEST

START_TEST(other_versions_say_what_they_lose)
{
	static const struct {
		const char *name;
		enum tape_format to;
		const char *lost;
	} t[] = {
		{ "full-v2.cast", TAPE_CAST_V3, "1 members of the header\n" },
		{ "full-v3.cast", TAPE_CAST_V2, "4 members of the header\n" },
		{ "full-v1.json", TAPE_CAST_V2, "" },
		{ "full-v1.json", TAPE_CAST_V3, "" },
		{ "full-v2.cast", TAPE_CAST_V1,
			"3 members of the header\n1 date of the recording\n"
			"1 input message\n2 marker events\n1 window message\n"
			"2 cast-event events\n1 exit message\n" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct buf in = { 0 }, out;
		struct lost_list lost = { 0 };

		ck_assert(read_file(&in, GOLDEN, t[i].name, ""));
		convert(buf_span(&in), t[i].to, &out, &lost);
		ck_assert_str_eq(buf_cstr(&lost.text), t[i].lost);
		buf_free(&in);
		buf_free(&out);
		buf_free(&lost.text);
	}
}
END_TEST

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

START_TEST(title_of_the_session_event)
{
	struct session s = { 0 };

	session_start(&s, TAPE_CAST_V2);
	put_vendor(&s, VENDOR_SESSION, "title", "from the event");
	put_type(&s, MSG_SHELL);
	session_is(&s,
		"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1700000000,"
		"\"title\":\"from the event\"}\n",
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

/* The text of all output events, one after the other. */
static void
output_of(struct span cast, struct buf *out)
{
	struct slow_src s = slow_src(cast, cast.n);
	struct tape *t = open_cast(&s.src, NULL, false);
	const struct msg *m;
	int64_t at;

	while (tape_next(t, &m, &at, NULL) > 0)
		if (msg_is_output(m))
			buf_add_span(out, m->p.io.data);
	ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
	tape_close(t);
}

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

/* ---- writing ---- */

START_TEST(only_whole_lines_go_out)
{
	struct session s = { 0 };
	struct buf in = { 0 };

	for (int i = 0; i < 3000; i++)
		buf_add_str(&in, "some output\n");
	session_start(&s, TAPE_CAST_V2);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(put_bytes(&s, MSG_STREAM_OUT, buf_span(&in)), 0);
		if (i % 7 == 0)
			ck_assert_int_eq(tapew_flush(s.w, NULL), 0);
	}
	ck_assert_int_eq(tapew_close(s.w, NULL), 0);
	ck_assert(s.d.whole_lines);
	buf_free(&in);
	buf_free(&s.d.bytes);
	buf_free(&s.lost.text);
}
END_TEST

static void
write_some(struct session *s, size_t limit)
{
	struct err e = { 0 };
	bool failed = false;

	session_start(s, TAPE_CAST_V2);
	s->d.limit = limit;
	for (int i = 0; i < 50; i++) {
		char text[32];

		snprintf(text, sizeof text, "line %d\r\n", i);
		if (i == 30) {
			ck_assert(!limit || failed);
			s->d.limit = 0;
		}
		if (put_bytes(s, MSG_STREAM_OUT, span_str(text)) < 0) {
			/* not taken while the disk is full */
			failed = true;
			continue;
		}
		if (tapew_flush(s->w, &e) < 0) {
			ck_assert_int_eq(e.code, ERR_NOSPACE);
			failed = true;
		}
	}
	ck_assert_int_eq(tapew_close(s->w, NULL), 0);
}

START_TEST(a_full_disk_leaves_no_seam)
{
	for (size_t limit = 1; limit < 300; limit += 7) {
		struct session s = { 0 };
		struct slow_src src;
		struct tape *t;
		struct buf out = { 0 };

		write_some(&s, limit);
		src = slow_src(buf_span(&s.d.bytes), 4096);
		t = open_cast(&src.src, NULL, false);
		list_tape(&out, t);
		ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "line 49"));
		tape_close(t);
		buf_free(&out);
		buf_free(&s.d.bytes);
		buf_free(&s.lost.text);
	}
}
END_TEST

/* ---- continuing ---- */

static int
append(struct session *s, enum tape_format f, const char *before, struct err *e)
{
	static struct slow_src src;
	static struct buf copy;

	*s = (struct session){ .o = { .lost = see_lost },
		.now_ns = START_NS + 99 * NS_PER_S };
	s->o.ctx = &s->lost;
	kept_init(&s->d);
	buf_add_str(&s->d.bytes, before);
	buf_clear(&copy);
	buf_add_str(&copy, before);
	src = slow_src(buf_span(&copy), 4096);
	return tapew_append(&s->w, f, &src.src, &s->d.dst, &s->o, e);
}

static void
second_session(struct session *s)
{
	put_pty(s, 100, 30);
	put_exec(s, "again");
	put_out(s, "b");
	s->now_ns += 1500 * NS_PER_MS;
	put_out(s, "c");
}

START_TEST(continuing)
{
	static const char tail2[] = "[2.5, \"r\", \"100x30\"]\n[2.5, \"o\", \"b\"]\n"
				    "[4.0, \"o\", \"c\"]\n",
			  tail3[] = "[0.000, \"r\", \"100x30\"]\n[0.000, \"o\", \"b\"]\n"
				    "[1.500, \"o\", \"c\"]\n";
	static const struct {
		enum tape_format f;
		const char *before, *kept, *tail;
	} t[] = {
		{ TAPE_CAST_V2, HEAD2 "[2.5, \"o\", \"a\"]\n",
			HEAD2 "[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V2, HEAD2 "[2.5, \"o\", \"a\"]",
			HEAD2 "[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V2, HEAD2 "[2.5, \"o\", \"a\"]\n[3.5, \"o\", \"to",
			HEAD2 "[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V2, HEAD2 "bad\n[2.5, \"o\", \"a\"]\n[3.5,",
			HEAD2 "bad\n[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V3, HEAD3 "[2.5, \"o\", \"a\"]\n[1.0, \"x\", \"0\"]\n",
			HEAD3 "[2.5, \"o\", \"a\"]\n[1.0, \"x\", \"0\"]\n", tail3 },
		{ TAPE_CAST_V3, HEAD3, HEAD3, tail3 },
		{ TAPE_CAST_V3, HEAD3 "[", HEAD3, tail3 },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char want[512];
		struct session s;

		snprintf(want, sizeof want, "%s%s", t[i].kept, t[i].tail);
		ck_assert_int_eq(append(&s, t[i].f, t[i].before, NULL), 0);
		second_session(&s);
		session_is(&s, want, "1 members of the header\n");
	}
}
END_TEST

START_TEST(continuing_an_empty_file_starts_it)
{
	struct session s;

	ck_assert_int_eq(append(&s, TAPE_CAST_V2, "", NULL), 0);
	s.now_ns = START_NS;
	put_out(&s, "a");
	session_is(&s, HEAD2 "[0.0, \"o\", \"a\"]\n", "");
}
END_TEST

START_TEST(what_cannot_be_continued)
{
	static const struct {
		enum tape_format f;
		const char *before;
	} t[] = {
		{ TAPE_CAST_V2, HEAD3 },
		{ TAPE_CAST_V3, HEAD2 },
		{ TAPE_CAST_V2,
			"{\"version\":1,\"width\":8,\"height\":2,\"stdout\":[]}" },
		{ TAPE_CAST_V1,
			"{\"version\":1,\"width\":8,\"height\":2,\"stdout\":[]}" },
		{ TAPE_CAST_V2, "no cast at all" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct err e = { 0 };
		struct session s;

		ck_assert_int_lt(append(&s, t[i].f, t[i].before, &e), 0);
		ck_assert_str_ne(e.text, "");
		ck_assert_str_eq(buf_cstr(&s.d.bytes), t[i].before);
		buf_free(&s.d.bytes);
	}
}
END_TEST

/* ---- what the reference makes of the same messages ---- */

static void
strip_marks(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->n - i >= 3 && memcmp(b->p + i, "\uFFFD", 3) == 0)
			i += 2;
		else
			b->p[to++] = b->p[i];
	}
	b->n = to;
}

/* Its text is ours, but for the bytes that are no UTF-8: it replaces each one. */
START_TEST(text_agrees_with_the_reference)
{
	static const char *const names[] = { "session.v2", "all-types.v2",
		"containerssh-0-4-0.v1" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct buf audit = { 0 }, cast = { 0 }, ours, a = { 0 }, b = { 0 };

		if (!read_file(&audit, "../shared/vectors", names[i], ".audit") ||
			!read_file(&cast, "../shared/vectors", names[i], ".cast"))
			continue;
		convert(buf_span(&audit), TAPE_CAST_V2, &ours, NULL);
		output_of(buf_span(&ours), &a);
		output_of(buf_span(&cast), &b);
		strip_marks(&a);
		strip_marks(&b);
		ck_assert_msg(span_eq(buf_span(&a), buf_span(&b)), "%s", names[i]);
		buf_free(&audit);
		buf_free(&cast);
		buf_free(&ours);
		buf_free(&a);
		buf_free(&b);
	}
}
END_TEST

static TCase *
round_trip_case(void)
{
	TCase *c = tcase_create("round trips");

	tcase_add_loop_test(c, same_version_keeps_everything, 0, NFIXTURES);
	tcase_add_loop_test(c, a_cast_survives_the_audit_format, 0, NFIXTURES);
	tcase_add_test(c, other_versions_say_what_they_lose);
	tcase_add_test(c, text_agrees_with_the_reference);
	return c;
}

static TCase *
content_case(void)
{
	TCase *c = tcase_create("content");

	tcase_add_test(c, headers_in_the_order_of_asciinema);
	tcase_add_test(c, title_of_the_session_event);
	tcase_add_test(c, nothing_at_all_is_a_valid_file);
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

static TCase *
file_case(void)
{
	TCase *c = tcase_create("file");

	tcase_add_test(c, only_whole_lines_go_out);
	tcase_add_test(c, a_full_disk_leaves_no_seam);
	tcase_add_test(c, continuing);
	tcase_add_test(c, continuing_an_empty_file_starts_it);
	tcase_add_test(c, what_cannot_be_continued);
	return c;
}

UNIT_MAIN("cast_write", round_trip_case, content_case, file_case)
