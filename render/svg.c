/* SPDX-License-Identifier: ISC */
/* An SVG of the window.  Every piece of text says how wide it is (textLength), so that columns
 * stay columns with any font; it can be selected and searched. */
#include "render/svg.h"

#include "render/markup.h"
#include "render/picture.h"

#include <inttypes.h>

#define FONT     16
#define BASELINE 0.76 /* of the cell */

struct svg {
	struct easel easel;
	struct buf *out;
	bool small; /* it will be shown smaller than it is */
};

#define THIN \
	3.0 /* what is thinner must not be lost then between two points of a screen */

static double
px(double cols)
{
	return (cols + PICTURE_MARGIN_COLS) * SVG_CELL_W;
}

static double
py(double rows)
{
	return (rows + PICTURE_MARGIN_ROWS + PICTURE_TITLE_ROWS) * SVG_CELL_H;
}

static void
attribute(struct buf *out, const char *name, double v)
{
	buf_addf(out, " %s=\"", name);
	markup_number(out, v);
	buf_add_byte(out, '"');
}

static void
rect(struct easel *s, struct box b, uint32_t rgb)
{
	struct buf *out = ((struct svg *)s)->out;

	buf_add_str(out, "<rect");
	attribute(out, "x", px(b.x));
	attribute(out, "y", py(b.y));
	attribute(out, "width", b.w * SVG_CELL_W);
	attribute(out, "height", b.h * SVG_CELL_H);
	if (((struct svg *)s)->small &&
		(b.w * SVG_CELL_W < THIN || b.h * SVG_CELL_H < THIN))
		buf_add_str(out, " shape-rendering=\"auto\"");
	buf_addf(out, " fill=\"#%06" PRIx32 "\"/>\n", rgb);
}

static void
curve(struct easel *s, struct curve c, uint32_t rgb)
{
	struct buf *out = ((struct svg *)s)->out;

	buf_add_str(out, "<path d=\"");
	for (int i = 0; i < 3; i++) {
		buf_add_byte(out, (uint8_t)("MQ L"[c.thick > 0 ? i : i ? 3 : 0]));
		markup_number(out, px(c.x[i]));
		buf_add_byte(out, ' ');
		markup_number(out, py(c.y[i]));
	}
	if (c.thick > 0) {
		buf_add_str(out, "\" fill=\"none\" stroke-linecap=\"round\"");
		attribute(out, "stroke-width", c.thick * SVG_CELL_W);
		buf_add_str(out, " shape-rendering=\"auto\" stroke");
	} else {
		buf_add_str(out, "Z\" shape-rendering=\"auto\" fill");
	}
	buf_addf(out, "=\"#%06" PRIx32 "\"/>\n", rgb);
}

static void
wave(struct easel *s, struct box b, uint32_t rgb)
{
	struct buf *out = ((struct svg *)s)->out;

	buf_add_str(out, "<path d=\"M");
	markup_number(out, px(b.x));
	buf_add_byte(out, ' ');
	markup_number(out, py(b.y) + 0.6);
	buf_add_str(out, "q1.2-2 2.4 0");
	for (int i = 1; i < 4 * (int)b.w; i++)
		buf_add_str(out, "t2.4 0");
	buf_addf(out, "\" fill=\"none\" stroke=\"#%06" PRIx32 "\"/>\n", rgb);
}

static void
text(struct easel *s, double row, double col, int cols, struct span t, struct ink ink)
{
	struct buf *out = ((struct svg *)s)->out;

	buf_add_str(out, "<text");
	attribute(out, "x", px(col));
	attribute(out, "y", py(row + BASELINE));
	attribute(out, "textLength", cols * SVG_CELL_W);
	buf_addf(out, " fill=\"#%06" PRIx32 "\"%s%s>", ink.rgb,
		ink.bold ? " font-weight=\"bold\"" : "",
		ink.italic ? " font-style=\"italic\"" : "");
	markup_text(out, t);
	buf_add_str(out, "</text>\n");
}

/* The picture in an svg element with the attributes AT; ID is in no other of the document,
 * and not 0 for a small one. */
static int
picture(struct buf *out, const struct emu *e, const struct render_opts *o, const char *at,
	int id)
{
	double w = picture_cols(e) * SVG_CELL_W, h = picture_rows(e) * SVG_CELL_H;
	struct svg s = { { rect, curve, wave, text }, out, id > 0 };
	int failed;

	buf_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"%s viewBox=\"0 0 ", at);
	markup_number(out, w);
	buf_add_byte(out, ' ');
	markup_number(out, h);
	buf_add_str(out, "\">\n");
	if (o && o->title) {
		buf_add_str(out, "<title>");
		markup_text(out, span_str(o->title));
		buf_add_str(out, "</title>\n");
	}
	/* browsers want it so, others xml:space */
	buf_add_str(out, "<style>text{white-space:pre}</style>\n");
	buf_addf(out, "<clipPath id=\"window%d\"><rect", id);
	attribute(out, "rx", PICTURE_CORNER * SVG_CELL_W);
	attribute(out, "width", w);
	attribute(out, "height", h);
	buf_addf(out,
		"/></clipPath>\n"
		"<g clip-path=\"url(#window%d)\" font-size=\"%d\" xml:space=\"preserve\" "
		"shape-rendering=\"crispEdges\"\n"
		"font-family=\"%s\">\n",
		id, FONT, MARKUP_FONTS);
	picture_paint(&s.easel, e, o, &failed);
	buf_add_str(out, "</g>\n</svg>\n");
	return failed ? failed : buf_failed(out);
}

static void
size(struct buf *at, double w, double h)
{
	attribute(at, "width", w);
	attribute(at, "height", h);
}

int
svg_screen(struct buf *out, const struct emu *e, const struct render_opts *o)
{
	struct buf at = { 0 };
	int rc;

	size(&at, picture_cols(e) * SVG_CELL_W, picture_rows(e) * SVG_CELL_H);
	rc = picture(out, e, o, buf_cstr(&at), 0);
	buf_free(&at);
	return rc;
}

int
svg_tile(struct buf *out, const struct emu *e, const struct render_opts *o,
	struct box place, int id)
{
	struct buf at = { 0 };
	int rc;

	attribute(&at, "x", place.x);
	attribute(&at, "y", place.y);
	size(&at, place.w, place.h);
	rc = picture(out, e, o, buf_cstr(&at), id);
	buf_free(&at);
	return rc;
}
