/* SPDX-License-Identifier: ISC */
/* Sheets as SVG, and as a page of such pictures in which a click makes one large. */
#include "render/sheet_impl.h"

#include "render/markup.h"
#include "render/palette.h"
#include "render/picture.h"
#include "render/svg.h"

#include <inttypes.h>
#include <stdlib.h>

#define LETTER 8.43 /* width of a letter of SHEET_FONT points */

struct box
sheet_tile(const struct sheet *s, int i)
{
	int col = i % s->opts.cols, row = i / s->opts.cols;

	return (struct box){ SHEET_MARGIN + col * (double)(SHEET_TILE + SHEET_GAP),
		SHEET_MARGIN + SHEET_TITLE +
			row * (s->tile_h + SHEET_CAPTION + SHEET_GAP),
		SHEET_TILE, s->tile_h, 100 };
}

double
sheet_width(const struct sheet *s)
{
	int cols = s->n < s->opts.cols ? s->n : s->opts.cols;

	return 2 * SHEET_MARGIN + (cols ? cols : 1) * (double)(SHEET_TILE + SHEET_GAP) -
	       SHEET_GAP;
}

double
sheet_height(const struct sheet *s, int tiles)
{
	int rows = (tiles + s->opts.cols - 1) / s->opts.cols;

	return 2 * SHEET_MARGIN + SHEET_TITLE - SHEET_GAP / 2.0 +
	       rows * (s->tile_h + SHEET_CAPTION + SHEET_GAP);
}

void
sheet_shape(struct sheet *s, const struct emu *e, double aspect)
{
	s->tile_h = SHEET_TILE * picture_rows(e) / (picture_cols(e) * aspect);
	if (s->tile_h > 2 * SHEET_TILE)
		s->tile_h = 2 * SHEET_TILE;
}

struct box
sheet_fit(struct box tile, double w, double h)
{
	double scale = tile.w / w < tile.h / h ? tile.w / w : tile.h / h;

	return (struct box){ tile.x + (tile.w - w * scale) / 2,
		tile.y + (tile.h - h * scale) / 2, w * scale, h * scale, 100 };
}

/* A ground on which windows of the theme's background stand out. */
static void
choose_colours(struct sheet *s)
{
	const struct theme *t = s->theme;
	bool light = (t->bg >> 8 & 255) > 128;

	s->ground = palette_mix(t->bg, 0, light ? 86 : 55);
	s->ink = light ? palette_mix(t->fg, 0, 50) : t->fg;
	s->faint = palette_mix(s->ink, s->ground, 60);
}

int
sheet_open(struct sheet **out, enum render_format f, const struct sheet_opts *o,
	struct err *err)
{
	struct sheet *s;

	*out = NULL;
	if (f != RENDER_SVG && f != RENDER_HTML && f != RENDER_PNG)
		return err_set(err, ERR_USAGE, "a contact sheet is svg, html or png");
	if (o->cols < 1 || o->rows < 1 || o->cols > SHEET_SIDE_MAX ||
		o->rows > SHEET_SIDE_MAX)
		return err_set(err, ERR_USAGE, "a contact sheet has 1x1 to %dx%d screens",
			SHEET_SIDE_MAX, SHEET_SIDE_MAX);
	s = calloc(1, sizeof *s);
	if (!s)
		return err_set(err, ERR_NOMEM, "out of memory");
	s->format = f;
	s->opts = *o;
	s->theme = o->theme ? o->theme : theme_default();
	buf_init(&s->tiles, (size_t)512 << 20);
	choose_colours(s);
	*out = s;
	return 0;
}

void
sheet_close(struct sheet *s)
{
	if (!s)
		return;
	sheet_png_close(s);
	buf_free(&s->tiles);
	free(s);
}

/* ---- SVG ---- */

static void
put_line(
	struct buf *out, const char *text, double x, double y, double width, uint32_t rgb)
{
	struct emu *line = picture_line(text, (int)(width / LETTER));

	if (!line)
		return;
	buf_add_str(out, "<text x=\"");
	markup_number(out, x);
	buf_add_str(out, "\" y=\"");
	markup_number(out, y);
	buf_addf(out, "\" fill=\"#%06" PRIx32 "\">", rgb);
	picture_line_text(line, out);
	buf_add_str(out, "</text>\n");
	emu_free(line);
}

static int
add_svg(struct sheet *s, const struct emu *e, const char *caption)
{
	struct render_opts o = { .cursor = true, .theme = s->theme };
	struct box tile = sheet_tile(s, s->n);

	put_line(&s->tiles, caption, tile.x, tile.y + tile.h + SHEET_CAPTION * 0.7,
		SHEET_TILE, s->ink);
	return svg_tile(&s->tiles, e, &o,
		sheet_fit(
			tile, picture_cols(e) * SVG_CELL_W, picture_rows(e) * SVG_CELL_H),
		s->n + 1);
}

