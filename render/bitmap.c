/* SPDX-License-Identifier: ISC */
#include "render/bitmap.h"

#include "base/octets.h"

#include <zlib.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- curves ---- */

#define STEPS 12 /* lines that stand for a curve */
#define FINE  4  /* looks at a point in each direction */

struct path {
	double x[STEPS + 1], y[STEPS + 1];
	double half; /* of the thickness; 0: the inside of the first three points */
};

static struct path
path_of(const double x[3], const double y[3], double thick)
{
	struct path p = { .half = thick / 2 };

	if (thick <= 0) {
		memcpy(p.x, x, 3 * sizeof *x);
		memcpy(p.y, y, 3 * sizeof *y);
		return p;
	}
	for (int i = 0; i <= STEPS; i++) {
		double t = (double)i / STEPS, u = 1 - t;

		p.x[i] = u * u * x[0] + 2 * u * t * x[1] + t * t * x[2];
		p.y[i] = u * u * y[0] + 2 * u * t * y[1] + t * t * y[2];
	}
	return p;
}

/* Square of the distance to the line between point I of the path and the next. */
static double
away(const struct path *p, int i, double x, double y)
{
	double dx = p->x[i + 1] - p->x[i], dy = p->y[i + 1] - p->y[i];
	double all = dx * dx + dy * dy, t = 0;

	if (all > 0)
		t = ((x - p->x[i]) * dx + (y - p->y[i]) * dy) / all;
	t = t < 0 ? 0 : t > 1 ? 1 : t;
	dx = p->x[i] + t * dx - x;
	dy = p->y[i] + t * dy - y;
	return dx * dx + dy * dy;
}

static bool
in_triangle(const struct path *p, double x, double y)
{
	int left = 0;

	for (int i = 0; i < 3; i++) {
		int k = (i + 1) % 3;

		left += (p->x[k] - p->x[i]) * (y - p->y[i]) >
			(p->y[k] - p->y[i]) * (x - p->x[i]);
	}
	return left == 0 || left == 3;
}

static bool
on_path(const struct path *p, double x, double y)
{
	if (p->half <= 0)
		return in_triangle(p, x, y);
	for (int i = 0; i < STEPS; i++)
		if (away(p, i, x, y) <= p->half * p->half)
			return true;
	return false;
}

static int
path_cover(const struct path *p, int x, int y)
{
	int n = 0;

	for (int row = 0; row < FINE; row++)
		for (int col = 0; col < FINE; col++)
			n += on_path(p, x + (col + 0.5) / FINE, y + (row + 0.5) / FINE);
	return n * 255 / (FINE * FINE);
}

void
bitmap_curve(struct bitmap *b, const double x[3], const double y[3], double thick,
	uint32_t rgb)
{
	struct path p = path_of(x, y, thick);
	double low_x = fmin(fmin(x[0], x[1]), x[2]) - thick,
	       high_x = fmax(fmax(x[0], x[1]), x[2]) + thick,
	       low_y = fmin(fmin(y[0], y[1]), y[2]) - thick,
	       high_y = fmax(fmax(y[0], y[1]), y[2]) + thick;

	for (int i = (int)floor(low_y); i <= (int)high_y; i++)
		for (int j = (int)floor(low_x); j <= (int)high_x; j++)
			bitmap_blend(b, j, i, rgb, path_cover(&p, j, i));
}

/* ---- smaller ---- */

/* How much of a point there is: in the corners less, 0 to 255. */
static int
cover(const struct bitmap *b, int x, int y)
{
	double r = b->corner, dx, dy, out;

	dx = x < b->corner ? r - x - 0.5 : x - (b->cols - r) + 0.5;
	dy = y < b->corner ? r - y - 0.5 : y - (b->rows - r) + 0.5;
	if (dx <= 0 || dy <= 0)
		return 255;
	out = sqrt(dx * dx + dy * dy) - r + 0.5;
	return out <= 0 ? 255 : out >= 1 ? 0 : (int)((1 - out) * 255);
}

