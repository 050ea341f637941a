/* SPDX-License-Identifier: ISC */
/* Reading asciicast: numbers, events, the three versions, damage, seeking, growing files. */
#include "tests/unit/cast_util.h"

#include "format/cast.h"
#include "format/vendor.h"

#define GOLDEN "tests/golden/cast"
#define HEAD2  "{\"version\":2,\"width\":80,\"height\":24}\n"
#define HEAD3  "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n"

/* ---- numbers ---- */

START_TEST(numbers_are_exact)
{
	static const struct {
		const char *text;
		int64_t ns;
		size_t used;
	} t[] = {
		{ "0", 0, 1 },
		{ "1", NS_PER_S, 1 },
		{ "12.5,", 12500 * NS_PER_MS, 4 },
		{ "0.000000001", 1, 11 },
		{ "0.0000000019", 1, 12 },
		{ "1.000000001999999999999999999999", NS_PER_S + 1, 32 },
		{ "1234567890.123456789", INT64_C(1234567890123456789), 20 },
		{ "1e3", 1000 * NS_PER_S, 3 },
		{ "1.5E-3", 1500 * NS_PER_US, 6 },
		{ "25e-1x", 2500 * NS_PER_MS, 5 },
		{ "-1.5", -1500 * NS_PER_MS, 4 },
		{ "-0.0", 0, 4 },
		{ "1e400", CAST_TIME_MAX, 5 },
		{ "1e99999999999999999999", CAST_TIME_MAX, 22 },
		{ "0e99999999", 0, 10 },
		{ "1e-99999999", 0, 11 },
		{ "99999999999999999999999999", CAST_TIME_MAX, 26 },
		{ "01", 0, 1 },
		{ "", 0, 0 },
		{ "-", 0, 0 },
		{ ".5", 0, 0 },
		{ "1.", 0, 0 },
		{ "1e", 0, 0 },
		{ "1e+", 0, 0 },
		{ "NaN", 0, 0 },
		{ "\"1\"", 0, 0 },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		int64_t ns = 0;

		ck_assert_msg(cast_num_parse(span_str(t[i].text), &ns) == t[i].used,
			"%s: length", t[i].text);
		if (t[i].used)
			ck_assert_msg(ns == t[i].ns, "%s: %" PRId64, t[i].text, ns);
	}
}
END_TEST

