/* SPDX-License-Identifier: ISC */
/* The cursor.  Its moves follow xterm: they stop at the margins when they begin inside. */
#include "term/act.h"

void
move_to(struct core *c, int row, int col)
{
	c->row = act_clamp(row, 0, c->grid.rows - 1);
	c->col = act_clamp(col, 0, grid_width(&c->grid, c->row) - 1);
	c->wrap = false;
}

static void
move_rows(struct core *c, int by)
{
	int top = c->row >= c->top ? c->top : 0;
	int bottom = c->row < c->bottom ? c->bottom : c->grid.rows;

	move_to(c, act_clamp(c->row + by, top, bottom - 1), c->col);
}

int
move_left_stop(const struct core *c)
{
	return c->margins && c->col >= c->left ? c->left : 0;
}

void
move_cols(struct core *c, int by)
{
	int right = c->margins && c->col < c->right ? c->right : c->grid.cols;

	move_to(c, c->row, act_clamp(c->col + by, move_left_stop(c), right - 1));
}

static void
place_row(struct core *c, int row)
{
	if (c->origin)
		row = act_clamp(row + c->top, c->top, c->bottom - 1);
	move_to(c, row, c->col);
}

static void
place_col(struct core *c, int col)
{
	if (c->origin && c->margins)
		col = act_clamp(col + c->left, c->left, c->right - 1);
	move_to(c, c->row, col);
}

static void
place(struct core *c, int row, int col)
{
	place_row(c, row);
	place_col(c, col);
}

void
move_up(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, -act_count(c));
}

void
move_down(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, act_count(c));
}

void
move_right(struct core *c, const struct seq *s)
{
	(void)s;
	move_cols(c, act_count(c));
}

void
move_left(struct core *c, const struct seq *s)
{
	(void)s;
	move_cols(c, -act_count(c));
}

void
move_next_line(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, act_count(c));
	c->col = move_left_stop(c);
}

void
move_prev_line(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, -act_count(c));
	c->col = move_left_stop(c);
}

void
move_to_col(struct core *c, const struct seq *s)
{
	(void)s;
	place_col(c, act_count(c) - 1);
}

void
move_to_row(struct core *c, const struct seq *s)
{
	(void)s;
	place_row(c, act_count(c) - 1);
}

void
move_to_place(struct core *c, const struct seq *s)
{
	(void)s;
	place(c, act_count(c) - 1, filter_count(&c->filter, 1) - 1);
}

void
move_save(struct core *c)
{
	c->saved[c->grid.alt] = (struct saved_cursor){ .set = true,
		.row = c->row,
		.col = c->col,
		.wrap = c->wrap,
		.origin = c->origin,
		.pen = c->pen,
		.cs = c->cs };
}

void
move_restore(struct core *c)
{
	const struct saved_cursor *s = &c->saved[c->grid.alt];

	if (c->origin != s->origin)
		mode_set_origin(c, s->origin);
	c->pen = s->pen;
	c->cs = s->cs;
	if (c->origin)
		move_to(c, act_clamp(s->row, c->top, c->bottom - 1), s->col);
	else
		move_to(c, s->row, s->col);
	c->wrap = s->wrap && c->col == s->col;
}
