/* SPDX-License-Identifier: ISC */
/* The index of an audit file (docs/format-index.md): where in the file and in time its gzip
 * members begin.  It travels in FEXTRA fields, which other readers skip:
 *
 *   every member's header says where it stands ('A' 'M', also after a crash);
 *   a closing header holds the whole list ('A' 'I') and a footer ('A' 'F') at the very end.
 *
 * A reader trusts none of it: sizes are bounded, checksums and order are checked, and what
 * is doubtful counts as not there. */
#ifndef FORMAT_GZIDX_H
#define FORMAT_GZIDX_H

#include "base/buf.h"
#include "base/io.h"

struct gzidx_entry {
	uint64_t file;    /* offset of the member's header in the file */
	uint64_t plain;   /* inflated bytes in front of it */
	uint64_t ordinal; /* messages in front of it */
	int64_t at_ns; /* time of its first message since the start, never going back */
};

#define GZIDX_ENTRIES_MAX 8192 /* more are thinned out: every other one goes */

struct gzidx {
	struct gzidx_entry *v; /* in order of all four; GZIDX_ENTRIES_MAX of them */
	size_t n;
	uint32_t stride;     /* of the members offered, every STRIDEth is kept */
	uint32_t skip;       /* offers to skip until the next one is */
	int64_t start_ns;    /* wall clock of the first message */
	int64_t duration_ns; /* at_ns of the last */
	uint64_t messages;
	uint64_t plain_end; /* inflated bytes of all messages */
	uint64_t data_end;  /* file offset behind the last member of messages */
	bool ended;         /* read: the closing member was ended */
};

int gzidx_init(struct gzidx *x); /* 0 or ERR_NOMEM */
void gzidx_free(struct gzidx *x);
void gzidx_add(struct gzidx *x, const struct gzidx_entry *e);
/* The last entry with at_ns <= AT_NS / plain <= OFF; NULL: none. */
const struct gzidx_entry *gzidx_by_time(const struct gzidx *x, int64_t at_ns);
const struct gzidx_entry *gzidx_by_plain(const struct gzidx *x, uint64_t off);

/* Append the closing header (or a chain of members, when the list is long) to OUT; its first
 * byte belongs at file offset AT.  END: end the last member too. */
int gzidx_write(const struct gzidx *x, struct buf *out, uint64_t at, bool end);
/* An empty member is ended by these bytes. */
#define GZIDX_EMPTY_END 10
extern const uint8_t gzidx_empty_end[GZIDX_EMPTY_END];
/* Find and read it at the end of SRC.  1, 0 when there is none that can be trusted, or an
 * error of the source.  X is initialised either way. */
int gzidx_read(struct gzidx *x, struct src *src, struct err *e);

/* The FEXTRA content of a member of messages. */
struct gzidx_member {
	uint64_t ordinal, plain; /* in front of it */
	int64_t time_ns; /* wall clock: none of its messages is earlier, none before it later */
	uint64_t prev; /* file offset of the member before, 0 none */
};
#define GZIDX_MEMBER_SIZE 40
void gzidx_member_put(uint8_t out[GZIDX_MEMBER_SIZE], const struct gzidx_member *m);
bool gzidx_member_get(struct span extra, struct gzidx_member *m);
/* The closing header: its FEXTRA holds the footer or a part of the list. */
bool gzidx_is_closing(struct span extra);

#endif
