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

/* From the first point to the last, pulled towards the one between, as thick as THICK columns
 * and with round ends; THICK 0: the filled triangle of the three. */
struct curve {
	double x[3], y[3]; /* in cells, as above */
	double thick;
};

#define BOX_PARTS  10
#define BOX_CURVES 2

/* The parts that CH is made of; 0: it is no such picture. */
int box_parts(uint32_t ch, struct box out[BOX_PARTS]);
int box_curves(uint32_t ch, struct curve out[BOX_CURVES]);

#endif
