/* SPDX-License-Identifier: ISC */
#include "format/words.h"

static void
skip_blanks(struct span *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t')) {
		s->p++;
		s->n--;
	}
}

struct span
words_take(struct span *s)
{
	struct span w;
	size_t n = 0;

	skip_blanks(s);
	while (n < s->n && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	w = span_of(s->p, n);
	*s = span_of(s->p + n, s->n - n);
	skip_blanks(s);
	return w;
}

bool
words_number(struct span s, uint64_t max, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || *out > (UINT64_MAX - 9) / 10)
			return false;
		*out = *out * 10 + (uint64_t)(s.p[i] - '0');
	}
	return s.n > 0 && *out <= max;
}
