/* SPDX-License-Identifier: ISC */
/* A ttyrec as a tape.  It begins with the messages of a channel, a terminal (where the first
 * record tells its size) and a shell, then every record is one message.  It has no end mark:
 * one that ends with a whole record is clean. */
#include "format/tape_impl.h"

#include "base/clk.h"
#include "format/ttyrec.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEAD_CHANNEL, HEAD_SHELL, HEAD_COUNT };

struct tape_ttyrec {
	struct tape tape;
	uint64_t next;    /* offset of the next record */
	uint64_t ordinal; /* of the next message */
	uint64_t noted;   /* what lies before this offset has been told */
	int64_t at_ns;    /* time of the last message */
	char id[33];
	struct msg msg;
	struct buf data;
};

static struct tape_ttyrec *
ttyrec_of(struct tape *t)
{
	return (struct tape_ttyrec *)t;
}

bool
tape_ttyrec_sniff(struct span head, bool whole)
{
	struct ttyrec_head h;
	size_t at = 0;

	for (size_t n = 0; at + TTYREC_HEAD <= head.n; n++) {
		if (!ttyrec_head_get(&h, head.p + at) || (n == 0 && !h.length))
			return false;
		at += TTYREC_HEAD + h.length;
	}
	/* of one that was broken off there is at least a beginning */
	return at && (!whole || head.n > TTYREC_HEAD);
}

static int64_t
time_of(const struct ttyrec_head *h)
{
	return (int64_t)h->seconds * NS_PER_S + (int64_t)h->micros * NS_PER_US;
}

static int
end_here(struct tape_ttyrec *c, bool whole)
{
	if (whole)
		tape_ended(&c->tape, TAPE_CLEAN, (int64_t)c->next, NULL);
	else if (!c->tape.opts.live)
		tape_ended(&c->tape, TAPE_TRUNCATED, (int64_t)c->next,
			"the last record is not complete");
	return 0;
}

static int
damaged_here(struct tape_ttyrec *c)
{
	if (c->next >= c->noted) {
		c->noted = c->next + 1;
		tape_note(&c->tape, (int64_t)c->next, c->ordinal, ERR_DAMAGED, true,
			"no record begins here; the rest cannot be read");
	}
	return 0;
}

/* The record at NEXT into H and the buffer: 1, 0 at the end, negative. */
static int
read_record(struct tape_ttyrec *c, struct ttyrec_head *h, struct err *e)
{
	uint8_t head[TTYREC_HEAD];
	ssize_t n = tape_read_all(c->tape.src, c->next, head, sizeof head, e);
	int rc;

	if (n < (ssize_t)sizeof head)
		return n < 0 ? (int)n : end_here(c, n == 0);
	if (!ttyrec_head_get(h, head))
		return damaged_here(c);
	buf_clear(&c->data);
	rc = buf_reserve(&c->data, h->length);
	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	n = tape_read_all(c->tape.src, c->next + TTYREC_HEAD, c->data.p, h->length, e);
	if (n < (ssize_t)h->length)
		return n < 0 ? (int)n : end_here(c, false);
	c->data.n = h->length;
	return 1;
}

static void
make_message(struct tape_ttyrec *c, bool first)
{
	uint32_t cols, rows;

	if (!ttyrec_size_get(buf_span(&c->data), &cols, &rows)) {
		msg_init(&c->msg, MSG_IO);
		c->msg.p.io.stream = MSG_STREAM_OUT;
		c->msg.p.io.data = buf_span(&c->data);
	} else if (first) {
		msg_init(&c->msg, MSG_PTY);
		c->msg.p.pty.columns = cols;
		c->msg.p.pty.rows = rows;
	} else {
		msg_init(&c->msg, MSG_WINDOW);
		c->msg.p.window.columns = cols;
		c->msg.p.window.rows = rows;
	}
}

static int
next_record(struct tape_ttyrec *c, struct err *e)
{
	struct ttyrec_head h;
	int rc = read_record(c, &h, e);
	int64_t at;

	if (rc <= 0)
		return rc;
	make_message(c, c->next == 0);
	at = time_of(&h) - c->tape.info.start_ns;
	c->at_ns = at > c->at_ns ? at : c->at_ns;
	c->msg.time_ns = time_of(&h);
	c->next += TTYREC_HEAD + h.length;
	return 1;
}

static int
ttyrec_next(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e)
{
	struct tape_ttyrec *c = ttyrec_of(t);
	int rc = 1;

	if (c->ordinal == HEAD_CHANNEL) {
		msg_init(&c->msg, MSG_NEW_CHANNEL_SUCCESSFUL);
		c->msg.p.new_channel.channel_type = SPAN_LIT("session");
		c->msg.time_ns = t->info.start_ns;
	} else if (c->ordinal == HEAD_SHELL) {
		msg_init(&c->msg, MSG_SHELL);
		c->msg.time_ns = t->info.start_ns;
	} else {
		rc = next_record(c, e);
	}
	t->file_off = c->next;
	if (rc > 0) {
		c->msg.connection_id = span_str(c->id);
		c->ordinal++;
	}
	*m = rc > 0 ? &c->msg : NULL;
	*at_ns = c->at_ns;
	return rc;
}

static struct tape_pos
ttyrec_tell(const struct tape *t)
{
	const struct tape_ttyrec *c = (const struct tape_ttyrec *)t;

	return (struct tape_pos){ c->next, c->ordinal, c->at_ns };
}

static int
ttyrec_seek(struct tape *t, const struct tape_pos *pos, struct err *e)
{
	struct tape_ttyrec *c = ttyrec_of(t);

	(void)e;
	c->next = pos->ordinal < HEAD_COUNT ? 0 : pos->off;
	c->ordinal = pos->ordinal;
	c->at_ns = pos->ordinal < HEAD_COUNT || pos->time_ns < 0 ? 0 : pos->time_ns;
	return 0;
}

static int
ttyrec_rewind(struct tape *t, struct err *e)
{
	return ttyrec_seek(t, &(struct tape_pos){ 0 }, e);
}

static void
ttyrec_close(struct tape *t)
{
	buf_free(&ttyrec_of(t)->data);
	free(t);
}

static const struct tape_ops ttyrec_ops = {
	.next = ttyrec_next,
	.tell = ttyrec_tell,
	.seek = ttyrec_seek,
	.rewind = ttyrec_rewind,
	.close = ttyrec_close,
};

int
tape_ttyrec_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	struct tape_ttyrec *c = calloc(1, sizeof *c);
	uint8_t head[TTYREC_HEAD];
	struct ttyrec_head h;
	ssize_t n;

	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	c->tape = (struct tape){ .ops = &ttyrec_ops, .src = src, .opts = *o };
	buf_init(&c->data, TTYREC_RECORD_MAX);
	n = tape_read_all(c->tape.src, 0, head, sizeof head, e);
	if (n < (ssize_t)sizeof head || !ttyrec_head_get(&h, head)) {
		ttyrec_close(&c->tape);
		return n < 0 ? (int)n : err_set_at(e, ERR_FORMAT, 0, "no ttyrec");
	}
	/* a name for the recording: the same whenever it is read */
	snprintf(c->id, sizeof c->id, "%08x%08x%08x%08x", 0x74747972u, h.seconds,
		h.micros, h.length);
	c->tape.info = (struct tape_info){
		.format = TAPE_TTYREC,
		.start_ns = time_of(&h),
		.has_wall = h.seconds > 0,
		.duration_ns = -1,
	};
	*t = &c->tape;
	return 0;
}
