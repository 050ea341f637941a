/* SPDX-License-Identifier: ISC */
/* Reading audit logs: the plain bytes of plain.h are cut into messages by tape_cut.c.  Here
 * is what happens at gaps and ends.  After damage the tape goes on at the next member that
 * makes sense.  Each flaw is told once, however often the tape goes back. */
#include "format/tape_audit.h"

#include "base/clk.h"
#include "format/cborr.h"
#include "format/wire.h"

#include <stdlib.h>

static struct tape_audit *
of(struct tape *t)
{
	return (struct tape_audit *)t;
}

bool
tape_audit_sniff(struct span head, bool whole)
{
	size_t n = head.n < AUDIT_MAGIC_TEXT ? head.n : AUDIT_MAGIC_TEXT;

	(void)whole;
	return n && memcmp(head.p, AUDIT_MAGIC, n) == 0;
}

/* A note about the gzip data at OFF. */
static void
note_file(struct tape_audit *a, uint64_t off, int code, bool lost, const char *text)
{
	if (off < a->noted_file)
		return;
	a->noted_file = off + 1;
	tape_note(&a->t, (int64_t)off, a->ordinal, code, lost, "%s", text);
}

/* The member at OFF is damaged: what was learnt from it may be too. */
static void
distrust(struct tape_audit *a, uint64_t off)
{
	if (a->id_known && a->id_member == off)
		a->id_known = false;
}

/* Does a member look like one of this recording?  (gzr_plausible) */
static bool
plausible(void *ctx, struct span plain, struct span extra)
{
	struct tape_audit *a = ctx;
	struct span id;
	struct cborr r;
	struct cbor_item it;

	if (gzidx_is_closing(extra))
		return true;
	if (plain.n && plain.p[0] == CBOR_ARRAY_OPEN)
		plain = span_of(plain.p + 1, plain.n - 1);
	if (plain.n <= 1 + TAPE_ID_KEY_SIZE || !tape_audit_is_head(plain.p[0]) ||
		memcmp(plain.p + 1, TAPE_ID_KEY, TAPE_ID_KEY_SIZE) != 0)
		return false;
	cborr_init(&r,
		span_of(plain.p + 1 + TAPE_ID_KEY_SIZE, plain.n - 1 - TAPE_ID_KEY_SIZE));
	return cborr_item(&r, &it) && it.major == CBOR_TEXT &&
	       cborr_string(&r, &it, NULL, &id) && tape_audit_same_connection(a, id);
}

/* The reference ends a file that it closed with a second sync marker. */
static int
ends_in_two_markers(struct tape_audit *a, struct err *e)
{
	static const uint8_t two[10] = { 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFF };
	int64_t size = src_size(a->t.src);
	uint8_t b[sizeof two];
	ssize_t n;

	if (size <= (int64_t)sizeof b)
		return 0;
	n = tape_read_all(a->t.src, (uint64_t)size - sizeof b, b, sizeof b, e);
	if (n < (ssize_t)sizeof b)
		return n < 0 ? (int)n : 0;
	return memcmp(b, two, sizeof b) == 0;
}

/* 1: it was; 0: it was not; or an error of reading. */
static int
was_closed(struct tape_audit *a, struct err *e)
{
	const struct plain *p = &a->plain;

	if (a->array == ARRAY_CLOSED)
		return 1;
	if (a->v1 || p->pos < p->n || a->lost)
		return 0;
	/* our writer ends a member only to begin the next, which has been cut off then */
	if (p->closing || (p->ended && !p->is_ours) ||
		(a->ordinal && a->last_type == MSG_DISCONNECT))
		return 1;
	return ends_in_two_markers(a, e);
}

