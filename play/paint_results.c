/* SPDX-License-Identifier: ISC */
/* The list of hits. */
#include "play/paint.h"

#include "base/clk.h"
#include "base/when.h"

#include <stdio.h>
#include <string.h>

#define TIME_COLS 12 /* with milliseconds, up to 99 hours */

static void
head(struct app *a, struct canvas *c, struct view_rect r)
{
	static const char *const scopes[] = { "shown", "typed", "events" };
	const struct finder *s = find_active(&a->find);
	struct find_state st = find_state(&a->find);
	char text[PROMPT_MAX + ERR_TEXT_MAX + 64], rest[32] = "";

	canvas_fill(c, r.row, r.col, r.cols, paint_style(a, ROLE_FRAME),
		paint_line(a, 0x2500, '-'));
	if (!s)
		snprintf(text, sizeof text, " no search ");
	else if (s->err.code)
		snprintf(text, sizeof text, " %s: %s ", s->text, s->err.text);
	else {
		if (!st.all && st.done >= 1)
			snprintf(rest, sizeof rest, " so far");
		else if (!st.all)
			snprintf(rest, sizeof rest, " so far, %d%% searched",
				(int)(st.done * 100));
		snprintf(text, sizeof text, " %llu %s%s: %s (%s%s) ",
			(unsigned long long)st.hits, st.hits == 1 ? "match" : "matches",
			rest, s->text, scopes[s->scope], s->plain ? ", plain" : "");
	}
	canvas_text(c, r.row, r.col + 1, r.cols - 1, paint_style(a, ROLE_TITLE), text);
}

/* N bytes of TEXT, which ends a character there. */
static int
part(struct canvas *c, int row, int col, int cols, struct style s, const char *text,
	int n)
{
	char copy[RESULTS_TEXT_MAX];

	memcpy(copy, text, (size_t)n);
	copy[n] = 0;
	return cols > 0 ? canvas_text(c, row, col, cols, s, copy) : 0;
}

static int
cols_of(const char *text, int n)
{
	char copy[RESULTS_TEXT_MAX];

	memcpy(copy, text, (size_t)n);
	copy[n] = 0;
	return canvas_text_cols(copy);
}

/* Where to begin so that the match is to be seen in COLS columns. */
static int
first_byte(const struct results_row *h, int cols)
{
	int from = 0;

	while (from < h->start && cols_of(h->text + from, h->end - from) > cols)
		do
			from++;
		while (((unsigned char)h->text[from] & 0xC0) == 0x80);
	return from;
}

static void
context(struct app *a, struct canvas *c, int row, int col, int cols, struct style s,
	const struct results_row *h)
{
	int end = col + cols, from = first_byte(h, cols - 1);

	if (h->cut || from > 0)
		canvas_fill(c, row, col, cols > 0, s, paint_line(a, 0x2026, '<'));
	col += h->cut || from > 0;
	col += part(c, row, col, end - col, s, h->text + from, h->start - from);
	col += part(c, row, col, end - col, paint_style(a, ROLE_FOUND_TOO),
		h->text + h->start, h->end - h->start);
	part(c, row, col, end - col, s, h->text + h->end, (int)strlen(h->text) - h->end);
}

static void
hit_row(struct app *a, struct canvas *c, struct view_rect r, int row, size_t i)
{
	const struct results_row *h = results_row(&a->results, &a->find, i);
	bool now = h && find_at_hit(&a->find) && a->find.hit.n == h->hit.n &&
		   a->find.hit.line == h->hit.line && a->find.hit.start == h->hit.start;
	bool selected = i == a->results.list.selected;
	struct style s = paint_style(a, selected ? ROLE_LIST_SELECTED
					: now    ? ROLE_LIST_NOW
						 : ROLE_LIST);
	char at[WHEN_TEXT_MAX], field[WHEN_TEXT_MAX + TIME_COLS];

	canvas_fill(c, row, r.col, r.cols, s, ' ');
	if (!h)
		return;
	if (now)
		canvas_fill(c, row, r.col, 1, s, paint_line(a, 0x25B8, '>'));
	when_format(at, h->hit.at_ns, 3);
	snprintf(field, sizeof field, "%*s", TIME_COLS - 1, at);
	canvas_text(c, row, r.col + 1, r.cols - 1,
		selected ? s : paint_style(a, now ? ROLE_LIST_NOW : ROLE_LIST_TIME),
		field);
	context(a, c, row, r.col + TIME_COLS + 2, r.cols - TIME_COLS - 3, s, h);
}

void
paint_results(struct app *a, struct canvas *c, struct view_rect area)
{
	struct results *r = &a->results;
	size_t n = (size_t)find_state(&a->find).hits;
	int rows = area.rows - 1;

	results_place(r, &a->find, rows);
	head(a, c, area);
	for (int i = 0; i < rows; i++)
		if (r->list.top + (size_t)i < n)
			hit_row(a, c, area, area.row + 1 + i, r->list.top + (size_t)i);
		else
			canvas_fill(c, area.row + 1 + i, area.col, area.cols,
				(struct style){ 0 }, ' ');
}
