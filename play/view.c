/* SPDX-License-Identifier: ISC */
#include "play/view.h"

void
view_init(struct view *v)
{
	*v = (struct view){ .follow = true };
}

static int
min(int a, int b)
{
	return a < b ? a : b;
}

/* One direction: the recording from LO to N in SPACE cells.  Following moves as little as it
 * can and keeps the cursor off the edge where there is more to see behind it. */
static int
first_shown(const struct view *v, int first, int lo, int n, int space, int cursor)
{
	int margin = n > space && space > 8 ? 2 : 0, shown = min(n, space);
	bool follow = v->follow && cursor >= lo;

	if (follow && cursor < first + margin)
		first = cursor - margin;
	if (follow && cursor > first + shown - 1 - margin)
		first = cursor - (shown - 1 - margin);
	if (first > n - shown)
		first = n - shown;
	return first < lo ? lo : first;
}

void
view_place(struct view *v, struct view_rect area, int rows, int cols, int row, int col)
{
	struct view_rect *s = &v->shown;

	v->area = area;
	v->top = first_shown(v, v->top, -v->above, rows, area.rows, row);
	v->left = first_shown(v, v->left, 0, cols, area.cols, col);
	s->rows = min(rows, area.rows);
	s->cols = min(cols, area.cols);
	s->row = area.row + (area.rows - s->rows) / 2;
	s->col = area.col + (area.cols - s->cols) / 2;
	v->frame = (struct view_rect){ s->row - 1, s->col - 1, s->rows + 2, s->cols + 2 };
}

void
view_pan(struct view *v, int rows, int cols)
{
	v->follow = false;
	v->top = v->top + rows < -v->above ? -v->above : v->top + rows;
	v->left = v->left + cols < 0 ? 0 : v->left + cols;
}

bool
view_is_part(const struct view *v, int rows, int cols)
{
	return v->area.rows && (v->shown.rows < rows || v->shown.cols < cols);
}
