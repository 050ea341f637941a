/* SPDX-License-Identifier: ISC */
/* What is blanked and what moves.  Whole rows that are blanked keep their cells until somebody
 * wants them; whole rows that move only change places in the order. */
#include "term/grid_impl.h"

static void
erase_selective(struct cell *c, int n, uint32_t bg)
{
	for (int i = 0; i < n; i++)
		if (!c[i].guard)
			grid_set_blank(&c[i], 1, bg);
}

/* Blank columns LEFT to RIGHT; those behind the fill are blank already. */
static void
erase_cells(struct grid *g, int row, int left, int right, uint32_t bg)
{
	uint16_t *fill = &g->fill[grid_at(g, row)];
	int end = !bg && *fill < right ? *fill : right;

	grid_set_blank(grid_row(g, row) + left, end - left, bg);
	if (bg && *fill < right)
		*fill = (uint16_t)right;
	else if (!bg && *fill <= right && *fill > left)
		*fill = (uint16_t)left;
}

/* A whole row; its cells wait until somebody wants them. */
static void
erase_row(struct grid *g, int row, uint32_t bg)
{
	size_t line = grid_at(g, row);

	if (bg || g->tint[line]) {
		g->tint[line] = GRID_TINT | bg;
		g->fill[line] = (uint16_t)(bg ? g->cols : 0);
	} else {
		erase_cells(g, row, 0, g->cols, 0);
	}
	grid_touch(g, row);
}

static void
erase(struct grid *g, struct rect r, bool selective, const struct pen *p)
{
	bool whole = !selective && r.left == 0 && r.right == g->cols;

	for (int row = r.top; row < r.bottom; row++) {
		struct cell *c;

		if (whole) {
			erase_row(g, row, p->bg);
			continue;
		}
		c = grid_row(g, row);
		grid_split(g, c, r.left);
		grid_split(g, c, r.right);
		if (selective) {
			erase_selective(c + r.left, r.right - r.left, p->bg);
			grid_filled(g, row, p->bg ? r.right : 0);
		} else {
			erase_cells(g, row, r.left, r.right, p->bg);
		}
		grid_touch(g, row);
	}
}

void
grid_erase(struct grid *g, struct rect r, bool selective, const struct pen *p)
{
	bool whole = !selective && r.left == 0 && r.right == g->cols;
	int cols = whole ? 0 : r.right - r.left; /* whole rows wait */

	if (r.top < r.bottom && grid_afford(g, r.bottom - r.top, cols))
		erase(g, r, selective, p);
}

static void
reverse(uint16_t *a, int n)
{
	for (int i = 0, k = n - 1; i < k; i++, k--) {
		uint16_t t = a[i];

		a[i] = a[k];
		a[k] = t;
	}
}

/* The first N of COUNT rows go behind the others. */
static void
rotate(uint16_t *a, int count, int n)
{
	uint16_t first = a[0];

	if (n == 1) {
		memmove(a, a + 1, (size_t)(count - 1) * sizeof *a);
		a[count - 1] = first;
		return;
	}
	reverse(a, n);
	reverse(a + n, count - n);
	reverse(a, count);
}

/* The topmost N rows of the main screen become the newest of its history. */
static void
scroll_history(struct grid *g, int bottom, int n)
{
	int room = grid_history(g->rows);

	rotate(grid_lines_begin(g), room + bottom, n);
	g->history = g->history + n < room ? g->history + n : room;
}

static void
tell_gone(const struct grid *g, int row, int n, int above)
{
	for (; n > 0; row++, n--)
		if (g->changed[grid_at(g, row)])
			g->gone->call(
				g->gone->ctx, row, g->changed[grid_at(g, row)] | above);
}

static void
scroll_lines(struct grid *g, struct rect r, int down, const struct pen *p)
{
	uint16_t *a = g->order[g->alt] + r.top;
	int count = r.bottom - r.top, n = down > 0 ? down : -down;
	bool above = down > 0 && r.top == 0 && g->alt == 0;
	struct rect blank = r;

	if (n > count)
		n = count;
	if (g->gone->call)
		tell_gone(g, down > 0 ? r.top : r.bottom - n, n, above ? GRID_ABOVE : 0);
	if (above)
		scroll_history(g, r.bottom, n);
	else if (n < count)
		rotate(a, count, down > 0 ? n : count - n);
	if (down > 0)
		blank.top = r.bottom - n;
	else
		blank.bottom = r.top + n;
	erase(g, blank, false, p);
	grid_set_big(g, blank.top, blank.bottom, false);
	memset(g->dirty + r.top, 1, (size_t)count);
	for (int row = blank.top; row < blank.bottom; row++)
		g->changed[grid_at(g, row)] |= GRID_REVEALED;
}

