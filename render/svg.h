/* SPDX-License-Identifier: ISC */
/* A screen as SVG. */
#ifndef RENDER_SVG_H
#define RENDER_SVG_H

#include "render/render.h"

int svg_screen(struct buf *out, const struct emu *e, const struct render_opts *o);

#endif
