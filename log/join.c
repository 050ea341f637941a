/* SPDX-License-Identifier: ISC */
/* All recordings are looked at first, up to their first output: who, which channel, which
 * size.  Then they are read one behind the other. */
#include "log/join.h"

#include "base/diag.h"
#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANNELS_MAX (UINT64_C(1) << 62)
/* A half-read sequence is dropped, then all is as at the start, the title too. */
#define ANEW "\030\033c\033]2;\033\\"

static struct join *
join_of(struct edit *x)
{
	return (struct join *)x;
}

/* ---- looking at them ---- */

struct survey {
	struct facts facts;
	struct shown shown; /* what a player would show of it, alone */
	struct emu *emu;
};

static void
survey_message(struct survey *s, struct join_part *p, const struct msg *m, int64_t at)
{
	facts_take(&s->facts, m, at);
	shown_apply(&s->shown, s->emu, m);
	if (m->type == MSG_PTY || (m->type == MSG_NEW_CHANNEL_SUCCESSFUL && !p->channel))
		p->channel = m->channel;
	if (s->shown.chosen)
		p->channel = s->shown.channel;
}

static void
survey_end(struct survey *s, struct join_part *p, const struct input *in)
{
	const struct tape_info *info = tape_info(in->tape);

	p->start_ns = info->start_ns;
	p->has_wall = info->has_wall;
	p->has_terminal = s->shown.pty;
	p->cols = (uint32_t)emu_cols(s->emu);
	p->rows = (uint32_t)emu_rows(s->emu);
	buf_add_span(&p->user, buf_span(&s->facts.text[FACT_USER]));
	buf_add_span(&p->connection, buf_span(&s->facts.text[FACT_CONNECTION]));
	buf_add_span(&p->address, buf_span(&s->facts.text[FACT_ADDRESS]));
}

/* Damage is told when it is read to be joined. */
static int
survey_tape(struct join_part *p, struct input *in)
{
	struct survey s = { .emu = emu_new(SHOWN_COLS, SHOWN_ROWS) };
	const struct msg *m;
	struct err e;
	int64_t at;
	int r = s.emu ? 1 : err_set(&e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));

	facts_init(&s.facts);
	shown_init(&s.shown, -1);
	while (r > 0 && !s.shown.chosen && (r = input_next(in, &m, &at, &e)) > 0)
		survey_message(&s, p, m, at);
	progress_end(&in->progress);
	if (s.emu)
		survey_end(&s, p, in);
	facts_free(&s.facts);
	emu_free(s.emu);
	if (r < 0 && r != ERR_DAMAGED && r != ERR_TRUNCATED)
		return diag_fail(&e, in->name);
	return 0;
}

/* Each is read twice; standard input can be opened once. */
static int
open_part(struct join *j, const struct join_part *p, struct src **s)
{
	struct err e;

	if (strcmp(p->path, "-") != 0)
		return input_open_src(s, p->path);
	if (!j->piped && input_open_src(&j->piped, p->path))
		return CMD_WRONG;
	*s = src_borrow(j->piped);
	if (*s)
		return 0;
	err_set(&e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	return diag_fail(&e, NULL);
}

static int
survey(struct join *j, struct join_part *p)
{
	struct input in;
	struct src *s;
	struct err e;
	int status;

	if (fdio_same(p->path, j->edit.copy.to)) {
		diag_error("%s: is one of the recordings; write to another file",
			copy_out_name(&j->edit.copy));
		return CMD_WRONG;
	}
	status = open_part(j, p, &s);
	if (status)
		return status;
	if (edit_look(&p->source, s, input_name(p->path), &e) < 0) {
		src_close(s);
		return diag_fail(&e, input_name(p->path));
	}
	if (input_open_tape(&in, p->path, s, NULL, j->clk))
		return CMD_WRONG;
	status = survey_tape(p, &in);
	input_close(&in);
	return status;
}

static void
compare(const struct join_part *p, const struct join_part *q)
{
	struct span a = buf_span(&p->user), b = buf_span(&q->user);

	if (!span_eq(a, b))
		diag_note("%s is of %.*s, %s of %.*s", input_name(p->path),
			a.n ? (int)a.n : 6, a.n ? (const char *)a.p : "nobody",
			input_name(q->path), b.n ? (int)b.n : 6,
			b.n ? (const char *)b.p : "nobody");
}

static int
survey_all(struct join *j)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < j->nparts; i++)
		status = survey(j, &j->part[i]);
	for (size_t i = 0; status == 0 && j->keep_times && i < j->nparts; i++)
		if (!j->part[i].has_wall) {
			diag_error("%s: does not say at what date it was made "
				   "(--keep-times needs that)",
				input_name(j->part[i].path));
			status = CMD_WRONG;
		}
	return status;
}

/* ---- what of a message changes ---- */

