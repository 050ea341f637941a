/* SPDX-License-Identifier: ISC */
/* The parts of auditlog below its commands. */
#include "render/ansi.h"
#include "log/cmd.h"
#include "format/facts.h"
#include "log/out.h"
#include "log/progress.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* cmd */

enum { OPT_NUMBER = 1, OPT_FLAG };

static const struct opt options[] = {
	{ OPT_NUMBER, "number", 'n', "N", "A number" },
	{ OPT_FLAG, "flag", 'f', NULL, "A flag" },
	CMD_OPTIONS_END,
};

static const struct cmd command = {
	.name = "try", .args = "A B", .options = options, .least = 1, .most = 2
};

/* Reads WORDS; what was met as "n=VALUE f" in SEEN. */
static int
read_words(struct cmd_run *r, const char *const *words, char seen[80], struct err *e)
{
	static char *argv[8];
	int id, argc = 0;

	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];

	seen[0] = 0;
	cmd_start(r, &command, NULL, argc, argv);
	while ((id = cmd_next(r, e)) > 0)
		snprintf(seen + strlen(seen), 80 - strlen(seen),
			id == OPT_FLAG ? "f " : "n=%s ", r->opts.value);
	return id;
}

START_TEST(cmd_takes_options_on_both_sides)
{
	static const char *const argv[] = { "try", "one", "-n5", "two", "--flag", NULL };
	struct cmd_run r;
	struct err e;
	char seen[80];

	ck_assert_int_eq(read_words(&r, argv, seen, &e), 0);
	ck_assert_str_eq(seen, "n=5 f ");
	ck_assert_int_eq(r.noperands, 2);
	ck_assert_str_eq(r.operands[0], "one");
	ck_assert_str_eq(r.operands[1], "two");
}
END_TEST

START_TEST(cmd_dashes_end_the_options)
{
	static const char *const argv[] = { "try", "-f", "--", "-n", "--mdoc-options",
		NULL };
	struct cmd_run r;
	struct err e;
	char seen[80];

	ck_assert_int_eq(read_words(&r, argv, seen, &e), 0);
	ck_assert_str_eq(seen, "f ");
	ck_assert_int_eq(r.noperands, 2);
	ck_assert_str_eq(r.operands[0], "-n");
	ck_assert_str_eq(r.operands[1], "--mdoc-options");
}
END_TEST

START_TEST(cmd_minus_is_an_operand)
{
	static const char *const argv[] = { "try", "-", "-f", NULL };
	struct cmd_run r;
	struct err e;
	char seen[80];

	ck_assert_int_eq(read_words(&r, argv, seen, &e), 0);
	ck_assert_int_eq(r.noperands, 1);
	ck_assert_str_eq(r.operands[0], "-");
}
END_TEST

START_TEST(cmd_counts_operands)
{
	static const char *const few[] = { "try", "-f", NULL };
	static const char *const many[] = { "try", "a", "b", "c", NULL };
	struct cmd_run r;
	struct err e;
	char seen[80];

	ck_assert_int_eq(read_words(&r, few, seen, &e), ERR_USAGE);
	ck_assert_str_eq(e.text, "try needs A B (see auditlog try --help)");
	ck_assert_int_eq(read_words(&r, many, seen, &e), ERR_USAGE);
	ck_assert_str_eq(e.text, "try: 'c' is one operand too many");
}
END_TEST

static TCase *
cmd_cases(void)
{
	TCase *t = tcase_create("cmd");

	tcase_add_test(t, cmd_takes_options_on_both_sides);
	tcase_add_test(t, cmd_dashes_end_the_options);
	tcase_add_test(t, cmd_minus_is_an_operand);
	tcase_add_test(t, cmd_counts_operands);
	return t;
}

/* facts */

static struct msg
message(enum msg_type type, int64_t time_ns)
{
	struct msg m;

	msg_init(&m, type);
	m.connection_id = SPAN_LIT("0123");
	m.time_ns = time_ns;
	return m;
}

static void
assert_fact(struct facts *f, enum fact fact, const char *want)
{
	ck_assert_str_eq(buf_cstr(&f->text[fact]), want);
}

