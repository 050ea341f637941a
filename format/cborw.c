/* SPDX-License-Identifier: ISC */
#include "format/cborw.h"

#include "base/utf8.h"
#include "format/cbor.h"

/* The first byte with its argument: major type and the shortest form of V. */
static void
head(struct buf *out, enum cbor_major major, uint64_t v)
{
	uint8_t b[9];
	int more = v < 24            ? 0
		   : v <= UINT8_MAX  ? 1
		   : v <= UINT16_MAX ? 2
		   : v <= UINT32_MAX ? 4
				     : 8;
	static const uint8_t info[9] = { [1] = 24, [2] = 25, [4] = 26, [8] = 27 };

	b[0] = (uint8_t)((unsigned)major << 5 | (more ? info[more] : (unsigned)v));
	for (int i = 0; i < more; i++)
		b[1 + i] = (uint8_t)(v >> 8 * (more - 1 - i));
	buf_add(out, b, (size_t)more + 1);
}

void
cborw_uint(struct buf *out, uint64_t v)
{
	head(out, CBOR_UINT, v);
}

void
cborw_int(struct buf *out, int64_t v)
{
	if (v >= 0)
		head(out, CBOR_UINT, (uint64_t)v);
	else
		head(out, CBOR_NINT, ~(uint64_t)v);
}

void
cborw_bool(struct buf *out, bool v)
{
	buf_add_byte(out, v ? CBOR_TRUE : CBOR_FALSE);
}

void
cborw_null(struct buf *out)
{
	buf_add_byte(out, CBOR_NULL);
}

void
cborw_bytes(struct buf *out, struct span s)
{
	if (!s.p) {
		cborw_null(out);
		return;
	}
	head(out, CBOR_BYTES, s.n);
	buf_add_span(out, s);
}

/* Length of S once every damaged part of it is U+FFFD. */
static size_t
clean_length(struct span s)
{
	size_t n = 0;
	uint32_t ch;
	bool bad;

	for (size_t i = 0; i < s.n;) {
		int k = utf8_get(s.p + i, s.n - i, &ch, &bad);

		n += k == 0 || bad ? 3 : (size_t)k;
		i = k == 0 ? s.n : i + (size_t)k;
	}
	return n;
}

void
cborw_text(struct buf *out, struct span s)
{
	if (utf8_valid(s)) {
		head(out, CBOR_TEXT, s.n);
		buf_add_span(out, s);
		return;
	}
	head(out, CBOR_TEXT, clean_length(s));
	utf8_clean(out, s);
}

void
cborw_key(struct buf *out, const char *key)
{
	size_t n = strlen(key);

	head(out, CBOR_TEXT, n);
	buf_add(out, key, n);
}

void
cborw_map(struct buf *out, size_t pairs)
{
	head(out, CBOR_MAP, pairs);
}

void
cborw_array(struct buf *out, size_t items)
{
	head(out, CBOR_ARRAY, items);
}
