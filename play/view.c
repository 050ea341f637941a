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

/* One direction: N cells of recording in SPACE cells.  Following moves as little as it can
 * and keeps the cursor off the edge where there is more to see behind it. */
static int
first_shown(int first, int n, int space, int cursor, bool follow)
{
	int margin = space > 8 ? 2 : 0;

	if (n <= space)
		return 0;
	if (follow && cursor >= 0 && cursor < first + margin)
		first = cursor - margin;
	if (follow && cursor > first + space - 1 - margin)
		first = cursor - (space - 1 - margin);
	if (first > n - space)
		first = n - space;
	return first < 0 ? 0 : first;
}

void
view_place(struct view *v, struct view_rect area, int rows, int cols, int row, int col)
{
	struct view_rect *s = &v->shown;

	v->area = area;
	v->top = first_shown(v->top, rows, area.rows, row, v->follow);
	v->left = first_shown(v->left, cols, area.cols, col, v->follow);
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
	v->top = v->top + rows < 0 ? 0 : v->top + rows;
	v->left = v->left + cols < 0 ? 0 : v->left + cols;
}

bool
view_is_part(const struct view *v, int rows, int cols)
{
	return v->area.rows && (v->shown.rows < rows || v->shown.cols < cols);
}