START_TEST(numbers_are_written_trimmed)
{
	static const struct {
		int64_t v;
		int decimals, min;
		const char *text;
	} t[] = {
		{ 0, 6, 1, "0.0" },
		{ 12300000, 6, 1, "12.3" },
		{ 1000001, 6, 1, "1.000001" },
		{ 12345, 3, 3, "12.345" },
		{ 12000, 3, 3, "12.000" },
		{ 5, 3, 3, "0.005" },
		{ -1500000, 6, 1, "-1.5" },
		{ INT64_MIN, 9, 1, "-9223372036.854775808" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct buf b = { 0 };

		cast_num_put(&b, t[i].v, t[i].decimals, t[i].min);
		ck_assert_str_eq(buf_cstr(&b), t[i].text);
		buf_free(&b);
	}
	ck_assert_int_eq(cast_num_round(1499, 1000), 1);
	ck_assert_int_eq(cast_num_round(1500, 1000), 2);
	ck_assert_int_eq(cast_num_round(-1500, 1000), -1);
	ck_assert_int_eq(cast_num_round(-1501, 1000), -2);
}
END_TEST

/* ---- events ---- */

static const struct bad_event {
	const char *name, *text;
} bad_events[] = {
	{ "empty array", "[]" },
	{ "no array", "{\"time\":1,\"code\":\"o\",\"data\":\"x\"}" },
	{ "string time", "[\"1\", \"o\", \"x\"]" },
	{ "null time", "[null, \"o\", \"x\"]" },
	{ "number as code", "[1, 1, \"x\"]" },
	{ "empty code", "[1, \"\", \"x\"]" },
	{ "number as data", "[1, \"o\", 1]" },
	{ "null data", "[1, \"o\", null]" },
	{ "two elements", "[1, \"o\"]" },
	{ "four elements", "[1, \"o\", \"x\", 1]" },
	{ "no comma", "[1 \"o\" \"x\"]" },
	{ "open string", "[1, \"o\", \"x]" },
	{ "open escape", "[1, \"o\", \"x\\" },
	{ "bad escape", "[1, \"o\", \"\\x41\"]" },
	{ "short unicode", "[1, \"o\", \"\\u12\"]" },
	{ "bad unicode", "[1, \"o\", \"\\u12g4\"]" },
	{ "garbage behind", "[1, \"o\", \"x\"] y" },
	{ "two events", "[1, \"o\", \"x\"][2, \"o\", \"y\"]" },
	{ "leading zero", "[01, \"o\", \"x\"]" },
	{ "word", "garbage" },
};

START_TEST(bad_events_are_refused)
{
	struct buf store = { 0 };

	for (size_t i = 0; i < sizeof bad_events / sizeof *bad_events; i++) {
		const char *why = NULL;
		struct cast_event ev;

		ck_assert_msg(cast_event_parse(&ev, span_str(bad_events[i].text),
				      CAST_CODED, &store, &why) < 0,
			"%s", bad_events[i].name);
		ck_assert_ptr_nonnull(why);
	}
	buf_free(&store);
}
END_TEST

START_TEST(strings_are_decoded)
{
	static const struct {
		const char *json, *text;
		size_t n;
		bool odd;
	} t[] = {
		{ "plain", "plain", 5, false },
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8, false },
		{ "\\u0000a", "\0a", 2, false },
		{ "\\u20ac\\u017C", "\u20ac\u017c", 5, false },
		{ "\\ud83d\\ude00", "\xF0\x9F\x98\x80", 4, false },
		{ "\\ud83d", "\uFFFD", 3, true },
		{ "\\ud83d\\ud83d\\ude00", "\uFFFD\xF0\x9F\x98\x80", 7, true },
		{ "\\ude00x", "\uFFFDx", 4, true },
		{ "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 4, false },
		{ "a\xFF", "a\xFF", 2, true },
		{ "\\n\xFF", "\n\xFF", 2, true },
		{ "tab\there", "tab\there", 8, true },
		{ "\x7F", "\x7F", 1, false },
	};
	struct buf store = { 0 };

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char line[128];
		const char *why;
		struct cast_event ev;

		snprintf(line, sizeof line, " [ 1.5 , \"o\" , \"%s\" ] ", t[i].json);
		ck_assert_int_eq(
			cast_event_parse(&ev, span_str(line), CAST_CODED, &store, &why),
			0);
		ck_assert_uint_eq(ev.data.n, t[i].n);
		ck_assert_mem_eq(ev.data.p, t[i].text, t[i].n);
		ck_assert_int_eq(ev.odd, t[i].odd);
		ck_assert_int_eq(ev.time_ns, 1500 * NS_PER_MS);
	}
	buf_free(&store);
}
END_TEST

/* Both strings stored: the first must not be lost when the store grows for the second. */
START_TEST(escaped_code_survives_long_data)
{
	struct buf store = { 0 }, line = { 0 };
	struct cast_event ev;
	const char *why;

	buf_add_str(&line, "[1, \"\\u006f\", \"");
	for (int i = 0; i < 5000; i++)
		buf_add_str(&line, "\\u001b");
	buf_add_str(&line, "\"]");
	ck_assert_int_eq(
		cast_event_parse(&ev, buf_span(&line), CAST_CODED, &store, &why), 0);
	ck_assert(span_is(ev.code, "o"));
	ck_assert_uint_eq(ev.data.n, 5000);
	ck_assert_uint_eq(ev.data.p[4999], 0x1B);
	buf_free(&store);
	buf_free(&line);
}
END_TEST

