/* SPDX-License-Identifier: ISC */
#include "render/html.h"

#include "render/look.h"
#include "render/markup.h"
#include "render/palette.h"

#include <inttypes.h>

static const struct {
	uint16_t attr;
	const char *line, *style; /* text-decoration-line and -style */
} decorations[] = {
	{ CELL_UNDERLINE | CELL_UL_KINDS, "underline ", "" },
	{ CELL_STRIKE, "line-through ", "" },
	{ CELL_OVERLINE, "overline ", "" },
	{ CELL_UL_DOUBLE, "", "double " },
	{ CELL_UL_CURLY, "", "wavy " },
	{ CELL_UL_DOTTED, "", "dotted " },
	{ CELL_UL_DASHED, "", "dashed " },
};

static void
decoration(struct buf *out, const struct look *l)
{
	buf_add_str(out, ";text-decoration:");
	for (size_t i = 0; i < sizeof decorations / sizeof *decorations; i++)
		if (l->attr & decorations[i].attr)
			buf_addf(out, "%s%s", decorations[i].line, decorations[i].style);
	buf_addf(out, "#%06" PRIx32, l->attr & CELL_UNDERLINE ? l->ul : l->fg);
}

static void
begin(struct buf *out, const struct look *l)
{
	buf_addf(out, "<span style=\"color:#%06" PRIx32, l->fg);
	if (!l->on_default)
		buf_addf(out, ";background:#%06" PRIx32, l->bg);
	if (l->attr & CELL_BOLD)
		buf_add_str(out, ";font-weight:bold");
	if (l->attr & CELL_ITALIC)
		buf_add_str(out, ";font-style:italic");
	if (l->attr & ~(CELL_BOLD | CELL_ITALIC))
		decoration(out, l);
	buf_add_str(out, "\">");
}

static void
row(struct buf *out, const struct emu *e, int at, const struct emu_cursor *cursor,
	struct buf *text)
{
	const struct cell *c = emu_row(e, at);
	struct look now = { 0 }, next;

	for (int col = 0; col < emu_cols(e); col++) {
		if (c[col].width == 0 && col > 0)
			continue;
		next = look_of(e, &c[col],
			cursor->visible && cursor->row == at && cursor->col == col);
		if (col == 0 || !look_same(&now, &next)) {
			if (col > 0)
				buf_add_str(out, "</span>");
			begin(out, &next);
			now = next;
		}
		buf_clear(text);
		look_text(text, e, &c[col]);
		markup_text(out, buf_span(text));
	}
	buf_add_str(out, "</span>\n");
}

static void
head(struct buf *out, const struct render_opts *o)
{
	buf_add_str(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n");
	if (o && o->title) {
		buf_add_str(out, "<title>");
		markup_text(out, span_of((const uint8_t *)o->title, strlen(o->title)));
		buf_add_str(out, "</title>\n");
	}
	buf_addf(out,
		"<style>pre{display:inline-block;margin:1em;padding:.6em 1em;"
		"border-radius:6px;color:#%06x;background:#%06x;font:16px/1.2 'DejaVu "
		"Sans "
		"Mono','Liberation Mono',Menlo,Consolas,monospace}</style>\n"
		"</head><body>\n<pre>",
		PALETTE_FG, PALETTE_BG);
}

int
html_screen(struct buf *out, const struct emu *e, const struct render_opts *o)
{
	struct emu_cursor cursor = { .visible = false };
	struct buf text = { 0 };

	if (o && o->cursor)
		cursor = emu_cursor(e);
	head(out, o);
	for (int i = 0; i < emu_rows(e); i++)
		row(out, e, i, &cursor, &text);
	buf_free(&text);
	buf_add_str(out, "</pre>\n</body></html>\n");
	return buf_failed(out);
}
