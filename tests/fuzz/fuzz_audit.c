/* SPDX-License-Identifier: ISC */
/* Any bytes as a recording: read, go to every access point, read again.  The second pass
 * must give the same messages; then the file is continued, if that is possible. */
#include "format/gzcheck.h"
#include "format/tape.h"
#include "format/tapew.h"
#include "format/vendor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MESSAGES_MAX 2000
#define PLAIN_MAX    ((uint64_t)1 << 20) /* bombs are stopped here, to stay fast */

static size_t
read_some(struct tape *t, uint64_t *hash)
{
	struct buf text = { 0 };
	const struct msg *m;
	int64_t at_ns, last = 0;
	size_t n = 0;

	while (n < MESSAGES_MAX && tape_tell(t).off < PLAIN_MAX &&
		tape_next(t, &m, &at_ns, NULL) > 0) {
		if (at_ns < last || !msg_desc(m->type))
			abort();
		last = at_ns;
		buf_clear(&text);
		if (msg_json(&text, m, 0) == 0)
			for (size_t i = 0; i < text.n; i++)
				*hash = (*hash ^ text.p[i]) * UINT64_C(1099511628211);
		buf_clear(&text);
		msg_describe(&text, m);
		n++;
	}
	buf_free(&text);
	return n;
}

static void
go_on(struct span file)
{
	struct dst *dst = dst_mem();
	struct src *src = src_mem(file);
	struct tapew *w;
	struct msg m;

	if (!dst || !src || dst_write_at(dst, 0, file.p, file.n, NULL) < 0)
		abort();
	if (tapew_append(&w, TAPE_AUDIT_V2, src, dst, NULL, NULL) == 0) {
		msg_init(&m, MSG_CLOSE);
		tapew_put(w, &m, NULL);
		tapew_close(w, NULL);
	}
	src_close(src);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t first = 1, second = 1;
	struct tape_access x;
	struct tape *t;
	size_t n;

	if (tape_open(&t, src_mem(span_of(data, size)), NULL, NULL) < 0)
		return 0;
	n = read_some(t, &first);
	if (tape_rewind(t, NULL) < 0 || read_some(t, &second) != n || first != second)
		abort();
	if (tape_index_find(t, INT64_MAX, &x) && tape_seek(t, &x.pos, NULL) == 0)
		read_some(t, &first);
	if (size < 65536 && tape_tell(t).off < PLAIN_MAX)
		go_on(span_of(data, size));
	tape_close(t);
	return 0;
}
