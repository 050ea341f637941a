/* SPDX-License-Identifier: ISC */
/* Points of colour, and a PNG of them. */
#ifndef RENDER_BITMAP_H
#define RENDER_BITMAP_H

#include "base/buf.h"
#include "base/err.h"

#define BITMAP_POINTS_MAX (32u << 20)

struct bitmap {
	int cols, rows;
	int corner;   /* radius of the corners, which are cut off; 0: none are */
	uint8_t *rgb; /* cols * rows * 3 */
};

int bitmap_new(struct bitmap *b, int cols, int rows, struct err *e);
void bitmap_free(struct bitmap *b);
/* COVER (0 to 255) of RGB over the point; outside: nothing. */
void bitmap_blend(struct bitmap *b, int x, int y, uint32_t rgb, int cover);
/* From X, Y on (which may lie between points), clipped. */
void bitmap_rect(struct bitmap *b, double x, double y, double w, double h, uint32_t rgb);
/* The middle of a point is at .5; both in points. */
void bitmap_curve(struct bitmap *b, const double x[3], const double y[3], double thick,
	uint32_t rgb);
/* FROM, made smaller to COLS x ROWS, at X, Y: each point is the mean of those it stands for. */
void bitmap_shrink(
	struct bitmap *b, int x, int y, int cols, int rows, const struct bitmap *from);
int bitmap_png(struct buf *out, const struct bitmap *b, struct err *e);

#endif
