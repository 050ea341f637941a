/* SPDX-License-Identifier: ISC */
/* The colours of a cell on a terminal that has fewer: the nearest ones, and never such that
 * text cannot be told from what is behind it where it could before. */
#ifndef PLAY_SHADE_H
#define PLAY_SHADE_H

#include "play/theme.h"

struct shade {
	int fg, bg; /* -1: the terminal's own; else a number of the palette, or RGB in THEME_TRUE */
	bool bold; /* the bright half of eight colours */
};

/* FG and BG as in struct cell. */
struct shade shade_of(enum theme_depth depth, uint32_t fg, uint32_t bg);

#endif
