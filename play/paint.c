/* SPDX-License-Identifier: ISC */
#include "play/paint.h"

#include "play/app_impl.h"

#include <stdio.h>
#include <string.h>

static void
paint_cell(struct app *a, struct canvas *c, int row, int col, const struct emu *e,
	const struct cell *from)
{
	struct cell *to = &canvas_row(c, row)[col];
	struct style s = paint_style(a, ROLE_CONCEAL);

	canvas_emu_cell(c, row, col, e, from);
	if (!(from->attr & CELL_CONCEAL))
		return;
	to->fg = s.fg;
	to->bg = s.bg;
	to->attr = s.attr;
}

/* One row of the recording; a wide character that the edge cuts becomes a blank. */
static void
paint_row(struct app *a, struct canvas *c, const struct emu *e, int i)
{
	const struct view *v = &a->view;
	const struct cell *from = emu_row(e, v->top + i);
	int row = v->shown.row + i, last = v->shown.cols - 1;

	for (int j = 0; j <= last; j++) {
		struct cell cell = from[v->left + j];

		if ((j == 0 && cell.width == 0) || (j == last && cell.width == 2)) {
			cell.ch = ' ';
			cell.width = 1;
		}
		paint_cell(a, c, row, v->shown.col + j, e, &cell);
	}
}

static bool
inside(struct view_rect r, int row, int col)
{
	return row >= r.row && row < r.row + r.rows && col >= r.col &&
	       col < r.col + r.cols;
}

static void
frame_cell(struct app *a, struct canvas *c, int row, int col, uint32_t ch, char ascii)
{
	if (inside(a->view.area, row, col))
		canvas_fill(c, row, col, 1, paint_style(a, ROLE_FRAME),
			paint_line(a, ch, ascii));
}

/* Title and size in the lines above and below, where they fit. */
static void
frame_texts(struct app *a, struct canvas *c, const struct emu *e)
{
	struct view_rect f = a->view.frame;
	struct style s = paint_style(a, ROLE_TITLE);
	char size[32];
	int n = snprintf(size, sizeof size, " %dx%d ", emu_cols(e), emu_rows(e));

	if (*emu_title(e) && f.row >= a->view.area.row) {
		char text[EMU_TITLE_MAX + 2];

		snprintf(text, sizeof text, " %s ", emu_title(e));
		canvas_text(c, f.row, f.col + 2, f.cols - 4, s, text);
	}
	if (f.row + f.rows <= a->view.area.row + a->view.area.rows && n < f.cols - 4)
		canvas_text(c, f.row + f.rows - 1, f.col + f.cols - 2 - n, n, s, size);
}

static void
paint_frame(struct app *a, struct canvas *c, const struct emu *e)
{
	struct view_rect f = a->view.frame;
	int bottom = f.row + f.rows - 1, right = f.col + f.cols - 1;

	for (int i = f.col + 1; i < right; i++) {
		frame_cell(a, c, f.row, i, 0x2500, '-');
		frame_cell(a, c, bottom, i, 0x2500, '-');
	}
	for (int i = f.row + 1; i < bottom; i++) {
		frame_cell(a, c, i, f.col, 0x2502, '|');
		frame_cell(a, c, i, right, 0x2502, '|');
	}
	frame_cell(a, c, f.row, f.col, 0x256D, '+');
	frame_cell(a, c, f.row, right, 0x256E, '+');
	frame_cell(a, c, bottom, f.col, 0x2570, '+');
	frame_cell(a, c, bottom, right, 0x256F, '+');
	frame_texts(a, c, e);
}

static void
paint_mark(
	struct app *a, struct canvas *c, const struct find_mark *m, enum theme_role role)
{
	struct style s = paint_style(a, role);
	const struct view *v = &a->view;

	for (int i = 0; i < m->cols; i++) {
		int row = m->row - v->top + v->shown.row,
		    col = m->col + i - v->left + v->shown.col;

		if (!inside(v->shown, row, col))
			continue;
		canvas_row(c, row)[col].fg = s.fg;
		canvas_row(c, row)[col].bg = s.bg;
		canvas_row(c, row)[col].attr = s.attr;
	}
}

