/* SPDX-License-Identifier: ISC */
/* Any bytes as an encrypted file, and as files of keys. */
#include "format/box.h"

#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[KEYLINE_KEY] = { 0, 2 };
	struct box_recipients r;
	struct box_key key, other;
	uint8_t back[512];
	struct src *s;
	struct err e;

	box_recipients_read(&r, span_of(data, size), &e);
	box_key_read(&other, span_of(data, size), &e);
	must(box_key_make(&key, seed, &e) == 0);
	if (box_open(&s, src_mem(span_of(data, size)), &key, 1, &e) < 0)
		return 0;
	for (uint64_t at = 0; at < (uint64_t)src_size(s) && at < 1 << 20; at += 40000)
		if (src_read_at(s, at, back, sizeof back, &e) < 0)
			break;
	src_close(s);
	return 0;
}
