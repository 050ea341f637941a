/* SPDX-License-Identifier: ISC */
/* Answers, which need no libcurl any more. */
#include "store/http.h"

#include <strings.h>

static struct span
cut_spaces(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

struct span
http_header(const struct http_answer *a, const char *name)
{
	struct span all = buf_span(&a->headers);
	size_t n = strlen(name);

	while (all.n) {
		const uint8_t *end = memchr(all.p, '\n', all.n);
		size_t line = end ? (size_t)(end - all.p) + 1 : all.n;

		if (line > n && all.p[n] == ':' &&
			strncasecmp((const char *)all.p, name, n) == 0)
			return cut_spaces(span_of(all.p + n + 1, line - n - 1));
		all = span_of(all.p + line, all.n - line);
	}
	return span_of("", 0);
}

void
http_answer_free(struct http_answer *a)
{
	buf_free(&a->headers);
	buf_free(&a->body);
}
