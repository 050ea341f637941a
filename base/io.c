/* SPDX-License-Identifier: ISC */
#include "base/io.h"

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>

static bool
is_bare(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

const char *
src_name(struct src *s)
{
	return s->near ? s->near->name(s) : "";
}

int
src_beside(struct src *s, const char *name, struct src **out, struct err *e)
{
	*out = NULL;
	if (!is_bare(name))
		return err_set(e, ERR_USAGE, "no bare name");
	if (!s->near)
		return err_set(e, ERR_NOTFOUND, "nothing lies beside it");
	return s->near->open(s, name, out, e);
}

const char *
dst_name(struct dst *d)
{
	return d->near ? d->near->name(d) : "";
}

int
dst_beside(struct dst *d, const char *name, struct dst **out, struct err *e)
{
	*out = NULL;
	if (!is_bare(name))
		return err_set(e, ERR_USAGE, "no bare name");
	if (!d->near)
		return err_set(
			e, ERR_USAGE, "is no file beside which others can be made");
	return d->near->create(d, name, out, e);
}

struct mem_src {
	struct src src;
	struct span bytes;
};

static ssize_t
mem_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct mem_src *m = (struct mem_src *)s;

	(void)e;
	if (off >= m->bytes.n)
		return 0;
	if (n > m->bytes.n - off)
		n = m->bytes.n - (size_t)off;
	if (n)
		memcpy(p, m->bytes.p + off, n);
	return (ssize_t)n;
}

static int64_t
mem_size(struct src *s)
{
	return (int64_t)((struct mem_src *)s)->bytes.n;
}

static void
mem_close(struct src *s)
{
	free(s);
}

struct src *
src_mem(struct span bytes)
{
	static const struct src_ops ops = { mem_read_at, mem_size, mem_close };
	struct mem_src *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->src.ops = &ops;
	m->bytes = bytes;
	return &m->src;
}

struct borrowed_src {
	struct src src;
	struct src *of;
};

static ssize_t
borrowed_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	return src_read_at(((struct borrowed_src *)s)->of, off, p, n, e);
}

static int64_t
borrowed_size(struct src *s)
{
	return src_size(((struct borrowed_src *)s)->of);
}

static void
borrowed_close(struct src *s)
{
	free(s);
}

struct src *
src_borrow(struct src *s)
{
	static const struct src_ops ops = { borrowed_read_at, borrowed_size,
		borrowed_close };
	struct borrowed_src *b = malloc(sizeof *b);

	if (!b)
		return NULL;
	*b = (struct borrowed_src){ .src.ops = &ops, .of = s };
	return &b->src;
}

struct mem_dst {
	struct dst dst;
	struct buf buf;
	uint64_t limit;
};

static ssize_t
mem_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct mem_dst *m = (struct mem_dst *)d;
	size_t over;

	if (off > m->buf.n)
		return err_set_at(e, ERR_STATE, (int64_t)off, "write behind the end");
	if (m->limit && off >= m->limit && n) {
		errno = ENOSPC;
		return err_sys(e, ERR_IO, "cannot write");
	}
	if (m->limit && n > m->limit - off)
		n = (size_t)(m->limit - off);
	over = m->buf.n - (size_t)off < n ? m->buf.n - (size_t)off : n;
	if (over)
		memcpy(m->buf.p + off, p, over);
	if (buf_add(&m->buf, (const uint8_t *)p + over, n - over) < 0)
		return err_set(
			e, m->buf.failed, "cannot write: %s", err_name(m->buf.failed));
	return (ssize_t)n;
}

static int
mem_truncate(struct dst *d, uint64_t size, struct err *e)
{
	(void)e;
	buf_cut(&((struct mem_dst *)d)->buf, (size_t)size);
	return 0;
}

static int
mem_close_dst(struct dst *d, struct err *e)
{
	(void)e;
	buf_free(&((struct mem_dst *)d)->buf);
	free(d);
	return 0;
}

struct dst *
dst_mem(void)
{
	static const struct dst_ops ops = { mem_write_at, mem_truncate, NULL,
		mem_close_dst };
	struct mem_dst *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->dst.ops = &ops;
	m->dst.seekable = true;
	buf_init(&m->buf, (size_t)1 << 31);
	return &m->dst;
}

struct span
dst_mem_bytes(struct dst *d)
{
	return buf_span(&((struct mem_dst *)d)->buf);
}

void
dst_mem_limit(struct dst *d, uint64_t limit)
{
	((struct mem_dst *)d)->limit = limit;
}
