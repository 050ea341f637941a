/* SPDX-License-Identifier: ISC */
/* Walks the gzip members with zlib, whose window and two blocks are all the memory it takes,
 * and a list of member offsets, which is bounded. */
#include "format/gzcheck.h"

#include "format/gzidx.h"
#include "format/tape_impl.h"
#include "format/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define BLOCK       ((size_t)64 << 10)
#define EXTRA_MAX   65535
#define OFFSETS_MAX ((size_t)1 << 20)   /* member offsets that are remembered */
#define GZIP_WINDOW (15 + 16)           /* zlib: 32 KiB window, gzip header and trailer */
#define OS_UNKNOWN  255                 /* RFC 1952 */
#define STEP        ((uint64_t)4 << 20) /* inflated bytes between two steps */

struct gzcheck {
	struct gzcheck_opts opts;
	struct gzcheck_result result;
	struct gzidx index;
	size_t next; /* entry that the walk, then the messages have not passed yet */
	struct buf offsets; /* uint64_t each: where members begin */
	uint64_t at;        /* file offset of the open member */
	uint64_t plain_at;  /* inflated bytes in front of it */
	uint64_t lead;      /* bytes in front of the first message: 1 in version 1 */
	uint64_t prev;      /* file offset of the member of messages before, 0 none */
	bool begun;         /* its header was looked at */
	bool closing;       /* it is the closing header */
	z_stream z;
	gz_header head;
	Bytef extra[EXTRA_MAX];
	uint8_t in[BLOCK], out[BLOCK];
};

struct gzcheck *
gzcheck_new(const struct gzcheck_opts *o)
{
	struct gzcheck *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->opts = *o;
	buf_init(&c->offsets, OFFSETS_MAX * sizeof(uint64_t));
	return c;
}

void
gzcheck_free(struct gzcheck *c)
{
	if (!c)
		return;
	gzidx_free(&c->index);
	buf_free(&c->offsets);
	free(c);
}

struct gzcheck_result
gzcheck_result(const struct gzcheck *c)
{
	return c->result;
}

static void __attribute__((format(printf, 3, 4)))
found(struct gzcheck *c, uint64_t offset, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	c->opts.found(c->opts.ctx, (int64_t)offset, text);
}

/* The member's own record against where it really stands. */
static void
check_record(struct gzcheck *c, const struct gzidx_member *m)
{
	if (m->plain != c->plain_at)
		found(c, c->at,
			"the member says that %" PRIu64
			" bytes stand before it, but there "
			"are %" PRIu64,
			m->plain, c->plain_at);
	if (m->prev != c->prev)
		found(c, c->at,
			"the member says that the one before it begins at %" PRIu64
			", but it begins at %" PRIu64,
			m->prev, c->prev);
}

/* Index entries up to the member that begins here; M: its record or NULL. */
static void
check_entries(struct gzcheck *c, const struct gzidx_member *m)
{
	const struct gzidx_entry *e = c->index.v + c->next;

	for (; c->next < c->index.n && e->file < c->at; c->next++, e++)
		found(c, e->file, "the index points here, but no member begins here");
	if (c->next == c->index.n || e->file != c->at)
		return;
	if (e->plain != c->plain_at + (c->plain_at ? 0 : c->lead))
		found(c, c->at,
			"the index says that %" PRIu64
			" bytes stand before this member, but "
			"there are %" PRIu64,
			e->plain, c->plain_at);
	if (m && m->ordinal != e->ordinal)
		found(c, c->at,
			"the index says message %" PRIu64 ", the member says %" PRIu64,
			e->ordinal, m->ordinal);
	c->next++;
}

/* Where the format leaves a choice we always write the same. */
static void
check_header(struct gzcheck *c)
{
	const gz_header *h = &c->head;

	if (h->time || h->xflags || h->os != OS_UNKNOWN || h->text)
		found(c, c->at, "the header of the member was changed");
}

