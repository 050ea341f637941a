/* SPDX-License-Identifier: ISC */
/* An asciicast as a tape.  The header's messages come first (their number is fixed), then one
 * message an event.  A place in the file is the offset of the next event with the time
 * reached there; nothing else is kept between two events, so seeking is exact.
 *
 * Version 1 is one JSON document.  Its members are read up to the array "stdout", whose
 * elements are then streamed; a version 2 or 3 header is the same without that array. */
#include "format/tape_impl.h"

#include "base/clk.h"
#include "format/cast.h"
#include "format/vendor.h"

#include <stdio.h>
#include <stdlib.h>

/* Beside 1 a message and 0 the end: what was read was none, go on. */
#define AGAIN 2

struct tape_cast {
	struct tape tape;
	struct cast_in in;
	struct cast_head head;
	size_t nhead;     /* messages of the header */
	uint64_t first;   /* offset of the first event */
	uint64_t next;    /* offset of the next event */
	uint64_t ordinal; /* of the next message */
	uint64_t noted;   /* what lies before this offset has been told */
	unsigned how;     /* events are read */
	int64_t at_ns;    /* time of the last message */
	bool exited;      /* the last event was an exit */
	bool whole;       /* the header holds what stands behind the array, too */
	struct msg msg;
	struct buf store, payload;
};

static struct tape_cast *
cast_of(struct tape *t)
{
	return (struct tape_cast *)t;
}

/* A note about the event at OFF, once, however often it is read. */
static void
note(struct tape_cast *c, uint64_t off, bool lost, const char *text)
{
	if (off < c->noted)
		return;
	c->noted = off + 1;
	tape_note(&c->tape, (int64_t)off, c->ordinal, lost ? ERR_DAMAGED : ERR_FORMAT,
		lost, "%s", text);
}

/* ---- one event ---- */

static int
vendor_event(struct tape_cast *c, enum vendor_id id, const struct cast_event *ev)
{
	struct jsonw w;

	vendor_begin(&c->msg, id, &w, &c->payload);
	if (id == VENDOR_MARKER) {
		jsonw_ktext(&w, "label", ev->data);
	} else {
		jsonw_ktext(&w, "code", ev->code);
		jsonw_ktext(&w, "data", ev->data);
	}
	return vendor_end(&c->msg, &w);
}

static void
io_event(struct tape_cast *c, const struct cast_event *ev, uint64_t stream)
{
	msg_init(&c->msg, MSG_IO);
	c->msg.p.io.stream = stream;
	c->msg.p.io.data = ev->data;
	c->msg.quoted = ev->quoted;
}

