/* SPDX-License-Identifier: ISC */
/* A screen as SVG. */
#ifndef RENDER_SVG_H
#define RENDER_SVG_H

#include "render/box.h"
#include "render/render.h"

#define SVG_CELL_W 9.6
#define SVG_CELL_H 19.0

int svg_screen(struct buf *out, const struct emu *e, const struct render_opts *o);
/* The same as a part of another SVG, at PLACE as well as it fits; ID (from 1) is in no other of it. */
int svg_tile(struct buf *out, const struct emu *e, const struct render_opts *o,
	struct box place, int id);

#endif
