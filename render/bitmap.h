/* SPDX-License-Identifier: ISC */
/* Points of colour, and a PNG of them. */
#ifndef RENDER_BITMAP_H
#define RENDER_BITMAP_H

#include "base/buf.h"
#include "base/err.h"

#define BITMAP_POINTS_MAX (32u << 20)

struct bitmap {
	int cols, rows;
	uint8_t *rgb; /* cols * rows * 3 */
};

int bitmap_new(struct bitmap *b, int cols, int rows, struct err *e);
void bitmap_free(struct bitmap *b);
/* COVER (0 to 255) of RGB over the point; outside: nothing. */
void bitmap_blend(struct bitmap *b, int x, int y, uint32_t rgb, int cover);
/* From X, Y on (which may lie between points), clipped. */
void bitmap_rect(struct bitmap *b, double x, double y, double w, double h, uint32_t rgb);
int bitmap_png(struct buf *out, const struct bitmap *b, struct err *e);

#endif
