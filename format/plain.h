/* SPDX-License-Identifier: ISC */
/* The inflated bytes of an audit file as one long run, through a window that moves over
 * them: what comes next is contiguous in memory.  It remembers where members began, and
 * inside long members the state of the inflater, so that it can go back without starting
 * over; the number of these places is bounded, however long the file.
 *
 * Plain offsets count the bytes that came out.  After damage they are what the next member
 * of ours says about itself, so that they are the same whichever way one comes to it. */
#ifndef FORMAT_PLAIN_H
#define FORMAT_PLAIN_H

#include "format/gzr.h"

#define PLAIN_MEMBERS_MAX 4096
#define PLAIN_MARKS_MAX   192 /* about 9 MiB */

struct plain_point {
	uint64_t plain;
	uint64_t file;
	struct gzr_mark *mark; /* NULL: a member's header */
};

struct plain_points {
	struct plain_point *v;
	size_t n, max;
	uint64_t gap; /* plain bytes between two, doubles when the list is full */
};

struct plain {
	struct gzr gz;
	uint8_t *p; /* the window */
	size_t cap;
	size_t pos, n; /* what comes next is p[pos..n) */
	uint64_t off;  /* plain offset of p[0] */
	struct plain_points members, marks;
	bool closing;     /* the last header was a closing one */
	bool ended;       /* the last member was ended, nothing came after it */
	uint64_t begin;   /* plain offset at which the last member began ... */
	bool is_ours;     /* ... and its member record says so too */
	bool damaged;     /* a gap or a wrong sum was met */
	uint64_t bad_sum; /* file offset of the last member with a wrong sum, 0: none */
	gzr_plausible *plausible;
	void *ctx;
};

enum plain_result {
	PLAIN_END,  /* the present end of the file */
	PLAIN_MORE, /* the window has grown */
	PLAIN_GAP,  /* damage: see plain_resync() */
	PLAIN_SUM,  /* nothing new; the member at bad_sum has a wrong checksum */
	PLAIN_SYNC, /* nothing new; it is known that a message begins behind the window */
};

/* SRC is borrowed; the first member is at file offset START. */
int plain_init(struct plain *s, struct src *src, uint64_t start, gzr_plausible *plausible,
	void *ctx);
void plain_free(struct plain *s);

static inline uint64_t
plain_tell(const struct plain *s)
{
	return s->off + s->pos;
}
static inline struct span
plain_window(const struct plain *s)
{
	return span_of(s->p + s->pos, s->n - s->pos);
}

/* Get more bytes behind the window.  A plain_result or a negative error. */
int plain_more(struct plain *s, struct err *e);
void plain_drop(struct plain *s); /* the rest of the window */
/* After PLAIN_GAP: drop the window and go to the next member that makes sense.  1 found,
 * 0 none, negative. */
int plain_resync(struct plain *s, struct err *e);
/* Let the window begin at plain offset OFF: 1, 0 when the file ends before, negative. */
int plain_seek(struct plain *s, uint64_t off, struct err *e);
/* The best place known to start from for OFF (its plain offset). */
uint64_t plain_nearest(const struct plain *s, uint64_t off);
/* Go on at the member whose header is at FILE and which begins at plain offset OFF. */
void plain_at(struct plain *s, uint64_t file, uint64_t off);

#endif
