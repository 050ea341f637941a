/* SPDX-License-Identifier: ISC */
#include "term/sgr.h"

#include "term/cell.h"

#include <inttypes.h>

static const struct {
	uint16_t attr;
	const char *sgr;
} attr_rows[] = {
	{ CELL_BOLD, ";1" },
	{ CELL_DIM, ";2" },
	{ CELL_ITALIC, ";3" },
	{ CELL_UNDERLINE, ";4" },
	{ CELL_BLINK, ";5" },
	{ CELL_REVERSE, ";7" },
	{ CELL_CONCEAL, ";8" },
	{ CELL_STRIKE, ";9" },
	{ CELL_OVERLINE, ";53" },
};

static const struct {
	uint16_t attr;
	const char *sgr;
} underlines[] = {
	{ CELL_UL_DOUBLE, ";4:2" },
	{ CELL_UL_CURLY, ";4:3" },
	{ CELL_UL_DOTTED, ";4:4" },
	{ CELL_UL_DASHED, ";4:5" },
};

bool
sgr_same(const struct sgr *a, const struct sgr *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->ul == b->ul && a->attr == b->attr;
}

/* BASE: 30 for the foreground, 40 for the background, 50 (which has no short forms) for
 * the underline. */
static void
put_color(struct buf *out, uint32_t c, unsigned base)
{
	uint32_t v;

	switch (COLOR_KIND(c)) {
	case COLOR_INDEXED:
		v = COLOR_INDEX(c);
		if (v < 8 && base < 50)
			buf_addf(out, ";%u", base + v);
		else if (v < 16 && base < 50)
			buf_addf(out, ";%u", base + 60 + v - 8);
		else
			buf_addf(out, ";%u;5;%" PRIu32, base + 8, v);
		break;
	case COLOR_TRUE:
		v = COLOR_RGB24(c);
		buf_addf(out, ";%u;2;%" PRIu32 ";%" PRIu32 ";%" PRIu32, base + 8, v >> 16,
			v >> 8 & 0xFF, v & 0xFF);
		break;
	default:
		break;
	}
}

void
sgr_put(struct buf *out, const struct sgr *c)
{
	buf_add_str(out, "\033[0");
	for (size_t i = 0; i < sizeof attr_rows / sizeof *attr_rows; i++)
		if (c->attr & attr_rows[i].attr)
			buf_add_str(out, attr_rows[i].sgr);
	/* the colon form is the only one for these; who does not know it ignores it */
	for (size_t i = 0; i < sizeof underlines / sizeof *underlines; i++)
		if (c->attr & underlines[i].attr)
			buf_add_str(out, underlines[i].sgr);
	put_color(out, c->fg, 30);
	put_color(out, c->bg, 40);
	put_color(out, c->ul, 50);
	buf_add_byte(out, 'm');
}