/* Of requests, the number counts within the session. */
static uint64_t *
request_of(struct msg *m)
{
	const struct msg_desc *d = msg_desc(m->type);
	const struct msg_payload *p = d ? d->payload : NULL;

	if (m->payload_null || !p || !p->nfields ||
		strcmp(p->fields[0].key, "requestId") != 0)
		return NULL;
	return (uint64_t *)(void *)((uint8_t *)m + p->fields[0].offset);
}

static int
map(struct join *j, struct msg *m, struct err *e)
{
	const struct join_part *p = &j->part[j->at];
	uint64_t *request = request_of(m);

	m->connection_id = buf_span(&j->part[0].connection);
	if (request) {
		*request += j->first_request;
		if (*request >= j->requests)
			j->requests = *request + 1;
	}
	if (!m->has_channel)
		return 0;
	if (m->channel == p->channel)
		m->channel = j->part[0].channel;
	else if (m->channel >= CHANNELS_MAX - j->first_channel)
		return err_set(
			e, ERR_LIMIT, "channel %" PRIu64 " is too large", m->channel);
	else
		m->channel += j->first_channel;
	if (m->channel >= j->channels)
		j->channels = m->channel + 1;
	return 0;
}

/* How the connection and the login came about is told once, and so is the end. */
static bool
is_beginning(const struct join *j, const struct msg *m)
{
	const struct join_part *p = &j->part[j->at];

	return (m->type <= MSG_HANDSHAKE_SUCCESSFUL && m->type != MSG_DISCONNECT) ||
	       (m->type == MSG_NEW_CHANNEL_SUCCESSFUL && m->channel == p->channel);
}

static bool
is_end(const struct join *j, const struct msg *m)
{
	bool closes = m->type == MSG_CLOSE_WRITE || m->type == MSG_CLOSE ||
		      m->type == MSG_EXIT || m->type == MSG_EXIT_SIGNAL;

	return m->type == MSG_DISCONNECT ||
	       (closes && m->channel == j->part[j->at].channel);
}

/* Output of a part without a terminal, in a recording that has one. */
static int
put_cooked(struct join *j, struct msg *m, int64_t at_ns, struct err *e)
{
	struct span s = m->p.io.data;

	buf_clear(&j->text);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			buf_add_byte(&j->text, '\r');
		buf_add_byte(&j->text, s.p[i]);
	}
	if (buf_failed(&j->text))
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	m->p.io.data = buf_span(&j->text);
	return edit_put(&j->edit, m, at_ns, e);
}

static int
pass(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct join *j = join_of(x);
	struct msg mapped = *m;
	int64_t at = ns_add(j->base_ns, at_ns);

	j->end_ns = at;
	if (j->messages++ > 0 && m->type == MSG_CONNECT)
		return err_set(e, ERR_USAGE,
			"holds several connections; cut it into one each first");
	if ((j->at > 0 && is_beginning(j, m)) ||
		(j->at + 1 < j->nparts && is_end(j, m))) {
		j->left_out++;
		return 0;
	}
	if (map(j, &mapped, e) < 0)
		return e->code;
	if (m->type == MSG_PTY && m->channel == j->part[j->at].channel) {
		j->terminal = true;
		j->cooked = false;
	}
	if (j->cooked && msg_is_output(m) && m->channel == j->part[j->at].channel)
		return put_cooked(j, &mapped, at, e);
	return edit_put(x, &mapped, at, e);
}

/* ---- the seam ---- */

