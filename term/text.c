/* SPDX-License-Identifier: ISC */
/* Characters into the grid.  The last column is special: it is written without moving on,
 * and the next character first goes to a new line (c->wrap). */
#include "term/core.h"
#include "term/width.h"

#define JOINER 0x200d

/* DEC special graphics, 0x5f to 0x7e. */
static const uint16_t drawing[] = {
	0x00a0,
	0x25c6,
	0x2592,
	0x2409,
	0x240c,
	0x240d,
	0x240a,
	0x00b0,
	0x00b1,
	0x2424,
	0x240b,
	0x2518,
	0x2510,
	0x250c,
	0x2514,
	0x253c,
	0x23ba,
	0x23bb,
	0x2500,
	0x23bc,
	0x23bd,
	0x251c,
	0x2524,
	0x2534,
	0x252c,
	0x2502,
	0x2264,
	0x2265,
	0x03c0,
	0x2260,
	0x00a3,
	0x00b7,
};

static uint8_t
current_set(const struct core *c)
{
	return c->cs.g[c->cs.single ? c->cs.single : c->cs.locked];
}

static uint32_t
translate(const struct core *c, uint32_t ch)
{
	uint8_t set = current_set(c);

	if (set == CHARSET_DRAWING && ch >= 0x5f && ch <= 0x7e)
		return drawing[ch - 0x5f];
	if (set == CHARSET_UK && ch == '#')
		return 0xa3;
	return ch;
}

/* Column behind the last one that may be written on the cursor's line; the cursor may have
 * come to a line of double size and is brought inside. */
static int
line_end(struct core *c)
{
	int end = grid_width(&c->grid, c->row);

	if (c->margins && c->col < c->right)
		return c->right;
	if (c->col >= end)
		c->col = end - 1;
	return end;
}

static int
line_begin(const struct core *c)
{
	return c->margins && c->col >= c->left ? c->left : 0;
}

/* The line is full; the cursor stands on or behind its last character. */
static void
new_line(struct core *c)
{
	int last = c->wrap ? c->col : c->col - 1;

	if (c->grid.cols - last <= 2)
		grid_wrap(&c->grid, c->row, last);
	c->col = line_begin(c);
	c->wrap = false;
	act_line_feed(c);
}

static void
open_gap(struct core *c, int width, int end)
{
	struct rect r = { c->row, c->row + 1, c->col, end };

	grid_scroll(&c->grid, r, 0, -width, &c->pen);
}

static void
advance(struct core *c, int width, int end)
{
	c->col += width;
	if (c->col >= end) {
		c->col = end - 1;
		c->wrap = c->autowrap;
	}
}

static void
put(struct core *c, uint32_t ch, int width)
{
	int end;

	if (c->wrap)
		new_line(c);
	end = line_end(c);
	if (c->col + width > end && c->autowrap && c->col > line_begin(c)) {
		new_line(c);
		end = line_end(c);
	}
	if (c->col + width > end) { /* no room at all: something must be seen */
		ch = 0xfffd;
		width = 1;
	}
	if (c->insert)
		open_gap(c, width, end);
	grid_put(&c->grid, c->row, c->col, ch, width, core_ink(c));
	advance(c, width, end);
	c->last = ch;
}

/* Column of the character before the cursor, -1: none. */
static int
before(const struct core *c)
{
	const struct cell *row = grid_row(&c->grid, c->row);
	int col = c->wrap ? c->col : c->col - 1;

	return col > 0 && row[col].width == 0 ? col - 1 : col;
}

/* A mark joins the character before the cursor; without one it is dropped. */
static void
mark(struct core *c, uint32_t ch)
{
	int col = before(c);

	if (col >= 0)
		grid_combine(&c->grid, c->row, col, ch);
}

/* Does a joiner wait for what comes now?  Only wide characters (emoji) melt, as in tmux. */
static bool
joins(const struct core *c, int width)
{
	uint32_t ch[CLUSTER_MAX];
	int col = width == 2 ? before(c) : -1, n;

	if (col < 0 || !(grid_row(&c->grid, c->row)[col].ch & CELL_CH_POOL))
		return false;
	n = grid_chars(&c->grid, &grid_row(&c->grid, c->row)[col], ch);
	return n > 1 && n < CLUSTER_MAX && ch[n - 1] == JOINER;
}

void
text_char(struct core *c, uint32_t ch)
{
	int width = width_of(ch);

	if (ch < 0x80)
		ch = translate(c, ch);
	c->cs.single = 0;
	if (ch >= 0x300 && width_hidden(ch))
		return;
	if (width && !joins(c, width))
		put(c, ch, width);
	else
		mark(c, ch);
}

void
text_repeat(struct core *c, int count)
{
	int width = c->last ? width_of(c->last) : 0;

	if (count > c->grid.cols)
		count = c->grid.cols;
	while (width && count-- > 0)
		put(c, c->last, width);
}

/* As much of the run as fits on the line. */
static size_t
put_run(struct core *c, const uint8_t *s, size_t n)
{
	size_t skipped = 0, room;
	int end;

	grid_repay(&c->grid, 1); /* as if it came byte by byte */
	if (c->wrap)
		new_line(c);
	end = line_end(c);
	room = (size_t)(end - c->col);
	if (room == 1 && n > 1 && !c->autowrap) { /* only the last one stays there */
		skipped = n - 1;
		s += skipped;
	}
	n = n - skipped < room ? n - skipped : room;
	grid_put_run(&c->grid, c->row, c->col, s, (int)n, core_ink(c));
	c->last = s[n - 1];
	advance(c, (int)n, end);
	grid_repay(&c->grid, skipped + n - 1);
	return skipped + n;
}

void
text_run(struct core *c, const uint8_t *s, size_t n)
{
	if (c->slow || c->insert || c->cs.single || current_set(c) != CHARSET_ASCII) {
		while (n--) {
			grid_repay(&c->grid, 1);
			text_char(c, *s++);
		}
		return;
	}
	while (n) {
		size_t done = put_run(c, s, n);

		s += done;
		n -= done;
	}
}
