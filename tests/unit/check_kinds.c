/* SPDX-License-Identifier: ISC */
/* The table of formats is right: what a format is said to hold comes back from it, and nothing
 * else does. */
#include "format/facts.h"
#include "format/vendor.h"

#include "tests/unit/folder_util.h"

#define START INT64_C(1700000000123456789)

static struct tapew *writer;
static int64_t now_ns;

static void
put(struct msg *m)
{
	m->connection_id = SPAN_LIT("0123456789abcdef0123456789abcdef");
	m->time_ns = now_ns;
	ck_assert_int_eq(tapew_put(writer, m, NULL), 0);
}

static void
put_event(enum vendor_id id, const char *key, const char *value)
{
	struct buf json = { 0 };
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, id, &w, &json);
	jsonw_kstr(&w, key, value);
	vendor_end(&m, &w);
	put(&m);
	buf_free(&json);
}

static void
put_io(uint64_t stream, struct span data)
{
	struct msg m;

	now_ns += 1001001;
	msg_init(&m, MSG_IO);
	m.p.io.stream = stream;
	m.p.io.data = data;
	put(&m);
}

static void
put_begin(void)
{
	struct msg m;

	msg_init(&m, MSG_HANDSHAKE_SUCCESSFUL);
	m.p.handshake_successful.username = SPAN_LIT("ann");
	put(&m);
	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	m.p.new_channel.channel_type = SPAN_LIT("session");
	put(&m);
	put_event(VENDOR_SESSION, "host", "box");
	msg_init(&m, MSG_PTY);
	m.p.pty.columns = 100;
	m.p.pty.rows = 30;
	put(&m);
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = SPAN_LIT("demo");
	put(&m);
}

static void
put_session(void)
{
	struct msg m;

	now_ns = START;
	put_begin();
	put_io(MSG_STREAM_OUT, SPAN_LIT("out\xff!"));
	put_io(MSG_STREAM_ERR, SPAN_LIT("err"));
	put_io(MSG_STREAM_IN, SPAN_LIT("in"));
	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = 90;
	m.p.window.rows = 20;
	put(&m);
	put_event(VENDOR_MARKER, "label", "here");
	msg_init(&m, MSG_EXIT);
	m.p.exit.exit_status = 3;
	put(&m);
}

struct seen {
	unsigned holds;
	uint64_t messages;
	int64_t unit; /* of times */
};

static int64_t
unit_of(int64_t at_ns)
{
	static const int64_t units[] = { NS_PER_S, NS_PER_MS, NS_PER_US, 1 };
	int i = 0;

	while (at_ns % units[i])
		i++;
	return units[i];
}

static unsigned
flag(bool has, unsigned what)
{
	return has ? what : 0;
}

static unsigned
holds(const struct facts *f, const struct tape_info *info)
{
	bool sizes = f->last_cols == 90;

	return flag(f->bytes[MSG_STREAM_IN] > 0, TAPE_HOLDS_INPUT) |
	       flag(f->bytes[MSG_STREAM_ERR] > 0, TAPE_HOLDS_ERROR) |
	       flag(sizes, TAPE_HOLDS_SIZES) |
	       flag(f->cols == 100 && !sizes, TAPE_HOLDS_FIRST) |
	       flag(f->has_exit && f->exit_status == 3, TAPE_HOLDS_EXIT) |
	       flag(info->has_wall, TAPE_HOLDS_DATE) |
	       flag(f->text[FACT_COMMAND].n &&
			       strstr(buf_cstr((struct buf *)&f->text[FACT_COMMAND]),
				       "demo"),
		       TAPE_HOLDS_COMMAND) |
	       flag(span_is(buf_span(&f->text[FACT_USER]), "ann"), TAPE_HOLDS_WHO) |
	       flag(f->by_vendor[VENDOR_MARKER] > 0, TAPE_HOLDS_EVENTS);
}

