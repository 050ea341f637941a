/* SPDX-License-Identifier: ISC */
/* Bytes from somewhere and bytes to somewhere.  The libraries read and write recordings
 * through these two tables only; files, pipes, sockets and stores stand behind them. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include "base/err.h"
#include "base/span.h"

#include <sys/types.h>

struct src;
struct src_ops {
	/* Up to N bytes from OFF.  Returns the count, 0 at the (present) end, negative on
	 * error.  Short counts are normal.  A source that is not seekable remembers what
	 * it has read (it spools), so any OFF already passed may be asked for again. */
	ssize_t (*read_at)(struct src *s, uint64_t off, void *p, size_t n, struct err *e);
	int64_t (*size)(struct src *s); /* present size, -1 while unknown */
	void (*close)(struct src *s);   /* releases s */
};
struct src {
	const struct src_ops *ops;
};

static inline ssize_t
src_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	return s->ops->read_at(s, off, p, n, e);
}
static inline int64_t
src_size(struct src *s)
{
	return s->ops->size(s);
}
static inline void
src_close(struct src *s)
{
	if (s)
		s->ops->close(s);
}
/* A source over bytes in memory that stay valid as long as the source; NULL: no memory. */
struct src *src_mem(struct span bytes);

struct dst;
struct dst_ops {
	/* Write up to N bytes at OFF.  Returns the count (short on a full disk), or
	 * negative.  A destination that cannot seek takes only OFF == bytes written so far. */
	ssize_t (*write_at)(
		struct dst *d, uint64_t off, const void *p, size_t n, struct err *e);
	int (*truncate)(struct dst *d, uint64_t size, struct err *e); /* NULL: cannot */
	int (*sync)(struct dst *d, struct err *e);  /* durable; may be NULL */
	int (*close)(struct dst *d, struct err *e); /* releases d */
};
struct dst {
	const struct dst_ops *ops;
	bool seekable; /* may rewrite bytes behind the end */
};

static inline ssize_t
dst_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	return d->ops->write_at(d, off, p, n, e);
}
static inline int
dst_close(struct dst *d, struct err *e)
{
	return d ? d->ops->close(d, e) : 0;
}
/* A destination into memory.  dst_mem_bytes: valid until the next write.  dst_mem_limit:
 * writes past LIMIT bytes come back short, then ERR_NOSPACE (tests of a full disk). */
struct dst *dst_mem(void);
struct span dst_mem_bytes(struct dst *d);
void dst_mem_limit(struct dst *d, uint64_t limit);

#endif
