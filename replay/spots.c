/* SPDX-License-Identifier: ISC */
/* Sorted ranges in one array.  What is added lies mostly near the end, so that little moves. */
#include "replay/spots.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define FIRST 64

void
spots_free(struct spots *s)
{
	free(s->v);
	*s = (struct spots){ 0 };
}

/* The first range that ends at or behind PLACE. */
static size_t
first_reaching(const struct spots *s, uint64_t place)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].end < place)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
grow(struct spots *s)
{
	size_t cap = s->cap ? 2 * s->cap : FIRST;
	struct spot *v;

	if (s->n < s->cap)
		return 0;
	if (s->n >= SPOTS_MAX)
		return ERR_LIMIT;
	v = realloc(s->v, cap * sizeof *v);
	if (!v)
		return ERR_NOMEM;
	s->v = v;
	s->cap = cap;
	return 0;
}

static int
insert(struct spots *s, size_t i, uint64_t start, uint64_t end)
{
	int r = grow(s);

	if (r < 0)
		return r;
	memmove(s->v + i + 1, s->v + i, (s->n - i) * sizeof *s->v);
	s->v[i] = (struct spot){ start, end };
	s->n++;
	return 1;
}

int
spots_add(struct spots *s, uint64_t start, uint64_t n)
{
	uint64_t end = start + n;
	size_t i = first_reaching(s, start), k = i;

	if (i < s->n && s->v[i].start <= start && end <= s->v[i].end)
		return 0;
	while (k < s->n && s->v[k].start <= end)
		k++;
	if (k == i)
		return insert(s, i, start, end);
	if (s->v[i].start < start)
		start = s->v[i].start;
	if (s->v[k - 1].end > end)
		end = s->v[k - 1].end;
	s->v[i] = (struct spot){ start, end };
	memmove(s->v + i + 1, s->v + k, (s->n - k) * sizeof *s->v);
	s->n -= k - i - 1;
	return 1;
}

bool
spots_has(struct spots *s, uint64_t place)
{
	while (s->at < s->n && s->v[s->at].end <= place)
		s->at++;
	return s->at < s->n && s->v[s->at].start <= place;
}

void
spots_rewind(struct spots *s)
{
	s->at = 0;
}
