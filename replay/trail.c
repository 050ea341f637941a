/* SPDX-License-Identifier: ISC */
#include "replay/trail.h"

#include "base/err.h"
#include "base/utf8.h"

#include <stdlib.h>

void
trail_free(struct trail *t)
{
	buf_free(&t->text);
	free(t->at);
	*t = (struct trail){ 0 };
}

void
trail_clear(struct trail *t)
{
	buf_clear(&t->text);
}

static int
reserve(struct trail *t, size_t n)
{
	size_t cap = t->cap ? t->cap : 256;
	uint64_t *at;

	if (n <= t->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	at = realloc(t->at, cap * sizeof *at);
	if (!at)
		return ERR_NOMEM;
	t->at = at;
	t->cap = cap;
	return 0;
}

int
trail_add(struct trail *t, const void *text, size_t n, uint64_t origin)
{
	size_t from = t->text.n;
	int r = reserve(t, from + n);

	if (r == 0)
		r = buf_add(&t->text, text, n);
	for (size_t i = from; r == 0 && i < t->text.n; i++)
		t->at[i] = origin;
	return r;
}

int
trail_add_char(struct trail *t, uint32_t ch, uint64_t origin)
{
	uint8_t utf8[UTF8_MAX_LEN];

	return trail_add(t, utf8, (size_t)utf8_put(utf8, ch), origin);
}

void
trail_shorten(struct trail *t, size_t keep)
{
	size_t drop = t->text.n > keep ? t->text.n - keep : 0;

	while (drop < t->text.n && (t->text.p[drop] & 0xC0) == 0x80)
		drop++;
	if (!drop)
		return;
	buf_consume(&t->text, drop);
	memmove(t->at, t->at + drop, t->text.n * sizeof *t->at);
}

void
trail_cut(struct trail *t, size_t n)
{
	buf_cut(&t->text, n);
}
