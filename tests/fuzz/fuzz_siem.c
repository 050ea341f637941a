/* SPDX-License-Identifier: ISC */
/* The first byte chooses form and kind, the rest is the payload of an event of ours: what comes
 * out is one line, and JSON. */
#include "format/siem.h"
#include "format/vendor.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(struct span line)
{
	json_t *j = json_loadb((const char *)line.p, line.n, JSON_ALLOW_NUL, NULL);

	if (!j || memchr(line.p, '\n', line.n) != line.p + line.n - 1)
		abort();
	json_decref(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = { 0 };
	struct siem *s;
	struct msg m;

	if (size < 1 || siem_new(&s, data[0] % 4, NULL, NULL) < 0)
		return 0;
	vendor_raw(&m, (enum vendor_id)(1 + data[0] / 4 % (VENDOR_COUNT - 1)),
		span_of(data + 1, size - 1));
	m.connection_id = SPAN_LIT("c0ffee");
	for (int i = 0; i < 2; i++) {
		buf_clear(&out);
		if (siem_put(s, &out, &m, i, (uint64_t)i) > 0)
			check_line(buf_span(&out));
	}
	siem_free(s);
	buf_free(&out);
	return 0;
}