/* Decimal digits up to LIMIT at *I; false when there is none or it is more. */
static bool
number(struct span s, size_t *i, uint64_t limit, uint32_t *out)
{
	uint64_t v = 0;
	size_t from = *i;

	for (; *i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9' && v <= limit; (*i)++)
		v = v * 10 + (uint64_t)(s.p[*i] - '0');
	*out = (uint32_t)v;
	return *i > from && v <= limit;
}

static bool
resize_event(struct tape_cast *c, const struct cast_event *ev)
{
	uint32_t cols, rows;
	size_t i = 0;

	if (!number(ev->data, &i, UINT16_MAX, &cols) || i >= ev->data.n ||
		ev->data.p[i++] != 'x' || !number(ev->data, &i, UINT16_MAX, &rows) ||
		i != ev->data.n)
		return false;
	msg_init(&c->msg, MSG_WINDOW);
	c->msg.p.window.columns = cols;
	c->msg.p.window.rows = rows;
	return true;
}

static bool
exit_event(struct tape_cast *c, const struct cast_event *ev)
{
	uint32_t status;
	size_t i = 0;

	if (!number(ev->data, &i, UINT32_MAX, &status) || i != ev->data.n)
		return false;
	msg_init(&c->msg, MSG_EXIT);
	c->msg.p.exit.exit_status = status;
	return true;
}

/* The event as a message; what is no event of ours is kept as it is. */
static int
event_message(struct tape_cast *c, const struct cast_event *ev, uint64_t off)
{
	uint8_t code = ev->code.n == 1 ? ev->code.p[0] : 0;

	c->exited = false;
	if (c->head.version == 1 || code == 'o')
		io_event(c, ev, MSG_STREAM_OUT);
	else if (code == 'i')
		io_event(c, ev, MSG_STREAM_IN);
	else if (code == 'm')
		return vendor_event(c, VENDOR_MARKER, ev);
	else if (code == 'x' && exit_event(c, ev))
		c->exited = true;
	else if (code != 'r' || !resize_event(c, ev)) {
		if (code == 'r' || code == 'x')
			note(c, off, false, "resize or exit event of no known form");
		return vendor_event(c, VENDOR_CAST_EVENT, ev);
	}
	return 0;
}

/* Request numbers count up; a message's own number does, and seeking keeps it. */
static void
stamp(struct tape_cast *c, int64_t time_ns)
{
	const struct msg_desc *d = msg_desc(c->msg.type);
	const struct msg_payload *p = d ? d->payload : NULL;

	c->msg.connection_id = span_of(c->head.id, CAST_ID_LEN);
	c->msg.time_ns = ns_add(c->head.start_ns, time_ns);
	if (p && p->nfields && p->fields[0].kind == MSG_UINT && c->msg.type != MSG_IO)
		memcpy((uint8_t *)&c->msg + p->fields[0].offset, &c->ordinal,
			sizeof c->ordinal);
	c->ordinal++;
}

static void
note_bad_event(struct tape_cast *c, uint64_t off, const char *why)
{
	char text[80];

	snprintf(text, sizeof text, "not an event: %s", why);
	note(c, off, true, text);
}

/* Turn the event L into the message: 1, or 0 when it is none. */
static int
take_event(struct tape_cast *c, const struct cast_line *l, struct err *e)
{
	struct cast_event ev;
	const char *why = NULL;
	bool absolute = c->head.version == 2;
	int64_t at;

	if (l->overlong) {
		note(c, l->off, true, "event longer than 16 MiB, skipped");
		return 0;
	}
	if (cast_event_parse(&ev, l->text, c->how, &c->store, &why) < 0) {
		if (c->store.failed == ERR_NOMEM)
			return err_set(e, ERR_NOMEM, "out of memory");
		note_bad_event(c, l->off, why);
		return 0;
	}
	if (ev.odd)
		note(c, l->off, false, "text of the event is not quite JSON or UTF-8");
	at = absolute ? ev.time_ns : ns_add(c->at_ns, ev.time_ns);
	if (at < c->at_ns)
		note(c, l->off, false, "time goes backwards");
	if (event_message(c, &ev, l->off) < 0)
		return err_set(e, ERR_NOMEM, "out of memory");
	c->at_ns = at > c->at_ns ? at : c->at_ns;
	if (c->at_ns > CAST_TIME_MAX)
		c->at_ns = CAST_TIME_MAX;
	stamp(c, absolute ? at : c->at_ns);
	return 1;
}

/* ---- version 2 and 3: lines ---- */

/* A blank line, or a comment. */
static bool
is_no_event(const struct tape_cast *c, const struct cast_line *l)
{
	struct span s = l->text;

	if (l->overlong)
		return false;
	if (s.n && s.p[0] == '#' && c->head.version == 3)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (!memchr(" \t\r", s.p[i], 3))
			return false;
	return true;
}

static int
lines_end(struct tape_cast *c)
{
	if (!c->tape.opts.live || c->exited)
		tape_ended(&c->tape, TAPE_CLEAN, (int64_t)c->next, NULL);
	return 0;
}

/* A last line without its newline is an event if it can be read, else it was cut off. */
static bool
is_cut(struct tape_cast *c, const struct cast_line *l)
{
	struct cast_event ev;
	const char *why;

	return !l->ended && !l->overlong &&
	       cast_event_parse(&ev, l->text, CAST_CODED, &c->store, &why) < 0;
}

static int
next_line(struct tape_cast *c, struct err *e)
{
	struct cast_line l;
	int rc;

	for (;;) {
		cast_in_seek(&c->in, c->next);
		rc = cast_in_line(&c->in, &l, c->tape.opts.live, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return lines_end(c);
		if (is_no_event(c, &l)) {
			c->next = l.next;
			continue;
		}
		if (is_cut(c, &l)) {
			tape_ended(&c->tape, TAPE_TRUNCATED, (int64_t)l.off,
				"the last line is cut off");
			return 0;
		}
		rc = take_event(c, &l, e);
		if (rc < 0)
			return rc;
		c->next = l.next;
		if (rc > 0)
			return rc;
	}
}

/* ---- version 1: elements of an array ---- */

static int
cut_document(struct tape_cast *c)
{
	if (!c->tape.opts.live)
		tape_ended(&c->tape, TAPE_TRUNCATED, (int64_t)c->next,
			"the document is cut off");
	return 0;
}

/* What stands behind the array: told as a second header event, unless it is the duration. */
static int
tail_message(struct tape_cast *c, const struct buf *raw)
{
	struct cast_head tail;
	struct jsonw w;

	if (cast_head_parse(&tail, buf_span(raw), NULL) < 0) {
		note(c, c->next, true, "members behind the events cannot be read");
		return AGAIN;
	}
	if (c->tape.info.duration_ns < 0)
		c->tape.info.duration_ns = tail.duration_ns;
	cast_head_free(&tail);
	vendor_begin(&c->msg, VENDOR_HEADER, &w, &c->payload);
	buf_clear(&c->payload);
	if (buf_add_span(&c->payload, buf_span(raw)) < 0)
		return ERR_NOMEM;
	c->msg.p.channel_request_unknown.payload = buf_span(&c->payload);
	return 1;
}

static int
document_tail(struct tape_cast *c, struct err *e)
{
	unsigned seen = 0;
	struct buf raw;
	int rc;

	buf_init(&raw, CAST_HEADER_MAX);
	buf_add_str(&raw, "{\"version\":1");
	cast_in_skip(&c->in, 1);
	while ((rc = cast_doc_members(&c->in, &raw, &seen, e)) == CAST_MEMBERS_STDOUT)
		cast_in_skip(&c->in, 1);
	buf_add_byte(&raw, '}');
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		rc = cut_document(c);
	} else if (rc == CAST_MEMBERS_END) {
		rc = tail_message(c, &raw);
		c->next = c->in.off;
		if (rc == 1 && (!seen || c->whole))
			rc = AGAIN;
		if (rc == 1)
			stamp(c, c->at_ns);
	}
	buf_free(&raw);
	return rc;
}

static int
element(struct tape_cast *c, struct err *e)
{
	struct cast_line l;
	int rc = cast_in_value(&c->in, &l, CAST_LINE_MAX, e);

	if (rc < 0)
		return rc;
	if (!l.ended)
		return cut_document(c);
	rc = take_event(c, &l, e);
	if (rc < 0)
		return rc;
	c->next = l.next;
	return rc ? rc : AGAIN;
}

static int
next_element(struct tape_cast *c, struct err *e)
{
	int rc = AGAIN;

	while (rc == AGAIN) {
		uint8_t ch;

		cast_in_seek(&c->in, c->next);
		rc = cast_in_peek(&c->in, &ch, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return cut_document(c);
		c->next = c->in.off;
		if (ch == '}') {
			tape_ended(&c->tape, TAPE_CLEAN, (int64_t)c->next, NULL);
			return 0;
		}
		if (ch == ',') {
			c->next++;
			rc = AGAIN;
		} else {
			rc = ch == ']' ? document_tail(c, e) : element(c, e);
		}
	}
	return rc;
}

/* ---- the tape ---- */

static int
cast_next(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e)
{
	struct tape_cast *c = cast_of(t);
	int rc = 1;

	if (c->ordinal < c->nhead) {
		cast_head_message(&c->head, (size_t)c->ordinal, &c->msg);
		stamp(c, 0);
	} else {
		rc = c->head.version == 1 ? next_element(c, e) : next_line(c, e);
	}
	t->file_off = c->next;
	*m = rc > 0 ? &c->msg : NULL;
	*at_ns = c->at_ns;
	return rc;
}

static struct tape_pos
cast_tell(const struct tape *t)
{
	const struct tape_cast *c = (const struct tape_cast *)t;

	return (struct tape_pos){ c->next, c->ordinal, c->at_ns };
}

static int
cast_seek(struct tape *t, const struct tape_pos *pos, struct err *e)
{
	struct tape_cast *c = cast_of(t);
	bool head = pos->ordinal < c->nhead;

	(void)e;
	c->next = head || pos->off < c->first ? c->first : pos->off;
	c->ordinal = pos->ordinal;
	c->at_ns = head || pos->time_ns < 0 ? 0 : pos->time_ns;
	c->exited = false;
	return 0;
}

static int
cast_rewind(struct tape *t, struct err *e)
{
	return cast_seek(t, &(struct tape_pos){ 0 }, e);
}

static void
cast_close(struct tape *t)
{
	struct tape_cast *c = cast_of(t);

	cast_in_free(&c->in);
	cast_head_free(&c->head);
	buf_free(&c->store);
	buf_free(&c->payload);
	free(c);
}

static const struct tape_ops cast_ops = {
	.next = cast_next,
	.tell = cast_tell,
	.seek = cast_seek,
	.rewind = cast_rewind,
	.close = cast_close,
};

#define BOM "\xEF\xBB\xBF"

bool
tape_cast_sniff(struct span head, bool whole)
{
	size_t i = head.n >= 3 && memcmp(head.p, BOM, 3) == 0 ? 3 : 0;

	(void)whole;
	while (i < head.n && memchr(" \t\r\n", head.p[i], 4))
		i++;
	return i < head.n && head.p[i] == '{';
}

static void
set_info(struct tape_cast *c)
{
	static const enum tape_format formats[] = { TAPE_UNKNOWN, TAPE_CAST_V1,
		TAPE_CAST_V2, TAPE_CAST_V3 };
	const struct cast_head *h = &c->head;

	c->tape.info = (struct tape_info){
		.format = formats[h->version],
		.start_ns = h->start_ns,
		.has_wall = h->start_ns > 0,
		.duration_ns = h->duration_ns,
		.idle_limit_ns = h->idle_limit_ns,
	};
	c->how = (h->version > 1 ? CAST_CODED : 0) |
		 (c->tape.opts.quoted ? CAST_QUOTED : 0);
	c->nhead = cast_head_count(h);
	c->next = c->first;
	if (h->odd)
		note(c, 0, false, "size or date in the header cannot be read");
}

int
tape_cast_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	struct tape_cast *c = calloc(1, sizeof *c);
	struct buf raw;
	uint8_t ch;
	int rc;

	if (!c)
		return err_set(e, ERR_NOMEM, "out of memory");
	c->tape = (struct tape){ .ops = &cast_ops, .src = src, .opts = *o };
	cast_in_init(&c->in, src);
	buf_init(&raw, CAST_HEADER_MAX);
	rc = cast_in_peek(&c->in, &ch, e);
	if (rc > 0 && c->in.buf.n >= 3 && memcmp(c->in.buf.p, BOM, 3) == 0)
		cast_in_skip(&c->in, 3);
	if (rc >= 0)
		rc = cast_doc_header(&c->in, &raw, &c->first, &c->whole, e);
	if (rc == 0)
		rc = cast_head_parse(&c->head, buf_span(&raw), e);
	buf_free(&raw);
	if (rc < 0) {
		cast_close(&c->tape);
		return rc;
	}
	set_info(c);
	*t = &c->tape;
	return 0;
}
