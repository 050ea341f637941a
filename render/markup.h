/* SPDX-License-Identifier: ISC */
/* Text inside XML and HTML. */
#ifndef RENDER_MARKUP_H
#define RENDER_MARKUP_H

#include "base/buf.h"

/* Appends UTF-8 so that it stays text, whatever it is. */
int markup_text(struct buf *out, struct span text);

#endif
