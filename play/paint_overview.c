/* SPDX-License-Identifier: ISC */
/* The screen made small, with the part marked that is shown in full otherwise. */
#include "play/paint.h"

#include "play/app_impl.h"

static const char shades[] = " .:-=+*#%"; /* by how many of eight dots there are */

static uint32_t
sign(const struct app *a, int dots)
{
	int n = 0;

	if (a->o.utf8)
		return dots ? 0x2800 + (uint32_t)dots : ' ';
	for (; dots; dots &= dots - 1)
		n++;
	return (uint32_t)shades[n];
}

static void
restyle(struct app *a, struct canvas *c, struct view_rect r, enum theme_role role,
	bool all)
{
	struct style s = paint_style(a, role);

	for (int i = r.row; i < r.row + r.rows && i < c->rows; i++) {
		for (int j = r.col; j < r.col + r.cols && j < c->cols; j++) {
			struct cell *to = &canvas_row(c, i)[j];

			to->bg = s.bg;
			to->attr = s.attr;
			if (all)
				to->fg = s.fg;
		}
	}
}

static void
mark_hits(struct app *a, struct canvas *c, const struct overview *o)
{
	int n;
	const struct find_mark *v = find_marks_shown(&a->find, &n),
			       *here = find_mark_here(&a->find);

	for (int i = 0; i < n; i++)
		restyle(a, c,
			overview_of(o,
				(struct view_rect){ v[i].row, v[i].col, 1, v[i].cols }),
			ROLE_FOUND_TOO, true);
	if (here)
		restyle(a, c,
			overview_of(o, (struct view_rect){ here->row, here->col, 1,
					       here->cols }),
			ROLE_FOUND, true);
}

void
paint_overview(
	struct app *a, struct canvas *c, const struct emu *e, struct view_rect area)
{
	struct overview o = overview_place(area, emu_rows(e), emu_cols(e));
	struct emu_cursor at = emu_cursor(e);
	struct view_rect part = { a->view.top, a->view.left, a->view.shown.rows,
		a->view.shown.cols };
	struct style s;

	for (int i = 0; i < area.rows; i++)
		canvas_fill(c, area.row + i, area.col, area.cols,
			paint_style(a, ROLE_FRAME),
			i < o.at.row - area.row || i >= o.at.row - area.row + o.at.rows
				? paint_line(a, 0xB7, ' ')
				: ' ');
	for (int i = 0; i < o.at.rows; i++) {
		for (int j = 0; j < o.at.cols; j++) {
			int dots = overview_dots(&o, e, i, j, &s);

			canvas_fill(c, o.at.row + i, o.at.col + j, 1, s, sign(a, dots));
		}
	}
	restyle(a, c, overview_of(&o, part), ROLE_LIST_SELECTED, false);
	mark_hits(a, c, &o);
	if (at.visible) {
		struct view_rect r =
			overview_of(&o, (struct view_rect){ at.row, at.col, 1, 1 });

		c->cursor_row = r.row;
		c->cursor_col = r.col;
	}
}
