/* SPDX-License-Identifier: ISC */
/* Colours and attributes of what is written next, and the sequences that set them (SGR). */
#ifndef TERM_PEN_H
#define TERM_PEN_H

#include "term/cell.h"
#include "term/filter.h"

struct pen {
	uint32_t fg, bg;
	uint16_t attr; /* enum cell_attr */
	uint8_t guard; /* protected against selective erase (DECSCA) */
	uint8_t pad;
	uint32_t ul;    /* colour of underlines, 0: that of the text */
	uint32_t extra; /* of cells written with UL and the present link, see extra.h */
};

void pen_sgr(struct pen *p, const struct filter *f); /* the CSI ... m in F */

#endif