START_TEST(facts_come_from_plain_messages)
{
	struct msg m = message(MSG_CONNECT, 1000);
	struct facts f;

	facts_init(&f);
	m.p.connect.remote_addr = SPAN_LIT("10.0.0.1");
	facts_take(&f, &m, 0);
	m = message(MSG_HANDSHAKE_SUCCESSFUL, 2000);
	m.p.handshake_successful.username = SPAN_LIT("ann");
	facts_take(&f, &m, 1000);
	m = message(MSG_EXEC, 3000);
	m.p.exec.program = SPAN_LIT("make");
	facts_take(&f, &m, 2000);
	m.p.exec.program = SPAN_LIT("second");
	facts_take(&f, &m, 2000);
	m = message(MSG_EXIT, 4000);
	m.p.exit.exit_status = 3;
	facts_take(&f, &m, 3000);
	assert_fact(&f, FACT_ADDRESS, "10.0.0.1");
	assert_fact(&f, FACT_USER, "ann");
	assert_fact(&f, FACT_COMMAND, "make");
	assert_fact(&f, FACT_CONNECTION, "0123");
	assert_fact(&f, FACT_TITLE, "");
	ck_assert(f.has_exit);
	ck_assert_uint_eq(f.exit_status, 3);
	ck_assert_uint_eq(f.messages, 5);
	ck_assert_int_eq(f.duration_ns, 3000);
	facts_free(&f);
}
END_TEST

START_TEST(facts_count_bytes_and_sizes)
{
	struct msg m = message(MSG_PTY, 0);
	struct facts f;

	facts_init(&f);
	m.p.pty.columns = 80;
	m.p.pty.rows = 24;
	facts_take(&f, &m, 0);
	m = message(MSG_WINDOW, 0);
	m.p.window.columns = 100;
	m.p.window.rows = 30;
	facts_take(&f, &m, 0);
	for (uint64_t stream = 0; stream < 5; stream++) {
		m = message(MSG_IO, 0);
		m.p.io.stream = stream; /* 3 and 4 do not exist */
		m.p.io.data = SPAN_LIT("abcd");
		facts_take(&f, &m, 0);
		facts_take(&f, &m, 0);
	}
	ck_assert_uint_eq(f.cols, 80);
	ck_assert_uint_eq(f.rows, 24);
	ck_assert_uint_eq(f.last_cols, 100);
	ck_assert_uint_eq(f.last_rows, 30);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(f.bytes[i], 8);
	facts_free(&f);
}
END_TEST

START_TEST(facts_know_events_of_ours)
{
	struct buf payload;
	struct facts f;
	struct jsonw w;
	struct msg m;

	buf_init(&payload, 0);
	facts_init(&f);
	vendor_begin(&m, VENDOR_SESSION, &w, &payload);
	jsonw_kstr(&w, "host", "box");
	jsonw_kstr(&w, "title", "a \x1b[31m title");
	ck_assert_int_eq(vendor_end(&m, &w), 0);
	facts_take(&f, &m, 0);
	ck_assert_uint_eq(f.by_vendor[VENDOR_SESSION], 1);
	assert_fact(&f, FACT_HOST, "box");
	assert_fact(&f, FACT_TITLE, "a \x1b[31m title");
	facts_free(&f);
	buf_free(&payload);
}
END_TEST

/* A text of 100 MB in a message does not become a text of 100 MB here. */
START_TEST(facts_are_cut)
{
	static uint8_t big[FACT_TEXT_MAX + 1000];
	struct msg m = message(MSG_EXEC, 0);
	struct facts f;

	memset(big, 'x', sizeof big);
	m.p.exec.program = span_of(big, sizeof big);
	facts_init(&f);
	facts_take(&f, &m, 0);
	ck_assert_uint_eq(f.text[FACT_COMMAND].n, FACT_TEXT_MAX);
	facts_free(&f);
}
END_TEST

START_TEST(facts_see_time_going_back)
{
	static const int64_t times[] = { 5, 9, 3, 4, 9, 10, 1 };
	struct facts f;

	facts_init(&f);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct msg m = message(MSG_IO, times[i]);

		facts_take(&f, &m, 0);
	}
	ck_assert_uint_eq(f.backwards, 2);
	ck_assert_int_eq(f.last_ns, 1);
	facts_free(&f);
}
END_TEST

