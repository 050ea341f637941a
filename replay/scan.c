/* SPDX-License-Identifier: ISC */
#include "replay/scan.h"

/* Where the next match may be in the whole block: most blocks have none. */
static void
look_ahead(struct scan *s, size_t from)
{
	size_t end;

	s->near = from;
	if (query_plain(s->q) && query_match(s->q, s->r.texts, &s->near, &end) == 0)
		s->near = SIZE_MAX;
}

int
scan_begin(struct scan *s, const struct text *t, size_t block)
{
	int rc = text_read(&s->r, t, block);

	s->in_line = false;
	if (rc == 0)
		look_ahead(s, 0);
	return rc;
}

/* To the next line worth a look. */
static bool
next_line(struct scan *s)
{
	if (query_plain(s->q) && s->near < s->r.at)
		look_ahead(s, s->r.at);
	do
		if (s->near == SIZE_MAX || !text_next(&s->r, &s->line))
			return false;
	while (query_plain(s->q) && s->near >= s->r.at);
	s->end = 0;
	s->in_line = true;
	return true;
}

int
scan_next(struct scan *s)
{
	while (s->in_line || next_line(s)) {
		int rc;

		s->start = s->end;
		rc = query_match(s->q, s->line.text, &s->start, &s->end);
		if (rc > 0)
			return 1;
		s->in_line = false;
		if (rc < 0 && ++s->failures > SCAN_FAILURES_MAX)
			return rc;
	}
	return 0;
}

void
scan_end(struct scan *s)
{
	text_read_end(&s->r);
}
