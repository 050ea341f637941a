/* SPDX-License-Identifier: ISC */
/* Reading gzip members one after the other, as a crash or any writer may have left them.
 * It delivers plain bytes and says between them where members begin and end.  Nothing is
 * decided here: a wrong checksum, damage and the end of the file are events, and the caller
 * goes on, looks for the next member (gzr_find), or asks again later when the file may
 * have grown. */
#ifndef FORMAT_GZR_H
#define FORMAT_GZR_H

#include "base/io.h"

#include <zlib.h>

#define GZR_INPUT     ((size_t)512 << 10) /* window onto the file */
#define GZR_NAMES_MAX 4096                /* bytes of FNAME and FCOMMENT together */
#define GZR_ONE_SHOT  ((size_t)512 << 10) /* room that a caller should offer */

enum gzr_event {
	GZR_EOF,    /* the present end of the file; more may come */
	GZR_DATA,   /* N plain bytes */
	GZR_BEGIN,  /* a header was read: member_at, extra */
	GZR_END,    /* a member ended well */
	GZR_SUM,    /* it ended, but checksum or size are not those of its bytes */
	GZR_BROKEN, /* no valid deflate data or no header at gzr_offset() */
};

enum gzr_state { GZR_HEADER, GZR_BODY, GZR_TRAILER, GZR_STUCK };

struct gzr {
	struct src *src; /* borrowed */
	uint8_t *in;
	size_t pos, n;   /* unread part of IN */
	uint64_t in_off; /* file offset of in[0] */
	enum gzr_state state;
	uint64_t member_at; /* file offset of the header of this member */
	uint64_t members;   /* begun so far, seeks not counted back */
	struct span extra;  /* FEXTRA of it; valid until the next call */
	uint64_t size;      /* plain bytes of it so far */
	uint64_t find_from; /* after GZR_BROKEN */
	bool bad_sum;       /* the member before ended in GZR_SUM */
	uint32_t crc;
	bool z_ready;
	bool streaming; /* zlib is in the middle of this member */
	z_stream z;
	void *one_shot;     /* libdeflate's decompressor */
	unsigned fruitless; /* one-shot tries that failed in a row */
};

int gzr_init(struct gzr *g, struct src *src); /* 0 or ERR_NOMEM; src is borrowed */
void gzr_free(struct gzr *g);

/* File offset of the next byte. */
uint64_t gzr_offset(const struct gzr *g);
/* Start over at a member's header at OFF. */
void gzr_at_header(struct gzr *g, uint64_t off);
/* The file may have changed under what was read ahead. */
void gzr_forget(struct gzr *g);
/* The next event (enum gzr_event), or a negative error of the source. */
int gzr_next(struct gzr *g, uint8_t *out, size_t cap, size_t *n, struct err *e);

/* After GZR_BROKEN: look for the header of the next member whose beginning (up to a few KiB
 * of plain bytes, and its FEXTRA) PLAUSIBLE accepts.  1: g stands at it; 0: there is none;
 * negative: error of the source. */
typedef bool gzr_plausible(void *ctx, struct span plain, struct span extra);
int gzr_find(struct gzr *g, gzr_plausible *plausible, void *ctx, struct err *e);
/* Are there only zeros between OFF and the present end?  1, 0 or negative. */
int gzr_zeros(struct gzr *g, uint64_t off, struct err *e);

/* A place in the deflate data of a member where they can be continued or ended: after it
 * nothing of the byte in front is left over. */
struct gzr_edge {
	uint64_t off;  /* in the file */
	uint64_t size; /* plain bytes of the member in front of it */
	uint32_t crc;  /* of them */
};
/* The last edge of the member at OFF that has at most LIMIT plain bytes in front. */
int gzr_last_edge(struct gzr *g, uint64_t off, uint64_t limit, struct gzr_edge *edge,
	struct err *e);

/* The state in the middle of a member, to come back to: about 48 KiB.  A mark must stay where
 * it is in memory, zlib's state points back at it. */
struct gzr_mark {
	uint64_t off, member_at, size;
	uint32_t crc;
	z_stream z;
};
bool gzr_mark(struct gzr *g, struct gzr_mark *m); /* false: not now, or no memory */
bool gzr_return(struct gzr *g, const struct gzr_mark *m);
void gzr_mark_free(struct gzr_mark *m);

#endif
