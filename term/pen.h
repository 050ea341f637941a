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
};

void pen_sgr(struct pen *p, const struct filter *f); /* the CSI ... m in F */

#endif