static int
put_svg(struct sheet *s, struct buf *out)
{
	double w = sheet_width(s), h = sheet_height(s, s->n);

	buf_add_str(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
	markup_number(out, w);
	buf_add_str(out, "\" height=\"");
	markup_number(out, h);
	buf_addf(out,
		"\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#%06" PRIx32 "\"/>\n"
		"<g font-family=\"%s\" font-size=\"%d\">\n",
		s->ground, MARKUP_FONTS, SHEET_FONT);
	if (s->opts.title)
		put_line(out, s->opts.title, SHEET_MARGIN,
			SHEET_MARGIN + SHEET_TITLE * 0.4, w - 2 * SHEET_MARGIN, s->faint);
	buf_add_span(out, buf_span(&s->tiles));
	return buf_add_str(out, "</g>\n</svg>\n");
}

/* ---- HTML ---- */

static int
add_html(struct sheet *s, const struct emu *e, const char *caption)
{
	struct render_opts o = { .cursor = true, .theme = s->theme };
	int id = s->n + 1, rc;

	buf_addf(&s->tiles, "<figure id=\"t%d\"><a href=\"#t%d\">", id, id);
	rc = svg_tile(
		&s->tiles, e, &o, (struct box){ 0, 0, SHEET_TILE, s->tile_h, 100 }, id);
	buf_add_str(&s->tiles, "</a><figcaption>");
	markup_text(&s->tiles, span_str(caption));
	buf_addf(&s->tiles,
		"</figcaption><a class=\"shut\" href=\"#all\">&#215;</a></figure>\n");
	return rc;
}

static int
put_html(struct sheet *s, struct buf *out)
{
	struct span title = span_str(s->opts.title ? s->opts.title : "");

	buf_add_str(
		out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n<title>");
	markup_text(out, title);
	buf_addf(out,
		"</title>\n<style>\n"
		"body{margin:%dpx;background:#%06" PRIx32 ";color:#%06" PRIx32
		";font:%dpx/1.5 %s}\n"
		"h1{margin:0 0 "
		"%dpx;font-size:inherit;font-weight:inherit;color:#%06" PRIx32 "}\n",
		SHEET_MARGIN, s->ground, s->ink, SHEET_FONT, MARKUP_FONTS, SHEET_GAP / 2,
		s->faint);
	buf_addf(out,
		"main{display:grid;grid-template-columns:repeat(%d,minmax(0,%dpx));gap:%"
		"dpx}\n"
		"figure{margin:0}svg{display:block;width:100%%;height:auto}\n"
		"figcaption{white-space:pre;overflow:hidden;text-overflow:ellipsis}\n"
		".shut{display:none;color:inherit;text-decoration:none}\n"
		"figure:target{position:fixed;inset:0;z-index:1;padding:2vh 2vw;"
		"background:#%06" PRIx32 "}\n"
		"figure:target svg{height:90vh}figure:target .shut{display:block;"
		"position:fixed;top:1vh;right:1vw;font-size:2em}\n"
		"</style></head><body id=\"all\">\n<h1>",
		s->opts.cols, SHEET_TILE, SHEET_GAP, s->ground);
	markup_text(out, title);
	buf_add_str(out, "</h1><main>\n");
	buf_add_span(out, buf_span(&s->tiles));
	return buf_add_str(out, "</main></body></html>\n");
}

/* ---- all ---- */

int
sheet_add(struct sheet *s, const struct emu *e, const char *caption, struct err *err)
{
	int rc;

	if (s->n >= s->opts.cols * s->opts.rows)
		return err_set(err, ERR_LIMIT, "the contact sheet is full");
	if (!s->n && s->format != RENDER_PNG)
		sheet_shape(s, e, SVG_CELL_W / SVG_CELL_H);
	if (s->format == RENDER_PNG)
		rc = sheet_png_add(s, e, caption, err);
	else if (s->format == RENDER_SVG)
		rc = add_svg(s, e, caption);
	else
		rc = add_html(s, e, caption);
	if (rc < 0 && s->format != RENDER_PNG)
		return err_set(err, rc, "the contact sheet is too large");
	s->n += rc == 0;
	return rc;
}

int
sheet_put(struct sheet *s, struct buf *out, struct err *err)
{
	int rc;

	if (s->format == RENDER_PNG)
		return sheet_png_put(s, out, err);
	rc = s->format == RENDER_SVG ? put_svg(s, out) : put_html(s, out);
	return rc < 0 ? err_set(err, rc, "the contact sheet is too large") : 0;
}