/* ---- whole files ---- */

static const char *const fixtures[] = { "minimal-v1.json", "full-v1.json",
	"nulls-v1.json", "minimal-v2.cast", "full-v2.cast", "nulls-v2.cast",
	"minimal-v3.cast", "full-v3.cast", "comments-v3.cast" };
#define NFIXTURES ((int)(sizeof fixtures / sizeof *fixtures))

START_TEST(fixtures_read_as_listed)
{
	struct buf in = { 0 }, want = { 0 };
	char *got;

	ck_assert(read_file(&in, GOLDEN, fixtures[_i], ""));
	got = list_bytes(buf_span(&in), in.n);
	if (!read_file(&want, GOLDEN, fixtures[_i], ".txt") ||
		strcmp(got, buf_cstr(&want)) != 0)
		ck_abort_msg("%s reads as:\n%s", fixtures[_i], got);
	free(got);
	buf_free(&in);
	buf_free(&want);
}
END_TEST

START_TEST(short_reads_make_no_difference)
{
	struct buf in = { 0 };
	char *whole, *slow;

	ck_assert(read_file(&in, GOLDEN, fixtures[_i], ""));
	whole = list_bytes(buf_span(&in), in.n);
	for (size_t step = 1; step < 8; step++) {
		slow = list_bytes(buf_span(&in), step);
		ck_assert_str_eq(whole, slow);
		free(slow);
	}
	free(whole);
	buf_free(&in);
}
END_TEST

/* What a cut file gives is the beginning of what the whole file gives. */
START_TEST(cut_anywhere)
{
	struct buf in = { 0 };
	char *whole;

	ck_assert(read_file(&in, GOLDEN, fixtures[_i], ""));
	whole = list_bytes(buf_span(&in), in.n);
	for (size_t n = 0; n < in.n; n++) {
		struct slow_src s = slow_src(span_of(in.p, n), 4096);
		struct err e = { 0 };
		struct buf out = { 0 };
		struct tape *t;
		char *last;

		if (tape_open(&t, &s.src, NULL, &e) < 0) {
			ck_assert_int_lt(e.code, 0);
			ck_assert_str_ne(e.text, "");
			continue;
		}
		list_tape(&out, t);
		ck_assert_int_ne(tape_end(t).state, TAPE_OPEN);
		ck_assert_int_ne(tape_end(t).state, TAPE_DAMAGED);
		buf_cut(&out, out.n - 1); /* without the state line */
		last = strrchr(buf_cstr(&out), '\n');
		ck_assert_int_eq(
			strncmp(whole, (char *)out.p, (size_t)(last + 1 - (char *)out.p)),
			0);
		tape_close(t);
		buf_free(&out);
	}
	free(whole);
	buf_free(&in);
}
END_TEST

static void
check_message(struct tape *t, const char *want, const char *name)
{
	struct buf out = { 0 };
	const struct msg *m;
	int64_t at;

	ck_assert_int_eq(tape_next(t, &m, &at, NULL), 1);
	list_message(&out, m, at);
	ck_assert_msg(strcmp(buf_cstr(&out), want) == 0, "%s: %s", name, (char *)out.p);
	buf_free(&out);
}

