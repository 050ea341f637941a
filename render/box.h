/* SPDX-License-Identifier: ISC */
/* Characters that are pictures: lines, blocks, dots.  Drawn as rectangles they meet the cells
 * beside them without a gap, whatever the font. */
#ifndef RENDER_BOX_H
#define RENDER_BOX_H

#include <stdint.h>

struct box {
	double x, y, w, h; /* in cells, from the upper left corner */
	int percent;       /* how much of its colour */
};

#define BOX_PARTS 10

/* The parts that CH is made of; 0: it is no such picture. */
int box_parts(uint32_t ch, struct box out[BOX_PARTS]);

#endif
