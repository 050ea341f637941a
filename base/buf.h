/* SPDX-License-Identifier: ISC */
/* A growable byte buffer with a hard maximum.  Bytes are appended at the end and may be
 * consumed from the front; p[0..n) is the content.  All zero is an empty buffer with the
 * maximum BUF_MAX_DEFAULT.  Appending past the maximum or without memory returns an error
 * and leaves the content as it was; the buffer then remembers it (buf_failed), so that a
 * run of appends may be checked once at its end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

#include <stdarg.h>

#define BUF_MAX_DEFAULT ((size_t)64 << 20)

struct buf {
	uint8_t *p;  /* content; valid until the next append, reserve or free */
	size_t n;    /* bytes of content */
	size_t cap;  /* allocated behind p */
	size_t max;  /* hard limit, 0 = BUF_MAX_DEFAULT */
	size_t head; /* consumed bytes kept in front of p until the next growth */
	int failed;  /* first error of an append, sticky until buf_clear */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);  /* releases; b is then an empty buffer again */
void buf_clear(struct buf *b); /* n = 0, keeps the memory, clears failed */
int buf_reserve(struct buf *b, size_t more); /* room for MORE bytes behind p + n */
int buf_add_str(struct buf *b, const char *s);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_consume(struct buf *b, size_t n); /* drop N bytes at the front; N <= b->n */
void buf_cut(struct buf *b, size_t n);     /* drop all behind the first N bytes */
const char *buf_cstr(struct buf *b); /* content with a NUL behind; NULL: no memory */

static inline int
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n > b->cap - b->n) {
		int rc = buf_reserve(b, n);

		if (rc < 0)
			return rc;
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

static inline int
buf_add_byte(struct buf *b, uint8_t c)
{
	if (b->n == b->cap)
		return buf_add(b, &c, 1);
	b->p[b->n++] = c;
	return 0;
}

static inline int
buf_add_span(struct buf *b, struct span s)
{
	return buf_add(b, s.p, s.n);
}

static inline struct span
buf_span(const struct buf *b)
{
	return span_of(b->p ? b->p : (const uint8_t *)"", b->n);
}

static inline int
buf_failed(const struct buf *b)
{
	return b->failed;
}

#endif