START_TEST(seeking_returns_the_same_messages)
{
	struct tape_pos pos[64];
	char *want[64];
	struct buf in = { 0 }, out = { 0 };
	struct slow_src s;
	struct tape *t;
	const struct msg *m;
	unsigned n = 0, x = 1;
	int64_t at;

	ck_assert(read_file(&in, GOLDEN, fixtures[_i], ""));
	s = slow_src(buf_span(&in), 100);
	t = open_cast(&s.src, NULL, false);
	for (;; n++) {
		pos[n] = tape_tell(t);
		ck_assert_uint_eq(pos[n].ordinal, n);
		if (tape_next(t, &m, &at, NULL) <= 0)
			break;
		buf_clear(&out);
		list_message(&out, m, at);
		want[n] = strdup(buf_cstr(&out));
	}
	for (int k = 0; k < 500; k++) {
		unsigned i = (x = x * 1103515245u + 12345u) >> 8;

		i %= n;
		ck_assert_int_eq(tape_seek(t, &pos[i], NULL), 0);
		check_message(t, want[i], fixtures[_i]);
		if (i + 1 < n)
			check_message(t, want[i + 1], fixtures[_i]);
	}
	ck_assert_int_eq(tape_rewind(t, NULL), 0);
	check_message(t, want[0], fixtures[_i]);
	while (n)
		free(want[--n]);
	tape_close(t);
	buf_free(&in);
	buf_free(&out);
}
END_TEST

/* Listing of BYTES from the first event on, then the notes, one a line. */
static char *
list_events(struct span bytes, struct seen_notes *notes)
{
	struct slow_src s = slow_src(bytes, bytes.n);
	struct tape *t = open_cast(&s.src, notes, false);
	struct buf out = { 0 };
	const struct msg *m;
	char *text;

	do {
		int64_t at;

		ck_assert_int_eq(tape_next(t, &m, &at, NULL), 1);
	} while (m->type != MSG_SHELL && m->type != MSG_EXEC);
	list_tape(&out, t);
	tape_close(t);
	text = strdup(buf_cstr(&out));
	buf_free(&out);
	return text;
}

