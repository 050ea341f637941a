/* SPDX-License-Identifier: ISC */
/* The monospace font of this machine and those that help it out: characters as points. */
#ifndef RENDER_FONTS_H
#define RENDER_FONTS_H

#include "render/bitmap.h"
#include "render/picture.h"

struct fonts;

/* SIZE: of an em, in points of the bitmap.  ERR_UNSUPPORTED: there is no font. */
int fonts_open(struct fonts **f, int size, struct err *e);
void fonts_close(struct fonts *f);
int fonts_cols(const struct fonts *f); /* of a cell, in points */
int fonts_rows(const struct fonts *f);
/* The characters of one cell, which has its upper left corner at X, Y and is COLS points
 * wide; nothing outside of it. */
void fonts_draw(struct fonts *f, struct bitmap *b, int x, int y, int cols,
	struct span text, struct ink ink);

#endif
