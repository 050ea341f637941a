/* SPDX-License-Identifier: ISC */
/* tlog's messages, a line of JSON each, as a tape.  "timing" is a little program over the texts of
 * its line: "+MS" waits, "<N" and ">N" take N characters of input, of output, "[N/M" and "]N/M"
 * pass over N characters and take M bytes that were no text, "=WxH" is a size.  Several
 * recordings may stand in one file: one of them is read. */
#include "format/steps.h"
#include "format/words.h"

#include "base/clk.h"
#include "base/utf8.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define VERSION_MAX 2 /* major */
#define SIDE_MAX    65535
#define POS_MAX     (CAST_TIME_MAX / NS_PER_MS)

enum { LAST_ID }; /* place.at: number of the line before */

struct side { /* input or output of a line */
	struct span txt;
	const json_t *bin;
	size_t at_bin;
};

struct tape_tlog {
	struct steps s;
	char *rec;    /* which recording; owned */
	json_t *line; /* the one at LINE_OFF, owned; NULL: none */
	uint64_t line_off, line_next;
	struct span timing; /* what is left of it */
	struct side in, out;
	uint64_t taken; /* messages of it so far */
	bool others;    /* there are other recordings */
};

static struct tape_tlog *
tlog_of(struct steps *s)
{
	return (struct tape_tlog *)s;
}

bool
tape_tlog_sniff(struct span head, bool whole)
{
	size_t i = 0;

	(void)whole;
	while (i < head.n && memchr(" \t\r\n", head.p[i], 4))
		i++;
	return i < head.n && head.p[i] == '{' && memmem(head.p, head.n, "\"ver\"", 5) &&
	       memmem(head.p, head.n, "\"rec\"", 5) &&
	       memmem(head.p, head.n, "\"pos\"", 5);
}

/* --- one line --- */

static struct span
text_of(const json_t *j)
{
	return json_is_string(j) ? span_of(json_string_value(j), json_string_length(j))
				 : SPAN_LIT("");
}

static void
drop_line(struct tape_tlog *c)
{
	json_decref(c->line);
	c->line = NULL;
}

static bool
is_ours(const struct tape_tlog *c, const json_t *line)
{
	return c->rec && span_is(text_of(json_object_get(line, "rec")), c->rec);
}

/* The number at the beginning of *S, which goes on behind it. */
static bool
number(struct span *s, uint64_t max, uint64_t *out)
{
	size_t n = 0;
	bool good;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	good = words_number(span_of(s->p, n), max, out);
	*s = span_of(s->p + n, s->n - n);
	return good;
}

static bool
mark(struct span *s, uint8_t c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = span_of(s->p + 1, s->n - 1);
	return true;
}

/* N characters of text: taken off S, and into OUT where there is one.  False: it has less. */
static bool
take_characters(struct span *s, uint64_t n, struct buf *out)
{
	size_t at = 0;

	for (; n && at < s->n; n--) {
		uint32_t ch;
		int k = utf8_get(s->p + at, s->n - at, &ch, NULL);

		at += k > 0 ? (size_t)k : s->n - at;
	}
	if (out)
		buf_add(out, s->p, at);
	*s = span_of(s->p + at, s->n - at);
	return n == 0;
}

static bool
take_bytes(struct side *f, uint64_t n, struct buf *out)
{
	for (; n; n--) {
		const json_t *v = json_array_get(f->bin, f->at_bin++);
		json_int_t byte = json_integer_value(v);

		if (!json_is_integer(v) || byte < 0 || byte > UINT8_MAX)
			return false;
		buf_add_byte(out, (uint8_t)byte);
	}
	return true;
}

static bool
take_size(struct tape_tlog *c, bool *message)
{
	struct msg *m = &c->s.msg;
	uint64_t cols, rows;

	if (!number(&c->timing, SIDE_MAX, &cols) || !mark(&c->timing, 'x') ||
		!number(&c->timing, SIDE_MAX, &rows))
		return false;
	*message = cols && rows;
	msg_init(m, MSG_WINDOW);
	m->p.window.columns = (uint32_t)cols;
	m->p.window.rows = (uint32_t)rows;
	return true;
}

/* The next record of the line: false, it cannot be understood.  *WAIT grows by its delays. */
static bool
take_record(struct tape_tlog *c, int64_t *wait, bool *message)
{
	struct span *t = &c->timing;
	struct side *f;
	uint64_t n, m;
	char type;

	*message = false;
	if (mark(t, '+')) {
		if (!number(t, POS_MAX, &n))
			return false;
		*wait = ns_add(*wait, (int64_t)n * NS_PER_MS);
		return true;
	}
	if (mark(t, '='))
		return take_size(c, message);
	if (!memchr("<>[]", t->p[0], 4))
		return false;
	type = (char)t->p[0];
	mark(t, type);
	f = type == '<' || type == '[' ? &c->in : &c->out;
	buf_clear(&c->s.data);
	if (!number(t, UINT32_MAX, &n))
		return false;
	if (type == '<' || type == '>') {
		if (!take_characters(&f->txt, n, &c->s.data))
			return false;
	} else if (!mark(t, '/') || !number(t, UINT32_MAX, &m) ||
		   !take_characters(&f->txt, n, NULL) || !take_bytes(f, m, &c->s.data)) {
		return false;
	}
	steps_io(&c->s, f == &c->in ? MSG_STREAM_IN : MSG_STREAM_OUT);
	*message = true;
	return !buf_failed(&c->s.data);
}

