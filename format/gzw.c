/* SPDX-License-Identifier: ISC */
#include "format/gzw.h"

#include "format/wire.h"

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

/* Room kept for plain bytes beyond which a buffer is given back after a huge message. */
#define KEEP_MAX ((size_t)1 << 20)

void
gzw_init(struct gzw *g, int level)
{
	*g = (struct gzw){ .level = level, .whole_level = level };
	buf_init(&g->plain, (size_t)160 << 20);
}

void
gzw_free(struct gzw *g)
{
	buf_free(&g->plain);
	if (g->z_ready)
		deflateEnd(&g->z);
#ifdef HAVE_LIBDEFLATE
	for (int i = 0; i < GZW_LEVELS; i++)
		libdeflate_free_compressor(g->one_shot[i]);
#endif
}

uint64_t
gzw_size(const struct gzw *g)
{
	return g->streamed + g->plain.n;
}

int
gzw_header(struct buf *out, struct span extra)
{
	uint8_t h[GZ_HEADER + 2] = { 0x1F, 0x8B, 8, [9] = 255 };
	size_t n = GZ_HEADER;
	int rc = buf_reserve(out, sizeof h + extra.n);

	if (rc < 0)
		return rc;
	if (extra.n) {
		h[3] = GZ_FEXTRA;
		h[n++] = (uint8_t)extra.n;
		h[n++] = (uint8_t)(extra.n >> 8);
	}
	buf_add(out, h, n);
	return buf_add_span(out, extra);
}

static void
add_trailer(struct buf *out, uint32_t crc, uint64_t size)
{
	uint8_t t[GZ_TRAILER];

	put_le32(t, crc);
	put_le32(t + 4, (uint32_t)size);
	buf_add(out, t, sizeof t);
}

/* The member is done: forget its bytes. */
static void
done(struct gzw *g)
{
	g->streamed = 0;
	g->crc = 0;
	if (g->plain.cap + g->plain.head > KEEP_MAX)
		buf_free(&g->plain);
	else
		buf_clear(&g->plain);
}

/* Get zlib ready for a new stream or for the level wanted now. */
static int
stream_ready(struct gzw *g)
{
	if (!g->z_ready) {
		if (deflateInit2(&g->z, g->level, Z_DEFLATED, -15, 8,
			    Z_DEFAULT_STRATEGY) != Z_OK)
			return ERR_NOMEM;
		g->z_ready = true;
		g->z_level = g->level;
	} else if (!g->streamed) {
		deflateReset(&g->z);
		if (g->z_level != g->level) { /* takes no output right after a reset */
			deflateParams(&g->z, g->level, Z_DEFAULT_STRATEGY);
			g->z_level = g->level;
		}
	}
	return 0;
}

static int
stream(struct gzw *g, struct buf *out, int how)
{
	int rc = stream_ready(g);

	if (rc == 0)
		rc = buf_reserve(out, deflateBound(&g->z, g->plain.n) + 64);
	if (rc < 0)
		return rc;
	g->z.next_in = g->plain.p;
	g->z.avail_in = (uInt)g->plain.n;
	g->z.next_out = out->p + out->n;
	g->z.avail_out = (uInt)(out->cap - out->n);
	deflate(&g->z, how);
	out->n = (size_t)(g->z.next_out - out->p);
	g->crc = (uint32_t)crc32(g->crc, g->plain.p, (uInt)g->plain.n);
	g->streamed += g->plain.n;
	buf_clear(&g->plain);
	return 0;
}

int
gzw_flush(struct gzw *g, struct buf *out)
{
	return g->plain.n ? stream(g, out, Z_SYNC_FLUSH) : 0;
}

#ifdef HAVE_LIBDEFLATE
#define SAMPLES 64u
#define SAMPLE  256u

/* Whether bytes are as even as those that are compressed or encrypted already: trying costs
 * much and yields nothing.  Of even bytes the squares of the counts add up to n + n * n / 256,
 * of text to ten times that and more. */
static bool
is_noise(struct span plain)
{
	uint64_t count[256] = { 0 }, n = (uint64_t)SAMPLES * SAMPLE, squares = 0;

	if (plain.n < n)
		return false;
	for (size_t i = 0; i < SAMPLES; i++)
		for (size_t k = 0; k < SAMPLE; k++)
			count[plain.p[i * (plain.n / SAMPLES) + k]]++;
	for (size_t i = 0; i < 256; i++)
		squares += count[i] * count[i];
	return squares * 100 < (n + n * n / 256) * 106;
}

/* The whole member at once; ERR_UNSUPPORTED when it must be streamed after all. */
static int
one_shot(struct gzw *g, struct buf *out)
{
	int level = is_noise(buf_span(&g->plain)) ? 0 : g->whole_level;
	struct libdeflate_compressor *c = g->one_shot[level];
	size_t n;

	if (!c)
		g->one_shot[level] = c = libdeflate_alloc_compressor(level);
	if (!c)
		return ERR_UNSUPPORTED;
	if (buf_reserve(out, libdeflate_deflate_compress_bound(c, g->plain.n) + 64) < 0)
		return ERR_NOMEM;
	n = libdeflate_deflate_compress(c, buf_span(&g->plain).p, g->plain.n,
		out->p + out->n, out->cap - out->n - GZ_TRAILER);
	if (!n)
		return ERR_UNSUPPORTED;
	out->n += n;
	add_trailer(out, libdeflate_crc32(0, g->plain.p, g->plain.n), g->plain.n);
	done(g);
	return 0;
}
#else
static int
one_shot(struct gzw *g, struct buf *out)
{
	(void)g;
	(void)out;
	return ERR_UNSUPPORTED;
}
#endif

int
gzw_end(struct gzw *g, struct buf *out)
{
	int rc = g->streamed ? ERR_UNSUPPORTED : one_shot(g, out);

	if (rc != ERR_UNSUPPORTED)
		return rc;
	rc = stream(g, out, Z_FINISH);
	if (rc < 0)
		return rc;
	add_trailer(out, g->crc, g->streamed);
	done(g);
	return 0;
}