static struct seen
look(enum tape_format format)
{
	struct tape_opts o = { .as = format == TAPE_RAW ? format : TAPE_UNKNOWN };
	struct seen s = { .holds = TAPE_HOLDS_TEXT };
	const struct msg *m;
	struct facts f;
	struct tape *t;
	int64_t at;

	facts_init(&f);
	ck_assert_int_eq(tape_open(&t, folder_src(&box, "file"), &o, NULL), 0);
	ck_assert_int_eq(tape_info(t)->format, format);
	while (tape_next(t, &m, &at, NULL) > 0) {
		facts_take(&f, m, at);
		s.messages++;
		if (m->type == MSG_IO && memchr(m->p.io.data.p, 0xff, m->p.io.data.n))
			s.holds = 0;
		if (m->type == MSG_IO && !s.unit && at)
			s.unit = unit_of(at);
	}
	s.holds |= holds(&f, tape_info(t));
	tape_close(t);
	facts_free(&f);
	return s;
}

START_TEST(what_is_said_is_so)
{
	enum tape_format f = (enum tape_format)_i;
	const struct tape_kind *k = tape_kind(f);
	char unit[32];
	struct seen s;

	if (f == TAPE_TEXT)
		return;
	box.step = 0;
	ck_assert_int_eq(tapew_open(&writer, f, folder_dst(&box, "file"), NULL, NULL), 0);
	put_session();
	ck_assert_int_eq(tapew_close(writer, NULL), 0);
	s = look(f);
	if (k->holds & TAPE_HOLDS_ALL)
		s.holds |= flag(s.messages == 11, TAPE_HOLDS_ALL);
	ck_assert_msg(
		s.holds == k->holds, "%s holds %#x, not %#x", k->name, s.holds, k->holds);
	snprintf(unit, sizeof unit, "%s",
		!s.unit               ? "none"
		: s.unit == NS_PER_MS ? "1 ms"
		: s.unit == NS_PER_US ? "1 us"
				      : "1 ns");
	ck_assert_str_eq(unit, k->times);
}
END_TEST

START_TEST(names)
{
	enum tape_format f;
	struct err e;

	for (int i = TAPE_UNKNOWN + 1; i < TAPE_FORMATS; i++) {
		ck_assert_int_eq(
			tape_format_parse(tape_format_name((enum tape_format)i), &f, &e),
			0);
		ck_assert_int_eq(f, i);
	}
	ck_assert_int_eq(tape_format_parse("nonsense", &f, &e), ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(e.text, "typescript"));
	ck_assert_ptr_nonnull(strstr(e.text, " or txt"));
}
END_TEST

START_TEST(ends_of_names)
{
	static const struct {
		const char *path;
		enum tape_format format;
	} rows[] = {
		{ "a.cast", TAPE_CAST_V2 },
		{ "a.b/c.tlog", TAPE_TLOG },
		{ "a.tty", TAPE_TTYREC },
		{ "a.typescript", TAPE_SCRIPT },
		{ "a.txt", TAPE_TEXT },
		{ "a.raw", TAPE_RAW },
		{ "a.tt", TAPE_UNKNOWN },
		{ ".cast", TAPE_UNKNOWN },
		{ "a/.cast", TAPE_UNKNOWN },
		{ "a.cast/b", TAPE_UNKNOWN },
		{ "", TAPE_UNKNOWN },
		{ "a. ", TAPE_UNKNOWN },
		{ "a.averyveryveryveryveryveryverylongend", TAPE_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_msg(tape_format_of_name(rows[i].path) == rows[i].format, "%s",
			rows[i].path);
}
END_TEST

static TCase *
kinds_cases(void)
{
	TCase *t = tcase_create("kinds");

	tcase_add_checked_fixture(t, box_open, box_close);
	tcase_add_loop_test(t, what_is_said_is_so, TAPE_UNKNOWN + 1, TAPE_FORMATS);
	tcase_add_test(t, names);
	tcase_add_test(t, ends_of_names);
	return t;
}

UNIT_MAIN("kinds", kinds_cases)