/* The header of the open member has been read. */
static void
begin_member(struct gzcheck *c)
{
	size_t n = c->head.extra_len < EXTRA_MAX ? c->head.extra_len : EXTRA_MAX;
	struct span extra = span_of(c->extra, c->head.extra == Z_NULL ? 0 : n);
	struct gzidx_member m;
	bool has = gzidx_member_get(extra, &m);

	c->begun = true;
	c->result.members++;
	c->result.at = c->at;
	c->result.closed = c->closing = gzidx_is_closing(extra);
	if (has || c->closing)
		check_header(c);
	buf_add(&c->offsets, &c->at, sizeof c->at);
	check_entries(c, has ? &m : NULL);
	if (!has)
		return;
	check_record(c, &m);
	c->prev = c->at;
}

static void
next_member(struct gzcheck *c, uint64_t at)
{
	c->at = at;
	c->plain_at = c->result.plain;
	c->begun = false;
	memset(&c->head, 0, sizeof c->head);
	c->head.extra = c->extra;
	c->head.extra_max = EXTRA_MAX;
	inflateGetHeader(&c->z, &c->head);
}

/* Inflate what is in the block that ends at file offset END; false: no further. */
static bool
inflate_block(struct gzcheck *c, uint64_t end)
{
	while (c->z.avail_in) {
		int rc;

		c->z.next_out = c->out;
		c->z.avail_out = sizeof c->out;
		rc = inflate(&c->z, Z_NO_FLUSH);
		if (!c->begun && c->head.done == 1)
			begin_member(c);
		c->result.plain += sizeof c->out - c->z.avail_out;
		if (rc == Z_STREAM_END) {
			c->result.checksums++;
			inflateReset(&c->z);
			next_member(c, end - c->z.avail_in);
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			c->result.broken = true;
			return false;
		} else if (c->z.avail_out) {
			break;
		}
	}
	return true;
}

static void
tell_step(struct gzcheck *c, struct src *src, uint64_t off)
{
	int64_t size = src_size(src);

	if (c->opts.step)
		c->opts.step(c->opts.ctx, size > 0 ? (double)off / (double)size : -1);
}

static int
walk_members(struct gzcheck *c, struct src *src, struct err *e)
{
	uint64_t off = AUDIT_HEADER;
	uint64_t step = STEP;
	ssize_t n;

	next_member(c, off);
	while ((n = src_read_at(src, off, c->in, sizeof c->in, e)) > 0) {
		off += (uint64_t)n;
		c->z.next_in = c->in;
		c->z.avail_in = (uInt)n;
		if (!inflate_block(c, off))
			break;
		if (c->result.plain >= step) {
			tell_step(c, src, off);
			step = c->result.plain + STEP;
		}
	}
	return n < 0 ? (int)n : 0;
}

/* Behind damage plain offsets are unknown: is there a header, and does its record agree? */
static int
check_blind(struct gzcheck *c, struct src *src, struct err *e)
{
	uint8_t h[GZ_HEADER + 2 + GZIDX_MEMBER_SIZE];
	struct gzidx_member m;

	for (; c->next < c->index.n; c->next++) {
		const struct gzidx_entry *x = &c->index.v[c->next];
		ssize_t n = tape_read_all(src, x->file, h, sizeof h, e);

		if (n < 0)
			return (int)n;
		if (n < GZ_HEADER || h[0] != 0x1F || h[1] != 0x8B) {
			found(c, x->file,
				"the index points here, but no member begins here");
			continue;
		}
		if (n < (ssize_t)sizeof h || !(h[3] & GZ_FEXTRA) ||
			!gzidx_member_get(
				span_of(h + GZ_HEADER + 2, GZIDX_MEMBER_SIZE), &m))
			continue;
		if (m.plain != x->plain || m.ordinal != x->ordinal)
			found(c, x->file, "the index and the member's record disagree");
	}
	return 0;
}

