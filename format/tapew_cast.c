/* SPDX-License-Identifier: ISC */
/* Writing asciicast.  What comes before the first event is gathered (cast_facts) and becomes
 * the header; from then on a message is a line (cast_out) or nothing.  One channel is shown:
 * that of the first terminal, program or output.  What the format cannot hold is counted by
 * kind and told at the end. */
#include "format/tapew_impl.h"

#include "base/clk.h"
#include "format/cast.h"
#include "format/cast_out.h"
#include "format/tape_impl.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char lost_streams[] = "messages of other streams";
static const char lost_channels[] = "messages of other channels";
static const char lost_types[] = "messages of unknown type";
static const char lost_env[] = "environment variables";
static const char lost_header[] = "members of the header";
static const char lost_date[] = "date of the recording";
static const char lost_input[] = "input";

struct tapew_cast {
	struct tapew w;
	struct cast_out out;
	struct cast_facts facts;
	bool started;  /* a message came */
	bool begun;    /* the header is written */
	bool appended; /* there is one in the file already */
	bool has_channel;
	uint64_t channel;
	uint32_t cols, rows;
};

static struct tapew_cast *
cast_of(struct tapew *w)
{
	return (struct tapew_cast *)w;
}

static void
lose_message(struct tapew_cast *c, const struct msg *m)
{
	enum vendor_id id = vendor_of(m);
	const struct msg_desc *d = msg_desc(m->type);

	if (id)
		cast_out_lose(&c->out, vendor_name(id), " events", 1);
	else if (d)
		cast_out_lose(&c->out, d->id, " messages", 1);
	else
		cast_out_lose(&c->out, lost_types, NULL, 1);
}

static void
put_size(struct tapew_cast *c, uint32_t cols, uint32_t rows)
{
	char text[32];

	c->cols = cols;
	c->rows = rows;
	snprintf(text, sizeof text, "%" PRIu32 "x%" PRIu32, cols, rows);
	cast_out_line(&c->out, SPAN_LIT("r"), span_str(text));
}

/* The header, or its stand-in in a file that has one. */
static void
begin(struct tapew_cast *c)
{
	struct cast_facts *f = &c->facts;

	if (c->begun)
		return;
	c->begun = true;
	if (c->appended) {
		put_size(c, f->cols, f->rows);
		cast_out_lose(&c->out, lost_header, NULL,
			(uint64_t)f->has_command + f->has_title);
		return;
	}
	c->cols = f->cols;
	c->rows = f->rows;
	if (c->w.opts.title)
		cast_facts_text(f, &f->title, &f->has_title, span_str(c->w.opts.title));
	if (c->w.opts.idle_limit_ns > 0)
		f->idle_limit_ns = c->w.opts.idle_limit_ns;
	cast_out_lose(
		&c->out, lost_header, NULL, cast_facts_put(f, c->out.version, &c->w.out));
	if (c->out.version > 1)
		buf_add_byte(&c->w.out, '\n');
	else if (f->start_ns >= NS_PER_S)
		cast_out_lose(&c->out, lost_date, NULL, 1);
}

/* ---- messages ---- */

static void
put_nothing(struct tapew_cast *c, const struct msg *m)
{
	(void)c;
	(void)m;
}

static void
put_connect(struct tapew_cast *c, const struct msg *m)
{
	if (m->p.connect.remote_addr.n)
		lose_message(c, m);
}

static void
put_io(struct tapew_cast *c, const struct msg *m)
{
	uint64_t stream = m->p.io.stream;

	if (stream == MSG_STREAM_IN && c->w.opts.drop_input)
		return;
	if (stream == MSG_STREAM_IN && c->out.version == 1) {
		cast_out_lose(&c->out, lost_input, " messages", 1);
	} else if (stream >= CAST_STREAMS) {
		cast_out_lose(&c->out, lost_streams, NULL, 1);
	} else {
		begin(c);
		if (m->quoted.p)
			cast_out_quoted(&c->out, (unsigned)stream, m->quoted);
		else
			cast_out_bytes(&c->out, (unsigned)stream, m->p.io.data);
	}
}

static void
put_env(struct tapew_cast *c, const struct msg *m)
{
	if (c->begun || !cast_facts_env(&c->facts, m->p.setenv.name, m->p.setenv.value))
		cast_out_lose(&c->out, lost_env, NULL, 1);
}

static void
put_program(struct tapew_cast *c, const struct msg *m)
{
	struct cast_facts *f = &c->facts;

	if (m->type == MSG_EXEC && !c->begun)
		cast_facts_text(f, &f->command, &f->has_command, m->p.exec.program);
	else if (m->type != MSG_SHELL)
		lose_message(c, m);
	begin(c);
}

static uint32_t
clamp_side(uint32_t v)
{
	return v > UINT16_MAX ? UINT16_MAX : v;
}

