/* SPDX-License-Identifier: ISC */
/* A source over something far away: reads are served from blocks that are kept, the last used
 * ones.  Others are fetched, by threads of the source, together the farther ahead the longer
 * somebody reads on, and before they are asked for; several places may be read on from in turns.
 * The source itself is for one thread. */
#ifndef STORE_BLOCKS_H
#define STORE_BLOCKS_H

#include "base/buf.h"
#include "base/io.h"

#define BLOCKS_SIZE    ((size_t)64 << 10)
#define BLOCKS_KEPT    512 /* of them: 32 MiB a source */
#define BLOCKS_AHEAD   32  /* in one fetch, at most */
#define BLOCKS_FETCHES 5   /* at once, at most; the last one only for who waits */

struct blocks_ops {
	/* Exactly N bytes from OFF on into OUT, which is empty; they are there.  Called from
	 * several threads at once. */
	int (*fetch)(void *ctx, uint64_t off, size_t n, struct buf *out, struct err *e);
	void (*stop)(
		void *ctx); /* nobody waits any more for fetches that run; may be NULL */
	void (*close)(void *ctx); /* none runs */
};

/* SIZE: of all of it.  FIRST: what is known of its beginning already, may be empty.  CTX is
 * taken over, on error too. */
int blocks_open(struct src **s, const struct blocks_ops *ops, void *ctx, uint64_t size,
	struct span first, struct err *e);

#endif
