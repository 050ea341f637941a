/* SPDX-License-Identifier: ISC */
/* First the window, then all backgrounds, then what is written: nothing is covered by the
 * cell beside it. */
#include "render/picture.h"

#include "base/utf8.h"
#include "render/look.h"
#include "render/markup.h"
#include "render/palette.h"

#define LINE      0.055 /* thickness of a line under text, in rows */
#define BAR_LIGHT 10    /* percent of the text's colour in that of the title's bar */
#define TEXT_DIM  55    /* and in the title */
#define BUTTONS   5     /* columns that they take, and that stay free on the other side */

struct paint {
	struct easel *s;
	const struct emu *e;
	const struct theme *theme;
	double row, col;          /* where the screen stands */
	struct emu_cursor cursor; /* not visible: not to be drawn */
	struct buf text;
};

static bool
under_block(const struct paint *p, int row, int col)
{
	return p->cursor.visible && p->cursor.shape <= 1 && p->cursor.row == row &&
	       p->cursor.col == col;
}

static struct look
look_at(const struct paint *p, int row, int col)
{
	return look_of(
		p->e, &emu_row(p->e, row)[col], p->theme, under_block(p, row, col));
}

/* How many cells from COL on look the same. */
static int
same_looks(const struct paint *p, int row, int col, struct look *look)
{
	int n = 1;

	*look = look_at(p, row, col);
	while (col + n < emu_cols(p->e)) {
		struct look next = look_at(p, row, col + n);
		bool right_half = emu_row(p->e, row)[col + n].width == 0;

		if (!right_half && !look_same(&next, look))
			break;
		n++;
	}
	return n;
}

static void
backgrounds(struct paint *p, int row)
{
	struct look l;

	for (int col = 0, n; col < emu_cols(p->e); col += n) {
		n = same_looks(p, row, col, &l);
		if (!l.on_default)
			p->s->rect(p->s,
				(struct box){ p->col + col, p->row + row, n, 1, 100 },
				l.bg);
	}
}

/* Lines under, through and over cells. */
static void
lines(struct paint *p, int row, int col, int n, const struct look *l)
{
	struct box at = { p->col + col, p->row + row, n, LINE, 100 };

	if (l->attr & CELL_OVERLINE)
		p->s->rect(p->s, at, l->fg);
	at.y = p->row + row + 0.55;
	if (l->attr & CELL_STRIKE)
		p->s->rect(p->s, at, l->fg);
	at.y = p->row + row + 0.9;
	if (l->attr & CELL_UL_CURLY) {
		p->s->wave(p->s, at, l->ul);
	} else if (l->attr & (CELL_UL_DOTTED | CELL_UL_DASHED)) {
		int parts = l->attr & CELL_UL_DOTTED ? 3 : 1;

		at.w = l->attr & CELL_UL_DOTTED ? 0.17 : 0.6;
		for (int i = 0; i < n * parts; i++, at.x += 1.0 / parts)
			p->s->rect(p->s, at, l->ul);
	} else if (l->attr & (CELL_UNDERLINE | CELL_UL_DOUBLE)) {
		p->s->rect(p->s, at, l->ul);
		at.y -= 0.1;
		if (l->attr & CELL_UL_DOUBLE)
			p->s->rect(p->s, at, l->ul);
	}
}

static struct curve
moved(struct curve c, double col, double row)
{
	for (int i = 0; i < 3; i++) {
		c.x[i] += col;
		c.y[i] += row;
	}
	return c;
}

static bool
drawn_as_box(struct paint *p, int row, int col, const struct look *l)
{
	const struct cell *c = &emu_row(p->e, row)[col];
	struct curve line[BOX_CURVES];
	struct box part[BOX_PARTS];
	int n = c->width == 1 ? box_parts(c->ch, part) : 0;
	int k = c->width == 1 ? box_curves(c->ch, line) : 0;

	for (int i = 0; i < n; i++) {
		part[i].x += p->col + col;
		part[i].y += p->row + row;
		p->s->rect(p->s, part[i], palette_mix(l->fg, l->bg, part[i].percent));
	}
	for (int i = 0; i < k; i++)
		p->s->curve(p->s, moved(line[i], p->col + col, p->row + row), l->fg);
	return n + k > 0;
}

static bool
is_ascii(const struct cell *c)
{
	return c->width == 1 && c->ch < 0x7F;
}

static void
write_text(struct paint *p, int row, int col, int n, const struct look *l)
{
	struct ink ink = { l->fg, l->attr & CELL_BOLD, l->attr & CELL_ITALIC };

	buf_clear(&p->text);
	for (int i = 0; i < n; i++)
		if (emu_row(p->e, row)[col + i].width > 0)
			look_text(&p->text, p->e, &emu_row(p->e, row)[col + i]);
	p->s->text(p->s, p->row + row, p->col + col, n, buf_span(&p->text), ink);
}

/* Cells that look the same: ASCII as one piece, everything else cell by cell, since only
 * the screen knows how wide it is. */