START_TEST(facts_write_seconds_exactly)
{
	static const struct {
		int64_t ns;
		const char *want;
	} rows[] = {
		{ 0, "{\"t\":0.000000000}" },
		{ 1, "{\"t\":0.000000001}" },
		{ -1500000000, "{\"t\":-1.500000000}" },
		{ INT64_MIN, "{\"t\":-9223372036.854775808}" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = { 0 };
		struct jsonw w;

		jsonw_init(&w, &b);
		jsonw_object(&w);
		facts_json_seconds(&w, "t", rows[i].ns);
		jsonw_object_end(&w);
		ck_assert_str_eq(buf_cstr(&b), rows[i].want);
		buf_free(&b);
	}
}
END_TEST

START_TEST(facts_have_room_for_every_type)
{
	ck_assert_uint_le(msg_ndescs, FACTS_TYPE_MAX);
}
END_TEST

static TCase *
facts_cases(void)
{
	TCase *t = tcase_create("facts");

	tcase_add_test(t, facts_come_from_plain_messages);
	tcase_add_test(t, facts_count_bytes_and_sizes);
	tcase_add_test(t, facts_know_events_of_ours);
	tcase_add_test(t, facts_are_cut);
	tcase_add_test(t, facts_see_time_going_back);
	tcase_add_test(t, facts_write_seconds_exactly);
	tcase_add_test(t, facts_have_room_for_every_type);
	return t;
}

/* out and progress */

START_TEST(out_writes_large_blocks)
{
	struct out o;
	struct err e;
	char got[16];
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
	out_init(&o, p[1]);
	buf_add_str(&o.buf, "line\n");
	ck_assert_int_eq(out_more(&o, &e), 0);
	ck_assert_int_lt(read(p[0], got, sizeof got), 0);
	ck_assert_int_eq(out_flush(&o, &e), 0);
	ck_assert_int_eq(read(p[0], got, sizeof got), 5);
	out_free(&o);
	close(p[0]);
	close(p[1]);
}
END_TEST

START_TEST(out_tells_an_append_that_failed)
{
	struct out o;
	struct err e;

	out_init(&o, STDOUT_FILENO);
	o.buf.max = 4;
	buf_add_str(&o.buf, "too long");
	ck_assert_int_lt(out_more(&o, &e), 0);
	out_free(&o);
}
END_TEST

static int64_t now_ns;

static int64_t
fake_now(void *ctx)
{
	(void)ctx;
	return now_ns;
}

START_TEST(progress_waits_a_second)
{
	static const struct clk clk = { fake_now, fake_now, NULL };
	struct progress p = { .clk = &clk, .fd = 1, .next_ns = NS_PER_S };

	now_ns = NS_PER_S - 1;
	ck_assert(!progress_due(&p, PROGRESS_LOOK));
	now_ns = NS_PER_S;
	ck_assert(!progress_due(&p, 1));
	ck_assert(progress_due(&p, PROGRESS_LOOK));
	ck_assert(!progress_due(&p, PROGRESS_LOOK));
	now_ns += NS_PER_S / 10;
	ck_assert(progress_due(&p, PROGRESS_LOOK));
	p.fd = -1;
	now_ns += NS_PER_S;
	ck_assert(!progress_due(&p, PROGRESS_LOOK));
}
END_TEST

START_TEST(progress_draws_within_a_line)
{
	char bar[80];

	ck_assert_int_eq(progress_bar(bar, sizeof bar, 0.5), 48);
	ck_assert_str_eq(bar, "[####################....................]  50 %");
	ck_assert_int_lt(progress_bar(bar, sizeof bar, 17), 79);
	ck_assert_int_lt(progress_bar(bar, sizeof bar, -1), 79);
	progress_bar(bar, sizeof bar, 0.0 / 0.0);
	ck_assert_str_eq(bar, "working ...");
}
END_TEST

static TCase *
out_cases(void)
{
	TCase *t = tcase_create("out");

	tcase_add_test(t, out_writes_large_blocks);
	tcase_add_test(t, out_tells_an_append_that_failed);
	tcase_add_test(t, progress_waits_a_second);
	tcase_add_test(t, progress_draws_within_a_line);
	return t;
}

/* ansi */

/* Row 0 of a small terminal after BYTES. */
static const char *
row_of(const char *bytes, size_t n)
{
	static char text[1024];
	struct emu *e = emu_new(20, 3);
	struct buf out = { 0 };

	ck_assert_ptr_nonnull(e);
	emu_write(e, span_of(bytes, n));
	ck_assert_int_eq(ansi_row(&out, e, 0, true), 0);
	snprintf(text, sizeof text, "%s", buf_cstr(&out));
	buf_free(&out);
	emu_free(e);
	return text;
}

#define ROW_OF(bytes) row_of(bytes, sizeof(bytes) - 1)

START_TEST(ansi_plain_text_stays_plain)
{
	ck_assert_str_eq(ROW_OF("hello   "), "hello");
	ck_assert_str_eq(ROW_OF(""), "");
	ck_assert_str_eq(ROW_OF("a\033[5Gb"), "a   b");
}
END_TEST

START_TEST(ansi_gives_looks_back)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "\033[1mx", "\033[0;1mx\033[0m" },
		{ "\033[1;2;3;4;7;9mx", "\033[0;1;2;3;4;7;9mx\033[0m" },
		{ "\033[31;42mx", "\033[0;31;42mx\033[0m" },
		{ "\033[91;102mx", "\033[0;91;102mx\033[0m" },
		{ "\033[38;5;200;48;5;17mx", "\033[0;38;5;200;48;5;17mx\033[0m" },
		{ "\033[38;2;1;2;3mx", "\033[0;38;2;1;2;3mx\033[0m" },
		{ "a\033[31mb\033[mc", "a\033[0;31mb\033[0mc" },
		{ "\033[31mab", "\033[0;31mab\033[0m" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_str_eq(row_of(rows[i].in, strlen(rows[i].in)), rows[i].out);
}
END_TEST

