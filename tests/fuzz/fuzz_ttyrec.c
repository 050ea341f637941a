/* SPDX-License-Identifier: ISC */
/* Bytes as a ttyrec: read, gone back in, written and read again, with the same bytes in it. */
#include "format/tape_impl.h"
#include "format/tapew.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	uint64_t hash, n;
	int64_t last;
};

static void
read_all(struct tape *t, struct sum *s, struct tapew *w)
{
	const struct msg *m;
	int64_t at;

	while (tape_next(t, &m, &at, NULL) > 0) {
		if (at < s->last)
			abort();
		s->last = at;
		s->n++;
		if (m->type == MSG_IO)
			for (size_t i = 0; i < m->p.io.data.n; i++)
				s->hash = s->hash * 31 + m->p.io.data.p[i];
		if (w && tapew_put(w, m, NULL) < 0)
			abort();
	}
}

static struct tape *
open_bytes(struct span s)
{
	static const struct tape_opts none = { 0 };
	struct src *src = src_mem(s);
	struct tape *t;

	if (!src)
		abort();
	if (tape_ttyrec_open(&t, src, &none, NULL) == 0)
		return t;
	src_close(src);
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum first = { 0 }, again = { 0 }, back = { 0 };
	struct tape *t = open_bytes(span_of(data, size));
	struct dst *dst = dst_mem();
	struct tapew *w;

	tape_ttyrec_sniff(span_of(data, size < TAPE_SNIFF_MAX ? size : TAPE_SNIFF_MAX),
		size < TAPE_SNIFF_MAX);
	if (!t || tapew_open(&w, TAPE_TTYREC, dst, NULL, NULL) < 0) {
		if (!t)
			dst_close(dst, NULL);
		tape_close(t);
		return 0;
	}
	read_all(t, &first, NULL);
	tape_rewind(t, NULL);
	read_all(t, &again, w);
	if (first.hash != again.hash || first.n != again.n)
		abort();
	tape_close(t);
	if (tapew_flush(w, NULL) < 0)
		abort();
	t = open_bytes(dst_mem_bytes(dst));
	if (t)
		read_all(t, &back, NULL);
	if (back.hash != first.hash)
		abort();
	tape_close(t);
	tapew_close(w, NULL);
	return 0;
}
