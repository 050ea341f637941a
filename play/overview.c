/* SPDX-License-Identifier: ISC */
#include "play/overview.h"

#define DOTS_X 2
#define DOTS_Y 4

static int
min(int a, int b)
{
	return a < b ? a : b;
}

static int
at_least_one(int v)
{
	return v > 0 ? v : 1;
}

/* A dot is square, and a cell twice as high as wide. */
struct overview
overview_place(struct view_rect area, int rows, int cols)
{
	struct overview o = { .rows = rows, .cols = cols };
	int wide = area.cols * DOTS_X, high = area.rows * DOTS_Y;

	o.wide = min(min(wide, cols), cols * high / (2 * rows));
	o.wide = at_least_one(o.wide);
	o.high = at_least_one(min(high, 2 * rows * o.wide / cols));
	o.at.cols = (o.wide + DOTS_X - 1) / DOTS_X;
	o.at.rows = (o.high + DOTS_Y - 1) / DOTS_Y;
	o.at.row = area.row + (area.rows - o.at.rows) / 2;
	o.at.col = area.col + (area.cols - o.at.cols) / 2;
	return o;
}

static bool
is_blank(const struct cell *c)
{
	return (c->ch == 0 || c->ch == ' ') && c->width == 1;
}

struct piece { /* of the screen; ends exclusive, at least one cell */
	int top, bottom, left, right;
};

static struct piece
piece_of(const struct overview *o, int x, int y)
{
	struct piece p = { y * o->rows / o->high, (y + 1) * o->rows / o->high,
		x * o->cols / o->wide, (x + 1) * o->cols / o->wide };

	p.bottom += p.bottom == p.top;
	p.right += p.right == p.left;
	return p;
}

/* Is something written in the piece of one dot?  Its colours go to S unless it has some. */
static bool
dot(const struct emu *e, struct piece p, struct style *s)
{
	bool set = false;

	for (int row = p.top; row < p.bottom; row++) {
		const struct cell *c = emu_row(e, row);

		for (int col = p.left; col < p.right; col++) {
			if (!s->bg)
				s->bg = c[col].bg;
			if (!set && !is_blank(&c[col]) && !s->fg)
				s->fg = c[col].fg;
			set |= !is_blank(&c[col]);
		}
	}
	return set;
}

int
overview_dots(
	const struct overview *o, const struct emu *e, int row, int col, struct style *s)
{
	static const uint8_t bits[DOTS_Y][DOTS_X] = { { 0x01, 0x08 }, { 0x02, 0x10 },
		{ 0x04, 0x20 }, { 0x40, 0x80 } };
	int dots = 0;

	*s = (struct style){ 0 };
	for (int i = 0; i < DOTS_Y; i++) {
		for (int j = 0; j < DOTS_X; j++) {
			int x = col * DOTS_X + j, y = row * DOTS_Y + i;

			if (x < o->wide && y < o->high && dot(e, piece_of(o, x, y), s))
				dots |= bits[i][j];
		}
	}
	return dots;
}

static int
clamp(int v, int most)
{
	return v < 0 ? 0 : min(v, most);
}

struct view_rect
overview_of(const struct overview *o, struct view_rect r)
{
	int end_row = clamp(r.row + r.rows, o->rows),
	    end_col = clamp(r.col + r.cols, o->cols);
	int top = clamp(r.row, o->rows) * o->high / o->rows / DOTS_Y;
	int left = clamp(r.col, o->cols) * o->wide / o->cols / DOTS_X;
	int bottom = (end_row * o->high - 1) / o->rows / DOTS_Y;
	int right = (end_col * o->wide - 1) / o->cols / DOTS_X;

	if (end_row <= r.row || end_col <= r.col || !end_row || !end_col)
		return (struct view_rect){ o->at.row, o->at.col, 0, 0 };
	return (struct view_rect){ o->at.row + top, o->at.col + left, bottom - top + 1,
		right - left + 1 };
}

void
overview_back(const struct overview *o, int *row, int *col)
{
	*row = ((*row - o->at.row) * DOTS_Y + DOTS_Y / 2) * o->rows / o->high;
	*col = ((*col - o->at.col) * DOTS_X + DOTS_X / 2) * o->cols / o->wide;
}
