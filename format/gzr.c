/* SPDX-License-Identifier: ISC */
/* A member that lies whole in the input window is inflated in one go, which is two to three
 * times faster; all others, and the open one at the end, run through zlib's stream. */
#include "format/gzr.h"

#include "format/wire.h"

#include <stdlib.h>

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

#define FRUITLESS_MAX 4
/* The header of the next member may lie before the place where the bytes in front of it,
 * cut off in the middle, stopped making sense as deflate data. */
#define LOOK_BACK ((uint64_t)64 << 10)

int
gzr_init(struct gzr *g, struct src *src)
{
	*g = (struct gzr){ .src = src };
	g->in = malloc(GZR_INPUT);
	if (!g->in)
		return ERR_NOMEM;
#ifdef HAVE_LIBDEFLATE
	g->one_shot = libdeflate_alloc_decompressor();
#endif
	return 0;
}

void
gzr_free(struct gzr *g)
{
	free(g->in);
	if (g->z_ready)
		inflateEnd(&g->z);
#ifdef HAVE_LIBDEFLATE
	libdeflate_free_decompressor(g->one_shot);
#endif
	*g = (struct gzr){ 0 };
}

uint64_t
gzr_offset(const struct gzr *g)
{
	return g->in_off + g->pos;
}

/* Let the window begin at OFF; keeps what it has of it. */
static void
move_to(struct gzr *g, uint64_t off)
{
	if (off >= g->in_off && off <= g->in_off + g->n) {
		g->pos = (size_t)(off - g->in_off);
		return;
	}
	g->in_off = off;
	g->pos = g->n = 0;
}

void
gzr_at_header(struct gzr *g, uint64_t off)
{
	move_to(g, off);
	g->state = GZR_HEADER;
	g->streaming = g->bad_sum = false;
}

void
gzr_forget(struct gzr *g)
{
	g->in_off += g->pos;
	g->pos = g->n = 0;
}

/* Have at least WANT unread bytes in the window, if the file has them.  1, 0 at the end, or
 * negative. */
static int
fill(struct gzr *g, size_t want, struct err *e)
{
	while (g->n - g->pos < want) {
		ssize_t k;

		if (g->pos && (g->n == GZR_INPUT || g->pos == g->n)) {
			memmove(g->in, g->in + g->pos, g->n - g->pos);
			g->in_off += g->pos;
			g->n -= g->pos;
			g->pos = 0;
		}
		if (g->n == GZR_INPUT)
			return 0;
		k = src_read_at(
			g->src, g->in_off + g->n, g->in + g->n, GZR_INPUT - g->n, e);
		if (k < 0)
			return (int)k;
		if (k == 0)
			return 0;
		g->n += (size_t)k;
	}
	return 1;
}

static uint32_t
checksum(uint32_t crc, const uint8_t *p, size_t n)
{
#ifdef HAVE_LIBDEFLATE
	return libdeflate_crc32(crc, p, n);
#else
	return (uint32_t)crc32(crc, p, (uInt)n);
#endif
}

/* The length of the header at P and its FEXTRA; 0: it needs more bytes; -1: it is none. */
static ssize_t
parse_header(const uint8_t *p, size_t n, struct span *extra)
{
	static const uint8_t magic[3] = { 0x1F, 0x8B, 8 };
	size_t at = GZ_HEADER, names;

	*extra = (struct span){ NULL, 0 };
	if (memcmp(p, magic, n < 3 ? n : 3) != 0)
		return -1;
	if (n < GZ_HEADER)
		return 0;
	if (p[3] & GZ_FEXTRA) {
		if (n < at + 2)
			return 0;
		*extra = span_of(p + at + 2, p[at] | (size_t)p[at + 1] << 8);
		at += 2 + extra->n;
	}
	names = at;
	for (unsigned flag = 8; flag <= 16; flag *= 2) {
		if (!(p[3] & flag))
			continue;
		while (at < n && p[at])
			if (++at - names > GZR_NAMES_MAX)
				return -1;
		at++;
	}
	if (p[3] & 2)
		at += 2;
	return at <= n ? (ssize_t)at : 0;
}

static uint64_t
look_back(const struct gzr *g)
{
	uint64_t at = gzr_offset(g);

	return at - g->member_at > LOOK_BACK ? at - LOOK_BACK : g->member_at + 1;
}

static int
broken(struct gzr *g, uint64_t find_from)
{
	g->state = GZR_STUCK;
	g->find_from = find_from;
	return GZR_BROKEN;
}

