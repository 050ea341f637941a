/* SPDX-License-Identifier: ISC */
#include "render/png.h"

#ifdef HAVE_FREETYPE

#include "base/utf8.h"
#include "render/fonts.h"

#include <math.h>

struct png {
	struct easel easel;
	struct bitmap bitmap;
	struct fonts *fonts;
	double cols, rows; /* points of a cell */
};

static double
px(const struct png *p, double cols)
{
	return (cols + PICTURE_MARGIN_COLS) * p->cols;
}

static double
py(const struct png *p, double rows)
{
	return (rows + PICTURE_MARGIN_ROWS + PICTURE_TITLE_ROWS) * p->rows;
}

static void
rect(struct easel *s, struct box b, uint32_t rgb)
{
	struct png *p = (struct png *)s;

	bitmap_rect(
		&p->bitmap, px(p, b.x), py(p, b.y), b.w * p->cols, b.h * p->rows, rgb);
}

static void
curve(struct easel *s, struct curve c, uint32_t rgb)
{
	struct png *p = (struct png *)s;

	for (int i = 0; i < 3; i++) {
		c.x[i] = px(p, c.x[i]);
		c.y[i] = py(p, c.y[i]);
	}
	bitmap_curve(&p->bitmap, c.x, c.y, c.thick * p->cols, rgb);
}

static void
wave(struct easel *s, struct box b, uint32_t rgb)
{
	struct png *p = (struct png *)s;
	double from = px(p, b.x), y = py(p, b.y), end = px(p, b.x + b.w);

	for (int i = 0; from + i < end; i++) {
		double x = from + i;

		bitmap_rect(&p->bitmap, x, y + sin(x * 4 * M_PI / p->cols) * 1.3, 1, 1.4,
			rgb);
	}
}

static void
text(struct easel *s, double row, double col, int cols, struct span t, struct ink ink)
{
	struct png *p = (struct png *)s;
	int x = (int)lround(px(p, col)), y = (int)lround(py(p, row));
	bool ascii = (int)t.n == cols && t.p[0] < 0x80;

	if (!ascii)
		fonts_draw(p->fonts, &p->bitmap, x, y, cols * (int)p->cols, t, ink);
	for (size_t i = 0; ascii && i < t.n; i++)
		fonts_draw(p->fonts, &p->bitmap, x + (int)i * (int)p->cols, y,
			(int)p->cols, span_of(t.p + i, 1), ink);
}

int
png_window(struct bitmap *b, struct fonts *f, const struct emu *e,
	const struct render_opts *o, struct err *err)
{
	struct png p = { .easel = { rect, curve, wave, text },
		.fonts = f,
		.cols = fonts_cols(f),
		.rows = fonts_rows(f) };
	int failed, rc;

	rc = bitmap_new(&p.bitmap, (int)ceil(picture_cols(e) * p.cols),
		(int)ceil(picture_rows(e) * p.rows), err);
	if (rc < 0)
		return rc;
	p.bitmap.corner = (int)(PICTURE_CORNER * p.cols);
	picture_paint(&p.easel, e, o, &failed);
	if (failed) {
		bitmap_free(&p.bitmap);
		return err_set(err, failed, "out of memory");
	}
	*b = p.bitmap;
	return 0;
}

/* With the largest letters with which it is not too large. */
int
png_screen(struct buf *out, const struct emu *e, const struct render_opts *o,
	struct err *err)
{
	static const int sizes[] = { 20, 14, 10, 7 };
	struct bitmap b = { 0 };
	struct fonts *f;
	int rc = ERR_LIMIT;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes && rc == ERR_LIMIT; i++) {
		rc = fonts_open(&f, sizes[i], err);
		if (rc < 0)
			return rc;
		rc = png_window(&b, f, e, o, err);
		fonts_close(f);
	}
	if (rc == 0)
		rc = bitmap_png(out, &b, err);
	bitmap_free(&b);
	return rc;
}

#else

int
png_screen(struct buf *out, const struct emu *e, const struct render_opts *o,
	struct err *err)
{
	(void)out;
	(void)e;
	(void)o;
	return err_set(err, ERR_UNSUPPORTED,
		"this build makes no PNG (no FreeType); .svg will do");
}

#endif
