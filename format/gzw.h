/* SPDX-License-Identifier: ISC */
/* Writing gzip members (RFC 1952).  Plain bytes are collected in PLAIN; what happens next
 * depends on how they leave:
 *
 *   a member that is ended before it was ever flushed is compressed in one go (with
 *   libdeflate where there is one: faster and smaller than zlib);
 *   a member that is flushed in the middle becomes a zlib stream, each flush ending in a
 *   sync marker, so that all bytes so far can be inflated from the file.
 *
 * Nothing is allocated after the first member of each kind, unless a message is huge. */
#ifndef FORMAT_GZW_H
#define FORMAT_GZW_H

#include "base/buf.h"
#include "base/err.h"

#include <zlib.h>

#define GZW_LEVELS    10
#define GZW_EXTRA_MAX 65535

struct gzw {
	struct buf plain;  /* bytes of the open member that are not compressed yet */
	uint64_t streamed; /* bytes of the open member that are */
	uint32_t crc;      /* of the streamed bytes */
	int level;         /* 1 to 9, of zlib's streams: for the next member */
	int whole_level;   /* 1 to 9, of members compressed in one go; noise is stored */
	bool z_ready;
	int z_level;
	z_stream z;
	void *one_shot[GZW_LEVELS]; /* libdeflate's compressors, made when first used */
};

void gzw_init(struct gzw *g, int level);
void gzw_free(struct gzw *g);

/* Bytes of the open member so far. */
uint64_t gzw_size(const struct gzw *g);
/* Append the header of a member to OUT, with EXTRA as FEXTRA when it is not empty. */
int gzw_header(struct buf *out, struct span extra);
/* Append all of PLAIN, ending in a sync marker. */
int gzw_flush(struct gzw *g, struct buf *out);
/* Append the rest of the member and its trailer.  On error nothing has changed. */
int gzw_end(struct gzw *g, struct buf *out);

#endif