static const struct edge {
	const char *name, *text, *want, *notes;
} edges[] = {
	{ "no events", HEAD2, "clean\n", "" },
	{ "header only, no newline", "{\"version\":2,\"width\":80,\"height\":24}",
		"clean\n", "" },
	{ "time goes backwards in v2",
		HEAD2 "[2.0, \"o\", \"a\"]\n[1.0, \"o\", \"b\"]\n[3.0, \"o\", \"c\"]\n",
		"2.000000000 output, 1 byte: a\n2.000000000 output, 1 byte: b\n"
		"3.000000000 output, 1 byte: c\nclean\n",
		"time goes backwards@53\n" },
	{ "negative interval in v3",
		HEAD3 "[2.0, \"o\", \"a\"]\n[-1.0, \"o\", \"b\"]\n[1.0, \"o\", \"c\"]\n",
		"2.000000000 output, 1 byte: a\n2.000000000 output, 1 byte: b\n"
		"3.000000000 output, 1 byte: c\nclean\n",
		"time goes backwards@59\n" },
	{ "garbage line", HEAD2 "[1.0, \"o\", \"a\"]\ngarbage\n[2.0, \"o\", \"b\"]\n",
		"1.000000000 output, 1 byte: a\n2.000000000 output, 1 byte: b\ndamaged\n",
		"not an event: not an array@53\n" },
	{ "comment in v2", HEAD2 "# comment\n[2.0, \"o\", \"b\"]\n",
		"2.000000000 output, 1 byte: b\ndamaged\n",
		"not an event: not an array@37\n" },
	{ "four elements", HEAD2 "[1.0, \"o\", \"a\", 1]\n[2.0, \"o\", \"b\"]\n",
		"2.000000000 output, 1 byte: b\ndamaged\n",
		"not an event: more than a time, a code and a text@37\n" },
	{ "CRLF and blank lines", HEAD2 "\r\n\n  \n[1.0, \"o\", \"a\"]\r\n\r\n",
		"1.000000000 output, 1 byte: a\nclean\n", "" },
	{ "whole last line without newline", HEAD2 "[1, \"o\", \"a\"]",
		"1.000000000 output, 1 byte: a\nclean\n", "" },
	{ "torn last line", HEAD2 "[1, \"o\", \"a\"]\n[2, \"o\", \"b",
		"1.000000000 output, 1 byte: a\ntruncated\n", "" },
	{ "resize that is none", HEAD2 "[1, \"r\", \"80\"]\n[2, \"r\", \"70000x24\"]\n",
		"1.000000000 event r: 80\n2.000000000 event r: 70000x24\nclean\n",
		"resize or exit event of no known form@37\n"
		"resize or exit event of no known form@52\n" },
	{ "exit that is none", HEAD2 "[1, \"x\", \"-1\"]\n[2, \"x\", \"4294967295\"]\n",
		"1.000000000 event x: -1\n2.000000000 exit 4294967295\nclean\n",
		"resize or exit event of no known form@37\n" },
	{ "endless time", HEAD3 "[1e99, \"o\", \"a\"]\n[1e99, \"o\", \"b\"]\n",
		"2305843009.213693951 output, 1 byte: a\n"
		"2305843009.213693951 output, 1 byte: b\nclean\n",
		"" },
	{ "v1 with odd elements",
		"{\"version\":1,\"width\":9,\"height\":9,\"stdout\":[[1,\"a\"],7,{\"x\":["
		"]},"
		"[1,\"]}\\\"\"],[1],[1,\"b\"]]}",
		"1.000000000 output, 1 byte: a\n2.000000000 output, 3 bytes: ]}\"\n"
		"3.000000000 output, 1 byte: b\ndamaged\n",
		"not an event: not an array@52\nnot an event: not an array@54\n"
		"not an event: no time@74\n" },
	{ "v1 cut off",
		"{\"version\":1,\"width\":9,\"height\":9,\"stdout\":[[1,\"a\"],[1,\"b",
		"1.000000000 output, 1 byte: a\ntruncated\n", "" },
	{ "v1 with its size behind the events",
		"{\"stdout\":[[1,\"a\"]],\"height\":9,\"width\":9,\"version\":1,"
		"\"title\":\"t\"}",
		"1.000000000 output, 1 byte: a\nclean\n", "" },
	{ "v1 with its title behind the events",
		"{\"version\":1,\"width\":9,\"height\":9,\"stdout\":[[1,\"a\"]],"
		"\"title\":\"t\","
		"\"duration\":5}",
		"1.000000000 output, 1 byte: a\n1.000000000 header of the recording: "
		"t\nclean\n",
		"" },
	{ "BOM and blanks in front", "\xEF\xBB\xBF\n " HEAD2 "[1, \"o\", \"a\"]\n",
		"1.000000000 output, 1 byte: a\nclean\n", "" },
};
#define NEDGES ((int)(sizeof edges / sizeof *edges))

START_TEST(edge_cases)
{
	const struct edge *x = &edges[_i];
	struct seen_notes notes = { 0 };
	char *got = list_events(span_str(x->text), &notes);

	ck_assert_msg(strcmp(got, x->want) == 0, "%s reads as:\n%s", x->name, got);
	buf_add(&notes.text, "", 1);
	ck_assert_msg(strcmp((char *)notes.text.p, x->notes) == 0, "%s notes:\n%s",
		x->name, (char *)notes.text.p);
	buf_free(&notes.text);
	free(got);
}
END_TEST

static const char *const refused[] = {
	"{}",
	"{\"version\":4}\n",
	"{\"version\":0,\"width\":1}",
	"{\"version\":\"2\",\"width\":80,\"height\":24}\n",
	"{\"width\":80}",
	"{\"version\":2,\"width\":80",
	"{\"version\":2,\"width\":80,\"height\":}\n",
	"{version:2}\n",
	"{\"version\":1,\"width\":80,\"height\":24}x",
	"{\"a\":[[[[",
	"{\"",
	"{",
	"[]",
	"",
};