START_TEST(ansi_blanks_with_a_background_are_seen)
{
	ck_assert_str_eq(ROW_OF("a\033[44m  \033[m  "), "a\033[0;44m  \033[0m");
}
END_TEST

START_TEST(ansi_wide_and_combining_characters)
{
	ck_assert_str_eq(
		ROW_OF("\xe6\xbc\xa2\xe5\xad\x97x"), "\xe6\xbc\xa2\xe5\xad\x97x");
	ck_assert_str_eq(ROW_OF("e\xcc\x81x"), "e\xcc\x81x");
}
END_TEST

START_TEST(ansi_drops_what_turns_text_about)
{
	ck_assert_str_eq(ROW_OF("a\xe2\x80\xae"
				"b\xe2\x81\xa6"
				"c\xd8\x9c"),
		"abc");
}
END_TEST

/* Whatever is written, what comes out is text and SGR. */
START_TEST(ansi_sends_nothing_of_the_recording)
{
	uint32_t rng = 1;

	for (int round = 0; round < 2000; round++) {
		char bytes[60];
		const char *p;

		for (size_t i = 0; i < sizeof bytes; i++) {
			static const char likely[] =
				"\033\033[]0;31mP\\x9b\x07x?hq\xe2\x80\xae";

			rng = rng * 1664525 + 1013904223;
			bytes[i] = rng >> 31 ? (char)(rng >> 16)
					     : likely[(rng >> 16) % (sizeof likely - 1)];
		}
		p = row_of(bytes, sizeof bytes);
		for (; *p; p++) {
			if (*p == '\033') {
				ck_assert_int_eq(p[1], '[');
				p += 2 + strspn(p + 2, "0123456789;:");
				ck_assert_int_eq(*p, 'm');
			}
			ck_assert_int_ne((unsigned char)*p, 0x7F);
			ck_assert((unsigned char)*p >= 0x20);
			ck_assert(!((unsigned char)p[0] == 0xC2 &&
				    (unsigned char)p[1] < 0xA0));
		}
	}
}
END_TEST

static TCase *
ansi_cases(void)
{
	TCase *t = tcase_create("ansi");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, ansi_plain_text_stays_plain);
	tcase_add_test(t, ansi_gives_looks_back);
	tcase_add_test(t, ansi_blanks_with_a_background_are_seen);
	tcase_add_test(t, ansi_wide_and_combining_characters);
	tcase_add_test(t, ansi_drops_what_turns_text_about);
	tcase_add_test(t, ansi_sends_nothing_of_the_recording);
	return t;
}

UNIT_MAIN("log", cmd_cases, facts_cases, out_cases, ansi_cases)
