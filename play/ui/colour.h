/* SPDX-License-Identifier: ISC */
/* Colours of cells as colour pairs of the terminal, as well as it can. */
#ifndef PLAY_UI_COLOUR_H
#define PLAY_UI_COLOUR_H

#include "play/shade.h"

#define COLOUR_CACHE 4096

struct colour_pair {
	uint32_t fg, bg; /* as in struct cell */
	struct shade shade;
	int pair; /* 0: empty, or the terminal's own colours */
};

struct colour {
	enum theme_depth depth;
	struct colour_pair cache[COLOUR_CACHE];
	struct colour_pair plain;
	int pairs; /* handed out since the last reset */
};

/* After curses has started.  WISH: enum theme_depth, at most so many colours; -1: as many as
 * there are, or none if NO_COLOR is set. */
void colour_start(struct colour *c, int wish);
/* The pair for a cell, valid until the next call.  Sets *RESET when all pairs had to be
 * given up: what is on the screen has lost its colours and must be drawn again. */
const struct colour_pair *colour_pair(
	struct colour *c, uint32_t fg, uint32_t bg, bool *reset);

#endif