START_TEST(other_files_are_refused)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct slow_src s = slow_src(span_str(refused[i]), 4096);
		struct err e = { 0 };
		struct tape *t = NULL;
		int rc = tape_open(&t, &s.src, NULL, &e);

		/* version 1 without events is let pass: there is nothing to lose in it */
		if (rc == 0 && strstr(refused[i], "\"version\":1")) {
			tape_close(t);
			continue;
		}
		ck_assert_msg(rc < 0, "taken: %s", refused[i]);
		ck_assert_str_ne(e.text, "");
	}
}
END_TEST

START_TEST(header_of_odd_values)
{
	static const char text[] = "{\"version\":2,\"width\":70000,\"height\":\"x\","
				   "\"timestamp\":-5,\"env\":7,\"title\":3}\n";
	struct seen_notes notes = { 0 };
	struct slow_src s = slow_src(SPAN_LIT(text), 4096);
	struct tape *t = open_cast(&s.src, &notes, false);
	const struct msg *m;
	uint32_t cols = 0, rows = 0;
	int64_t at;

	while (tape_next(t, &m, &at, NULL) > 0)
		if (m->type == MSG_PTY)
			ck_assert(msg_size(m, &cols, &rows));
	ck_assert_uint_eq(cols, 80);
	ck_assert_uint_eq(rows, 24);
	ck_assert(!tape_info(t)->has_wall);
	ck_assert_uint_eq(notes.all, 1);
	ck_assert_uint_eq(notes.lost, 0);
	tape_close(t);
	buf_free(&notes.text);
}
END_TEST

START_TEST(info_and_identity)
{
	static const char text[] =
		"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1509091818,"
		"\"duration\":12.25,\"idle_time_limit\":2.5}\n[1.5, \"o\", \"a\"]\n";
	struct slow_src s = slow_src(SPAN_LIT(text), 4096);
	struct tape *t = open_cast(&s.src, NULL, false);
	const struct tape_info *i = tape_info(t);
	const struct msg *m;
	char id[33] = "";
	int64_t at, last = 0;

	ck_assert_int_eq(i->format, TAPE_CAST_V2);
	ck_assert(i->has_wall);
	ck_assert_int_eq(i->start_ns, 1509091818 * NS_PER_S);
	ck_assert_int_eq(i->duration_ns, 12250 * NS_PER_MS);
	ck_assert_int_eq(i->idle_limit_ns, 2500 * NS_PER_MS);
	while (tape_next(t, &m, &at, NULL) > 0) {
		ck_assert_uint_eq(m->connection_id.n, 32);
		if (id[0])
			ck_assert_mem_eq(m->connection_id.p, id, 32);
		memcpy(id, m->connection_id.p, 32);
		last = m->time_ns;
	}
	ck_assert_int_eq(last, 1509091818 * NS_PER_S + 1500 * NS_PER_MS);
	tape_close(t);
}
END_TEST

START_TEST(a_growing_file_is_followed)
{
	static const char text[] =
		HEAD3 "[1, \"o\", \"a\"]\n[1, \"o\", \"b\"]\n[1, \"x\", \"0\"]\n";
	struct slow_src s = slow_src(SPAN_LIT(text), 4096);
	struct buf out = { 0 };
	const struct msg *m;
	struct tape *t;
	int64_t at;

	s.size = sizeof HEAD3 - 1;
	t = open_cast(&s.src, NULL, true);
	for (; s.size < sizeof text; s.size++)
		while (tape_next(t, &m, &at, NULL) > 0)
			if (m->type == MSG_IO || m->type == MSG_EXIT)
				list_message(&out, m, at);
			else
				ck_assert_int_eq(tape_end(t).state, TAPE_OPEN);
	ck_assert_str_eq(buf_cstr(&out),
		"1.000000000 output, 1 byte: a\n"
		"2.000000000 output, 1 byte: b\n3.000000000 exit 0\n");
	ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
	tape_close(t);
	buf_free(&out);
}
END_TEST

