/* SPDX-License-Identifier: ISC */
/* A screen as an HTML page: text in a box, colours and attributes as styles. */
#ifndef RENDER_HTML_H
#define RENDER_HTML_H

#include "render/render.h"

int html_screen(struct buf *out, const struct emu *e, const struct render_opts *o);

#endif