static int
at_end(struct tape_audit *a, struct err *e)
{
	int64_t off = (int64_t)gzr_offset(&a->plain.gz);
	bool partial = a->plain.pos < a->plain.n;
	const char *text = partial ? "ends in the middle of a message"
			   : a->v1 ? "ends before the array of messages is closed"
				   : "was not closed by its writer";
	int closed = was_closed(a, e);

	if (closed < 0)
		return closed;
	if (closed)
		tape_ended(&a->t, TAPE_CLEAN, off, NULL);
	else if (a->t.opts.live)
		tape_ended(&a->t, TAPE_OPEN, off, NULL);
	else
		tape_ended(&a->t, TAPE_TRUNCATED, off,
			a->zeros ? "zeros at the end, as after a power failure" : text);
	return 0;
}

/* The gzip data cannot be read on from here. */
static int
gap(struct tape_audit *a, struct err *e)
{
	uint64_t off = gzr_offset(&a->plain.gz);
	int64_t size = src_size(a->t.src);
	int rc;

	if (a->dead && size == a->dead_size)
		return at_end(a, e);
	rc = a->dead ? 0 : gzr_zeros(&a->plain.gz, off, e);
	if (rc < 0)
		return rc;
	a->zeros = rc > 0;
	distrust(a, a->plain.gz.member_at);
	if (a->zeros)
		note_file(
			a, off, ERR_TRUNCATED, false, "zeros up to the end of the file");
	else
		note_file(a, off, ERR_DAMAGED, true, "compressed data are damaged");
	rc = a->zeros ? 0 : plain_resync(&a->plain, e);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		a->dead = true;
		a->dead_size = size;
		return at_end(a, e);
	}
	a->tried = a->want = 0;
	a->lost = true;
	return 1;
}

/* Is it the member behind the one at a->before?  (gzr_plausible) */
static bool
is_successor(void *ctx, struct span plain, struct span extra)
{
	struct tape_audit *a = ctx;
	struct gzidx_member m;

	return gzidx_member_get(extra, &m) && m.prev == a->before &&
	       plausible(a, plain, extra);
}

/* The file seems to end inside a member of ours or inside a header; or these have swallowed
 * what is behind them, because a length in them is wrong: then it names its predecessor. */
static int
swallowed(struct tape_audit *a, struct err *e)
{
	struct gzr *g = &a->plain.gz;
	uint64_t off = gzr_offset(g);
	bool header = g->state == GZR_HEADER;
	struct gzr was = *g;
	int rc;

	if (a->t.opts.live || src_size(a->t.src) < 0 || (!header && !a->plain.is_ours))
		return 0;
	a->before = header ? off : g->member_at;
	g->find_from = a->before + 1;
	rc = gzr_find(g, is_successor, a, e);
	if (rc > 0) {
		note_file(a, a->before, ERR_DAMAGED, true, "a gzip member is damaged");
		distrust(a, a->before);
		plain_drop(&a->plain);
		a->plain.damaged = true;
		a->tried = a->want = 0;
		a->lost = true;
		return 1;
	}
	/* Nothing there: stand again at the end, where more may come. */
	gzr_forget(g);
	g->in_off = off;
	g->state = was.state;
	return rc;
}

/* What waits in the window for more bytes waits for ever. */
static int
give_up(struct tape_audit *a)
{
	bool sync = a->due == PLAIN_SYNC;

	a->due = 0;
	if (a->plain.pos < a->plain.n && !a->lost)
		tape_audit_lose(a, ERR_DAMAGED, "a damaged message");
	if (sync) {
		plain_drop(&a->plain);
		a->lost = false;
	}
	a->tried = a->want = 0;
	return 1;
}

/* Bytes behind the window.  1 go on, 0 the end, negative. */
static int
more(struct tape_audit *a, struct err *e)
{
	int rc = a->due ? give_up(a) : plain_more(&a->plain, e);

	if (rc == PLAIN_MORE || rc < 0)
		return rc < 0 ? rc : 1;
	if (rc == PLAIN_SUM) {
		note_file(a, a->plain.bad_sum, ERR_DAMAGED, true,
			"checksum of a gzip member is wrong");
		distrust(a, a->plain.bad_sum);
	}
	if (rc == PLAIN_SUM || rc == PLAIN_SYNC)
		a->due = rc;
	if (a->due || plain_window(&a->plain).n > a->tried) {
		a->want = 0; /* less than was asked for, but more than was tried */
		return 1;
	}
	if (rc == PLAIN_GAP)
		return gap(a, e);
	rc = swallowed(a, e);
	return rc ? rc : at_end(a, e);
}

