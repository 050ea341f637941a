/* SPDX-License-Identifier: ISC */
/* The file that says what was told: what is read is written the same, and read again. */
#include "base/buf.h"
#include "log/diary_file.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the rows in BYTES are written as; false: it is no such file. */
static bool
again(struct span bytes, struct buf *out)
{
	struct dst *to = dst_mem();
	struct diary *d;
	struct err e = { 0 };
	FILE *in = bytes.n ? fmemopen((void *)bytes.p, bytes.n, "r") : NULL;
	int rc;

	must(to && diary_open(&d, NULL, NULL) == 0);
	rc = in ? diary_file_read(d, in, &e) : ERR_FORMAT;
	must(rc >= 0 || !in || e.text[0]);
	if (rc == 0) {
		must(diary_file_write(d, to, 0, &e) == 0);
		buf_add_span(out, dst_mem_bytes(to));
	}
	if (in)
		fclose(in);
	diary_close(d);
	dst_close(to, NULL);
	return rc == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = { 0 }, twice = { 0 };

	if (again(span_of(data, size), &once)) {
		must(again(buf_span(&once), &twice));
		must(span_eq(buf_span(&once), buf_span(&twice)));
	}
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
