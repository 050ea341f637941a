/* SPDX-License-Identifier: ISC */
/* Bytes as hexadecimal digits, two for each. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* N bytes in lower case, and a NUL. */
static inline void
hex_put(char *out, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

/* What a digit of either case stands for; -1: it is none. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* At most N bytes from the front of TEXT; how many there were. */
static inline size_t
hex_get(uint8_t *out, const char *text, size_t n)
{
	size_t i = 0;

	for (; i < n; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			break;
		out[i] = (uint8_t)(high * 16 + low);
	}
	return i;
}

#endif