static void
write_run(struct paint *p, int row, int col, int end, const struct look *l)
{
	const struct cell *c = emu_row(p->e, row);
	int n;

	for (; col < end; col += n) {
		n = c[col].width == 2 && col + 1 < end ? 2 : 1;
		if (look_is_blank(l, &c[col]) || c[col].width == 0 ||
			drawn_as_box(p, row, col, l))
			continue;
		while (is_ascii(&c[col]) && col + n < end && is_ascii(&c[col + n]))
			n++;
		write_text(p, row, col, n, l);
	}
}

static void
writing(struct paint *p, int row)
{
	struct look l;

	for (int col = 0, n; col < emu_cols(p->e); col += n) {
		n = same_looks(p, row, col, &l);
		write_run(p, row, col, col + n, &l);
		lines(p, row, col, n, &l);
	}
}

static void
cursor_line(struct paint *p)
{
	struct box at = { p->cursor.col, p->cursor.row, 1, 1, 100 };

	if (!p->cursor.visible || p->cursor.shape <= 1)
		return;
	if (p->cursor.shape == 2) {
		at.y += 0.88;
		at.h = 0.12;
	} else {
		at.w = 0.16;
	}
	p->s->rect(p->s, at, p->theme->fg);
}

/* ---- the window ---- */

struct emu *
picture_line(const char *text, int cols)
{
	struct emu *e = cols > 0 ? emu_new(cols, 1) : NULL;
	size_t n = strlen(text), at = 0;

	while (e && at < n && emu_cursor(e).col < cols - 1) {
		uint32_t ch;
		int k = utf8_get((const uint8_t *)text + at, n - at, &ch, NULL);

		if (k <= 0)
			break;
		if (!utf8_order(ch))
			emu_write(e, span_of(text + at, (size_t)k));
		at += (size_t)k;
	}
	return e;
}

int
picture_line_text(const struct emu *line, struct buf *out)
{
	struct buf text = { 0 };
	int rc = emu_row_text(line, 0, &text, NULL);

	if (rc == 0)
		rc = markup_text(out, buf_span(&text));
	buf_free(&text);
	return rc;
}

static void
title(struct paint *p, const char *text, uint32_t bar)
{
	int room = emu_cols(p->e) - 2 * BUTTONS, left;
	struct theme faint = *p->theme;
	struct emu *e = picture_line(text, room);
	struct paint row = { .s = p->s, .e = e, .theme = &faint };

	if (!e)
		return;
	left = (room - emu_cursor(e).col) / 2; /* whole columns */
	faint.fg = palette_mix(p->theme->fg, bar, TEXT_DIM);
	row.row = -PICTURE_MARGIN_ROWS - (PICTURE_TITLE_ROWS + 1) / 2;
	row.col = BUTTONS + left;
	writing(&row, 0);
	buf_free(&row.text);
	emu_free(e);
}

/* Three grey dots: that it is a window, and of nobody's system. */
static void
buttons(struct paint *p, uint32_t bar)
{
	double y = -PICTURE_MARGIN_ROWS - PICTURE_TITLE_ROWS / 2;
	uint32_t rgb = palette_mix(p->theme->fg, bar, 2 * BAR_LIGHT);

	for (int i = 0; i < 3; i++) {
		double x = 0.35 + i * 1.7;
		struct curve dot = { { x, x, x }, { y, y, y }, 1.05 };

		p->s->curve(p->s, dot, rgb);
	}
}

double
picture_cols(const struct emu *e)
{
	return emu_cols(e) + 2 * PICTURE_MARGIN_COLS;
}

double
picture_rows(const struct emu *e)
{
	return emu_rows(e) + 2 * PICTURE_MARGIN_ROWS + PICTURE_TITLE_ROWS;
}

static void
window(struct paint *p, const struct render_opts *o)
{
	double top = -PICTURE_MARGIN_ROWS - PICTURE_TITLE_ROWS;
	struct box all = { -PICTURE_MARGIN_COLS, top, picture_cols(p->e),
		picture_rows(p->e), 100 };
	struct box bar = all;
	uint32_t rgb = palette_mix(p->theme->fg, p->theme->bg, BAR_LIGHT);

	bar.h = PICTURE_TITLE_ROWS;
	p->s->rect(p->s, all, p->theme->bg);
	p->s->rect(p->s, bar, rgb);
	buttons(p, rgb);
	if (o && o->title)
		title(p, o->title, rgb);
}

void
picture_paint(
	struct easel *s, const struct emu *e, const struct render_opts *o, int *failed)
{
	struct paint p = {
		.s = s, .e = e, .theme = o && o->theme ? o->theme : theme_default()
	};

	if (o && o->cursor)
		p.cursor = emu_cursor(e);
	window(&p, o);
	for (int row = 0; row < emu_rows(e); row++)
		backgrounds(&p, row);
	for (int row = 0; row < emu_rows(e); row++)
		writing(&p, row);
	cursor_line(&p);
	*failed = buf_failed(&p.text);
	buf_free(&p.text);
}
