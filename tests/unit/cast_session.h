/* SPDX-License-Identifier: ISC */
/* A session put together message by message for the tests of the asciicast writer. */
#ifndef TESTS_CAST_SESSION_H
#define TESTS_CAST_SESSION_H

#include "format/vendor.h"
#include "tests/unit/cast_util.h"

#define START_NS (1700000000 * NS_PER_S + 123456789)

/* The header of such a session when nothing is known of it. */
#define HEAD2 "{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1700000000}\n"
#define HEAD3 \
	"{\"version\":3,\"term\":{\"cols\":80,\"rows\":24},\"timestamp\":1700000000}\n"

struct session {
	struct tapew *w;
	struct kept_dst d;
	struct lost_list lost;
	struct tapew_opts o;
	int64_t now_ns;
};

static UNUSED void
session_start(struct session *s, enum tape_format f)
{
	s->o.lost = see_lost;
	s->o.ctx = &s->lost;
	s->now_ns = START_NS;
	s->w = open_writer(f, &s->d, &s->o);
}

static UNUSED int
put(struct session *s, struct msg *m)
{
	m->time_ns = s->now_ns;
	return tapew_put(s->w, m, NULL);
}

static UNUSED void
put_type(struct session *s, enum msg_type type)
{
	struct msg m;

	msg_init(&m, type);
	ck_assert_int_eq(put(s, &m), 0);
}

static UNUSED void
put_pty(struct session *s, uint32_t cols, uint32_t rows)
{
	struct msg m;

	msg_init(&m, MSG_PTY);
	m.p.pty.term = SPAN_LIT("xterm");
	m.p.pty.columns = cols;
	m.p.pty.rows = rows;
	ck_assert_int_eq(put(s, &m), 0);
}

static UNUSED void
put_window(struct session *s, uint32_t cols, uint32_t rows)
{
	struct msg m;

	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = cols;
	m.p.window.rows = rows;
	ck_assert_int_eq(put(s, &m), 0);
}

static UNUSED int
put_bytes(struct session *s, unsigned stream, struct span data)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = stream;
	m.p.io.data = data;
	return put(s, &m);
}

static UNUSED void
put_out(struct session *s, const char *text)
{
	ck_assert_int_eq(put_bytes(s, MSG_STREAM_OUT, span_str(text)), 0);
}

static UNUSED void
put_env(struct session *s, const char *name, const char *value)
{
	struct msg m;

	msg_init(&m, MSG_SETENV);
	m.p.setenv.name = span_str(name);
	m.p.setenv.value = span_str(value);
	ck_assert_int_eq(put(s, &m), 0);
}

static UNUSED void
put_exec(struct session *s, const char *program)
{
	struct msg m;

	msg_init(&m, MSG_EXEC);
	m.p.exec.program = span_str(program);
	ck_assert_int_eq(put(s, &m), 0);
}

static UNUSED void
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
static UNUSED void
session_is(struct session *s, const char *want, const char *lost)
{
	ck_assert_int_eq(tapew_close(s->w, NULL), 0);
	ck_assert_str_eq(buf_cstr(&s->d.bytes), want);
	ck_assert_str_eq(buf_cstr(&s->lost.text), lost);
	buf_free(&s->d.bytes);
	buf_free(&s->lost.text);
	*s = (struct session){ 0 };
}

/* The text of all output events, one after the other. */
static UNUSED void
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

#endif
