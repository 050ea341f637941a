/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_free(struct buf *b)
{
	if (!b)
		return;
	if (b->p)
		free(b->p - b->head);
	*b = (struct buf){ .max = b->max };
}

void
buf_clear(struct buf *b)
{
	if (b->p)
		b->p -= b->head;
	b->cap += b->head;
	b->head = 0;
	b->n = 0;
	b->failed = 0;
}

static int
buf_fail(struct buf *b, int code)
{
	if (!b->failed)
		b->failed = code;
	return code;
}

/* Move the content back to the start of the block, so that the consumed part is room again. */
static void
buf_compact(struct buf *b)
{
	if (!b->head)
		return;
	memmove(b->p - b->head, b->p, b->n);
	b->p -= b->head;
	b->cap += b->head;
	b->head = 0;
}

int
buf_reserve(struct buf *b, size_t more)
{
	size_t max = b->max ? b->max : BUF_MAX_DEFAULT, want, cap;
	uint8_t *p;

	if (more <= b->cap - b->n)
		return 0;
	if (more > max || b->n > max - more)
		return buf_fail(b, ERR_LIMIT);
	buf_compact(b);
	want = b->n + more;
	if (want <= b->cap)
		return 0;
	for (cap = b->cap ? b->cap : 256; cap < want;)
		cap += cap / 2 + 64;
	if (cap > max)
		cap = max;
	p = realloc(b->p, cap);
	if (!p)
		return buf_fail(b, ERR_NOMEM);
	b->p = p;
	b->cap = cap;
	return 0;
}

int
buf_add_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	int n, rc;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0)
		return buf_fail(b, ERR_FORMAT);
	if ((size_t)n < sizeof small)
		return buf_add(b, small, (size_t)n);
	rc = buf_reserve(b, (size_t)n + 1);
	if (rc < 0)
		return rc;
	va_start(ap, fmt);
	vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
	return 0;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n >= b->n) {
		int failed = b->failed;

		buf_clear(b);
		b->failed = failed;
		return;
	}
	b->p += n;
	b->head += n;
	b->cap -= n;
	b->n -= n;
}

void
buf_cut(struct buf *b, size_t n)
{
	if (n < b->n)
		b->n = n;
}

const char *
buf_cstr(struct buf *b)
{
	if (buf_reserve(b, 1) < 0)
		return NULL;
	b->p[b->n] = 0;
	return (const char *)b->p;
}