static void
put_resize(struct tapew_cast *c, const struct msg *m)
{
	struct cast_facts *f = &c->facts;
	uint32_t cols = 0, rows = 0;

	msg_size(m, &cols, &rows);
	cols = clamp_side(cols);
	rows = clamp_side(rows);
	if (!c->begun) {
		f->cols = cols;
		f->rows = rows;
		if (m->type == MSG_PTY)
			cast_facts_text(f, &f->term, &f->has_term, m->p.pty.term);
		f->has_term = f->has_term && f->term.n;
	} else if (cols == c->cols && rows == c->rows) {
		return;
	} else if (c->out.version == 1) {
		lose_message(c, m);
	} else {
		put_size(c, cols, rows);
	}
}

static uint32_t
signal_number(struct span name)
{
	static const struct {
		const char *name;
		uint32_t number;
	} known[] = { { "HUP", 1 }, { "INT", 2 }, { "QUIT", 3 }, { "ILL", 4 },
		{ "TRAP", 5 }, { "ABRT", 6 }, { "BUS", 7 }, { "FPE", 8 }, { "KILL", 9 },
		{ "USR1", 10 }, { "SEGV", 11 }, { "USR2", 12 }, { "PIPE", 13 },
		{ "ALRM", 14 }, { "TERM", 15 }, { "STKFLT", 16 }, { "XCPU", 24 },
		{ "XFSZ", 25 }, { "VTALRM", 26 }, { "PROF", 27 }, { "POLL", 29 },
		{ "IO", 29 }, { "PWR", 30 }, { "SYS", 31 } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (span_is(name, known[i].name))
			return known[i].number;
	return 0;
}

static uint32_t
exit_status(const struct msg *m)
{
	uint32_t number;

	if (m->type == MSG_EXIT)
		return m->p.exit.exit_status;
	number = signal_number(m->p.exit_signal.signal);
	return number ? 128 + number : 1;
}

static void
put_exit(struct tapew_cast *c, const struct msg *m)
{
	char text[16];

	if (c->out.version == 1) {
		lose_message(c, m);
		return;
	}
	begin(c);
	snprintf(text, sizeof text, "%" PRIu32, exit_status(m));
	cast_out_line(&c->out, SPAN_LIT("x"), span_str(text));
}

static void
put_marker(struct tapew_cast *c, const struct msg *m)
{
	struct buf label = { 0 };

	if (c->out.version == 1) {
		lose_message(c, m);
		return;
	}
	begin(c);
	vendor_get_text(m, "label", &label);
	cast_out_line(&c->out, SPAN_LIT("m"), buf_span(&label));
	buf_free(&label);
}

/* An event of another asciicast that has no message of its own. */
static void
put_foreign(struct tapew_cast *c, const struct msg *m)
{
	struct buf code = { 0 }, data = { 0 };

	if (c->out.version == 1 || !vendor_get_text(m, "code", &code) || !code.n ||
		!vendor_get_text(m, "data", &data)) {
		lose_message(c, m);
	} else {
		begin(c);
		cast_out_line(&c->out, buf_span(&code), buf_span(&data));
	}
	buf_free(&code);
	buf_free(&data);
}

static void
put_vendor(struct tapew_cast *c, const struct msg *m)
{
	enum vendor_id id = vendor_of(m);

	if (id == VENDOR_MARKER) {
		put_marker(c, m);
	} else if (id == VENDOR_CAST_EVENT) {
		put_foreign(c, m);
	} else if (id == VENDOR_HEADER && !c->begun) {
		cast_facts_header(&c->facts, m);
	} else if (id == VENDOR_EDITED && !c->begun && cast_facts_edited(&c->facts, m)) {
		return;
	} else {
		if (id == VENDOR_SESSION && !c->begun)
			cast_facts_session(&c->facts, m);
		lose_message(c, m);
	}
}

static const struct handler {
	int32_t type;
	void (*put)(struct tapew_cast *c, const struct msg *m);
	bool shows; /* the channel it is on is the one that is shown */
} handlers[] = {
	{ MSG_CONNECT, put_connect, false },
	{ MSG_DISCONNECT, put_nothing, false },
	{ MSG_NEW_CHANNEL_SUCCESSFUL, put_nothing, false },
	{ MSG_CHANNEL_REQUEST_UNKNOWN, put_vendor, false },
	{ MSG_SETENV, put_env, false },
	{ MSG_EXEC, put_program, true },
	{ MSG_PTY, put_resize, true },
	{ MSG_SHELL, put_program, true },
	{ MSG_SUBSYSTEM, put_program, true },
	{ MSG_WINDOW, put_resize, false },
	{ MSG_CLOSE_WRITE, put_nothing, false },
	{ MSG_CLOSE, put_nothing, false },
	{ MSG_EXIT_SIGNAL, put_exit, false },
	{ MSG_EXIT, put_exit, false },
	{ MSG_IO, put_io, true },
};

static const struct handler *
find_handler(int32_t type)
{
	for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
		if (handlers[i].type == type)
			return &handlers[i];
	return NULL;
}

static void
dispatch(struct tapew_cast *c, const struct msg *m)
{
	const struct handler *h = find_handler(m->type);

	if (h && h->put == put_nothing)
		return;
	if (!h || m->payload_null) {
		lose_message(c, m);
		return;
	}
	if (h->shows && m->has_channel && !c->has_channel) {
		c->has_channel = true;
		c->channel = m->channel;
	}
	if (c->has_channel && m->has_channel && m->channel != c->channel)
		cast_out_lose(&c->out, lost_channels, NULL, 1);
	else
		h->put(c, m);
}

/* ---- the writer ---- */

static int
check(struct tapew *w, struct err *e)
{
	int rc = buf_failed(&w->out);

	return rc ? err_set(e, rc, "cannot write: %s", err_name(rc)) : 0;
}

static int
cast_put(struct tapew *w, const struct msg *m, struct err *e)
{
	struct tapew_cast *c = cast_of(w);
	uint64_t before = w->off + w->out.n;
	int64_t at;

	if (!c->started)
		c->facts.start_ns = m->time_ns;
	c->started = true;
	at = ns_sub(m->time_ns, c->facts.start_ns);
	if (at > CAST_TIME_MAX)
		at = CAST_TIME_MAX;
	if (at > c->out.now_ns)
		c->out.now_ns = at;
	dispatch(c, m);
	w->stats.plain_bytes += w->off + w->out.n - before;
	return check(w, e);
}

static int
cast_flush(struct tapew *w, struct err *e)
{
	(void)w; /* lines are whole as they are */
	(void)e;
	return 0;
}

static int
cast_finish(struct tapew *w, struct err *e)
{
	struct tapew_cast *c = cast_of(w);

	if (!c->appended)
		begin(c);
	cast_out_end(&c->out);
	cast_out_tell_lost(&c->out);
	return check(w, e);
}

static void
cast_release(struct tapew *w)
{
	struct tapew_cast *c = cast_of(w);

	cast_facts_free(&c->facts);
	cast_out_free(&c->out);
	free(c);
}

static const struct tapew_ops cast_ops = {
	.put = cast_put,
	.flush = cast_flush,
	.finish = cast_finish,
	.release = cast_release,
};

int
tapew_cast_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	struct tapew_cast *c = calloc(1, sizeof *c);

	(void)o;
	if (!c)
		return err_set(e, ERR_NOMEM, "out of memory");
	c->w.ops = &cast_ops;
	cast_out_init(&c->out, &c->w, f == TAPE_CAST_V1 ? 1 : f == TAPE_CAST_V2 ? 2 : 3);
	cast_facts_init(&c->facts);
	*w = &c->w;
	return 0;
}

