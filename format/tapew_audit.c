/* SPDX-License-Identifier: ISC */
/* Writing audit logs, version 1 and 2.  The file is a row of gzip members that begin and
 * end between two messages.  A member's end and the header of the next one go to OUT
 * together, and the last member of version 2 is never ended, because the reference decoder
 * complains exactly about inputs that stop at the end of a member.
 *
 * Version 1 is one CBOR array.  Its end mark stands behind everything that was written so
 * far, as a stored block of six bytes that the next write replaces, so that the file is
 * whole after every write; at close the mark gets a member of its own, which a later
 * append replaces. */
#include "format/tapew_audit.h"

#include "base/clk.h"
#include "format/cbor.h"
#include "format/wire.h"

#include <stdlib.h>

#define MEMBER_DEFAULT ((size_t)256 << 10)
#define MEMBER_MIN     ((size_t)1 << 10)
#define MEMBER_LIMIT   ((size_t)8 << 20)
/* A flush that finds at least this much, none of it written yet, ends the member instead:
 * compressing it in one go is worth more than the window that the next member loses. */
#define WHOLE_MIN ((size_t)48 << 10)

static const uint8_t v1_tail[6] = { 0, 1, 0, 0xFE, 0xFF, CBOR_BREAK };

static struct tapew_audit *
of(struct tapew *w)
{
	return (struct tapew_audit *)w;
}

int
tapew_audit_begin(struct tapew_audit *a, int64_t time_ns)
{
	uint8_t extra[GZIDX_MEMBER_SIZE];
	uint64_t at = a->w.off + a->w.out.n;
	struct gzidx_member m = { a->idx.messages, a->idx.plain_end, time_ns,
		a->member_at };
	int rc;

	gzidx_member_put(extra, &m);
	rc = gzw_header(&a->w.out, span_of(extra, sizeof extra));
	if (rc < 0)
		return rc;
	a->member_at = at;
	a->entry_due = true;
	return 0;
}

/* The 40 bytes in front of everything, and the first member. */
static int
start(struct tapew_audit *a, int64_t time_ns)
{
	uint8_t h[AUDIT_HEADER] = AUDIT_MAGIC;
	int rc;

	h[AUDIT_MAGIC_SIZE] = a->v1 ? 1 : 2;
	rc = buf_reserve(&a->w.out, 256);
	if (rc < 0)
		return rc;
	buf_add(&a->w.out, h, sizeof h);
	a->idx.start_ns = time_ns;
	a->started = true;
	rc = tapew_audit_begin(a, time_ns);
	if (rc == 0 && a->v1) {
		rc = buf_add_byte(&a->gz.plain, CBOR_ARRAY_OPEN);
		a->idx.plain_end = 1;
	}
	return rc;
}

/* Levels by pressure.  In one go, level 5 is where the cost of output with a pattern drops
 * (seq: 8 ns a byte at a ratio of 0.16, level 4 gives 0.25), 7 the best that memory allows
 * within twice that of a stream; above, libdeflate needs 9 MB. */
static const int stream_effort[] = { 6, 4, 2, 1 };
static const int flood_effort[] = { 5, 5, 3, 1 };
static const int calm_effort[] = { 7, 5, 3, 1 };

/* A level that was asked for is only ever lowered. */
static int
effort(const struct tapew_audit *a, int usual)
{
	return a->level && (a->pressure == 0 || a->level < usual) ? a->level : usual;
}

/* End the member and begin the next.  On error the member stays open. */
static int
cut(struct tapew_audit *a)
{
	const int *usual = a->flood ? flood_effort : calm_effort;
	int rc = buf_reserve(&a->w.out, 2 * GZ_HEADER + GZIDX_MEMBER_SIZE);

	a->gz.whole_level = effort(a, usual[a->pressure]);
	if (rc == 0)
		rc = gzw_end(&a->gz, &a->w.out);
	if (rc == 0)
		rc = tapew_audit_begin(a, ns_add(a->idx.start_ns, a->idx.duration_ns));
	return rc;
}

static bool
full(const struct tapew_audit *a)
{
	return gzw_size(&a->gz) >= a->member_bytes;
}

/* M is in: the times and counts of the index follow. */
static void
account(struct tapew_audit *a, const struct msg *m, size_t size)
{
	int64_t at_ns = ns_sub(m->time_ns, a->idx.start_ns);

	if (at_ns > a->idx.duration_ns)
		a->idx.duration_ns = at_ns;
	if (a->entry_due) /* the first member begins in front of version 1's array */
		gzidx_add(&a->idx, &(struct gzidx_entry){ a->member_at,
					   a->idx.messages ? a->idx.plain_end : 0,
					   a->idx.messages, a->idx.duration_ns });
	a->entry_due = false;
	a->idx.messages++;
	a->idx.plain_end += size;
	a->w.stats.plain_bytes += size;
}

