/* SPDX-License-Identifier: ISC */
/* Text in rows of a fixed height.  Only ASCII is trusted to be as wide as a column: all else
 * stands in a box of its own.  Lines, blocks and dots are drawn (a mask over the colour of the
 * text) so that they meet, and are still there to be copied. */
#include "render/html.h"

#include "render/box.h"
#include "render/look.h"
#include "render/markup.h"
#include "render/palette.h"

#include <inttypes.h>
#include <stdlib.h>

#define BOX_W 10 /* a cell in the masks */
#define BOX_H 20

struct html {
	struct buf *out;
	const struct emu *e;
	const struct theme *theme;
	struct emu_cursor cursor; /* not visible: not to be shown */
	struct buf text;
};

/* ---- drawn characters ---- */

static void
mask_box(struct buf *out, const struct box *b)
{
	buf_add_str(out, "%3Crect x='");
	markup_number(out, b->x * BOX_W);
	buf_add_str(out, "' y='");
	markup_number(out, b->y * BOX_H);
	buf_add_str(out, "' width='");
	markup_number(out, b->w * BOX_W);
	buf_add_str(out, "' height='");
	markup_number(out, b->h * BOX_H);
	if (b->percent < 100)
		buf_addf(out, "' opacity='.%02d", b->percent);
	buf_add_str(out, "'/%3E");
}

static void
mask_curve(struct buf *out, const struct curve *c)
{
	buf_add_str(out, "%3Cpath d='");
	for (int i = 0; i < 3; i++) {
		buf_add_byte(out, (uint8_t)("MQ L"[c->thick > 0 ? i : i ? 3 : 0]));
		markup_number(out, c->x[i] * BOX_W);
		buf_add_byte(out, ' ');
		markup_number(out, c->y[i] * BOX_H);
	}
	if (c->thick > 0) {
		buf_add_str(out, "' fill='none' stroke='black' stroke-width='");
		markup_number(out, c->thick * BOX_W);
	}
	buf_add_str(out, "'/%3E");
}

/* false: CH is not drawn. */
static bool
mask(struct buf *out, uint32_t ch)
{
	struct box b[BOX_PARTS];
	struct curve c[BOX_CURVES];
	int n = box_parts(ch, b), k = box_curves(ch, c);

	if (n + k == 0)
		return false;
	buf_addf(out,
		".u%" PRIx32
		"{--m:url(\"data:image/svg+xml,%%3Csvg xmlns='http://www.w3.org"
		"/2000/svg' viewBox='0 0 %d %d' preserveAspectRatio='none'%s%%3E",
		ch, BOX_W, BOX_H, k ? "" : " shape-rendering='crispEdges'");
	for (int i = 0; i < n; i++)
		mask_box(out, &b[i]);
	for (int i = 0; i < k; i++)
		mask_curve(out, &c[i]);
	buf_add_str(out, "%3C/svg%3E\")}\n");
	return true;
}

static bool
is_drawn(const struct cell *c)
{
	struct box b[BOX_PARTS];
	struct curve k[BOX_CURVES];

	return c->width == 1 && c->ch >= 0x2500 &&
	       box_parts(c->ch, b) + box_curves(c->ch, k) > 0;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* A rule for every drawn character that is on the screen. */
static int
masks(struct html *h)
{
	struct buf all = { 0 };
	uint32_t *v;
	size_t n;

	for (int row = 0; row < emu_rows(h->e); row++)
		for (int col = 0; col < emu_cols(h->e); col++)
			if (is_drawn(&emu_row(h->e, row)[col]))
				buf_add(&all, &emu_row(h->e, row)[col].ch,
					sizeof(uint32_t));
	v = (uint32_t *)(void *)all.p;
	n = all.n / sizeof *v;
	if (n)
		qsort(v, n, sizeof *v, compare);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || v[i] != v[i - 1])
			mask(h->out, v[i]);
	buf_free(&all);
	return buf_failed(h->out);
}

