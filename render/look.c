/* SPDX-License-Identifier: ISC */
#include "render/look.h"

#include "base/utf8.h"
#include "render/palette.h"

#define CONCEAL_FG 0x000000u
#define CONCEAL_BG 0xd7af87u
#define DIM        60 /* percent of the colour that are left */

#define ATTR_DRAWN                                                                \
	(CELL_BOLD | CELL_ITALIC | CELL_UNDERLINE | CELL_STRIKE | CELL_OVERLINE | \
		CELL_UL_KINDS)

static uint32_t
colour(const struct theme *t, uint32_t c, uint32_t otherwise)
{
	if (COLOR_KIND(c) == COLOR_DEFAULT)
		return otherwise;
	if (COLOR_KIND(c) != COLOR_TRUE && COLOR_INDEX(c) < 16)
		return t->colour[COLOR_INDEX(c)];
	return palette_rgb(c);
}

static void
swap(struct look *l)
{
	uint32_t fg = l->fg;

	l->fg = l->bg;
	l->bg = fg;
	l->on_default = false;
}

struct look
look_of(const struct emu *e, const struct cell *c, const struct theme *t, bool cursor)
{
	struct look l = { .fg = colour(t, c->fg, t->fg),
		.bg = colour(t, c->bg, t->bg),
		.on_default = COLOR_KIND(c->bg) == COLOR_DEFAULT,
		.attr = c->attr & ATTR_DRAWN };

	if (!(c->attr & CELL_REVERSE) == emu_reversed(e))
		swap(&l);
	if (c->attr & CELL_DIM)
		l.fg = palette_mix(l.fg, l.bg, DIM);
	if (c->attr & CELL_CONCEAL) {
		l.fg = CONCEAL_FG;
		l.bg = CONCEAL_BG;
		l.on_default = false;
		l.attr |= CELL_ITALIC;
	}
	if (cursor)
		swap(&l);
	l.ul = colour(t, emu_cell_underline(e, c), l.fg);
	return l;
}

bool
look_same(const struct look *a, const struct look *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->ul == b->ul && a->attr == b->attr &&
	       a->on_default == b->on_default;
}

void
look_text(struct buf *out, const struct emu *e, const struct cell *c)
{
	char text[EMU_CELL_TEXT_MAX];
	int n = emu_cell_text(e, c, text);
	size_t before = out->n;

	for (int i = 0; i < n;) {
		uint32_t ch;
		int k = utf8_get((const uint8_t *)text + i, (size_t)(n - i), &ch, NULL);

		if (k <= 0)
			break;
		if (!utf8_order(ch))
			buf_add(out, text + i, (size_t)k);
		i += k;
	}
	if (out->n == before)
		buf_add(out, "  ", c->width == 2 ? 2 : 1);
}

bool
look_is_blank(const struct look *l, const struct cell *c)
{
	return (c->ch == 0 || c->ch == ' ') &&
	       !(l->attr &
		       (CELL_UNDERLINE | CELL_STRIKE | CELL_OVERLINE | CELL_UL_KINDS));
}