/* --- lines --- */

static int
major_of(const json_t *ver)
{
	struct span s = text_of(ver);
	uint64_t v;

	return number(&s, 1000, &v) ? (int)v : -1;
}

static void
begin_line(struct tape_tlog *c, json_t *line, const struct cast_line *l)
{
	bool in_head;

	drop_line(c);
	c->line = line;
	c->line_off = l->off;
	c->line_next = l->next;
	c->timing = text_of(json_object_get(line, "timing"));
	c->in = (struct side){ text_of(json_object_get(line, "in_txt")),
		json_object_get(line, "in_bin"), 0 };
	c->out = (struct side){ text_of(json_object_get(line, "out_txt")),
		json_object_get(line, "out_bin"), 0 };
	c->taken = 0;
	c->s.data.max = CAST_LINE_MAX;
	if (l->off == c->s.first.off && mark(&c->timing, '='))
		take_size(c, &in_head); /* it stands in the head */
}

/* A line of the recording that is come to for the first time: its number and time. */
static void
arrive(struct tape_tlog *c)
{
	struct steps_place *p = &c->s.place;
	json_int_t id = json_integer_value(json_object_get(c->line, "id")),
		   pos = json_integer_value(json_object_get(c->line, "pos"));

	if (id > 0 && (uint64_t)id != p->at[LAST_ID] + 1 && p->at[LAST_ID])
		steps_note(
			&c->s, ERR_DAMAGED, true, "messages are missing before this one");
	p->at[LAST_ID] = id > 0 ? (uint64_t)id : p->at[LAST_ID] + 1;
	if (pos > 0 && pos <= POS_MAX && pos * NS_PER_MS > p->time_ns)
		p->time_ns = pos * NS_PER_MS;
}

static json_t *
parse(struct span text)
{
	return json_loadb((const char *)text.p, text.n, JSON_ALLOW_NUL, NULL);
}

/* The line at the place: 1 loaded, 0 the end, negative. */
static int
load_line(struct tape_tlog *c, struct err *e)
{
	struct steps *s = &c->s;
	struct cast_line l;
	int rc;

	if (c->line && c->line_off == s->place.off)
		return 1;
	while ((rc = steps_line(s, &l, e)) > 0) {
		json_t *line = parse(l.text);

		if (line && is_ours(c, line)) {
			begin_line(c, line, &l);
			return 1;
		}
		if (line && text_of(json_object_get(line, "rec")).n) {
			if (!c->others)
				steps_note(s, ERR_NOTFOUND, false,
					"other recordings stand in this file, too; this "
					"is the first (--rec)");
			c->others = true;
		} else if (!line && !l.ended) {
			tape_ended(&s->tape, TAPE_TRUNCATED, (int64_t)l.off,
				"the last message is not complete");
			return 0;
		} else if (line || l.text.n) {
			steps_note(s, ERR_DAMAGED, true,
				l.overlong ? "a message is too long"
					   : "no message of tlog");
		}
		json_decref(line);
		steps_to(s, l.next);
	}
	if (rc == 0 && !s->tape.opts.live)
		tape_ended(&s->tape, TAPE_CLEAN, (int64_t)s->place.off, NULL);
	return rc;
}

/* What was taken of the line already is taken again, for nothing. */
static void
catch_up(struct tape_tlog *c)
{
	int64_t wait = 0;
	bool message;

	while (c->taken < c->s.place.part && c->timing.n &&
		take_record(c, &wait, &message))
		c->taken += message;
}

static int
step(struct steps *s, struct err *e)
{
	struct tape_tlog *c = tlog_of(s);
	int rc;

	while ((rc = load_line(c, e)) > 0) {
		int64_t wait = 0;
		bool message = false;

		if (!s->place.part)
			arrive(c);
		if (c->taken < s->place.part)
			catch_up(c);
		while (c->timing.n && !message) {
			if (!take_record(c, &wait, &message)) {
				steps_note(s, ERR_DAMAGED, true,
					"a message says of itself what is not so");
				c->timing.n = 0;
				message = false;
			}
		}
		steps_wait(s, wait);
		if (message) {
			c->taken++;
			s->place.part = c->taken;
			return 1;
		}
		steps_to(s, c->line_next);
	}
	return rc;
}

static void
moved(struct steps *s)
{
	drop_line(tlog_of(s));
}

static void
release(struct steps *s)
{
	drop_line(tlog_of(s));
	free(tlog_of(s)->rec);
}

/* --- opening --- */

