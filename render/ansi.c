/* SPDX-License-Identifier: ISC */
/* One SGR sequence where the look changes, always from a reset: longer than differences, but
 * every line stands for itself. */
#include "render/ansi.h"

#include "render/look.h"

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

#define ATTR_SHOWN                                                          \
	(CELL_BOLD | CELL_DIM | CELL_ITALIC | CELL_UNDERLINE | CELL_BLINK | \
		CELL_REVERSE | CELL_STRIKE | CELL_OVERLINE | CELL_UL_KINDS)

struct sgr {
	uint32_t fg, bg, ul;
	uint16_t attr;
};

static struct sgr
sgr_of(const struct emu *e, const struct cell *c)
{
	unsigned turn = emu_reversed(e) ? CELL_REVERSE : 0;

	if (c->attr & CELL_CONCEAL) /* cat must not hide it; as the player marks it */
		return (struct sgr){ COLOR_OF_INDEX(16), COLOR_OF_INDEX(180), 0,
			CELL_ITALIC };
	return (struct sgr){ c->fg, c->bg, emu_cell_underline(e, c),
		(uint16_t)((c->attr & ATTR_SHOWN) ^ turn) };
}

static bool
same_sgr(const struct sgr *a, const struct sgr *b)
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

static void
put_sgr(struct buf *out, const struct sgr *c)
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

static bool
is_blank(const struct emu *e, const struct cell *c, bool looks)
{
	static const struct sgr plain;
	struct sgr look = sgr_of(e, c);
	char text[EMU_CELL_TEXT_MAX];
	int n = emu_cell_text(e, c, text);

	return (!looks || same_sgr(&look, &plain)) &&
	       (n == 0 || (n == 1 && text[0] == ' '));
}

int
ansi_row(struct buf *out, const struct emu *e, int row, bool looks)
{
	static const struct sgr plain;
	const struct cell *cells = emu_row(e, row);
	struct sgr look = plain;
	int n = emu_cols(e);

	while (n > 0 && is_blank(e, &cells[n - 1], looks))
		n--;
	for (int i = 0; i < n; i++) {
		const struct cell *c = &cells[i];
		struct sgr now = sgr_of(e, c);

		if (c->width == 0 && i > 0 && cells[i - 1].width == 2)
			continue; /* the right half of the character before it */
		if (looks && !same_sgr(&now, &look)) {
			put_sgr(out, &now);
			look = now;
		}
		look_text(out, e, c);
	}
	if (!same_sgr(&look, &plain))
		buf_add_str(out, "\033[0m");
	return buf_failed(out);
}
