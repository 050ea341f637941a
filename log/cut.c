/* SPDX-License-Identifier: ISC */
/* IN is read twice: up to the cut, to know the screen and its size there, which come before
 * messages that are copied; then to copy. */
#include "log/cut.h"

#include "base/diag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAINT_MAX    ((size_t)256 << 20) /* far beyond a screen full of colours */
#define OUTPUT_BYTES ((size_t)64 << 10)  /* of a message that paints the screen */

/* ---- commands that run ---- */

static void
forget(struct cut *c, size_t i)
{
	buf_free(&c->running[i].store);
	c->nrunning--;
	memmove(&c->running[i], &c->running[i + 1],
		(c->nrunning - i) * sizeof *c->running);
}

static int
note_command(struct cut *c, const struct msg *m, struct err *e)
{
	struct cut_running *r;
	int64_t id = -1;
	struct buf phase = { 0 };
	bool starts =
		vendor_get_text(m, "phase", &phase) && span_is(buf_span(&phase), "start");

	buf_free(&phase);
	vendor_get_int(m, "id", &id);
	for (size_t i = c->nrunning; i-- > 0;)
		if (c->running[i].id == id)
			forget(c, i);
	if (!starts)
		return 0;
	if (c->nrunning == CUT_RUNNING_MAX)
		forget(c, 0);
	r = &c->running[c->nrunning++];
	*r = (struct cut_running){ .id = id };
	if (msg_copy(&r->m, m, &r->store) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	return 0;
}

/* ---- before: the screen at the cut ---- */

static int
take(struct cut *c, const struct msg *m, struct err *e)
{
	if (m->type == MSG_CONNECT) {
		c->connected = c->n;
		c->terminal = UINT64_MAX;
		while (c->nrunning)
			forget(c, 0);
	}
	if (shown_touches(&c->shown, m))
		shown_apply(&c->shown, c->emu, m);
	return vendor_of(m) == VENDOR_COMMAND ? note_command(c, m, e) : 0;
}

static int
read_to_cut(struct cut *c, struct err *e)
{
	const struct msg *m;
	int64_t at = 0;
	int r, t;

	for (c->n = 0; (r = input_next(&c->edit.copy.in, &m, &at, e)) > 0; c->n++) {
		if (at >= c->from_ns)
			break;
		if ((t = take(c, m, e)) < 0)
			return t;
	}
	progress_end(&c->edit.copy.in.progress);
	c->first = c->n;
	c->n = 0;
	if (r > 0)
		return 0;
	if (r < 0 && r != ERR_DAMAGED && r != ERR_TRUNCATED)
		return r;
	return err_set(e, ERR_USAGE, "the recording ends before %.40s", c->from.text);
}

/* Which of its terminals is the one on the screen: the last of the channel that is shown. */
static int
find_terminal(struct cut *c, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int r = tape_rewind(c->edit.copy.in.tape, e);

	for (uint64_t n = 0; r >= 0 && n < c->first; n++) {
		r = tape_next(c->edit.copy.in.tape, &m, &at, e);
		if (r <= 0)
			return r;
		if (n < c->connected || (m->type != MSG_PTY && m->type != MSG_WINDOW))
			continue;
		c->sized = true;
		if (m->type == MSG_PTY && m->channel == c->shown.channel)
			c->terminal = n;
	}
	return r < 0 ? r : 0;
}

static void
tell_how(struct cut *c)
{
	char from[WHEN_TEXT_MAX], to[WHEN_TEXT_MAX];

	snprintf(c->edit.how, sizeof c->edit.how, "from %s to %s",
		when_format(from, c->from_ns, 3),
		c->to_ns == INT64_MAX ? "the end" : when_format(to, c->to_ns, 3));
}

static int
find_places(struct cut *c, struct err *e)
{
	struct moment m[] = { c->from, c->to };
	int64_t duration;
	int r = moments_find(m, 2, &c->edit.copy.in, &duration, e);

	if (r < 0)
		return r;
	c->from_ns = m[0].text ? m[0].at_ns : 0;
	c->to_ns = m[1].text && m[1].when.kind != WHEN_END ? m[1].at_ns : INT64_MAX;
	if (c->to_ns <= c->from_ns)
		return err_set(e, ERR_USAGE, "%.40s is not behind %.40s", m[1].text,
			m[0].text ? m[0].text : "the start");
	tell_how(c);
	return 0;
}

static int
look_ahead(struct cut *c, struct err *e)
{
	int r = find_places(c, e);

	if (r < 0)
		return r;
	shown_init(&c->shown, -1);
	c->emu = emu_new(SHOWN_COLS, SHOWN_ROWS);
	if (!c->emu)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	r = read_to_cut(c, e);
	return r == 0 && c->shown.chosen ? find_terminal(c, e) : r;
}

static int
before(struct edit *x)
{
	struct cut *c = (struct cut *)x;
	struct err e;

	c->terminal = UINT64_MAX;
	return look_ahead(c, &e) < 0 ? diag_fail(&e, x->copy.in.name) : 0;
}

/* ---- the beginning of the new recording ---- */

/* A recording without a date goes on without one. */
static int
put(struct cut *c, const struct msg *m, int64_t at_ns, struct err *e)
{
	bool wall = tape_info(c->edit.copy.in.tape)->has_wall;

	return edit_put(&c->edit, m, wall ? at_ns : at_ns - c->from_ns, e);
}

static bool
is_lasting(enum vendor_id id)
{
	return id == VENDOR_SESSION || id == VENDOR_SOURCE || id == VENDOR_HEADER ||
	       id == VENDOR_EDITED;
}

/* What was told before and is true still. */
static bool
still_holds(const struct cut *c, const struct msg *m)
{
	bool shown = c->shown.chosen && m->channel == c->shown.channel;
	enum vendor_id id = vendor_of(m);

	if (id != VENDOR_NONE)
		return is_lasting(id);
	if (m->type == MSG_PTY)
		return !shown || c->n == c->terminal;
	if (m->type == MSG_WINDOW)
		return !shown;
	return m->type != MSG_IO && m->type != MSG_SIGNAL;
}

static int
put_head(struct cut *c, const struct msg *m, struct err *e)
{
	struct msg sized = *m;

	if (c->n < c->connected || !still_holds(c, m))
		return 0;
	if (c->n == c->terminal) {
		sized.p.pty.columns = (uint32_t)emu_cols(c->emu);
		sized.p.pty.rows = (uint32_t)emu_rows(c->emu);
	}
	return put(c, &sized, c->from_ns, e);
}

/* LIKE is any message of the session. */
static void
begin_message(
	const struct cut *c, struct msg *m, enum msg_type type, const struct msg *like)
{
	msg_init(m, type);
	m->connection_id = like->connection_id;
	m->channel = c->shown.channel;
}

static int
put_screen(struct cut *c, const struct msg *like, struct err *e)
{
	struct buf paint;
	int r;

	buf_init(&paint, PAINT_MAX);
	r = emu_repaint(c->emu, &paint);
	if (r < 0)
		err_set(e, r, "the screen is too large to be painted");
	for (size_t at = 0; r == 0 && at < paint.n; at += OUTPUT_BYTES) {
		size_t n = paint.n - at < OUTPUT_BYTES ? paint.n - at : OUTPUT_BYTES;
		struct msg m;

		begin_message(c, &m, MSG_IO, like);
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = span_of(paint.p + at, n);
		r = put(c, &m, c->from_ns, e);
	}
	buf_free(&paint);
	return r;
}

/* Without a terminal there may have been changes of size all the same, and those of other
 * channels count until one is shown. */
static int
put_size(struct cut *c, const struct msg *like, struct err *e)
{
	struct msg m;

	if (c->terminal != UINT64_MAX || !c->sized)
		return 0;
	begin_message(c, &m, MSG_WINDOW, like);
	m.p.window.columns = (uint32_t)emu_cols(c->emu);
	m.p.window.rows = (uint32_t)emu_rows(c->emu);
	return put(c, &m, c->from_ns, e);
}

static int
put_state(struct cut *c, const struct msg *like, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->nrunning; i++)
		r = put(c, &c->running[i].m, c->from_ns, e);
	if (r == 0 && c->shown.chosen)
		r = put_size(c, like, e);
	if (r == 0 && c->shown.chosen)
		r = put_screen(c, like, e);
	return r;
}

static int
pass(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct cut *c = (struct cut *)x;
	int r = 0;

	if (at_ns >= c->to_ns && c->n >= c->first)
		return 1;
	if (c->n < c->first) {
		r = put_head(c, m, e);
	} else {
		if (c->n == c->first)
			r = put_state(c, m, e);
		if (r == 0)
			r = put(c, m, at_ns, e);
	}
	c->n++;
	return r;
}

int
cut_run(struct cut *c, const struct clk *clk)
{
	int status;

	c->edit.what = "cut";
	c->edit.before = before;
	c->edit.pass = pass;
	status = edit_run(&c->edit, clk);
	while (c->nrunning)
		forget(c, 0);
	emu_free(c->emu);
	return status;
}
