/* SPDX-License-Identifier: ISC */
/* Text inside XML and HTML. */
#ifndef RENDER_MARKUP_H
#define RENDER_MARKUP_H

#include "base/buf.h"

/* Appends UTF-8 so that it stays text, whatever it is. */
int markup_text(struct buf *out, struct span text);
/* Hundredths, with a point in every locale. */
void markup_number(struct buf *out, double v);

/* The fonts of documents, for an attribute in double quotes. */
#define MARKUP_FONTS \
	"'DejaVu Sans Mono','Cascadia Mono','Liberation Mono',Menlo,Consolas,monospace"

#endif
