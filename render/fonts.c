/* SPDX-License-Identifier: ISC */
#include "render/fonts.h"

#include "base/utf8.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include <stdlib.h>

#define STYLES  4  /* bold 1, italic 2 */
#define HELPERS 8  /* fonts for characters that the first one lacks */
#define MISSES  64 /* characters that none has: each took a millisecond to find that out */

struct helper {
	char *file;
	int index;
	FT_Face face;
};

struct fonts {
	FT_Library lib;
	FT_Face face[STYLES];
	struct helper helper[HELPERS];
	int helpers, misses;
	int size, cols, rows, base;
};

static FT_Face
open_face(struct fonts *f, const char *file, int index)
{
	FT_Face face;

	if (FT_New_Face(f->lib, file, index, &face))
		return NULL;
	if (FT_Set_Pixel_Sizes(face, 0, (FT_UInt)f->size)) {
		FT_Done_Face(face);
		return NULL;
	}
	return face;
}

/* The best font there is for a pattern, which is released. */
static bool
match(FcPattern *p, char **file, int *index)
{
	FcResult r;
	FcPattern *found;
	FcChar8 *name;
	bool ok;

	FcPatternAddBool(p, FC_SCALABLE, FcTrue);
	FcConfigSubstitute(NULL, p, FcMatchPattern);
	FcDefaultSubstitute(p);
	found = FcFontMatch(NULL, p, &r);
	FcPatternDestroy(p);
	if (!found)
		return false;
	ok = FcPatternGetString(found, FC_FILE, 0, &name) == FcResultMatch &&
	     FcPatternGetInteger(found, FC_INDEX, 0, index) == FcResultMatch;
	*file = ok ? strdup((const char *)name) : NULL;
	FcPatternDestroy(found);
	return *file;
}

static FcPattern *
pattern(int style)
{
	FcPattern *p = FcPatternCreate();

	if (!p)
		return NULL;
	FcPatternAddString(p, FC_FAMILY, (const FcChar8 *)"monospace");
	FcPatternAddInteger(p, FC_WEIGHT, style & 1 ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
	FcPatternAddInteger(p, FC_SLANT, style & 2 ? FC_SLANT_ITALIC : FC_SLANT_ROMAN);
	return p;
}

static void
open_style(struct fonts *f, int style)
{
	FcPattern *p = pattern(style);
	char *file;
	int index;

	if (!p || !match(p, &file, &index))
		return;
	f->face[style] = open_face(f, file, index);
	free(file);
}

int
fonts_open(struct fonts **out, int size, struct err *e)
{
	struct fonts *f = calloc(1, sizeof *f);
	FT_Size_Metrics *m;

	*out = NULL;
	if (!f)
		return err_set(e, ERR_NOMEM, "out of memory");
	f->size = size;
	if (!FT_Init_FreeType(&f->lib))
		for (int i = 0; i < STYLES; i++)
			open_style(f, i);
	if (!f->face[0] || FT_Load_Char(f->face[0], 'M', FT_LOAD_DEFAULT)) {
		fonts_close(f);
		return err_set(e, ERR_UNSUPPORTED, "there is no monospace font here");
	}
	m = &f->face[0]->size->metrics;
	f->cols = (int)(f->face[0]->glyph->advance.x + 32) >> 6;
	f->rows = (int)(m->ascender - m->descender) >> 6;
	f->base = (int)m->ascender >> 6;
	*out = f;
	return 0;
}

void
fonts_close(struct fonts *f)
{
	if (!f)
		return;
	for (int i = 0; i < STYLES; i++)
		if (f->face[i])
			FT_Done_Face(f->face[i]);
	for (int i = 0; i < f->helpers; i++) {
		if (f->helper[i].face)
			FT_Done_Face(f->helper[i].face);
		free(f->helper[i].file);
	}
	if (f->lib)
		FT_Done_FreeType(f->lib);
	FcFini();
	free(f);
}

int
fonts_cols(const struct fonts *f)
{
	return f->cols;
}

int
fonts_rows(const struct fonts *f)
{
	return f->rows;
}

/* FILE is taken over. */
static FT_Face
helper_face(struct fonts *f, char *file, int index)
{
	struct helper *h = &f->helper[f->helpers];

	for (int i = 0; i < f->helpers; i++) {
		if (strcmp(f->helper[i].file, file) != 0 || f->helper[i].index != index)
			continue;
		free(file);
		return f->helper[i].face;
	}
	if (f->helpers == HELPERS) {
		free(file);
		return NULL;
	}
	f->helpers++;
	*h = (struct helper){ file, index, open_face(f, file, index) };
	return h->face;
}

/* One of those that helped before. */
static FT_Face
known_helper(const struct fonts *f, uint32_t ch)
{
	for (int i = 0; i < f->helpers; i++)
		if (f->helper[i].face && FT_Get_Char_Index(f->helper[i].face, ch))
			return f->helper[i].face;
	return NULL;
}

static FT_Face
look_for(struct fonts *f, uint32_t ch)
{
	FcCharSet *set = FcCharSetCreate();
	FcPattern *p = pattern(0);
	char *file;
	int index;

	FcCharSetAddChar(set, ch);
	FcPatternAddCharSet(p, FC_CHARSET, set);
	FcCharSetDestroy(set);
	return match(p, &file, &index) ? helper_face(f, file, index) : NULL;
}

static FT_Face
face_of(struct fonts *f, uint32_t ch, struct ink ink)
{
	FT_Face own = f->face[(ink.bold ? 1 : 0) + (ink.italic ? 2 : 0)], other;

	if (!own)
		own = f->face[0];
	if (FT_Get_Char_Index(own, ch))
		return own;
	other = known_helper(f, ch);
	if (!other && f->misses < MISSES)
		other = look_for(f, ch);
	if (other && FT_Get_Char_Index(other, ch))
		return other;
	f->misses++;
	return own;
}

static void
draw_glyph(struct bitmap *b, const FT_GlyphSlot g, int x, int y, const int clip[2],
	uint32_t rgb)
{
	const FT_Bitmap *m = &g->bitmap;

	x += g->bitmap_left;
	y -= g->bitmap_top;
	if (m->pixel_mode != FT_PIXEL_MODE_GRAY)
		return;
	for (int i = 0; i < (int)m->rows; i++)
		for (int j = 0; j < (int)m->width; j++)
			if (x + j >= clip[0] && x + j < clip[1])
				bitmap_blend(b, x + j, y + i, rgb,
					m->buffer[i * m->pitch + j]);
}

void
fonts_draw(struct fonts *f, struct bitmap *b, int x, int y, int cols, struct span text,
	struct ink ink)
{
	int clip[2] = { x, x + cols }, n = 0;
	uint32_t ch;

	for (size_t at = 0; at < text.n; n++) {
		int k = utf8_get(text.p + at, text.n - at, &ch, NULL);
		FT_Face face;
		FT_GlyphSlot g;

		if (k <= 0)
			break;
		at += (size_t)k;
		face = face_of(f, ch, ink);
		if (FT_Load_Char(face, ch, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT))
			continue;
		g = face->glyph;
		/* marks of width 0 lie to the left of their place */
		draw_glyph(b, g, n && g->advance.x == 0 ? x + f->cols : x, y + f->base,
			clip, ink.rgb);
	}
}
