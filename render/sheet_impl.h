/* SPDX-License-Identifier: ISC */
/* The inside of a sheet: what stands where, in points. */
#ifndef RENDER_SHEET_IMPL_H
#define RENDER_SHEET_IMPL_H

#include "render/box.h"
#include "render/sheet.h"

#define SHEET_MARGIN  28
#define SHEET_GAP     22
#define SHEET_TITLE   34 /* height of the title above the tiles */
#define SHEET_CAPTION 26 /* of the line below a tile */
#define SHEET_FONT    14

struct sheet_png;

struct sheet {
	enum render_format format;
	struct sheet_opts opts;
	const struct theme *theme;
	uint32_t ground, ink, faint;
	int n;
	double tile_h;    /* that of the first; others are fitted in */
	struct buf tiles; /* SVG, HTML: elements */
	struct sheet_png *png;
};

/* Where tile I is, without its caption. */
struct box sheet_tile(const struct sheet *s, int i);
/* All of it. */
double sheet_width(const struct sheet *s);
double sheet_height(const struct sheet *s, int tiles);
/* Makes the tiles fit E, of which a cell is ASPECT as wide as high. */
void sheet_shape(struct sheet *s, const struct emu *e, double aspect);
/* The place of a picture of W x H in a tile. */
struct box sheet_fit(struct box tile, double w, double h);

/* sheet_png.c */
int sheet_png_add(
	struct sheet *s, const struct emu *e, const char *caption, struct err *err);
int sheet_png_put(struct sheet *s, struct buf *out, struct err *err);
void sheet_png_close(struct sheet *s);

#endif