/* Version 1, live: the end mark was in a tail that may have been replaced. */
static int
closed(struct tape_audit *a, struct err *e)
{
	int64_t size = src_size(a->t.src);
	uint64_t at = plain_tell(&a->plain);
	int rc;

	if (!a->t.opts.live || a->definite || size == a->closed_size) {
		a->closed_size = size;
		return at_end(a, e);
	}
	a->closed_size = size;
	a->array = ARRAY_OPEN;
	gzr_forget(&a->plain.gz);
	plain_at(&a->plain, AUDIT_HEADER, 0);
	rc = plain_seek(&a->plain, at, e);
	return rc < 0 ? rc : 1;
}

static int
audit_next(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e)
{
	struct tape_audit *a = of(t);
	int rc;

	for (;;) {
		rc = tape_audit_step(a);
		if (rc == STEP_MESSAGE)
			break;
		if (rc == STEP_MORE)
			rc = more(a, e);
		else if (rc == STEP_CLOSED)
			rc = closed(a, e);
		else if (rc < 0)
			return err_set(e, rc, "%s", err_name(rc));
		if (rc <= 0)
			return rc;
	}
	a->ordinal++;
	a->last_type = a->msg.type;
	t->file_off = gzr_offset(&a->plain.gz);
	rc = ns_sub(a->msg.time_ns, t->info.start_ns) > a->at_ns;
	if (rc)
		a->at_ns = ns_sub(a->msg.time_ns, t->info.start_ns);
	*m = &a->msg;
	*at_ns = a->at_ns;
	return 1;
}

static struct tape_pos
audit_tell(const struct tape *t)
{
	const struct tape_audit *a = (const struct tape_audit *)t;

	return (struct tape_pos){ plain_tell(&a->plain), a->ordinal, a->at_ns };
}

/* Everything that depends on the place, for message number ORDINAL at plain offset OFF. */
static void
place(struct tape_audit *a, const struct tape_pos *pos)
{
	a->tried = a->want = 0;
	a->lost = a->zeros = a->dead = false;
	a->due = 0;
	if (pos->off == 0) { /* a second reading finds what the first one found */
		a->id_known = a->plain.damaged = false;
		a->plain.bad_sum = 0;
	}
	a->ordinal = pos->ordinal;
	a->at_ns = pos->time_ns;
	if (a->v1) {
		a->array = pos->off ? ARRAY_OPEN : ARRAY_HEAD;
		a->left = a->count > pos->ordinal ? a->count - pos->ordinal : 0;
	}
}

/* Times count from the first message, so it must have been read. */
int
tape_audit_start(struct tape_audit *a, struct err *e)
{
	static const struct tape_pos begin = { 0 };
	const struct msg *m;
	int64_t at_ns;
	int rc;

	if (a->have_start)
		return 0;
	rc = plain_seek(&a->plain, 0, e);
	if (rc < 0)
		return rc;
	place(a, &begin);
	rc = audit_next(&a->t, &m, &at_ns, e);
	return rc < 0 ? rc : 0;
}

static int
audit_seek(struct tape *t, const struct tape_pos *pos, struct err *e)
{
	struct tape_audit *a = of(t);
	int rc = tape_audit_start(a, e);

	/* Behind a gap places are counted by what could be read, not as the index has them. */
	if (rc == 0 && t->end.state != TAPE_DAMAGED)
		rc = tape_audit_jump(a, pos->off, e);
	if (rc == 0)
		rc = plain_seek(&a->plain, pos->off, e);
	while (rc == 0 && pos->off > plain_tell(&a->plain) && (rc = swallowed(a, e)) > 0)
		rc = plain_seek(&a->plain, pos->off, e);
	if (rc < 0)
		return rc;
	place(a, pos);
	return rc > 0 ? 0
		      : err_set(e, ERR_STATE, "there is no such place in the recording");
}