static int
next_header(struct gzr *g, struct err *e)
{
	struct span extra;
	size_t want = 1;

	for (;;) {
		int rc = fill(g, want, e);
		size_t have = g->n - g->pos;
		ssize_t len;

		if (rc < 0)
			return rc;
		if (!have)
			return GZR_EOF;
		len = parse_header(g->in + g->pos, have, &extra);
		if (len < 0) {
			/* Fewer bytes than a header are its beginning, even if they are not
			 * those of one: the reference thinks so too. */
			if (have < GZ_HEADER && (rc = fill(g, GZ_HEADER, e)) <= 0)
				return rc < 0 ? rc : GZR_EOF;
			return broken(g, g->bad_sum ? look_back(g) : gzr_offset(g) + 1);
		}
		if (len == 0) {
			if (rc == 0)
				return GZR_EOF;
			want = have + 1;
			continue;
		}
		g->member_at = gzr_offset(g);
		g->members++;
		g->extra = extra;
		g->pos += (size_t)len;
		g->state = GZR_BODY;
		g->streaming = false;
		g->size = 0;
		g->crc = 0;
		g->bad_sum = false;
		return GZR_BEGIN;
	}
}

/* 1 when the whole member was there and fitted. */
static int
try_one_shot(struct gzr *g, uint8_t *out, size_t cap, size_t *n, struct err *e)
{
#ifdef HAVE_LIBDEFLATE
	size_t used;
	int rc;

	/* A pipe must not be made to wait for the rest of a member. */
	if (!g->one_shot || g->fruitless >= FRUITLESS_MAX || cap < GZR_ONE_SHOT ||
		src_size(g->src) < 0)
		return 0;
	rc = fill(g, GZR_INPUT / 2, e);
	if (rc < 0)
		return rc;
	if (libdeflate_deflate_decompress_ex(g->one_shot, g->in + g->pos, g->n - g->pos,
		    out, cap, &used, n) != LIBDEFLATE_SUCCESS) {
		g->fruitless++;
		return 0;
	}
	g->fruitless = 0;
	g->pos += used;
	return 1;
#else
	(void)g, (void)out, (void)cap, (void)n, (void)e;
	return 0;
#endif
}

static int
stream_start(struct gzr *g)
{
	if (!g->z_ready) {
		if (inflateInit2(&g->z, -15) != Z_OK)
			return ERR_NOMEM;
		g->z_ready = true;
	} else {
		inflateReset2(&g->z, -15);
	}
	g->streaming = true;
	return 0;
}

/* One step of zlib: what it made of the window, which is not empty. */
static int
stream_step(struct gzr *g, uint8_t *out, size_t cap, size_t *n)
{
	int rc;

	g->z.next_in = g->in + g->pos;
	g->z.avail_in = (uInt)(g->n - g->pos);
	g->z.next_out = out;
	g->z.avail_out = cap > UINT32_MAX ? UINT32_MAX : (uInt)cap;
	rc = inflate(&g->z, Z_NO_FLUSH);
	g->pos = (size_t)(g->z.next_in - g->in);
	*n = (size_t)(g->z.next_out - out);
	return rc;
}

static int
next_streamed(struct gzr *g, uint8_t *out, size_t cap, size_t *n, struct err *e)
{
	for (*n = 0; *n == 0;) {
		int rc = fill(g, 1, e), z;

		if (rc < 0)
			return rc;
		/* Without new input there may still be output inside. */
		z = stream_step(g, out, cap, n);
		if (z == Z_STREAM_END)
			g->state = GZR_TRAILER;
		else if (z == Z_MEM_ERROR)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		else if (z != Z_OK && z != Z_BUF_ERROR)
			broken(g, look_back(g));
		if (*n || g->state != GZR_BODY)
			break;
		if (rc == 0)
			return GZR_EOF;
	}
	return GZR_DATA;
}

static int
next_data(struct gzr *g, uint8_t *out, size_t cap, size_t *n, struct err *e)
{
	int rc = g->streaming ? 0 : try_one_shot(g, out, cap, n, e);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		if (!g->streaming && stream_start(g) < 0)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		rc = next_streamed(g, out, cap, n, e);
		if (rc != GZR_DATA)
			return rc;
	} else {
		g->state = GZR_TRAILER;
	}
	g->crc = checksum(g->crc, out, *n);
	g->size += *n;
	return GZR_DATA;
}

static int
next_trailer(struct gzr *g, struct err *e)
{
	const uint8_t *t;
	int rc = fill(g, GZ_TRAILER, e);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return GZR_EOF;
	t = g->in + g->pos;
	g->pos += GZ_TRAILER;
	g->state = GZR_HEADER;
	g->bad_sum = get_le32(t) != g->crc || get_le32(t + 4) != (uint32_t)g->size;
	return g->bad_sum ? GZR_SUM : GZR_END;
}

int
gzr_next(struct gzr *g, uint8_t *out, size_t cap, size_t *n, struct err *e)
{
	int rc;

	*n = 0;
	if (g->state == GZR_BODY) {
		rc = next_data(g, out, cap, n, e);
		if (rc != GZR_DATA || *n)
			return rc;
	}
	switch (g->state) {
	case GZR_HEADER:
		return next_header(g, e);
	case GZR_TRAILER:
		return next_trailer(g, e);
	case GZR_BODY:
	case GZR_STUCK:
		break;
	}
	return GZR_BROKEN;
}

