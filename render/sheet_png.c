/* SPDX-License-Identifier: ISC */
/* A sheet as PNG: each window is drawn in its size, then made small. */
#include "render/sheet_impl.h"

#ifdef HAVE_FREETYPE

#include "render/fonts.h"
#include "render/look.h"
#include "render/picture.h"
#include "render/png.h"

#include <math.h>
#include <stdlib.h>

struct sheet_png {
	struct fonts *fonts;
	struct bitmap all;
};

static void
put_line(struct sheet *s, const char *text, int x, int y, double width, uint32_t rgb)
{
	struct sheet_png *p = s->png;
	struct emu *line = picture_line(text, (int)width / fonts_cols(p->fonts));
	struct buf cell = { 0 };

	for (int col = 0; line && col < emu_cols(line); col++) {
		const struct cell *c = &emu_row(line, 0)[col];

		if (!c->width || !c->ch)
			continue;
		buf_clear(&cell);
		look_text(&cell, line, c);
		fonts_draw(p->fonts, &p->all, x + col * fonts_cols(p->fonts), y,
			c->width * fonts_cols(p->fonts), buf_span(&cell),
			(struct ink){ rgb, false, false });
	}
	buf_free(&cell);
	emu_free(line);
}

/* As wide and high as it may become. */
static int
begin(struct sheet *s, const struct emu *e, struct err *err)
{
	struct sheet_png *p = calloc(1, sizeof *p);
	int rc;

	if (!p)
		return err_set(err, ERR_NOMEM, "out of memory");
	s->png = p;
	rc = fonts_open(&p->fonts, SHEET_FONT, err);
	if (rc < 0)
		return rc;
	if (e)
		sheet_shape(s, e, (double)fonts_cols(p->fonts) / fonts_rows(p->fonts));
	rc = bitmap_new(&p->all,
		2 * SHEET_MARGIN + s->opts.cols * (SHEET_TILE + SHEET_GAP) - SHEET_GAP,
		(int)ceil(sheet_height(s, s->opts.cols * s->opts.rows)), err);
	if (rc == ERR_LIMIT)
		return err_set(err, rc,
			"a contact sheet of %dx%d screens is too large for PNG; svg will "
			"do",
			s->opts.cols, s->opts.rows);
	if (rc < 0)
		return rc;
	bitmap_rect(&p->all, 0, 0, p->all.cols, p->all.rows, s->ground);
	if (s->opts.title)
		put_line(s, s->opts.title, SHEET_MARGIN, SHEET_MARGIN,
			p->all.cols - 2 * SHEET_MARGIN, s->faint);
	return 0;
}

int
sheet_png_add(struct sheet *s, const struct emu *e, const char *caption, struct err *err)
{
	struct render_opts o = { .cursor = true, .theme = s->theme };
	struct box tile, at;
	struct bitmap window;
	int rc = s->png ? 0 : begin(s, e, err);

	if (rc < 0 || !s->png)
		return rc;
	rc = png_window(&window, s->png->fonts, e, &o, err);
	if (rc < 0)
		return rc;
	tile = sheet_tile(s, s->n);
	at = sheet_fit(tile, window.cols, window.rows);
	bitmap_shrink(&s->png->all, (int)lround(at.x), (int)lround(at.y),
		(int)lround(at.w) ? (int)lround(at.w) : 1,
		(int)lround(at.h) ? (int)lround(at.h) : 1, &window);
	bitmap_free(&window);
	put_line(s, caption, (int)tile.x, (int)(tile.y + tile.h) + 5, SHEET_TILE, s->ink);
	return 0;
}

int
sheet_png_put(struct sheet *s, struct buf *out, struct err *err)
{
	int rc = s->png ? 0 : begin(s, NULL, err);

	if (rc < 0 || !s->png)
		return rc;
	/* what the rows below were for did not come */
	s->png->all.rows = (int)ceil(sheet_height(s, s->n));
	return bitmap_png(out, &s->png->all, err);
}

void
sheet_png_close(struct sheet *s)
{
	if (!s->png)
		return;
	fonts_close(s->png->fonts);
	bitmap_free(&s->png->all);
	free(s->png);
}

#else

int
sheet_png_add(struct sheet *s, const struct emu *e, const char *caption, struct err *err)
{
	(void)s;
	(void)e;
	(void)caption;
	return err_set(err, ERR_UNSUPPORTED,
		"this build makes no PNG (no FreeType); svg will do");
}

int
sheet_png_put(struct sheet *s, struct buf *out, struct err *err)
{
	(void)out;
	return sheet_png_add(s, NULL, NULL, err);
}

void
sheet_png_close(struct sheet *s)
{
	(void)s;
}

#endif
