/* SPDX-License-Identifier: ISC */
/* All of a recorded screen that is larger than its place in the window, made small: every
 * cell of the window stands for 2 x 4 dots, every dot for a piece of the screen. */
#ifndef PLAY_OVERVIEW_H
#define PLAY_OVERVIEW_H

#include "play/canvas.h"
#include "play/view.h"

struct overview {
	struct view_rect at; /* where it stands in the window */
	int wide, high;      /* in dots */
	int rows, cols;      /* of the screen */
};

/* As large as it can be within AREA with the proportions of the screen, never larger than it. */
struct overview overview_place(struct view_rect area, int rows, int cols);
/* The dots (as in U+2800) for what stands at ROW, COL of AT, and the colours of most of it. */
int overview_dots(
	const struct overview *o, const struct emu *e, int row, int col, struct style *s);
/* The part of the window that shows the part R of the screen; what of R lies outside the
 * screen is not shown, all of it outside: nothing. */
struct view_rect overview_of(const struct overview *o, struct view_rect r);
/* The cell of the screen in the middle of that place of the window. */
void overview_back(const struct overview *o, int *row, int *col);

#endif