/* ---- continuing ---- */

/* Read the recording T to its end: where that is and when. */
static int
run_to_end(struct tape *t, struct tape_pos *end, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int rc;

	do
		rc = t->ops->next(t, &m, &at, e);
	while (rc > 0);
	*end = t->ops->tell(t);
	return rc;
}

/* Cut off what stands behind the last whole line, or end a line that lacks its newline. */
static int
repair(struct tapew *w, struct src *src, uint64_t end, struct err *e)
{
	int64_t size = src_size(src);
	uint8_t last = 0;
	ssize_t n = end ? src_read_at(src, end - 1, &last, 1, e) : 0;

	if (n < 0)
		return (int)n;
	w->off = end;
	if ((uint64_t)size > end) {
		if (!w->dst->ops->truncate)
			return err_set(e, ERR_UNSUPPORTED,
				"the torn last line cannot be cut off");
		n = w->dst->ops->truncate(w->dst, end, e);
		if (n < 0)
			return (int)n;
	}
	return last == '\n' ? 0 : buf_add_byte(&w->out, '\n');
}

int
tapew_cast_continue(struct tapew *w, struct src *src, struct err *e)
{
	static const struct tape_opts none = { 0 };
	struct tapew_cast *c = cast_of(w);
	enum tape_format found;
	struct tape_pos end;
	struct tape *t;
	int rc;

	if (!src || src_size(src) < 0)
		return err_set(
			e, ERR_UNSUPPORTED, "cannot append: the file cannot be read");
	if (src_size(src) == 0)
		return 0;
	if (c->out.version == 1)
		return err_set(e, ERR_UNSUPPORTED, "cannot append to an asciicast-v1");
	rc = tape_cast_open(&t, src, &none, e);
	if (rc < 0)
		return rc;
	found = t->info.format;
	rc = run_to_end(t, &end, e);
	t->ops->close(t);
	if (found != w->format)
		return err_set(e, ERR_FORMAT, "the file is %s, not %s",
			tape_format_name(found), tape_format_name(w->format));
	if (rc < 0)
		return rc;
	c->appended = true;
	c->out.base_ns = c->out.version == 2 ? end.time_ns : 0;
	return repair(w, src, end.off, e);
}
