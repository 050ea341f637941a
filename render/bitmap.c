/* SPDX-License-Identifier: ISC */
#include "render/bitmap.h"

#include <zlib.h>

#include <math.h>
#include <stdlib.h>

#define CHUNK_BYTES (64u << 10)

int
bitmap_new(struct bitmap *b, int cols, int rows, struct err *e)
{
	*b = (struct bitmap){ .cols = cols, .rows = rows };
	if (cols <= 0 || rows <= 0 || (uint64_t)cols * (uint64_t)rows > BITMAP_POINTS_MAX)
		return err_set(e, ERR_LIMIT, "the screen is too large for a picture");
	b->rgb = calloc((size_t)cols * (size_t)rows, 3);
	return b->rgb ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

void
bitmap_free(struct bitmap *b)
{
	free(b->rgb);
	b->rgb = NULL;
}

void
bitmap_blend(struct bitmap *b, int x, int y, uint32_t rgb, int cover)
{
	uint8_t *p;

	if (x < 0 || y < 0 || x >= b->cols || y >= b->rows)
		return;
	p = b->rgb + ((size_t)y * (size_t)b->cols + (size_t)x) * 3;
	for (int i = 0; i < 3; i++) {
		int want = (int)(rgb >> (16 - 8 * i) & 255);

		p[i] = (uint8_t)((p[i] * (255 - cover) + want * cover) / 255);
	}
}

/* Both edges are rounded, so that what met before meets still; at least one point. */
void
bitmap_rect(struct bitmap *b, double x, double y, double w, double h, uint32_t rgb)
{
	int left = (int)lround(x), right = (int)lround(x + w);
	int top = (int)lround(y), bottom = (int)lround(y + h);

	right += right == left;
	bottom += bottom == top;
	for (int i = top; i < bottom; i++)
		for (int j = left; j < right; j++)
			bitmap_blend(b, j, i, rgb, 255);
}

static void
set32(uint8_t four[4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		four[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
put32(struct buf *out, uint32_t v)
{
	uint8_t four[4];

	set32(four, v);
	buf_add(out, four, sizeof four);
}

static void
chunk(struct buf *out, const char *type, const uint8_t *data, size_t n)
{
	uLong crc = crc32(0, (const Bytef *)type, 4);

	put32(out, (uint32_t)n);
	buf_add(out, type, 4);
	if (n) {
		buf_add(out, data, n);
		crc = crc32(crc, data, (uInt)n);
	}
	put32(out, (uint32_t)crc);
}

/* Deflates N bytes; every full piece becomes a chunk. */
static int
feed(struct buf *out, z_stream *z, uint8_t *piece, const uint8_t *data, size_t n,
	int flush)
{
	int rc;

	z->next_in = (Bytef *)(uintptr_t)data;
	z->avail_in = (uInt)n;
	do {
		rc = deflate(z, flush);
		if (z->avail_out == 0 || rc == Z_STREAM_END) {
			chunk(out, "IDAT", piece, CHUNK_BYTES - z->avail_out);
			z->next_out = piece;
			z->avail_out = CHUNK_BYTES;
		}
	} while (rc == Z_OK && (z->avail_in || flush == Z_FINISH));
	return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? 0 : ERR_NOMEM;
}

/* Rows as they are: a terminal's picture compresses well anyway. */
static int
put_rows(struct buf *out, const struct bitmap *b, uint8_t *piece)
{
	static const uint8_t as_it_is = 0;
	z_stream z = { .next_out = piece, .avail_out = CHUNK_BYTES };
	size_t bytes = (size_t)b->cols * 3;
	int rc = deflateInit(&z, 6) == Z_OK ? 0 : ERR_NOMEM;

	if (rc < 0)
		return rc;
	for (int i = 0; i < b->rows && rc == 0; i++) {
		rc = feed(out, &z, piece, &as_it_is, 1, Z_NO_FLUSH);
		if (rc == 0)
			rc = feed(out, &z, piece, b->rgb + (size_t)i * bytes, bytes,
				Z_NO_FLUSH);
	}
	if (rc == 0)
		rc = feed(out, &z, piece, NULL, 0, Z_FINISH);
	deflateEnd(&z);
	return rc;
}

int
bitmap_png(struct buf *out, const struct bitmap *b, struct err *e)
{
	uint8_t head[13] = { [8] = 8, [9] = 2 }; /* eight bits of red, green and blue */
	uint8_t *piece = malloc(CHUNK_BYTES);
	int rc = piece ? 0 : ERR_NOMEM;

	buf_add(out, "\x89PNG\r\n\x1a\n", 8);
	set32(head, (uint32_t)b->cols);
	set32(head + 4, (uint32_t)b->rows);
	chunk(out, "IHDR", head, sizeof head);
	if (rc == 0)
		rc = put_rows(out, b, piece);
	chunk(out, "IEND", NULL, 0);
	free(piece);
	if (rc == 0)
		rc = buf_failed(out);
	return rc < 0 ? err_set(e, rc, "out of memory") : 0;
}
