/* SPDX-License-Identifier: ISC */
/* A screen as PNG, drawn with the fonts of this machine. */
#ifndef RENDER_PNG_H
#define RENDER_PNG_H

#include "render/render.h"

/* ERR_UNSUPPORTED: built without FreeType, or there is no font. */
int png_screen(struct buf *out, const struct emu *e, const struct render_opts *o,
	struct err *err);

#ifdef HAVE_FREETYPE
#include "render/fonts.h"

/* The window as points, drawn with F. */
int png_window(struct bitmap *b, struct fonts *f, const struct emu *e,
	const struct render_opts *o, struct err *err);
#endif

#endif