static int
put_marker(struct join *j, struct err *e)
{
	const struct join_part *p = &j->part[j->at];
	char date[WHEN_TEXT_MAX] = "";
	struct jsonw w;
	struct msg m;

	buf_clear(&j->text);
	buf_addf(&j->text, "%s", p->source.file);
	if (p->user.n)
		buf_addf(&j->text, ", %.*s", (int)p->user.n, (const char *)p->user.p);
	if (p->has_wall)
		buf_addf(&j->text, ", %s", when_format_utc(date, p->start_ns, 0));
	if (p->connection.n)
		buf_addf(&j->text, ", connection %.*s", (int)p->connection.n,
			(const char *)p->connection.p);
	vendor_begin(&m, VENDOR_MARKER, &w, &j->edit.event);
	jsonw_ktext(&w, "label", buf_span(&j->text));
	if (vendor_end(&m, &w) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	return edit_put_event(&j->edit, &m, j->base_ns, e);
}

static void
begin_message(const struct join *j, struct msg *m, enum msg_type type)
{
	msg_init(m, type);
	m->connection_id = buf_span(&j->part[0].connection);
	m->channel = j->part[0].channel;
}

/* The terminal begins anew.  In an audit log, a request for a terminal does that; where there is
 * none, and in other formats, output does, which clears it wherever it is played. */
static int
put_anew(struct join *j, struct err *e)
{
	const struct join_part *p = &j->part[j->at];
	enum tape_format f = j->edit.copy.format;
	struct msg m;
	int r = 0;

	if (p->has_terminal && (f == TAPE_AUDIT_V1 || f == TAPE_AUDIT_V2))
		return 0;
	begin_message(j, &m, MSG_IO);
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = SPAN_LIT(ANEW);
	r = edit_put(&j->edit, &m, j->base_ns, e);
	if (r < 0 || p->has_terminal)
		return r;
	begin_message(j, &m, MSG_WINDOW);
	m.p.window.columns = p->cols;
	m.p.window.rows = p->rows;
	return edit_put(&j->edit, &m, j->base_ns, e);
}

static int
find_base(struct join *j, struct err *e)
{
	const struct join_part *p = &j->part[j->at];

	if (!j->keep_times) {
		j->base_ns = ns_add(j->end_ns, j->gap_ns);
		return 0;
	}
	j->base_ns = ns_sub(p->start_ns, j->part[0].start_ns);
	if (j->base_ns < j->end_ns)
		return err_set(e, ERR_USAGE,
			"begins before %s ends: leave out --keep-times",
			input_name(p[-1].path));
	return 0;
}

static int
next_part(struct join *j, struct err *e)
{
	const struct join_part *p = &j->part[++j->at];
	struct src *s;
	int r;

	if (open_part(j, p, &s)) /* why is said */
		return err_set(e, ERR_IO, "could be read a moment ago");
	if (copy_switch(&j->edit.copy, p->path, s, j->clk, e) < 0 || find_base(j, e) < 0)
		return e->code;
	j->cooked = j->terminal && !p->has_terminal;
	j->first_channel = j->channels;
	j->first_request = j->requests;
	j->messages = 0;
	r = put_marker(j, e);
	if (r == 0)
		r = put_anew(j, e);
	return r < 0 ? r : 1;
}

static int
last(struct edit *x, struct err *e)
{
	struct join *j = join_of(x);

	return j->at + 1 < j->nparts ? next_part(j, e) : 0;
}

/* ---- all ---- */

static void
put_text(struct jsonw *w, const char *key, const struct buf *text)
{
	if (text->n)
		jsonw_ktext(w, key, buf_span(text));
}

static void
tell(struct edit *x, struct jsonw *w)
{
	const struct join_part *p = &join_of(x)->part[x->telling];

	put_text(w, "connection", &p->connection);
	put_text(w, "user", &p->user);
	put_text(w, "address", &p->address);
	if (p->has_wall)
		jsonw_kint(w, "start", p->start_ns);
}

static void
tell_how(struct join *j)
{
	char gap[WHEN_TEXT_MAX];

	snprintf(j->edit.how, sizeof j->edit.how, "%zu recordings, %s%s", j->nparts,
		j->keep_times ? "as far apart as they were"
		: j->gap_ns   ? "with a gap of "
			      : "one right behind the other",
		j->keep_times || !j->gap_ns ? "" : when_format(gap, j->gap_ns, 3));
}

static int
run(struct join *j)
{
	int status = survey_all(j);

	if (status == 0)
		status = open_part(j, &j->part[0], &j->edit.copy.source);
	if (status)
		return status;
	tell_how(j);
	j->edit.what = "cat";
	j->edit.copy.from = j->part[0].path;
	j->edit.pass = pass;
	j->edit.last = last;
	j->edit.tell = tell;
	j->edit.source = j->part[0].source;
	for (size_t i = 1; i < j->nparts; i++)
		j->edit.more[i - 1] = j->part[i].source;
	j->edit.nmore = j->nparts - 1;
	status = edit_run(&j->edit, j->clk);
	if (status == CMD_WRONG)
		return status;
	for (size_t i = 1; i < j->nparts; i++)
		compare(&j->part[i - 1], &j->part[i]);
	if (j->left_out)
		diag_note("%s: without %" PRIu64 " messages of logins, connections and "
			  "ends between the recordings",
			copy_out_name(&j->edit.copy), j->left_out);
	return status;
}

static void
release(struct join *j)
{
	for (size_t i = 0; i < j->nparts; i++) {
		buf_free(&j->part[i].user);
		buf_free(&j->part[i].connection);
		buf_free(&j->part[i].address);
	}
	src_close(j->piped);
	buf_free(&j->text);
	free(j->part);
	free(j->edit.more);
}

int
join_run(struct join *j, char *const *paths, size_t n, const struct clk *clk)
{
	struct err e;
	int status;

	j->clk = clk;
	j->part = calloc(n, sizeof *j->part);
	j->edit.more = calloc(n, sizeof *j->edit.more);
	if (j->part && j->edit.more) {
		j->nparts = n;
		for (size_t i = 0; i < n; i++)
			j->part[i].path = paths[i];
		status = run(j);
	} else {
		err_set(&e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		status = diag_fail(&e, NULL);
	}
	release(j);
	return status;
}