void
grid_set_big(struct grid *g, int top, int bottom, bool big)
{
	for (int row = top; row < bottom; row++)
		g->big[grid_at(g, row)] = big;
}

void
grid_set_small(struct grid *g)
{
	memset(g->big, 0, (size_t)grid_lines(g->rows));
}

void
grid_forget(struct grid *g)
{
	int alt = g->alt;

	g->alt = 0;
	for (int row = -g->history; row < 0; row++) {
		erase_cells(g, row, 0, g->cols, 0);
		g->big[grid_at(g, row)] = false;
	}
	g->history = 0;
	g->alt = alt;
}

/* Move the cells of R inside one row. */
static void
shift(struct grid *g, int row, struct rect r, int right)
{
	struct cell *c = grid_row(g, row) + r.left;
	size_t keep = (size_t)(r.right - r.left - (right > 0 ? right : -right));

	int fill = grid_fill_of(g, row);

	if (right > 0) {
		memmove(c, c + right, keep * sizeof *c);
	} else {
		memmove(c - right, c, keep * sizeof *c);
		if (fill > r.left)
			grid_filled(
				g, row, fill - right < g->cols ? fill - right : g->cols);
	}
}

/* Move a part of rows up (DOWN > 0) or down by whole cells. */
static void
move_rows(struct grid *g, struct rect r, int down)
{
	int count = r.bottom - r.top - (down > 0 ? down : -down);

	for (int i = 0; i < count; i++) {
		int to = down > 0 ? r.top + i : r.bottom - 1 - i;

		memcpy(grid_row(g, to) + r.left, grid_row(g, to + down) + r.left,
			(size_t)(r.right - r.left) * sizeof(struct cell));
		grid_filled(g, to, grid_fill_of(g, to + down));
	}
}

/* Rows that become blank. */
static int
least_rows(struct rect r, int down)
{
	int n = down > 0 ? down : -down;

	return n < r.bottom - r.top ? n : r.bottom - r.top;
}

static int
clamp(int v, int limit)
{
	return v > limit ? limit : v < -limit ? -limit : v;
}

void
grid_scroll(struct grid *g, struct rect r, int down, int right, const struct pen *p)
{
	struct rect rows = r, cols = r;

	if (r.top >= r.bottom || r.left >= r.right)
		return;
	if (!right && r.left == 0 && r.right == g->cols) {
		if (grid_afford(g, least_rows(r, down), 0))
			scroll_lines(g, r, down, p);
		return;
	}
	if (!grid_afford(g, r.bottom - r.top, r.right - r.left))
		return;
	down = clamp(down, r.bottom - r.top);
	right = clamp(right, r.right - r.left);
	for (int row = r.top; row < r.bottom; row++) {
		grid_split(g, grid_row(g, row), r.left);
		grid_split(g, grid_row(g, row), r.right);
		grid_split(g, grid_row(g, row),
			right > 0 ? r.left + right : r.right + right);
	}
	move_rows(g, r, down);
	for (int row = r.top; row < r.bottom; row++)
		shift(g, row, r, right);
	*(down > 0 ? &rows.top : &rows.bottom) =
		down > 0 ? r.bottom - down : r.top - down;
	*(right > 0 ? &cols.left : &cols.right) =
		right > 0 ? r.right - right : r.left - right;
	erase(g, rows, false, p);
	erase(g, cols, false, p);
	for (int row = r.top; row < r.bottom; row++)
		grid_touch(g, row);
}

void
grid_fill(struct grid *g, uint32_t ch)
{
	const struct cell full = { .ch = ch, .width = 1 };

	if (!grid_afford(g, g->rows, g->cols))
		return;
	for (int row = 0; row < g->rows; row++) {
		struct cell *c = grid_row(g, row);

		for (int col = 0; col < g->cols; col++)
			c[col] = full;
		grid_filled(g, row, g->cols);
	}
}
