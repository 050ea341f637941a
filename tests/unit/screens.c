/* SPDX-License-Identifier: ISC */
#include "tests/unit/screens.h"

#include <stdio.h>
#include <string.h>

struct pair {
	const struct emu *a, *b;
};

static bool
same_text(const struct pair *p, const struct cell *c, const struct cell *d)
{
	char s[EMU_CELL_TEXT_MAX], t[EMU_CELL_TEXT_MAX];
	int n = emu_cell_text(p->a, c, s), m = emu_cell_text(p->b, d, t);

	return c->width == d->width && strcmp(n ? s : " ", m ? t : " ") == 0;
}

static bool
same_link(const struct pair *p, const struct cell *c, const struct cell *d)
{
	const char *s = emu_cell_link(p->a, c), *t = emu_cell_link(p->b, d);

	return s && t ? strcmp(s, t) == 0 : s == t;
}

static bool
same_cell(const struct pair *p, const struct cell *c, const struct cell *d)
{
	return same_text(p, c, d) && c->fg == d->fg && c->bg == d->bg &&
	       c->attr == d->attr && c->guard == d->guard && same_link(p, c, d) &&
	       emu_cell_underline(p->a, c) == emu_cell_underline(p->b, d);
}

static bool
same_row(const struct pair *p, int row, char why[SCREENS_WHY])
{
	const struct cell *c = emu_row(p->a, row), *d = emu_row(p->b, row);
	char s[EMU_CELL_TEXT_MAX], t[EMU_CELL_TEXT_MAX];

	for (int col = 0; col < emu_cols(p->a); col++) {
		if (same_cell(p, &c[col], &d[col]))
			continue;
		emu_cell_text(p->a, &c[col], s);
		emu_cell_text(p->b, &d[col], t);
		snprintf(why, SCREENS_WHY,
			"cell %d of row %d: '%s' '%s' fg %x %x bg %x %x attr %x %x", col,
			row, s, t, c[col].fg, d[col].fg, c[col].bg, d[col].bg,
			c[col].attr, d[col].attr);
		return false;
	}
	return true;
}

static bool
same_cursor(const struct pair *p, char why[SCREENS_WHY])
{
	struct emu_cursor c = emu_cursor(p->a), d = emu_cursor(p->b);

	snprintf(why, SCREENS_WHY, "cursor at %d, %d and %d, %d, or its look", c.row,
		c.col, d.row, d.col);
	return c.row == d.row && c.col == d.col && c.visible == d.visible &&
	       c.blink == d.blink && c.shape == d.shape && c.chosen == d.chosen;
}

static bool
same_modes(const struct pair *p, char why[SCREENS_WHY])
{
	snprintf(why, SCREENS_WHY, "which screen, reversed, in a frame, or the title");
	return emu_alt_screen(p->a) == emu_alt_screen(p->b) &&
	       emu_reversed(p->a) == emu_reversed(p->b) &&
	       emu_in_frame(p->a) == emu_in_frame(p->b) &&
	       strcmp(emu_title(p->a), emu_title(p->b)) == 0;
}

bool
screens_same(const struct emu *a, const struct emu *b, char why[SCREENS_WHY])
{
	const struct pair p = { a, b };

	snprintf(why, SCREENS_WHY, "size %dx%d and %dx%d, or %d and %d rows above",
		emu_cols(a), emu_rows(a), emu_cols(b), emu_rows(b), emu_above(a),
		emu_above(b));
	if (emu_cols(a) != emu_cols(b) || emu_rows(a) != emu_rows(b) ||
		emu_above(a) != emu_above(b))
		return false;
	for (int row = -emu_above(a); row < emu_rows(a); row++)
		if (!same_row(&p, row, why))
			return false;
	return same_cursor(&p, why) && same_modes(&p, why);
}
