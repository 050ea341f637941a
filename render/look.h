/* SPDX-License-Identifier: ISC */
/* How a cell looks in the end, and what is written in it: reverse, dim and concealed text and the
 * cursor resolved to colours.  Text is UTF-8 without control characters and orders. */
#ifndef RENDER_LOOK_H
#define RENDER_LOOK_H

#include "base/buf.h"
#include "base/theme.h"
#include "term/emu.h"

struct look {
	uint32_t fg, bg, ul; /* 0xRRGGBB */
	bool on_default;     /* the background is that of the window */
	uint16_t attr;       /* enum cell_attr, without what the colours tell already */
};

/* CURSOR: a block cursor stands on it. */
struct look look_of(
	const struct emu *e, const struct cell *c, const struct theme *t, bool cursor);
bool look_same(const struct look *a, const struct look *b);
/* Appends the characters of a cell, a blank where there are none. */
void look_text(struct buf *out, const struct emu *e, const struct cell *c);
/* Is there anything to be seen but its background? */
bool look_is_blank(const struct look *l, const struct cell *c);

#endif
