/* SPDX-License-Identifier: ISC */
#include "replay/scan.h"

/* Where the next match may be in the whole block: most blocks have none. */
static void
look_ahead(struct scan *s, size_t from)
{
	int rc;

	s->near = from;
	if (!s->whole)
		return;
	rc = query_ahead(s->q, s->r.texts, &s->near);
	if (rc == 0)
		s->near = SIZE_MAX;
	else if (rc < 0)
		s->whole = false; /* too dear here; single lines have their own limit */
	if (rc < 0)
		s->near = from;
}

int
scan_begin_page(struct scan *s, struct reader *r)
{
	int rc = derive_page(&s->derive, r, &s->r);

	s->in_line = false;
	s->whole = query_whole(s->q) && !s->singly;
	if (rc == 0)
		look_ahead(s, 0);
	return rc;
}

int
scan_begin(struct scan *s, struct reader *r, const struct text *t, size_t block)
{
	int rc = text_read(&s->derive.stored, t, block);

	return rc < 0 ? rc : scan_begin_page(s, r);
}

/* To the next line worth a look. */
static bool
next_line(struct scan *s)
{
	if (s->near < s->r.at)
		look_ahead(s, s->r.at);
	if (s->near == SIZE_MAX || !page_next(&s->r, &s->line, s->near))
		return false;
	s->end = s->measured = 0;
	s->cols = 0;
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
	derive_end(&s->derive);
	text_read_end(&s->r);
}
