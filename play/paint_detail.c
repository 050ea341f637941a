/* SPDX-License-Identifier: ISC */
/* All of one event, in a part of the window. */
#include "play/paint.h"

#include "base/utf8.h"

#include <stdio.h>

#define LINE_MAX_BYTES (UTF8_MAX_LEN * CANVAS_COLS_MAX + 1)

static void
put(struct canvas *c, int row, int col, int cols, struct style s, const char *text,
	size_t n)
{
	char piece[LINE_MAX_BYTES];

	snprintf(piece, sizeof piece, "%.*s", (int)n, text);
	canvas_text(c, row, col, cols, s, piece);
}

static void
detail_line(struct app *a, struct canvas *c, int row, struct view_rect in,
	const struct detail_line *l)
{
	const char *text = (const char *)a->detail.text.p;
	int label = DETAIL_LABEL_COLS;

	if (in.cols - label < 8) /* no room for two columns */
		label = 0;
	else
		put(c, row, in.col, label - 1, paint_style(a, ROLE_KEY), text + l->label,
			l->label_n);
	put(c, row, in.col + label, in.cols - label, paint_style(a, ROLE_LIST_PAST),
		text + l->value, l->value_n);
}

static void
detail_head(struct app *a, struct canvas *c, struct view_rect area)
{
	const struct detail *d = &a->detail;
	struct style frame = paint_style(a, ROLE_FRAME);
	char text[96];
	size_t below =
		d->top + (size_t)d->page < d->n ? d->n - d->top - (size_t)d->page : 0;

	canvas_fill(c, area.row, area.col, area.cols, frame, paint_line(a, 0x2500, '-'));
	if (below)
		snprintf(text, sizeof text, " event %zu of %zu, %zu line%s below ",
			a->list.selected + 1, app_list_count(a), below,
			below == 1 ? "" : "s");
	else
		snprintf(text, sizeof text, " event %zu of %zu ", a->list.selected + 1,
			app_list_count(a));
	canvas_text(c, area.row, area.col + 2, area.cols - 2,
		paint_style(a, a->focus == PANE_DETAIL ? ROLE_LIST_NOW : ROLE_TITLE),
		text);
}

void
paint_detail(struct app *a, struct canvas *c, struct view_rect area)
{
	struct detail *d = &a->detail;
	struct view_rect in = { area.row + 1, area.col + 1, area.rows - 1,
		area.cols - 2 };
	const struct reel_event *e;

	app_list_sync(a);
	e = app_list_event(a, a->list.selected);
	for (int i = 0; i < area.rows; i++)
		canvas_fill(
			c, area.row + i, area.col, area.cols, (struct style){ 0 }, ' ');
	if (!e) {
		canvas_text(c, area.row, area.col + 2, area.cols - 2,
			paint_style(a, ROLE_TITLE), "no event");
		return;
	}
	detail_set(d, player_reel(a->player), e->ordinal, in.cols);
	d->page = in.rows > 0 ? in.rows : 1;
	if (d->top + (size_t)d->page > d->n)
		d->top = d->n > (size_t)d->page ? d->n - (size_t)d->page : 0;
	detail_head(a, c, area);
	for (int i = 0; i < in.rows && d->top + (size_t)i < d->n; i++)
		detail_line(a, c, in.row + i, in, &d->line[d->top + (size_t)i]);
}