static int
audit_rewind(struct tape *t, struct err *e)
{
	static const struct tape_pos begin = { 0 };
	struct tape_audit *a = of(t);

	(void)e;
	plain_at(&a->plain, AUDIT_HEADER, 0); /* damage in the window is met again */
	place(a, &begin);
	return 0;
}

static double
audit_progress(const struct tape *t)
{
	const struct tape_audit *a = (const struct tape_audit *)t;
	int64_t size = src_size(t->src);
	uint64_t at = gzr_offset(&a->plain.gz);

	if (size < 0)
		return -1;
	return size == 0 || at >= (uint64_t)size ? 1 : (double)at / (double)size;
}

static void
audit_close(struct tape *t)
{
	struct tape_audit *a = of(t);

	plain_free(&a->plain);
	msg_decoder_free(&a->dec);
	buf_free(&a->id);
	gzidx_free(&a->own);
	free(a);
}

static const struct tape_ops audit_ops = {
	.next = audit_next,
	.tell = audit_tell,
	.seek = audit_seek,
	.rewind = audit_rewind,
	.index_find = tape_audit_index_find,
	.progress = audit_progress,
	.close = audit_close,
};

/* The 40 bytes in front; *VERSION 1 or 2. */
int
tape_audit_header(struct src *src, unsigned *version, struct err *e)
{
	static const uint8_t magic[AUDIT_MAGIC_SIZE] = AUDIT_MAGIC;
	uint8_t h[AUDIT_HEADER];
	size_t n = 0;
	uint64_t v;

	while (n < sizeof h) {
		ssize_t k = src_read_at(src, n, h + n, sizeof h - n, e);

		if (k < 0)
			return (int)k;
		if (k == 0)
			break;
		n += (size_t)k;
	}
	if (memcmp(h, magic, n < sizeof magic ? n : sizeof magic) != 0)
		return err_set_at(
			e, ERR_FORMAT, 0, "the header is not that of an audit log");
	if (n < sizeof h)
		return err_set_at(
			e, ERR_FORMAT, (int64_t)n, "the file ends inside its header");
	v = get_le64(h + AUDIT_MAGIC_SIZE);
	if (v < 1 || v > 2)
		return err_set_at(e, ERR_UNSUPPORTED, AUDIT_MAGIC_SIZE,
			"audit log version %llu is not supported (1 and 2 are)",
			(unsigned long long)v);
	*version = (unsigned)v;
	return 0;
}

bool
tape_audit_is_torn(struct src *src, size_t size)
{
	static const uint8_t magic[AUDIT_MAGIC_SIZE] = AUDIT_MAGIC;
	uint8_t h[AUDIT_HEADER];

	if (size > sizeof h ||
		(size && src_read_at(src, 0, h, size, NULL) != (ssize_t)size))
		return false;
	return memcmp(h, magic, size < sizeof magic ? size : sizeof magic) == 0;
}

int
tape_audit_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	struct tape_audit *a;
	unsigned version = 0;
	int rc = tape_audit_header(src, &version, e);

	if (rc < 0)
		return rc;
	a = calloc(1, sizeof *a);
	if (!a || plain_init(&a->plain, src, AUDIT_HEADER, plausible, a) < 0) {
		free(a);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	a->t = (struct tape){ .ops = &audit_ops, .src = src, .opts = *o };
	a->t.info.format = version == 1 ? TAPE_AUDIT_V1 : TAPE_AUDIT_V2;
	a->t.info.duration_ns = -1;
	a->t.end.offset = -1;
	a->v1 = version == 1;
	a->array = a->v1 ? ARRAY_HEAD : ARRAY_NONE;
	a->closed_size = -2;
	msg_decoder_init(&a->dec);
	tape_audit_load_index(a);
	*t = &a->t;
	return 0;
}