static int
fail(struct err *e, int rc, const struct msg *m)
{
	if (rc == ERR_LIMIT)
		return err_set(e, rc, "a message is larger than the format can hold");
	if (rc == ERR_UNSUPPORTED)
		return err_set(
			e, rc, "message type %d is not in the format", (int)m->type);
	return err_set(e, rc, "cannot encode: %s", err_name(rc));
}

static int
audit_put(struct tapew *w, const struct msg *m, struct err *e)
{
	struct tapew_audit *a = of(w);
	size_t before;
	int rc = 0;

	if (a->v1 && a->idx.messages >= AUDIT_V1_MESSAGES_MAX) {
		a->dropped++;
		return 0;
	}
	if (!a->started)
		rc = start(a, m->time_ns);
	else if (full(a))
		rc = cut(a);
	if (rc < 0)
		return fail(e, rc, m);
	before = a->gz.plain.n;
	a->gz.plain.failed = 0;
	rc = msg_encode(&a->gz.plain, m);
	if (rc < 0)
		return fail(e, rc, m);
	account(a, m, a->gz.plain.n - before);
	if (!full(a))
		return 0;
	a->flood |= a->gz.streamed == 0;
	cut(a); /* an error comes back with the next message */
	return 0;
}

static int
audit_flush(struct tapew *w, struct err *e)
{
	struct tapew_audit *a = of(w);
	int rc;

	if (!a->started)
		return 0;
	if (!a->gz.streamed && a->gz.plain.n >= WHOLE_MIN)
		rc = cut(a);
	else
		rc = gzw_flush(&a->gz, &w->out);
	a->flood = false;
	return rc < 0 ? err_set(e, rc, "cannot compress: %s", err_name(rc)) : 0;
}

/* Version 1: put the end mark behind what goes out. */
static void
audit_seal(struct tapew *w)
{
	struct tapew_audit *a = of(w);

	if (!a->v1 || !a->started || a->finished || !w->dst->seekable)
		return;
	if (buf_add(&w->out, v1_tail, sizeof v1_tail) == 0)
		w->tail = sizeof v1_tail;
}

static void
audit_pressure(struct tapew *w, int pressure)
{
	struct tapew_audit *a = of(w);

	a->pressure = pressure;
	a->gz.level = effort(a, stream_effort[pressure]);
}

/* Version 1: the end mark in a member of its own. */
static int
finish_array(struct tapew_audit *a)
{
	int rc = gzw_header(&a->w.out, (struct span){ NULL, 0 });

	if (rc == 0)
		rc = buf_add_byte(&a->gz.plain, CBOR_BREAK);
	return rc < 0 ? rc : gzw_end(&a->gz, &a->w.out);
}

static int
finish(struct tapew_audit *a)
{
	bool end = a->v1 || a->w.opts.terminate;
	int rc = 0;

	if (!a->started)
		rc = start(a, 0);
	if (rc == 0)
		rc = gzw_end(&a->gz, &a->w.out);
	a->idx.data_end = a->w.off + a->w.out.n;
	if (rc == 0 && a->v1)
		rc = finish_array(a);
	if (rc == 0)
		rc = gzidx_write(&a->idx, &a->w.out, a->w.off + a->w.out.n, end);
	a->finished = rc == 0;
	return rc;
}

static int
audit_finish(struct tapew *w, struct err *e)
{
	struct tapew_audit *a = of(w);
	int rc = finish(a);

	tapew_lost(w, "messages beyond the 131,072 that audit version 1 can hold",
		a->dropped);
	return rc < 0 ? err_set(e, rc, "cannot finish: %s", err_name(rc)) : 0;
}

static void
audit_release(struct tapew *w)
{
	struct tapew_audit *a = of(w);

	gzw_free(&a->gz);
	gzidx_free(&a->idx);
	free(a);
}

static const struct tapew_ops audit_ops = {
	.put = audit_put,
	.flush = audit_flush,
	.seal = audit_seal,
	.pressure = audit_pressure,
	.finish = audit_finish,
	.release = audit_release,
};

static size_t
member_size(size_t wanted)
{
	if (!wanted)
		return MEMBER_DEFAULT;
	return wanted < MEMBER_MIN     ? MEMBER_MIN
	       : wanted > MEMBER_LIMIT ? MEMBER_LIMIT
				       : wanted;
}

int
tapew_audit_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	struct tapew_audit *a = calloc(1, sizeof *a);

	if (!a || gzidx_init(&a->idx) < 0) {
		free(a);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	a->w.ops = &audit_ops;
	buf_init(&a->w.out, (size_t)192 << 20);
	a->v1 = f == TAPE_AUDIT_V1;
	a->member_bytes = member_size(o->member_bytes);
	a->level = o->level < 1 || o->level > 9 ? 0 : o->level;
	gzw_init(&a->gz, effort(a, stream_effort[0]));
	*w = &a->w;
	return 0;
}
