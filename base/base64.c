/* SPDX-License-Identifier: ISC */
#include "base/base64.h"

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_put(struct buf *out, struct span s)
{
	uint8_t *o;
	size_t i;

	if (buf_reserve(out, (s.n + 2) / 3 * 4) < 0)
		return;
	o = out->p + out->n;
	for (i = 0; i + 2 < s.n; i += 3) {
		uint32_t v =
			(uint32_t)s.p[i] << 16 | (uint32_t)s.p[i + 1] << 8 | s.p[i + 2];

		*o++ = (uint8_t)digits[v >> 18];
		*o++ = (uint8_t)digits[v >> 12 & 63];
		*o++ = (uint8_t)digits[v >> 6 & 63];
		*o++ = (uint8_t)digits[v & 63];
	}
	if (i < s.n) {
		uint32_t v = (uint32_t)s.p[i] << 16 |
			     (i + 1 < s.n ? (uint32_t)s.p[i + 1] << 8 : 0);

		*o++ = (uint8_t)digits[v >> 18];
		*o++ = (uint8_t)digits[v >> 12 & 63];
		*o++ = i + 1 < s.n ? (uint8_t)digits[v >> 6 & 63] : '=';
		*o++ = '=';
	}
	out->n = (size_t)(o - out->p);
}

static int
value_of(uint8_t c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

size_t
base64_take(struct buf *out, struct span in)
{
	uint32_t bits = 0;
	size_t i = 0;
	int n = 0, v;

	for (; i < in.n && (v = value_of(in.p[i])) >= 0; i++) {
		bits = bits << 6 | (uint32_t)v;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		buf_add_byte(out, (uint8_t)(bits >> n));
	}
	while (i < in.n && i % 4 && in.p[i] == '=')
		i++;
	return i;
}