/* The first message of the recording that is wanted, into *LINE. */
static int
find_first(struct tape_tlog *c, json_t **line, struct err *e)
{
	const char *want = c->s.tape.opts.rec;
	struct cast_line l;
	int rc;

	while ((rc = steps_line(&c->s, &l, e)) > 0) {
		json_t *j = parse(l.text);
		struct span rec = text_of(json_object_get(j, "rec"));

		if (rec.n && (!want || span_is(rec, want))) {
			*line = j;
			return 0;
		}
		c->others |= rec.n > 0;
		json_decref(j);
		if (!want && l.text.n)
			return err_set_at(e, ERR_FORMAT, (int64_t)l.off,
				"its first line is no message of tlog");
		steps_to(&c->s, l.next);
	}
	if (rc < 0)
		return rc;
	return err_set(e, ERR_NOTFOUND, "no recording '%.100s' stands in this file",
		want ? want : "");
}

static int64_t
start_of(const json_t *line)
{
	double time = json_number_value(json_object_get(line, "time"));
	json_int_t pos = json_integer_value(json_object_get(line, "pos"));

	/* milliseconds, as exact as a double is */
	if (!(time > 0 && time < 9e9))
		return -1;
	return ns_sub((int64_t)(time * 1000 + 0.5) * NS_PER_MS,
		pos > 0 && pos <= POS_MAX ? pos * NS_PER_MS : 0);
}

static int
head_session(struct tape_tlog *c, const json_t *line, struct err *e)
{
	static const char *const names[] = { "user", "host", "rec" };
	const json_t *session = json_object_get(line, "session");
	struct buf json = { 0 };
	struct jsonw w;
	struct msg m;
	int rc;

	vendor_begin(&m, VENDOR_SESSION, &w, &json);
	jsonw_kstr(&w, "program", "tlog");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (json_string_length(json_object_get(line, names[i])))
			jsonw_ktext(
				&w, names[i], text_of(json_object_get(line, names[i])));
	if (json_is_integer(session))
		jsonw_kint(&w, "audit_session", json_integer_value(session));
	rc = vendor_end(&m, &w);
	rc = rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : steps_head(&c->s, &m, e);
	buf_free(&json);
	return rc;
}

static int
head_terminal(struct tape_tlog *c, const json_t *line, struct err *e)
{
	struct span term = text_of(json_object_get(line, "term"));
	bool size = false;
	struct msg m;

	c->timing = text_of(json_object_get(line, "timing"));
	if (mark(&c->timing, '='))
		size = take_size(c, &size) && size;
	if (!size && !term.n)
		return 0;
	msg_init(&m, MSG_PTY);
	m.p.pty.term = term;
	m.p.pty.columns = size ? c->s.msg.p.window.columns : 80;
	m.p.pty.rows = size ? c->s.msg.p.window.rows : 24;
	return steps_head(&c->s, &m, e);
}

static int
make_head(struct tape_tlog *c, const json_t *line, struct err *e)
{
	struct msg m;
	int rc;

	msg_init(&m, MSG_HANDSHAKE_SUCCESSFUL);
	m.p.handshake_successful.username = text_of(json_object_get(line, "user"));
	rc = steps_head(&c->s, &m, e);
	if (rc == 0) {
		msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
		m.p.new_channel.channel_type = SPAN_LIT("session");
		rc = steps_head(&c->s, &m, e);
	}
	if (rc == 0)
		rc = head_session(c, line, e);
	if (rc == 0)
		rc = head_terminal(c, line, e);
	if (rc < 0)
		return rc;
	msg_init(&m, MSG_SHELL);
	return steps_head(&c->s, &m, e);
}

static int
open_line(struct tape_tlog *c, const json_t *line, struct err *e)
{
	struct span rec = text_of(json_object_get(line, "rec"));
	int major = major_of(json_object_get(line, "ver"));
	int64_t start = start_of(line);

	if (major < 1 || major > VERSION_MAX)
		return err_set(e, ERR_UNSUPPORTED,
			"version '%.20s' of tlog is not supported",
			major < 0
				? "?"
				: (const char *)text_of(json_object_get(line, "ver")).p);
	c->rec = strndup((const char *)rec.p, rec.n);
	if (!c->rec)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	cast_make_id(c->s.id, rec);
	c->s.tape.info.format = TAPE_TLOG;
	c->s.tape.info.start_ns = start < 0 ? 0 : start;
	c->s.tape.info.has_wall = start >= 0;
	return make_head(c, line, e);
}

int
tape_tlog_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	static const struct steps_ops ops = { step, moved, release };
	struct tape_tlog *c = calloc(1, sizeof *c);
	json_t *line = NULL;
	int rc;

	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	steps_init(&c->s, &ops, src, o);
	steps_lines(&c->s, src);
	rc = find_first(c, &line, e);
	if (rc == 0)
		rc = open_line(c, line, e);
	json_decref(line);
	if (rc < 0) {
		steps_free(&c->s);
		return rc;
	}
	c->timing = SPAN_LIT("");
	steps_ready(&c->s);
	*t = &c->s.tape;
	return 0;
}
