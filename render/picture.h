/* SPDX-License-Identifier: ISC */
/* A screen as a picture of a terminal's window: what stands where, for somebody who can
 * draw rectangles, curves and characters. */
#ifndef RENDER_PICTURE_H
#define RENDER_PICTURE_H

#include "render/box.h"
#include "render/render.h"

struct ink {
	uint32_t rgb;
	bool bold, italic;
};

/* All places in columns and rows of the screen, (0, 0) its upper left corner. */
struct easel {
	void (*rect)(struct easel *s, struct box b, uint32_t rgb);
	void (*curve)(struct easel *s, struct curve c, uint32_t rgb);
	/* One row of a wave along the top of B. */
	void (*wave)(struct easel *s, struct box b, uint32_t rgb);
	/* N bytes of UTF-8 that take COLS columns: ASCII, or a single character. */
	void (*text)(struct easel *s, double row, double col, int cols, struct span text,
		struct ink ink);
};

#define PICTURE_MARGIN_COLS 1.4
#define PICTURE_MARGIN_ROWS 0.7
#define PICTURE_TITLE_ROWS  1.6 /* above the upper margin */
#define PICTURE_CORNER      0.8 /* radius of the window's corners, in columns */

/* TEXT in a row of its own that has COLS columns, as far as it fits: hostile, so only its
 * characters.  NULL: no room, or no memory. */
struct emu *picture_line(const char *text, int cols);
int picture_line_text(const struct emu *line, struct buf *out); /* as mark-up */

/* Of the whole window. */
double picture_cols(const struct emu *e);
double picture_rows(const struct emu *e);
void picture_paint(
	struct easel *s, const struct emu *e, const struct render_opts *o, int *failed);

#endif
