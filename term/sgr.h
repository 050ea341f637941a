/* SPDX-License-Identifier: ISC */
/* Colours and attributes as the sequence that brings them about (SGR). */
#ifndef TERM_SGR_H
#define TERM_SGR_H

#include "base/buf.h"

struct sgr {
	uint32_t fg, bg, ul; /* as in struct cell; ul: of the underline */
	uint16_t attr;       /* enum cell_attr, without links */
};

bool sgr_same(const struct sgr *a, const struct sgr *b);
/* One sequence, always from a reset: longer than a difference, but it stands for itself. */
void sgr_put(struct buf *out, const struct sgr *c);

#endif