/* Does a member that makes sense begin at the window's position? */
static int
candidate(struct gzr *g, bool (*plausible)(void *, struct span, struct span), void *ctx,
	struct err *e)
{
	uint8_t plain[4096];
	struct span extra;
	z_stream z = { 0 };
	ssize_t len;
	bool yes;
	int rc = fill(g, GZR_INPUT / 2, e);

	if (rc < 0)
		return rc;
	len = parse_header(g->in + g->pos, g->n - g->pos, &extra);
	if (len <= 0 || (g->in[g->pos + 3] & 0xE0))
		return 0;
	if (inflateInit2(&z, -15) != Z_OK)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	z.next_in = g->in + g->pos + len;
	z.avail_in = (uInt)(g->n - g->pos - (size_t)len);
	z.next_out = plain;
	z.avail_out = sizeof plain;
	rc = inflate(&z, Z_SYNC_FLUSH);
	yes = (rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR) &&
	      plausible(ctx, span_of(plain, (size_t)(z.next_out - plain)), extra);
	inflateEnd(&z);
	return yes;
}

int
gzr_find(struct gzr *g, gzr_plausible *plausible, void *ctx, struct err *e)
{
	move_to(g, g->find_from);
	for (;;) {
		const uint8_t *hit;
		int rc = fill(g, GZ_HEADER, e);

		if (rc <= 0) {
			g->pos = g->n;
			return rc;
		}
		hit = memchr(g->in + g->pos, 0x1F, g->n - g->pos - (GZ_HEADER - 1));
		if (!hit) {
			g->pos = g->n - (GZ_HEADER - 1);
			continue;
		}
		g->pos = (size_t)(hit - g->in);
		rc = hit[1] == 0x8B && hit[2] == 8 ? candidate(g, plausible, ctx, e) : 0;
		if (rc > 0)
			gzr_at_header(g, gzr_offset(g));
		if (rc)
			return rc;
		g->pos++;
	}
}

int
gzr_zeros(struct gzr *g, uint64_t off, struct err *e)
{
	uint8_t b[4096];
	ssize_t k;

	while ((k = src_read_at(g->src, off, b, sizeof b, e)) > 0) {
		for (ssize_t i = 0; i < k; i++)
			if (b[i])
				return 0;
		off += (uint64_t)k;
	}
	return k < 0 ? (int)k : 1;
}

/* Whether the inflater stands between two blocks with no bits of a byte left (zlib.h,
 * inflate(), data_type), and not behind the last block. */
static bool
on_edge(const z_stream *z)
{
	return (z->data_type & 0xFF) == 128;
}

int
gzr_last_edge(
	struct gzr *g, uint64_t off, uint64_t limit, struct gzr_edge *edge, struct err *e)
{
	uint8_t out[4096];
	int rc, z;

	gzr_at_header(g, off);
	rc = next_header(g, e);
	if (rc != GZR_BEGIN)
		return rc < 0 ? rc
			      : err_set_at(e, ERR_STATE, (int64_t)off, "no gzip member");
	if (stream_start(g) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	*edge = (struct gzr_edge){ gzr_offset(g), 0, 0 };
	do {
		size_t room = limit - g->size < sizeof out ? (size_t)(limit - g->size)
							   : sizeof out;
		size_t before;

		rc = fill(g, 1, e);
		if (rc <= 0)
			return rc;
		before = g->pos;
		g->z.next_in = g->in + g->pos;
		g->z.avail_in = (uInt)(g->n - g->pos);
		g->z.next_out = out;
		g->z.avail_out = (uInt)room;
		z = inflate(&g->z, Z_BLOCK);
		g->pos = (size_t)(g->z.next_in - g->in);
		room -= g->z.avail_out;
		g->crc = checksum(g->crc, out, room);
		g->size += room;
		if ((z == Z_OK || z == Z_BUF_ERROR) && on_edge(&g->z))
			*edge = (struct gzr_edge){ gzr_offset(g), g->size, g->crc };
		if (room == 0 && g->pos == before)
			break;
	} while (z == Z_OK || z == Z_BUF_ERROR);
	return 0;
}

bool
gzr_mark(struct gzr *g, struct gzr_mark *m)
{
	if (g->state != GZR_BODY || !g->streaming)
		return false;
	*m = (struct gzr_mark){ gzr_offset(g), g->member_at, g->size, g->crc, { 0 } };
	return inflateCopy(&m->z, &g->z) == Z_OK;
}

bool
gzr_return(struct gzr *g, const struct gzr_mark *m)
{
	if (g->z_ready)
		inflateEnd(&g->z);
	g->z_ready = inflateCopy(&g->z, (z_stream *)&m->z) == Z_OK;
	if (!g->z_ready)
		return false;
	move_to(g, m->off);
	g->state = GZR_BODY;
	g->streaming = true;
	g->member_at = m->member_at;
	g->size = m->size;
	g->crc = m->crc;
	return true;
}

void
gzr_mark_free(struct gzr_mark *m)
{
	inflateEnd(&m->z);
}
