/* SPDX-License-Identifier: ISC */
/* Where the recorded screen stands in the window.  Smaller than its area: centred, with a
 * frame where there is room.  Larger: a part of it is shown, which follows the recorded
 * cursor until the person moves it. */
#ifndef PLAY_VIEW_H
#define PLAY_VIEW_H

#include <stdbool.h>

struct view_rect {
	int row, col, rows, cols;
};

struct view {
	bool follow;
	int above;              /* rows above the screen that may be shown, too */
	int top, left;          /* first row (from -above) and column that is shown */
	struct view_rect area;  /* given */
	struct view_rect shown; /* where the recording stands within the window */
	struct view_rect
		frame; /* around it; sides that lie outside the area are not drawn */
};

void view_init(struct view *v);
/* Place a recording of COLSxROWS in AREA; what is to be seen is at ROW, COL; before the
 * first: nothing is, and the view stays where it is. */
void view_place(
	struct view *v, struct view_rect area, int rows, int cols, int row, int col);
/* Move by so many cells; the view then stays where it is. */
void view_pan(struct view *v, int rows, int cols);
bool view_is_part(const struct view *v, int rows, int cols);

#endif