/* Mean of the points of FROM in [X0, X1) and [Y0, Y1). */
static uint32_t
mean(const struct bitmap *from, int x0, int x1, int y0, int y1)
{
	uint32_t sum[3] = { 0 }, n = (uint32_t)(x1 - x0) * (uint32_t)(y1 - y0);

	for (int y = y0; y < y1; y++) {
		const uint8_t *p =
			from->rgb + ((size_t)y * (size_t)from->cols + (size_t)x0) * 3;

		for (int x = x0; x < x1; x++, p += 3)
			for (int i = 0; i < 3; i++)
				sum[i] += p[i];
	}
	return sum[0] / n << 16 | sum[1] / n << 8 | sum[2] / n;
}

/* Where part I of N begins in LENGTH points. */
static int
part(int i, int n, int length)
{
	return (int)((int64_t)i * length / n);
}

void
bitmap_shrink(
	struct bitmap *b, int x, int y, int cols, int rows, const struct bitmap *from)
{
	struct bitmap shape = {
		.cols = cols, .rows = rows, .corner = from->corner * cols / from->cols
	};

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < cols; j++) {
			int x0 = part(j, cols, from->cols),
			    x1 = part(j + 1, cols, from->cols),
			    y0 = part(i, rows, from->rows),
			    y1 = part(i + 1, rows, from->rows);

			bitmap_blend(b, x + j, y + i,
				mean(from, x0, x1 > x0 ? x1 : x0 + 1, y0,
					y1 > y0 ? y1 : y0 + 1),
				cover(&shape, j, i));
		}
}

/* ---- the file ---- */

static void
put32(struct buf *out, uint32_t v)
{
	uint8_t four[4];

	put_be(four, v, 4);
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

/* A row as a file has it: how it is filtered (not at all: such a picture compresses well
 * anyway), then red, green, blue and cover of each point. */
static void
make_row(uint8_t *out, const struct bitmap *b, int y)
{
	const uint8_t *p = b->rgb + (size_t)y * (size_t)b->cols * 3;

	*out++ = 0;
	for (int x = 0; x < b->cols; x++, p += 3) {
		*out++ = p[0];
		*out++ = p[1];
		*out++ = p[2];
		*out++ = (uint8_t)cover(b, x, y);
	}
}

static int
put_rows(struct buf *out, const struct bitmap *b, uint8_t *piece)
{
	z_stream z = { .next_out = piece, .avail_out = CHUNK_BYTES };
	size_t bytes = (size_t)b->cols * 4 + 1;
	uint8_t *row = malloc(bytes);
	int rc = row && deflateInit(&z, 6) == Z_OK ? 0 : ERR_NOMEM;

	if (rc < 0) {
		free(row);
		return rc;
	}
	for (int i = 0; i < b->rows && rc == 0; i++) {
		make_row(row, b, i);
		rc = feed(out, &z, piece, row, bytes, Z_NO_FLUSH);
	}
	free(row);
	if (rc == 0)
		rc = feed(out, &z, piece, NULL, 0, Z_FINISH);
	deflateEnd(&z);
	return rc;
}

int
bitmap_png(struct buf *out, const struct bitmap *b, struct err *e)
{
	uint8_t head[13] = { [8] = 8, [9] = 6 }; /* eight bits of each, with cover */
	uint8_t *piece = malloc(CHUNK_BYTES);
	int rc = piece ? 0 : ERR_NOMEM;

	buf_add(out, "\x89PNG\r\n\x1a\n", 8);
	put_be(head, (uint32_t)b->cols, 4);
	put_be(head + 4, (uint32_t)b->rows, 4);
	chunk(out, "IHDR", head, sizeof head);
	if (rc == 0)
		rc = put_rows(out, b, piece);
	chunk(out, "IEND", NULL, 0);
	free(piece);
	if (rc == 0)
		rc = buf_failed(out);
	return rc < 0 ? err_set(e, rc, "out of memory") : 0;
}
