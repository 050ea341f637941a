/* SPDX-License-Identifier: ISC */
#include "play/ui/draw.h"

#include "base/utf8.h"

#include <curses.h>
#include <wchar.h>

#include <stdlib.h>
#include <string.h>

#define ZWJ 0x200D

/* Attributes of cells and what the terminal has for them.  There is no bit for struck out
 * and overlined text: dim and underlined stand for them. */
static const struct {
	uint16_t cell;
	attr_t curses;
} attrs[] = {
	{ CELL_BOLD, A_BOLD },
	{ CELL_DIM, A_DIM },
	{ CELL_ITALIC, A_ITALIC },
	{ CELL_UNDERLINE, A_UNDERLINE },
	{ CELL_UL_DOUBLE, A_UNDERLINE },
	{ CELL_UL_CURLY, A_UNDERLINE },
	{ CELL_BLINK, A_BLINK },
	{ CELL_REVERSE, A_REVERSE },
	{ CELL_STRIKE, A_DIM },
	{ CELL_OVERLINE, A_UNDERLINE },
};

void
draw_start(struct draw *d, bool utf8)
{
	memset(d, 0, sizeof *d);
	colour_start(&d->colour);
	d->utf8 = utf8;
	d->all = true;
}

void
draw_done(struct draw *d)
{
	canvas_free(&d->shown);
}

static attr_t
attributes(uint16_t attr)
{
	attr_t a = A_NORMAL;

	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
		if (attr & attrs[i].cell)
			a |= attrs[i].curses;
	return a;
}

/* What stands for a character where there is no UTF-8. */
static wchar_t
in_ascii(uint32_t ch)
{
	if (ch < 0x7F)
		return (wchar_t)ch;
	if (ch == 0x2502 || ch == 0x2503 || ch == 0x2551)
		return L'|';
	if (ch == 0x2500 || ch == 0x2501 || ch == 0x2550)
		return L'-';
	if (ch > 0x2500 && ch < 0x2580)
		return L'+';
	return ch >= 0x2580 && ch < 0x25A0 ? L'#' : L'?';
}

/* The base character; where curses would give it another width than the recording did, a
 * replacement of the right width, so that nothing behind it moves. */
static wchar_t
base_char(const struct draw *d, uint32_t ch, int width)
{
	if (ch < 32 || (ch >= 0x7F && ch < 0xA0))
		return L' ';
	if (!d->utf8)
		return width == 1 ? in_ascii(ch) : L'?';
	if (wcwidth((wchar_t)ch) == width)
		return (wchar_t)ch;
	return wcwidth(UTF8_BAD) == 1 ? (wchar_t)UTF8_BAD : L'?';
}

/* The characters of a cell; returns the columns they take.  A joiner at the end would melt
 * with the next cell; only marks that take no room may stand behind the base. */
static int
cell_chars(const struct draw *d, const struct canvas *c, const struct cell *cell,
	wchar_t out[CCHARW_MAX + 1])
{
	char text[EMU_CELL_TEXT_MAX];
	size_t n = (size_t)canvas_cell_text(c, cell, text), at = 0;
	int count = 0;
	uint32_t ch;

	while (at < n && count < CCHARW_MAX) {
		int k = utf8_get((const uint8_t *)text + at, n - at, &ch, NULL);

		if (k <= 0)
			break;
		at += (size_t)k;
		if (count == 0)
			out[count++] = base_char(d, ch, cell->width);
		else if (d->utf8 && wcwidth((wchar_t)ch) == 0)
			out[count++] = (wchar_t)ch;
	}
	while (count > 1 && out[count - 1] == ZWJ)
		count--;
	if (count == 0)
		out[count++] = L' ';
	out[count] = 0;
	return wcwidth(out[0]) == 2 ? 2 : 1;
}

/* Eight colours have their bright half by bold. */
static attr_t
bright(const struct draw *d, uint32_t fg)
{
	bool is_bright = COLOR_KIND(fg) == COLOR_INDEXED && COLOR_INDEX(fg) >= 8 &&
			 COLOR_INDEX(fg) < 16;

	return d->colour.depth == THEME_8 && is_bright ? A_BOLD : A_NORMAL;
}

static void
draw_cell(struct draw *d, const struct canvas *c, const struct cell *cell, bool *reset)
{
	wchar_t text[CCHARW_MAX + 1];
	int pair = colour_pair(&d->colour, cell->fg, cell->bg, reset);
	attr_t a = attributes(cell->attr) | bright(d, cell->fg);
	int cols = cell_chars(d, c, cell, text);
	cchar_t out;

	if (setcchar(&out, text, a, 0, &pair) == ERR)
		setcchar(&out, L"?", a, 0, &pair);
	add_wch(&out);
	for (; cols < cell->width; cols++) {
		setcchar(&out, L" ", a, 0, &pair);
		add_wch(&out);
	}
}

static void
draw_row(struct draw *d, const struct canvas *c, int row, bool *reset)
{
	const struct cell *cell = canvas_row(c, row);

	move(row, 0);
	for (int i = 0; i < c->cols; i++)
		if (cell[i].width > 0 || i == 0)
			draw_cell(d, c, &cell[i], reset);
}

static int
fit(struct draw *d, const struct canvas *c)
{
	if (d->shown.cols == c->cols && d->shown.rows == c->rows)
		return 0;
	d->all = true;
	return canvas_size(&d->shown, c->cols, c->rows);
}

static void
draw_rows(struct draw *d, const struct canvas *c, bool *reset)
{
	size_t bytes = (size_t)c->cols * sizeof *c->cell;

	for (int i = 0; i < c->rows; i++) {
		if (!d->all &&
			memcmp(canvas_row(c, i), canvas_row(&d->shown, i), bytes) == 0)
			continue;
		draw_row(d, c, i, reset);
		memcpy(canvas_row(&d->shown, i), canvas_row(c, i), bytes);
	}
}

int
draw_canvas(struct draw *d, const struct canvas *c)
{
	bool reset = false;
	int rc = fit(d, c);

	if (rc < 0)
		return rc;
	if (d->generation != c->generation)
		d->all = true;
	draw_rows(d, c, &reset);
	if (reset) { /* rows drawn before it still name pairs that are gone */
		d->all = true;
		draw_rows(d, c, &reset);
		touchwin(stdscr);
	}
	d->all = false;
	d->generation = c->generation;
	curs_set(c->cursor_row >= 0);
	if (c->cursor_row >= 0)
		move(c->cursor_row, c->cursor_col);
	refresh();
	return 0;
}
