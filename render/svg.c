/* SPDX-License-Identifier: ISC */
/* An SVG of the window.  Every piece of text says how wide it is (textLength), so that columns
 * stay columns with any font; it can be selected and searched. */
#include "render/svg.h"

#include "render/markup.h"
#include "render/picture.h"

#include <inttypes.h>

#define CELL_W   9.6
#define CELL_H   19.0
#define FONT     16
#define BASELINE 0.76 /* of the cell */

struct svg {
	struct easel easel;
	struct buf *out;
};

static double
px(double cols)
{
	return (cols + PICTURE_MARGIN_COLS) * CELL_W;
}

static double
py(double rows)
{
	return (rows + PICTURE_MARGIN_ROWS + PICTURE_TITLE_ROWS) * CELL_H;
}

/* Hundredths, with a point in every locale. */
static void
number(struct buf *out, double v)
{
	long n = (long)(v * 100 + (v < 0 ? -0.5 : 0.5));

	buf_addf(out, "%s%ld", n < 0 ? "-" : "", (n < 0 ? -n : n) / 100);
	if (n % 100)
		buf_addf(out, ".%02ld", (n < 0 ? -n : n) % 100);
}

static void
attribute(struct buf *out, const char *name, double v)
{
	buf_addf(out, " %s=\"", name);
	number(out, v);
	buf_add_byte(out, '"');
}

static void
rect(struct easel *s, struct box b, uint32_t rgb)
{
	struct buf *out = ((struct svg *)s)->out;

	buf_add_str(out, "<rect");
	attribute(out, "x", px(b.x));
	attribute(out, "y", py(b.y));
	attribute(out, "width", b.w * CELL_W);
	attribute(out, "height", b.h * CELL_H);
	buf_addf(out, " fill=\"#%06" PRIx32 "\"/>\n", rgb);
}

static void
wave(struct easel *s, struct box b, uint32_t rgb)
{
	struct buf *out = ((struct svg *)s)->out;

	buf_add_str(out, "<path d=\"M");
	number(out, px(b.x));
	buf_add_byte(out, ' ');
	number(out, py(b.y) + 0.6);
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
	attribute(out, "textLength", cols * CELL_W);
	buf_addf(out, " fill=\"#%06" PRIx32 "\"%s%s>", ink.rgb,
		ink.bold ? " font-weight=\"bold\"" : "",
		ink.italic ? " font-style=\"italic\"" : "");
	markup_text(out, t);
	buf_add_str(out, "</text>\n");
}

static void
head(struct buf *out, const struct emu *e, const struct render_opts *o)
{
	double w = (emu_cols(e) + 2 * PICTURE_MARGIN_COLS) * CELL_W;
	double h = (emu_rows(e) + 2 * PICTURE_MARGIN_ROWS + PICTURE_TITLE_ROWS) * CELL_H;

	buf_add_str(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
	attribute(out, "width", w);
	attribute(out, "height", h);
	buf_add_str(out, ">\n");
	if (o && o->title) {
		buf_add_str(out, "<title>");
		markup_text(out, span_of((const uint8_t *)o->title, strlen(o->title)));
		buf_add_str(out, "</title>\n");
	}
	buf_add_str(out, "<style>text{white-space:pre}</style>\n"
			 "<clipPath id=\"window\"><rect rx=\"6\"");
	attribute(out, "width", w);
	attribute(out, "height", h);
	buf_addf(out,
		"/></clipPath>\n"
		"<g clip-path=\"url(#window)\" font-size=\"%d\" xml:space=\"preserve\" "
		"shape-rendering=\"crispEdges\"\nfont-family=\"'DejaVu Sans "
		"Mono','Liberation Mono',Menlo,Consolas,monospace\">\n",
		FONT);
}

int
svg_screen(struct buf *out, const struct emu *e, const struct render_opts *o)
{
	struct svg s = { { rect, wave, text }, out };
	int failed;

	head(out, e, o);
	picture_paint(&s.easel, e, o, &failed);
	buf_add_str(out, "</g>\n</svg>\n");
	return failed ? failed : buf_failed(out);
}
