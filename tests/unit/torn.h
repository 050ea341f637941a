/* SPDX-License-Identifier: ISC */
/* Bytes in memory, one read of which does not come through. */
#ifndef TESTS_UNIT_TORN_H
#define TESTS_UNIT_TORN_H

#include "base/io.h"

#include <string.h>

#define TORN_TEXT "the line is cut"

struct torn {
	struct src src;
	struct span bytes;
	int reads; /* so far */
	int fails; /* the number of the one that fails, from 0 */
};

static ssize_t
torn_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct torn *t = (struct torn *)s;

	if (t->reads++ == t->fails)
		return err_set(e, ERR_NET, TORN_TEXT);
	if (off >= t->bytes.n)
		return 0;
	n = n < t->bytes.n - off ? n : (size_t)(t->bytes.n - off);
	memcpy(p, t->bytes.p + off, n);
	return (ssize_t)n;
}

static int64_t
torn_size(struct src *s)
{
	return (int64_t)((struct torn *)s)->bytes.n;
}

static void
torn_close(struct src *s)
{
	(void)s;
}

/* A source over BYTES, and who reads it may close it. */
static struct src *
torn_open(struct torn *t, struct span bytes, int fails)
{
	static const struct src_ops ops = { torn_read_at, torn_size, torn_close };

	*t = (struct torn){ .src = { .ops = &ops }, .bytes = bytes, .fails = fails };
	return &t->src;
}

#endif
