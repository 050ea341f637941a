/* SPDX-License-Identifier: ISC */
/* Continuing an audit log that is already there.
 *
 * One that we closed says everything in its index: version 2 gets its closing header ended
 * and goes on behind it; in version 1 the member with the array's end mark is replaced.
 *
 * Any other is read to its end.  Its last member is ended at the last place where the
 * deflate data can be (an "edge", at most behind the last whole message); whole messages
 * behind that place are compressed anew, and what is no message is cut off.  Everything goes
 * out in one write.  Damage that may hide messages is left alone: then nothing is appended. */
#include "format/tape_audit.h"
#include "format/tapew_audit.h"

#include "base/clk.h"
#include "format/wire.h"

#define REDO_MAX ((uint64_t)64 << 20) /* plain bytes that are compressed anew */

struct repair {
	struct tapew_audit *a;
	struct tape_audit *t;
	uint64_t end;    /* plain offset behind the last whole message */
	uint64_t before; /* the member in front of the last one that has a record */
	int64_t size;    /* of the file */
	bool restart;    /* there is nothing worth keeping */
};

/* Read all messages; the index grows on the way. */
static int
read_all(struct repair *r, struct err *e)
{
	struct gzidx *x = &r->a->idx;
	struct plain *p = &r->t->plain;
	const struct msg *m;
	int64_t at_ns = 0;
	uint64_t begin = plain_tell(p);
	int rc;

	for (; (rc = tape_next(&r->t->t, &m, &at_ns, e)) > 0; begin = plain_tell(p)) {
		/* behind a long message the next member may have been read already */
		if (p->is_ours && p->gz.member_at != r->a->member_at &&
			begin >= p->begin) {
			r->before = r->a->member_at;
			r->a->member_at = p->gz.member_at;
			gzidx_add(x, &(struct gzidx_entry){ p->gz.member_at, p->begin,
					     x->messages, at_ns });
		}
		x->messages++;
		x->duration_ns = at_ns;
	}
	x->start_ns = r->t->t.info.start_ns;
	r->end = x->plain_end = plain_tell(p);
	return rc;
}

/* Whole messages between plain offsets FROM and r->end go into a member of their own. */
static int
redo(struct repair *r, uint64_t from, struct err *e)
{
	struct gzw *gz = &r->a->gz;
	int rc;

	if (from == r->end)
		return 0;
	if (r->end - from > REDO_MAX)
		return err_set(e, ERR_UNSUPPORTED,
			"cannot append: the end is not in a form that can be continued");
	rc = plain_seek(&r->t->plain, from, e);
	while (rc > 0 && gz->plain.n < r->end - from) {
		struct span in = plain_window(&r->t->plain);
		size_t n = r->end - from - gz->plain.n;

		if (in.n == 0) {
			rc = plain_more(&r->t->plain, e);
			continue;
		}
		n = n < in.n ? n : in.n;
		if (buf_add(&gz->plain, in.p, n) < 0)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		r->t->plain.pos += n;
	}
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(e, ERR_STATE, "the file changed while it was read");
	gzw_header(&r->a->w.out, (struct span){ NULL, 0 });
	rc = gzw_end(gz, &r->a->w.out);
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : 0;
}

static void
end_member(struct buf *out, bool deflate_too, uint32_t crc, uint64_t size)
{
	uint8_t end[2 + GZ_TRAILER] = { 3, 0 };

	put_le32(end + 2, crc);
	put_le32(end + 6, (uint32_t)size);
	buf_add(out, deflate_too ? end : end + 2, deflate_too ? sizeof end : GZ_TRAILER);
}

/* The last member ends in the middle: find out where it can be ended. */
static int
end_open_member(struct repair *r, struct err *e)
{
	struct plain *p = &r->t->plain;
	uint64_t begin = p->begin, at = p->gz.member_at;
	struct gzr_edge edge;
	int rc;

	if (r->end < begin)
		return err_set(e, ERR_UNSUPPORTED,
			"cannot append: the file ends in a message that spans gzip "
			"members");
	rc = gzr_last_edge(&p->gz, at, r->end - begin, &edge, e);
	if (rc < 0)
		return rc;
	plain_at(p, at, begin);
	if (edge.size == 0) {
		r->a->w.off = at;
		/* Its successor in this place has no record, so none may name it. */
		if (r->a->member_at == at)
			r->a->member_at = r->before;
		return redo(r, begin, e);
	}
	r->a->w.off = edge.off;
	end_member(&r->a->w.out, true, edge.crc, edge.size);
	return redo(r, begin + edge.size, e);
}