START_TEST(damage_is_told_once)
{
	static const char text[] = HEAD2 "bad\n[1, \"o\", \"a\"]\n";
	struct seen_notes notes = { 0 };
	struct slow_src s = slow_src(SPAN_LIT(text), 4096);
	struct tape *t = open_cast(&s.src, &notes, false);
	const struct msg *m;
	int64_t at;

	for (int i = 0; i < 3; i++) {
		while (tape_next(t, &m, &at, NULL) > 0)
			;
		ck_assert_int_eq(tape_rewind(t, NULL), 0);
	}
	ck_assert_uint_eq(notes.lost, 1);
	ck_assert_uint_eq(tape_end(t).damages, 1);
	ck_assert_int_eq(tape_end(t).state, TAPE_DAMAGED);
	ck_assert_int_eq(tape_end(t).offset, sizeof HEAD2 - 1);
	tape_close(t);
	buf_free(&notes.text);
}
END_TEST

static void
add_letters(struct buf *b, size_t n)
{
	ck_assert_int_eq(buf_reserve(b, n), 0);
	memset(b->p + b->n, 'a', n);
	b->n += n;
}

/* Lines and elements beyond the limit are passed over without being held in memory. */
START_TEST(endless_lines_are_skipped)
{
	static const struct {
		const char *before, *after;
	} t[] = {
		{ HEAD2 "[1, \"o\", \"", "\"]\n[2, \"o\", \"b\"]\n" },
		{ "{\"version\":1,\"width\":9,\"height\":9,\"stdout\":[[1,\"",
			"\"],[2,\"b\"]]}" },
	};

	for (size_t i = 0; i < 2; i++) {
		struct seen_notes notes = { 0 };
		struct buf in = { 0 };
		char *got;

		buf_add_str(&in, t[i].before);
		add_letters(&in, 2 * CAST_LINE_MAX);
		buf_add_str(&in, t[i].after);
		got = list_events(buf_span(&in), &notes);
		ck_assert_str_eq(got, "2.000000000 output, 1 byte: b\ndamaged\n");
		ck_assert_uint_eq(notes.lost, 1);
		free(got);
		buf_free(&in);
		buf_free(&notes.text);
	}
}
END_TEST

START_TEST(endless_headers_are_refused)
{
	struct buf in = { 0 };
	struct slow_src s;
	struct tape *t;
	struct err e = { 0 };

	buf_add_str(&in, "{\"version\":2,\"title\":\"");
	add_letters(&in, 2 * CAST_HEADER_MAX);
	buf_add_str(&in, "\"}\n");
	s = slow_src(buf_span(&in), in.n);
	ck_assert_int_eq(tape_open(&t, &s.src, NULL, &e), ERR_LIMIT);
	buf_free(&in);
}
END_TEST

static TCase *
cast_case(void)
{
	TCase *c = tcase_create("cast");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, numbers_are_exact);
	tcase_add_test(c, numbers_are_written_trimmed);
	tcase_add_test(c, bad_events_are_refused);
	tcase_add_test(c, strings_are_decoded);
	tcase_add_test(c, escaped_code_survives_long_data);
	tcase_add_loop_test(c, fixtures_read_as_listed, 0, NFIXTURES);
	tcase_add_loop_test(c, short_reads_make_no_difference, 0, NFIXTURES);
	tcase_add_loop_test(c, cut_anywhere, 0, NFIXTURES);
	tcase_add_loop_test(c, seeking_returns_the_same_messages, 0, NFIXTURES);
	tcase_add_loop_test(c, edge_cases, 0, NEDGES);
	tcase_add_test(c, other_files_are_refused);
	tcase_add_test(c, header_of_odd_values);
	tcase_add_test(c, info_and_identity);
	tcase_add_test(c, a_growing_file_is_followed);
	tcase_add_test(c, damage_is_told_once);
	tcase_add_test(c, endless_lines_are_skipped);
	tcase_add_test(c, endless_headers_are_refused);
	return c;
}

UNIT_MAIN("cast", cast_case)
