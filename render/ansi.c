/* SPDX-License-Identifier: ISC */
/* One SGR sequence where the look changes, always from a reset: longer than differences, but
 * every line stands for itself. */
#include "render/ansi.h"

#include "render/look.h"
#include "term/sgr.h"

#define ATTR_SHOWN                                                          \
	(CELL_BOLD | CELL_DIM | CELL_ITALIC | CELL_UNDERLINE | CELL_BLINK | \
		CELL_REVERSE | CELL_STRIKE | CELL_OVERLINE | CELL_UL_KINDS)

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
is_blank(const struct emu *e, const struct cell *c, bool looks)
{
	static const struct sgr plain;
	struct sgr look = sgr_of(e, c);
	char text[EMU_CELL_TEXT_MAX];
	int n = emu_cell_text(e, c, text);

	return (!looks || sgr_same(&look, &plain)) &&
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
		if (looks && !sgr_same(&now, &look)) {
			sgr_put(out, &now);
			look = now;
		}
		look_text(out, e, c);
	}
	if (!sgr_same(&look, &plain))
		buf_add_str(out, "\033[0m");
	return buf_failed(out);
}