/* Set w->off and bring everything in front of the next member's header to OUT. */
static int
close_end(struct repair *r, struct err *e)
{
	struct plain *p = &r->t->plain;
	struct gzr *g = &p->gz;
	bool rest = p->pos < p->n; /* of a message, or version 1's end mark */

	if (r->t->dead && !r->t->zeros)
		return err_set_at(e, ERR_DAMAGED, (int64_t)gzr_offset(g),
			"cannot append: the end of the file is damaged");
	if (r->t->definite)
		return err_set(e, ERR_UNSUPPORTED,
			"cannot append to an array of fixed size (convert it first)");
	r->restart = r->a->idx.messages == 0;
	if (r->restart && r->t->t.end.damages)
		return err_set(e, ERR_DAMAGED,
			"cannot append: no message of the file can be read");
	if (r->restart)
		return 0;
	if (p->ended && !rest && g->state != GZR_TRAILER) {
		r->a->w.off = gzr_offset(g);
		return 0;
	}
	if (r->end == p->begin) {
		r->a->w.off = g->member_at;
		return 0;
	}
	if (g->state == GZR_TRAILER && !rest) {
		r->a->w.off = gzr_offset(g);
		end_member(&r->a->w.out, false, g->crc, g->size);
		return 0;
	}
	return end_open_member(r, e);
}

/* The file begins anew; nothing in it can be read. */
static int
start_over(struct tapew *w, int64_t size, struct err *e)
{
	struct gzidx *x = &((struct tapew_audit *)w)->idx;

	x->n = 0;
	x->messages = x->plain_end = 0;
	if (size == 0)
		return 0;
	if (!w->dst->ops->truncate)
		return err_set(
			e, ERR_UNSUPPORTED, "cannot append: the file cannot be cut");
	return w->dst->ops->truncate(w->dst, 0, e);
}

/* Write the new end over the old one, then cut off what stands out behind it. */
static int
commit(struct tapew *w, int64_t size, struct err *e)
{
	struct tapew_audit *a = (struct tapew_audit *)w;
	size_t tail = a->v1 ? 6 : 0;
	int rc;

	if (size > (int64_t)w->off && (!w->dst->seekable || !w->dst->ops->truncate))
		return err_set(e, ERR_UNSUPPORTED,
			"cannot append: the end of the file cannot be rewritten");
	a->started = true;
	rc = tapew_audit_begin(a, ns_add(a->idx.start_ns, a->idx.duration_ns));
	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	rc = tapew_drain(w, e);
	if (rc == 0 && size > (int64_t)(w->off + tail))
		rc = w->dst->ops->truncate(w->dst, w->off + tail, e);
	w->stats.file_bytes = 0;
	return rc;
}

/* A file that we closed. */
static int
continue_closed(struct tapew *w, int64_t size, struct err *e)
{
	struct tapew_audit *a = (struct tapew_audit *)w;

	if (a->idx.messages == 0)
		return start_over(w, size, e);
	w->off = a->v1 ? a->idx.data_end : (uint64_t)size;
	if (!a->v1 && !a->idx.ended)
		buf_add(&w->out, gzidx_empty_end, GZIDX_EMPTY_END);
	if (a->idx.n)
		a->member_at = a->idx.v[a->idx.n - 1].file;
	return commit(w, size, e);
}

static int
continue_open(struct tapew *w, struct src *src, int64_t size, struct err *e)
{
	static const struct tape_opts none = { 0 };
	struct repair r = { .a = (struct tapew_audit *)w, .size = size };
	struct tape *t;
	int rc = tape_audit_open(&t, src, &none, e);

	if (rc < 0)
		return rc;
	r.t = (struct tape_audit *)t;
	rc = read_all(&r, e);
	if (rc == 0)
		rc = close_end(&r, e);
	t->ops->close(t); /* the source stays the caller's */
	if (rc < 0)
		return rc;
	if (r.restart)
		return start_over(w, size, e);
	return commit(w, size, e);
}

int
tapew_audit_continue(struct tapew *w, struct src *src, struct err *e)
{
	struct tapew_audit *a = (struct tapew_audit *)w;
	int64_t size = src ? src_size(src) : -1;
	unsigned version;
	struct gzidx x;
	int rc;

	if (size < 0)
		return err_set(
			e, ERR_UNSUPPORTED, "cannot append: the file cannot be read");
	if (size < AUDIT_HEADER && tape_audit_is_torn(src, (size_t)size))
		return start_over(w, size, e);
	rc = tape_audit_header(src, &version, e);
	if (rc < 0)
		return rc;
	if ((version == 1) != a->v1)
		return err_set(e, ERR_USAGE,
			"cannot append: the file is an audit log of version %u", version);
	rc = gzidx_read(&x, src, e);
	if (rc > 0) {
		gzidx_free(&a->idx);
		a->idx = x;
		return continue_closed(w, size, e);
	}
	gzidx_free(&x);
	return rc < 0 ? rc : continue_open(w, src, size, e);
}
