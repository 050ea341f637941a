/* SPDX-License-Identifier: ISC */
/* Colours of cells as colour pairs of the terminal, as well as it can. */
#ifndef PLAY_UI_COLOUR_H
#define PLAY_UI_COLOUR_H

#include "play/theme.h"

#define COLOUR_CACHE 4096

struct colour {
	enum theme_depth depth;
	struct {
		uint32_t fg, bg;
		int pair; /* 0: empty */
	} cache[COLOUR_CACHE];
	int pairs; /* handed out since the last reset */
};

void colour_start(struct colour *c); /* after curses has started */
/* The pair for a cell.  Sets *RESET when all pairs had to be given up: what is on the
 * screen has lost its colours and must be drawn again. */
int colour_pair(struct colour *c, uint32_t fg, uint32_t bg, bool *reset);

#endif
