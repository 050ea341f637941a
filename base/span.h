/* SPDX-License-Identifier: ISC */
/* A span is a borrowed run of bytes: it owns nothing and needs no end mark.
 * p == NULL means "absent" (CBOR null, JSON null); p != NULL with n == 0 means "empty". */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *p;
	size_t n;
};

#define SPAN_LIT(s) ((struct span){ (const uint8_t *)(s), sizeof(s) - 1 })

static inline struct span
span_of(const void *p, size_t n)
{
	return (struct span){ p, n };
}

static inline struct span
span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static inline bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
span_is(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

#endif
