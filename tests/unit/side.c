/* SPDX-License-Identifier: ISC */
#include "tests/unit/side.h"

#include "base/clk.h"
#include "format/tapew.h"
#include "sys/fdio.h"
#include "tests/unit/emugen.h"

#include <check.h>

void
side_open(struct side *s, const char *path)
{
	struct src *src;
	struct err e;

	ck_assert_msg(fdio_open_src(&src, path, &e) == 0, "%s", e.text);
	ck_assert_msg(tape_open(&s->tape, src, NULL, &e) == 0, "%s", e.text);
	shown_init(&s->shown, -1);
	s->emu = emu_new(SHOWN_COLS, SHOWN_ROWS);
	ck_assert_ptr_nonnull(s->emu);
}

void
side_close(struct side *s)
{
	tape_close(s->tape);
	emu_free(s->emu);
}

bool
side_read(struct side *s)
{
	struct err e;
	int r;

	do {
		r = tape_next(s->tape, &s->m, &s->at_ns, &e);
	} while (r > 0 && vendor_of(s->m) == VENDOR_EDITED);
	ck_assert_msg(r >= 0, "%s", e.text);
	return r > 0;
}

void
side_apply(struct side *s)
{
	if (shown_touches(&s->shown, s->m))
		shown_apply(&s->shown, s->emu, s->m);
}

void
side_rewind(struct side *s)
{
	ck_assert_int_eq(tape_rewind(s->tape, NULL), 0);
}

/* ---- random recordings ---- */

static void
put(struct tapew *w, struct msg *m, int64_t time_ns)
{
	struct err e;

	m->connection_id = SPAN_LIT("random");
	m->time_ns = time_ns;
	ck_assert_msg(tapew_put(w, m, &e) == 0, "%s", e.text);
}

static void
put_size(struct emugen *g, struct tapew *w, enum msg_type type, int64_t time_ns)
{
	struct msg m;
	uint32_t cols = 6 + (uint32_t)emugen_below(g, 80);
	uint32_t rows = 3 + (uint32_t)emugen_below(g, 30);

	msg_init(&m, type);
	if (type == MSG_PTY) {
		m.p.pty.columns = cols;
		m.p.pty.rows = rows;
	} else {
		m.p.window.columns = cols;
		m.p.window.rows = rows;
	}
	put(w, &m, time_ns);
}

static void
put_output(struct emugen *g, struct tapew *w, int64_t time_ns)
{
	struct buf out = { 0 };
	struct msg m;

	if (emugen_below(g, 2))
		emugen_put(g, &out, (size_t)emugen_below(g, 60));
	else
		emugen_line(g, &out, 200);
	msg_init(&m, MSG_IO);
	m.channel = emugen_below(g, 20) == 0;
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = buf_span(&out);
	put(w, &m, time_ns);
	buf_free(&out);
}

void
side_random(struct emugen *g, const char *path, int64_t t)
{
	struct tapew *w;
	struct dst *d;
	struct msg m;
	struct err e;

	ck_assert_int_eq(fdio_open_dst(&d, path, FDIO_OVERWRITE, &e), 0);
	ck_assert_int_eq(tapew_open(&w, TAPE_AUDIT_V2, d, NULL, &e), 0);
	msg_init(&m, MSG_CONNECT);
	put(w, &m, t);
	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	put(w, &m, t);
	if (emugen_below(g, 8))
		put_size(g, w, MSG_PTY, t);
	msg_init(&m, MSG_SHELL);
	put(w, &m, t);
	for (int i = 0; i < 60; i++) {
		t += 1 + emugen_below(g, 1000000);
		if (emugen_below(g, 15))
			put_output(g, w, t);
		else
			put_size(g, w, MSG_WINDOW, t);
	}
	ck_assert_int_eq(tapew_close(w, &e), 0);
}
