/* SPDX-License-Identifier: ISC */
/* What reading a tape does not look at: whether the members of an audit file are where its
 * member records and its index say, and whether the index agrees with the messages.  Damage
 * in the gzip stream itself is the tape's to tell; the walk ends there, the index behind it
 * is still held against the headers it points to.
 *
 * Two steps: gzcheck_walk() over the file, then gzcheck_message() for every message read
 * from the tape, then gzcheck_end(). */
#ifndef FORMAT_GZCHECK_H
#define FORMAT_GZCHECK_H

#include "base/io.h"

struct gzcheck;

struct gzcheck_opts {
	/* A contradiction: where in the file (-1 unknown) and what. */
	void (*found)(void *ctx, int64_t offset, const char *text);
	void (*step)(void *ctx, double done); /* now and then, 0 to 1; NULL: none */
	void *ctx;
};

struct gzcheck_result {
	uint64_t members;   /* headers seen, a closing one too */
	uint64_t checksums; /* members whose checksum was there and right */
	uint64_t plain;     /* bytes inflated */
	uint64_t entries;   /* of the index, 0: it has none */
	uint64_t at;        /* file offset of the last header seen */
	bool closed;        /* it was a closing one */
	bool broken;        /* the walk met damage and ended there */
};

struct gzcheck *gzcheck_new(const struct gzcheck_opts *o); /* NULL: no memory */
void gzcheck_free(struct gzcheck *c);
/* SRC is borrowed.  A file that is no audit log is passed over with an empty result. */
int gzcheck_walk(struct gzcheck *c, struct src *src, struct err *e);
struct gzcheck_result gzcheck_result(const struct gzcheck *c);
/* The message number ORDINAL (from 0) begins at inflated offset PLAIN and is AT_NS after
 * the start. */
void gzcheck_message(struct gzcheck *c, uint64_t plain, uint64_t ordinal, int64_t at_ns);
/* No more messages; WHOLE: all of them were readable. */
void gzcheck_end(struct gzcheck *c, uint64_t messages, bool whole);
/* Number (from 1) of the member that holds this offset of the file, 0 unknown. */
uint64_t gzcheck_member_of(const struct gzcheck *c, int64_t offset);

#endif
