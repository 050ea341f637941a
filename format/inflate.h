/* SPDX-License-Identifier: ISC */
/* The inflated bytes of a gzip file as a source of their own, at any place.  Going back is cheap
 * (format/plain.h).  Behind damage reading fails. */
#ifndef FORMAT_INFLATE_H
#define FORMAT_INFLATE_H

#include "base/io.h"

/* *S, which is taken over, becomes the source of its inflated bytes if it is gzip.  On failure
 * it is closed. */
int inflate_src(struct src **s, struct err *e);
/* Of what was made by inflate_src: reading came to the end, and the gzip data has none. */
bool inflate_is_cut(const struct src *s);

#endif
