/* SPDX-License-Identifier: ISC */
#include "play/results.h"

#include <string.h>

static bool
same(const struct search_hit *a, const struct search_hit *b)
{
	return a->n == b->n && a->unit == b->unit && a->line == b->line &&
	       a->start == b->start && a->end == b->end;
}

static void
anchor(struct results *r, struct find *f)
{
	r->anchored = !r->list.follow && find_get(f, r->list.selected, &r->anchor);
	r->serial = f->serial;
}

/* Hits found in front of the selected one move it, and what is shown with it. */
static void
keep_anchor(struct results *r, struct find *f)
{
	size_t at;

	if (r->serial != f->serial) {
		r->list.follow = true;
		r->list.top = 0;
	}
	if (r->list.follow || !r->anchored || r->serial != f->serial)
		return;
	at = (size_t)find_rank(f, &r->anchor);
	if (r->list.top + at >= r->list.selected)
		r->list.top = r->list.top + at - r->list.selected;
	r->list.selected = at;
}

void
results_place(struct results *r, struct find *f, int rows)
{
	uint64_t current = 0;
	bool any = find_current(f, &current);

	keep_anchor(r, f);
	sidebar_place(&r->list, rows < RESULTS_ROWS_MAX ? rows : RESULTS_ROWS_MAX,
		(size_t)find_state(f).hits, any ? (size_t)current : SIZE_MAX);
	anchor(r, f);
}

void
results_select(struct results *r, struct find *f, const char *where)
{
	results_place(r, f, r->list.rows);
	sidebar_select(&r->list, where, (size_t)find_state(f).hits);
	anchor(r, f);
}

void
results_choose(struct results *r, struct find *f, size_t i)
{
	r->list.follow = false;
	r->list.selected = i;
	anchor(r, f);
}

static bool
is_tail(uint8_t c)
{
	return (c & 0xC0) == 0x80;
}

static void
fill(struct results_row *row, struct span line)
{
	size_t from = row->hit.start > RESULTS_LEAD ? row->hit.start - RESULTS_LEAD : 0;
	size_t to = line.n;

	if (row->hit.end > line.n) /* the line is gone */
		return;
	while (from && is_tail(line.p[from]))
		from--;
	if (to - from > RESULTS_TEXT_MAX - 1)
		to = from + RESULTS_TEXT_MAX - 1;
	while (to < line.n && is_tail(line.p[to]))
		to--;
	memcpy(row->text, line.p + from, to - from);
	row->text[to - from] = 0;
	row->start = (int)(row->hit.start - from);
	row->end = (int)((row->hit.end < to ? row->hit.end : to) - from);
	row->cut = from > 0;
}

const struct results_row *
results_row(struct results *r, struct find *f, size_t i)
{
	struct results_row *row = &r->row[i % RESULTS_ROWS_MAX];
	struct search_hit hit;
	struct buf line = { 0 };

	if (!find_get(f, i, &hit))
		return NULL;
	if (row->serial == f->serial && same(&row->hit, &hit))
		return row;
	*row = (struct results_row){ .hit = hit, .serial = f->serial };
	if (find_line(f, &hit, &line) == 0)
		fill(row, buf_span(&line));
	buf_free(&line);
	return row;
}
