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
/* Recordings of several files: what lies beside this one. */
struct src_near {
	/* Its bare name, which lives as long as S. */
	const char *(*name)(struct src *s);
	/* Another regular file in the same folder, by its bare name; links are not followed. */
	int (*open)(struct src *s, const char *name, struct src **out, struct err *e);
};
struct src {
	const struct src_ops *ops;
	const struct src_near *near; /* NULL: nothing lies beside it */
	/* From now on a read that would take longer than NS ends in ERR_AGAIN, and what it wants
	 * is on its way; 0: it takes as long as it takes.  NULL: what is read is at hand. */
	void (*wait_at_most)(struct src *s, int64_t ns);
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
static inline void
src_wait_at_most(struct src *s, int64_t ns)
{
	if (s->wait_at_most)
		s->wait_at_most(s, ns);
}
/* "" without neighbours. */
const char *src_name(struct src *s);
/* ERR_NOTFOUND without neighbours, or when none has this name; ERR_USAGE for a name that is
 * not bare. */
int src_beside(struct src *s, const char *name, struct src **out, struct err *e);
/* A source over bytes in memory that stay valid as long as the source; NULL: no memory. */
struct src *src_mem(struct span bytes);
/* Another way to read S, which outlives it and stays open when it is closed; without
 * neighbours.  NULL: no memory. */
struct src *src_borrow(struct src *s);

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
/* As struct src_near.  What is made beside D shares its fate: it appears when D does, or not at
 * all.  It is closed before D; what is not is given up, and D with it. */
struct dst_near {
	const char *(*name)(struct dst *d);
	int (*create)(struct dst *d, const char *name, struct dst **out, struct err *e);
};
struct dst {
	const struct dst_ops *ops;
	bool seekable;               /* may rewrite bytes behind the end */
	const struct dst_near *near; /* NULL: nothing can be made beside it */
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
const char *dst_name(struct dst *d);
int dst_beside(struct dst *d, const char *name, struct dst **out, struct err *e);
/* A destination into memory.  dst_mem_bytes: valid until the next write.  dst_mem_limit:
 * writes past LIMIT bytes come back short, then ERR_NOSPACE (tests of a full disk). */
struct dst *dst_mem(void);
struct span dst_mem_bytes(struct dst *d);
void dst_mem_limit(struct dst *d, uint64_t limit);

#endif