/* ---- runs of cells that look the same ---- */

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
begin(struct buf *out, const struct look *l, const char *cursor)
{
	buf_addf(out, "<span%s style=\"color:#%06" PRIx32, cursor, l->fg);
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
put_cell(struct html *h, const struct cell *c)
{
	bool drawn = is_drawn(c), plain = c->width == 1 && c->ch < 0x7F;

	buf_clear(&h->text);
	look_text(&h->text, h->e, c);
	if (drawn)
		buf_addf(h->out, "<b class=\"g u%" PRIx32 "\">", c->ch);
	else if (!plain)
		buf_add_str(h->out, c->width == 2 ? "<b class=\"d\">" : "<b>");
	markup_text(h->out, buf_span(&h->text));
	if (!plain)
		buf_add_str(h->out, "</b>");
}

/* A cursor that is a line, and no change of colours, is a class. */
static const char *
cursor_line(const struct html *h, int row, int col)
{
	const struct emu_cursor *c = &h->cursor;

	if (!c->visible || c->shape <= 1 || c->row != row || c->col != col)
		return "";
	return c->shape == 2 ? " class=\"under\"" : " class=\"bar\"";
}

static struct look
look_at(const struct html *h, int row, int col)
{
	bool block = h->cursor.visible && h->cursor.shape <= 1 && h->cursor.row == row &&
		     h->cursor.col == col;

	return look_of(h->e, &emu_row(h->e, row)[col], h->theme, block);
}

static void
put_row(struct html *h, int row)
{
	const struct cell *c = emu_row(h->e, row);
	const char *line = "", *now_line;
	struct look now = { 0 }, next;

	for (int col = 0; col < emu_cols(h->e); col++) {
		if (c[col].width == 0 && col > 0)
			continue;
		next = look_at(h, row, col);
		now_line = cursor_line(h, row, col);
		if (col == 0 || !look_same(&now, &next) || strcmp(line, now_line) != 0) {
			if (col > 0)
				buf_add_str(h->out, "</span>");
			begin(h->out, &next, now_line);
			now = next;
			line = now_line;
		}
		put_cell(h, &c[col]);
	}
	buf_add_str(h->out, "</span>\n");
}

/* ---- the page ---- */

static void
put_title(struct buf *out, const struct render_opts *o, const char *element)
{
	if (!o || !o->title)
		return;
	buf_addf(out, "<%s>", element);
	markup_text(out, span_str(o->title));
	buf_addf(out, "</%s>\n", element);
}

static void
style(struct html *h)
{
	const struct theme *t = h->theme;
	uint32_t bar = palette_mix(t->fg, t->bg, 10);

	buf_addf(h->out,
		"<style>\n"
		"figure{display:inline-block;margin:1em;border-radius:8px;overflow:"
		"hidden;"
		"color:#%06" PRIx32 ";background:#%06" PRIx32 ";"
		"box-shadow:0 0 0 1px #0004,0 6px 24px #0005}\n"
		"figcaption{position:relative;padding:.3em 5em;text-align:center;"
		"white-space:nowrap;overflow:hidden;text-overflow:ellipsis;"
		"color:#%06" PRIx32 ";background:#%06" PRIx32 "}\n",
		t->fg, t->bg, palette_mix(t->fg, bar, 55), bar);
	buf_addf(h->out,
		"figcaption::before{content:\"\";position:absolute;left:1em;top:50%%;"
		"width:.7em;height:.7em;margin-top:-.35em;border-radius:50%%;"
		"color:#%06" PRIx32 ";background:currentColor;"
		"box-shadow:1.15em 0,2.3em 0}\n",
		palette_mix(t->fg, bar, 20));
	buf_addf(h->out,
		"figure,pre{font:16px/1.2 %s}\n"
		"pre{margin:.7em .9em}\n"
		"pre span,b{display:inline-block;height:1.2em;vertical-align:top}\n"
		"b{width:1ch;overflow:hidden;font-weight:inherit;text-decoration:inherit}"
		"\n"
		".d{width:2ch;text-align:center}\n"
		".g{background:currentColor;-webkit-text-fill-color:transparent;"
		"-webkit-mask:var(--m) 0 0/100%% 100%%;mask:var(--m) 0 0/100%% 100%%}\n"
		".bar{box-shadow:inset .13em 0}.under{box-shadow:inset 0 -.13em}\n",
		MARKUP_FONTS);
	masks(h);
	buf_add_str(h->out, "</style>\n");
}

int
html_screen(struct buf *out, const struct emu *e, const struct render_opts *o)
{
	struct html h = {
		.out = out, .e = e, .theme = o && o->theme ? o->theme : theme_default()
	};

	if (o && o->cursor)
		h.cursor = emu_cursor(e);
	buf_add_str(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n");
	put_title(out, o, "title");
	style(&h);
	buf_add_str(out, "</head><body>\n<figure>");
	put_title(out, o, "figcaption");
	buf_add_str(out, "<pre>");
	for (int i = 0; i < emu_rows(e); i++)
		put_row(&h, i);
	buf_free(&h.text);
	buf_add_str(out, "</pre></figure>\n</body></html>\n");
	return buf_failed(out);
}