static void
paint_marks(struct app *a, struct canvas *c)
{
	int n;
	const struct find_mark *v = find_marks_shown(&a->find, &n),
			       *here = find_mark_here(&a->find);

	for (int i = 0; i < n; i++)
		paint_mark(a, c, &v[i], ROLE_FOUND_TOO);
	if (here)
		paint_mark(a, c, here, ROLE_FOUND);
}

static void
paint_selected(struct app *a, struct canvas *c, const struct emu *e)
{
	struct style s = paint_style(a, ROLE_SELECTED);
	const struct view *v = &a->view;

	if (!a->copy.on || a->copy.select.kind == SELECT_NONE)
		return;
	for (int i = 0; i < v->shown.rows; i++) {
		struct cell *to = canvas_row(c, v->shown.row + i) + v->shown.col;

		for (int j = 0; j < v->shown.cols; j++) {
			if (!select_has(&a->copy.select, e, v->top + i, v->left + j))
				continue;
			to[j].fg = s.fg;
			to[j].bg = s.bg;
			to[j].attr = s.attr;
		}
	}
}

static void
place_cursor(struct app *a, const struct emu *e)
{
	struct emu_cursor at = emu_cursor(e);
	int row, col;

	if (a->copy.on)
		at = (struct emu_cursor){ .row = a->copy.select.row,
			.col = a->copy.select.col,
			.visible = true };
	row = at.row - a->view.top + a->view.shown.row;
	col = at.col - a->view.left + a->view.shown.col;
	a->painted.cursor_row = at.visible && inside(a->view.shown, row, col) ? row : -1;
	a->painted.cursor_col = col;
	a->painted.cursor_shape = at.chosen ? 2 * at.shape - at.blink : 0;
}

/* A program that is drawing a frame (?2026) is shown as it was before. */
static bool
may_keep(const struct app *a, const struct emu *e, struct view_rect area)
{
	return player_view(a->player).in_frame && a->painted.valid &&
	       a->painted.top == a->view.top && a->painted.left == a->view.left &&
	       a->painted.rows == emu_rows(e) && a->painted.cols == emu_cols(e) &&
	       memcmp(&a->painted.area, &area, sizeof area) == 0;
}

static void
paint_recording(
	struct app *a, struct canvas *c, const struct emu *e, struct view_rect area)
{
	canvas_begin(c);
	for (int i = 0; i < area.rows; i++)
		canvas_fill(
			c, area.row + i, area.col, area.cols, (struct style){ 0 }, ' ');
	for (int i = 0; i < a->view.shown.rows; i++)
		paint_row(a, c, e, i);
	paint_frame(a, c, e);
	paint_marks(a, c);
	paint_selected(a, c, e);
	place_cursor(a, e);
	a->painted.valid = true;
	a->painted.generation = c->generation;
	a->painted.area = area;
	a->painted.top = a->view.top;
	a->painted.left = a->view.left;
	a->painted.rows = emu_rows(e);
	a->painted.cols = emu_cols(e);
}

void
paint_screen(struct app *a, struct canvas *c, struct view_rect area)
{
	const struct emu *e = reel_screen(player_reel(a->player));

	app_place(a, area);
	if (app_overview_shown(a)) {
		a->painted.valid = false;
		paint_overview(a, c, e, area);
		return;
	}
	if (!may_keep(a, e, area))
		paint_recording(a, c, e, area);
	c->cursor_row = a->painted.cursor_row;
	c->cursor_col = a->painted.cursor_col;
	c->cursor_shape = a->painted.cursor_shape;
}

void
paint_app(struct app *a, struct canvas *c)
{
	struct pane_layout l;

	app_resize(a, c->cols, c->rows);
	l = app_layout(a);
	c->cursor_row = -1;
	c->cursor_shape = 0;
	if (c->generation != a->painted.generation || !l.area[PANE_SCREEN].rows)
		a->painted.valid = false;
	for (int i = PANE_COUNT - 1; i >= 0; i--) /* a prompt takes the cursor */
		if (l.area[i].rows > 0 && l.area[i].cols > 0)
			pane_of((enum pane_id)i)->paint(a, c, l.area[i]);
}