static int
check_ends(struct gzcheck *c, struct src *src, struct err *e)
{
	if (c->result.broken)
		return check_blind(c, src, e);
	for (; c->next < c->index.n; c->next++)
		found(c, c->index.v[c->next].file,
			"the index points here, but no member begins here");
	if (c->closing && !c->index.n && c->result.plain > 1)
		found(c, c->at, "the index at the end cannot be trusted");
	/* version 1 ends in one byte that belongs to no message, too */
	if (c->index.n && c->index.plain_end != c->result.plain &&
		c->index.plain_end + c->lead != c->result.plain)
		found(c, c->at,
			"the index counts %" PRIu64
			" bytes of messages, but there are %" PRIu64,
			c->index.plain_end, c->result.plain);
	return 0;
}

/* 1: it is; 0: it is not; or an error of reading. */
static int
is_audit(struct src *src, uint64_t *lead, struct err *e)
{
	uint8_t h[AUDIT_HEADER];
	ssize_t n = tape_read_all(src, 0, h, sizeof h, e);

	if (n < (ssize_t)sizeof h)
		return n < 0 ? (int)n : 0;
	*lead = get_le64(h + AUDIT_MAGIC_SIZE) == 1;
	return memcmp(h, AUDIT_MAGIC, AUDIT_MAGIC_TEXT) == 0;
}

/* Spools a pipe. */
static int
read_through(struct src *src, struct err *e)
{
	uint64_t off = 0;
	uint8_t block[4096];
	ssize_t n;

	while (src_size(src) < 0) {
		n = src_read_at(src, off, block, sizeof block, e);
		if (n < 0)
			return (int)n;
		off += (uint64_t)n;
		if (n == 0)
			break;
	}
	return 0;
}

int
gzcheck_walk(struct gzcheck *c, struct src *src, struct err *e)
{
	int rc = is_audit(src, &c->lead, e);

	if (rc <= 0)
		return rc;
	/* the end of a pipe is known only when it has been read, and the index stands there */
	rc = read_through(src, e);
	if (rc == 0)
		rc = gzidx_read(&c->index, src, e);
	if (rc < 0)
		return rc;
	c->result.entries = c->index.n;
	/* whether the first message or the array around it is meant is all the same */
	if (c->index.n && c->index.v[0].plain == 0)
		c->index.v[0].plain = c->lead;
	if (inflateInit2(&c->z, GZIP_WINDOW) != Z_OK)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = walk_members(c, src, e);
	inflateEnd(&c->z);
	if (rc == 0)
		rc = check_ends(c, src, e);
	c->next = 0;
	return rc;
}

void
gzcheck_message(struct gzcheck *c, uint64_t plain, uint64_t ordinal, int64_t at_ns)
{
	const struct gzidx_entry *e;

	if (!c->index.n)
		return;
	e = c->index.v + c->next;
	if (plain == 0)
		plain = c->lead;
	for (; c->next < c->index.n && e->plain < plain; c->next++, e++)
		found(c, e->file, "the index points into the middle of a message");
	if (c->next == c->index.n || e->plain != plain)
		return;
	if (e->ordinal != ordinal)
		found(c, e->file,
			"the index says message %" PRIu64 ", but it is number %" PRIu64,
			e->ordinal, ordinal);
	if (e->at_ns != at_ns)
		found(c, e->file, "the index says %.6f s, but the message is at %.6f s",
			(double)e->at_ns / 1e9, (double)at_ns / 1e9);
	c->next++;
}

void
gzcheck_end(struct gzcheck *c, uint64_t messages, bool whole)
{
	if (!c->index.n || !whole)
		return;
	if (c->index.messages != messages)
		found(c, c->at,
			"the index counts %" PRIu64 " messages, but there are %" PRIu64,
			c->index.messages, messages);
}

uint64_t
gzcheck_member_of(const struct gzcheck *c, int64_t offset)
{
	size_t lo = 0, hi = c->offsets.n / sizeof(uint64_t);

	if (offset < 0 || !hi || (hi == OFFSETS_MAX && c->result.members > hi))
		return 0;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		uint64_t at;

		memcpy(&at, c->offsets.p + mid * sizeof at, sizeof at);
		if (at <= (uint64_t)offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
