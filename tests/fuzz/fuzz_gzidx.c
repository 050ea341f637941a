/* SPDX-License-Identifier: ISC */
/* Any bytes as a file with an index.  What is taken from it must be in order and inside. */
#include "format/gzidx.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct gzidx *x, size_t size)
{
	if (x->data_end > size || x->n > GZIDX_ENTRIES_MAX)
		abort();
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].file >= x->data_end || x->v[i].plain > x->plain_end ||
			x->v[i].ordinal > x->messages || x->v[i].at_ns < 0 ||
			(i && (x->v[i].file <= x->v[i - 1].file ||
				      x->v[i].at_ns < x->v[i - 1].at_ns)))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct src *src = src_mem(span_of(data, size));
	struct gzidx_member m;
	struct gzidx x;

	if (!src)
		abort();
	if (gzidx_read(&x, src, NULL) > 0)
		check(&x, size);
	gzidx_free(&x);
	gzidx_member_get(span_of(data, size), &m);
	gzidx_is_closing(span_of(data, size));
	src_close(src);
	return 0;
}
