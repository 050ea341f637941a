/* SPDX-License-Identifier: ISC */
/* The order matters: saved cursors are made on blank screens, then the screens are painted with
 * all modes off, then come the modes, and the cursor behind them, as some of them move it. */
#include "term/repaint.h"

#include "term/block.h"

static const struct pen plain_pen;
static const struct charsets plain_sets;

/* ---- character sets ---- */

static void
put_charsets(struct brush *b, const struct charsets *from, const struct charsets *to)
{
	static const char *const locks[] = { "\017", "\016", "\033n", "\033o" };

	for (int i = 0; i < 4; i++)
		if (from->g[i] != to->g[i])
			buf_addf(b->out, "\033%c%c", "()*+"[i], "B0A"[to->g[i]]);
	if (from->locked != to->locked)
		buf_add_str(b->out, locks[to->locked]);
	if (to->single)
		buf_add_str(b->out, to->single == 2 ? "\033N" : "\033O");
}

/* ---- saved cursors ---- */

/* The cursor at COL with the next character to wrap: a character is printed at the end of the
 * line (the cell itself, or an x), which margins bring to where END is not. */
static void
put_wrapping(struct brush *b, int row, int col, int end, bool cell)
{
	bool odd = col + 1 != end;

	if (odd)
		buf_addf(b->out, "\033[?69h\033[1;%ds", col + 1);
	b->row = -1;
	if (!cell || !brush_cell(b, row, col)) {
		struct pen pen = { .bg = grid_row(&b->g, row)[col].bg };

		brush_to(b, row, col);
		brush_pen(b, &pen);
		buf_add_byte(b->out, cell ? ' ' : 'x');
		b->last = cell ? ' ' : 'x';
	}
	buf_add_str(b->out, odd ? "\033[?69l" : "");
	b->row = -1;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static void
put_saved(struct brush *b, int alt)
{
	const struct saved_cursor *s = &b->c->saved[alt];
	int row = least(s->row, b->g.rows - 1), col = least(s->col, b->g.cols - 1);

	if (!s->set)
		return;
	b->g.alt = alt;
	buf_add_str(b->out, s->origin ? "\033[?6h" : "");
	b->row = -1;
	brush_to(b, row, col);
	if (s->wrap && col == s->col && col > 0)
		put_wrapping(b, row, col, b->g.cols, false);
	brush_pen(b, &s->pen);
	put_charsets(b, &plain_sets, &s->cs);
	buf_add_str(b->out, "\0337");
	buf_add_str(b->out, s->origin ? "\033[?6l" : "");
	b->row = -1;
	if (s->cs.single) { /* it waits for a character */
		brush_to(b, row, 0);
		buf_add_byte(b->out, 'x');
		b->last = 0;
		b->row = -1;
		brush_clear(b, row, 0, 1);
	}
	put_charsets(b, &s->cs, &plain_sets);
	brush_clear(b, row, col, 1);
}

/* ---- screens ---- */

static bool
is_used(const struct brush *b, int alt)
{
	struct grid g = b->g;

	g.alt = alt;
	for (int row = 0; row < g.rows; row++) {
		const struct cell *c = grid_row(&g, row);

		if (g.big[grid_at(&g, row)])
			return true;
		for (int col = 0; col < grid_fill_of(&g, row); col++)
			if (c[col].ch || c[col].bg)
				return true;
	}
	return false;
}

/* A program that leaves its screen comes back to the cursor it saved when it entered; foreign
 * terminals keep that one only if it was entered in the same way. */
static void
enter_alt(struct brush *b)
{
	const struct saved_cursor *s = &b->c->saved[0];

	if (!s->set || s->pen.bg || s->origin || s->cs.single || s->row >= b->g.rows ||
		s->col >= b->g.cols) {
		buf_add_str(b->out, "\033[?47h");
		return;
	}
	brush_pen(b, &plain_pen);
	buf_add_str(b->out, "\0338\033[?1049h");
	b->pen = s->pen;
	put_charsets(b, &s->cs, &plain_sets);
	b->row = -1;
}

static void
put_screens(struct brush *b)
{
	int alt = b->c->grid.alt;
	bool both = alt || b->c->saved[1].set || is_used(b, 1);

	put_saved(b, 0);
	if (both && !alt) {
		buf_add_str(b->out, "\033[?47h");
		put_saved(b, 1);
		brush_screen(b, 1);
		brush_pen(b, &plain_pen);
		buf_add_str(b->out, "\033[?47l");
		b->row = -1;
	}
	b->spill = 0;
	brush_screen(b, 0);
	if (alt) {
		enter_alt(b);
		put_saved(b, 1);
		b->spill = 0;
		brush_screen(b, 1);
	}
}

/* ---- modes ---- */

/* A row whose characters have their usual size; there may be none. */
static int
usual_row(const struct brush *b)
{
	for (int row = 0; row < b->g.rows; row++)
		if (grid_width(&b->g, row) == b->g.cols)
			return row;
	return 0;
}

static void
put_tabs(struct brush *b)
{
	int row = usual_row(b);

	if (tabs_usual(b->c))
		return;
	buf_add_str(b->out, "\033[3g");
	for (int col = 0; col < b->g.cols; col++)
		if (tabs_at(b->c, col)) {
			b->row = -1;
			brush_to(b, row, col);
			buf_add_str(b->out, "\033H");
		}
	b->row = -1;
}

static void
put_quiet(struct brush *b)
{
	for (int i = 0, n; (n = quiet_get(b->c, i)) >= 0; i++)
		if (n)
			buf_addf(b->out, n == QUIET_KEYPAD ? "\033=" : "\033[?%dh", n);
}

/* Region, margins and origin: all of them move the cursor. */
static void
put_bounds(struct brush *b)
{
	const struct core *c = b->c;

	if (c->top > 0 || c->bottom < c->grid.rows)
		buf_addf(b->out, "\033[%d;%dr", c->top + 1, c->bottom);
	if (c->margins)
		buf_addf(b->out, "\033[?69h\033[%d;%ds", c->left + 1, c->right);
	if (c->origin) {
		buf_add_str(b->out, "\033[?6h");
		b->top = c->top;
		b->left = c->margins ? c->left : 0;
	}
	b->row = -1;
}

/* Where places are counted from the margins, only tabs lead out of them. */
static void
put_behind_margin(struct brush *b)
{
	int back = b->g.cols - 1 - b->c->col;

	brush_to(b, b->c->row, b->c->right - 1);
	buf_add_byte(b->out, '\t');
	for (int col = b->c->right; col < b->g.cols - 1; col++)
		if (tabs_at(b->c, col))
			buf_add_byte(b->out, '\t');
	if (back)
		buf_addf(b->out, "\033[%dD", back);
}

/* Only a line feed leads behind the end of a line of double size. */
static void
put_behind_big(struct brush *b)
{
	brush_to(b, b->c->row - 1, b->c->col);
	buf_add_byte(b->out, '\n');
}

static void
put_cursor(struct brush *b)
{
	const struct core *c = b->c;
	bool inside = c->margins && c->col < c->right;
	int end = inside ? c->right : grid_width(&c->grid, c->row);
	bool can = c->col + 1 == end || (!c->margins && !c->big_lines && c->col > 0);

	can = can && !brush_joins(b, c->row, c->col);
	if (c->row < b->top || c->col < b->left)
		return;
	if (c->origin && c->margins && !inside)
		put_behind_margin(b);
	else if (c->wrap && can)
		put_wrapping(b, c->row, c->col, end, true);
	else if (c->col >= end && c->row > 0 && c->row != c->bottom)
		put_behind_big(b);
	else
		brush_to(b, c->row, c->col);
}

static void
put_modes(struct brush *b)
{
	const struct core *c = b->c;
	const struct {
		bool put;
		const char *sequence;
	} rows[] = {
		{ c->reversed, "\033[?5h" },
		{ !c->autowrap, "\033[?7l" },
		{ c->insert, "\033[4h" },
		{ c->newline, "\033[20h" },
		{ !c->visible, "\033[?25l" },
		{ !c->chosen && !c->blink, "\033[?12l" },
		{ c->frame, "\033[?2026h" },
	};

	if (c->chosen)
		buf_addf(b->out, "\033[%d q", 2 * c->shape - c->blink);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].put)
			buf_add_str(b->out, rows[i].sequence);
}

/* ---- all ---- */

int
emu_repaint(const struct emu *e, struct buf *out)
{
	const struct core *c = e->core;
	struct brush b = { .out = out, .c = c, .g = c->grid, .row = -1, .col = -1 };

	buf_add_str(out, "\033c");
	put_screens(&b);
	if (!c->wrap)
		brush_last(&b, c->last);
	put_tabs(&b);
	if (c->title[0])
		buf_addf(out, "\033]2;%s\033\\", c->title);
	put_quiet(&b);
	put_bounds(&b);
	put_cursor(&b);
	brush_pen(&b, &c->pen);
	put_modes(&b);
	put_charsets(&b, &plain_sets, &c->cs);
	filter_half(&c->filter, out);
	return buf_failed(out);
}
