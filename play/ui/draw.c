/* SPDX-License-Identifier: ISC */
#include "play/ui/draw.h"

#include "base/utf8.h"
#include "play/ascii.h"

#include <curses.h>
#include <wchar.h>

#include <stdlib.h>
#include <string.h>

#define ZWJ 0x200D

#define VS16 0xFE0F

/* Attributes of cells, what curses has for them, and what stands for that on a terminal that
 * has it not.  Struck out and overlined text, and kinds of underlines, are no attributes of
 * curses: something stands for them unless they are written by retouch.h. */
static const struct {
	uint16_t cell;
	attr_t curses, stands;
} attrs[] = {
	{ CELL_BOLD, A_BOLD, A_NORMAL },
	{ CELL_DIM, A_DIM, A_NORMAL },
	{ CELL_ITALIC, A_ITALIC, A_UNDERLINE },
	{ CELL_UNDERLINE, A_UNDERLINE, A_BOLD },
	{ CELL_BLINK, A_BLINK, A_BOLD },
	{ CELL_REVERSE, A_REVERSE, A_STANDOUT },
	{ CELL_STRIKE, A_DIM, A_UNDERLINE },
	{ CELL_OVERLINE, A_UNDERLINE, A_BOLD },
};

void
draw_start(struct draw *d, bool utf8, int colours)
{
	memset(d, 0, sizeof *d);
	colour_start(&d->colour, colours);
	retouch_start(&d->retouch);
	idcok(stdscr,
		FALSE); /* cells that move would take along what it does not know of */
	d->utf8 = utf8;
	d->all = true;
}

void
draw_done(struct draw *d)
{
	retouch_stop(&d->retouch);
	canvas_free(&d->shown);
}

void
draw_leave(struct draw *d)
{
	retouch_end(&d->retouch, 0, 0, 0);
}

static attr_t
attributes(const struct draw *d, uint16_t attr)
{
	attr_t has = termattrs(), a = A_NORMAL;

	attr &= (uint16_t) ~(d->retouch.can & (CELL_STRIKE | CELL_OVERLINE));
	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
		if (attr & attrs[i].cell)
			a |= (has & attrs[i].curses) ? attrs[i].curses : attrs[i].stands;
	return a;
}

/* The base character; where curses would give it more room than the recording did, or none,
 * a replacement, so that nothing behind it moves. */
static wchar_t
base_char(const struct draw *d, uint32_t ch, int width)
{
	if (ch < 32 || (ch >= 0x7F && ch < 0xA0))
		return L' ';
	if (!d->utf8)
		return (wchar_t)ascii_of(ch);
	if (wcwidth((wchar_t)ch) > 0 && wcwidth((wchar_t)ch) <= width)
		return (wchar_t)ch;
	return wcwidth(UTF8_BAD) == 1 ? (wchar_t)UTF8_BAD : L'?';
}

/* The characters of a cell; returns the columns they take.  Only marks that take no room may
 * stand behind the base; no joiner, which would melt it with the next cell in some terminals,
 * and no call for the wide picture of a character, which would make it wider in others. */
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
		else if (ch == ZWJ) /* only the first of what was melted */
			break;
		else if (d->utf8 && ch != VS16 && wcwidth((wchar_t)ch) == 0)
			out[count++] = (wchar_t)ch;
	}
	if (count == 0)
		out[count++] = L' ';
	out[count] = 0;
	return wcwidth(out[0]) == 2 ? 2 : 1;
}

static void
add_text(const wchar_t *text, attr_t a, int pair)
{
	cchar_t out;

	if (setcchar(&out, text, a, 0, &pair) == ERR)
		setcchar(&out, L"?", a, 0, &pair);
	add_wch(&out);
}

static void
draw_cell(struct draw *d, const struct canvas *c, const struct cell *cell, bool *reset)
{
	wchar_t text[CCHARW_MAX + 1];
	const struct colour_pair *p = colour_pair(&d->colour, cell->fg, cell->bg, reset);
	attr_t a = attributes(d, cell->attr) | (p->shade.bold ? A_BOLD : A_NORMAL);
	int cols = cell_chars(d, c, cell, text);

	add_text(text, a, p->pair);
	for (; cols < cell->width; cols++)
		add_text(L" ", a, p->pair);
}

static bool
special(const struct draw *d, const struct canvas *c, const struct cell *cell)
{
	return retouch_wants(&d->retouch, cell->attr, c->ul[cell->extra]);
}

static void
draw_row(struct draw *d, const struct canvas *c, int row, bool *reset)
{
	const struct cell *cell = canvas_row(c, row), *old = canvas_row(&d->shown, row);
	bool whole = false;

	move(row, 0);
	for (int i = 0; i < c->cols; i++) {
		if (cell[i].width > 0 || i == 0)
			draw_cell(d, c, &cell[i], reset);
		whole |= special(d, &d->shown, &old[i]);
	}
	if (whole) /* curses does not know what stands there */
		wredrawln(stdscr, row, 1);
	d->drawn[row] = true;
}

/* What curses could not say of the rows it has just drawn. */
static void
retouch_row(struct draw *d, const struct canvas *c, int row)
{
	const struct cell *cell = canvas_row(c, row);
	wchar_t text[CCHARW_MAX + 2];

	for (int i = 0; i < c->cols; i++) {
		struct retouch_look look = { cell[i].attr, { 0 }, c->ul[cell[i].extra] };

		if (cell[i].width == 0 || !special(d, c, &cell[i]))
			continue;
		look.shade = shade_of(d->colour.depth, cell[i].fg, cell[i].bg);
		if (cell_chars(d, c, &cell[i], text) < cell[i].width)
			wcscat(text, L" ");
		retouch_cell(&d->retouch, row, i, cell[i].width, &look, text);
	}
}

static void
retouch(struct draw *d, const struct canvas *c)
{
	int row, col;

	for (int i = 0; i < c->rows; i++)
		if (d->drawn[i])
			retouch_row(d, c, i);
	memset(d->drawn, 0, sizeof d->drawn);
	getyx(stdscr, row, col);
	retouch_end(&d->retouch, row, col, c->cursor_row >= 0 ? c->cursor_shape : 0);
}

static int
fit(struct draw *d, const struct canvas *c)
{
	if (d->shown.cols == c->cols && d->shown.rows == c->rows)
		return 0;
	d->all = true;
	redrawwin(stdscr); /* which may hold what curses does not know of */
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
	memcpy(d->shown.ul, c->ul, sizeof c->ul);
	d->all = false;
	d->generation = c->generation;
	curs_set(c->cursor_row >= 0);
	if (c->cursor_row >= 0)
		move(c->cursor_row, c->cursor_col);
	refresh();
	retouch(d, c);
	return 0;
}
