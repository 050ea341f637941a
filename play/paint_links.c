/* SPDX-License-Identifier: ISC */
/* The list of links, and below it where the selected one leads, in full. */
#include "play/paint.h"

#include "play/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_COLS 24

/* As much of TEXT as fits into COLS columns; returns its bytes. */
static int
part(const char *text, int cols, char out[LINKS_TEXT_MAX * 4], size_t size)
{
	int n = 0;

	out[0] = 0;
	while (text[n] && (size_t)n + 5 < size) {
		int k = 1;

		while (((unsigned char)text[n + k] & 0xC0) == 0x80)
			k++;
		memcpy(out + n, text + n, (size_t)k);
		out[n + k] = 0;
		if (n && canvas_text_cols(out) > cols) {
			out[n] = 0;
			break;
		}
		n += k;
	}
	return n;
}

/* All of it, on as many rows as there are; returns the rows. */
static int
whole(struct app *a, struct canvas *c, struct view_rect r, const char *text)
{
	char line[LINKS_TEXT_MAX * 4];
	int row = 0;

	for (; *text && row < r.rows; row++) {
		text += part(text, r.cols, line, sizeof line);
		canvas_text(c, r.row + row, r.col, r.cols, (struct style){ 0 }, line);
	}
	if (*text && row > 0)
		canvas_fill(c, r.row + row - 1, r.col + r.cols - 1, 1,
			paint_style(a, ROLE_BAR_ALERT), paint_line(a, 0x2026, '>'));
	return row;
}

static void
link_row(struct app *a, struct canvas *c, struct view_rect r, int row,
	const struct link *l, bool selected)
{
	struct style s = paint_style(a, selected ? ROLE_LIST_SELECTED : ROLE_LIST_PAST);
	char places[24] = "";
	int text = r.cols < 2 * TEXT_COLS ? r.cols / 3 : TEXT_COLS;

	if (l->places > 1)
		snprintf(places, sizeof places, " (%d places)", l->places);
	canvas_fill(c, row, r.col, r.cols, s, ' ');
	if (l->doubt)
		canvas_text(c, row, r.col, 1, paint_style(a, ROLE_BAR_ALERT), "!");
	canvas_text(c, row, r.col + 2, text - 2, s, l->text);
	text += canvas_text(c, row, r.col + text + 1, r.cols - text - 1, s,
		*l->uri ? l->uri : "(too many links: not kept)");
	canvas_text(c, row, r.col + text + 1, r.cols - text - 1, s, places);
}

static void
place(struct links *l, size_t n, int page)
{
	l->page = page > 0 ? page : 1;
	if (l->selected >= n)
		l->selected = n ? n - 1 : 0;
	if (l->selected < l->top)
		l->top = l->selected;
	if (l->selected >= l->top + (size_t)l->page)
		l->top = l->selected - (size_t)l->page + 1;
}

void
paint_links(struct app *a, struct canvas *c, struct view_rect area)
{
	size_t n;
	struct link *l = app_links_now(a, &n);
	int full = area.rows > 4 ? area.rows / 2 : 0;
	char head[64];

	for (int i = 0; i < area.rows; i++)
		canvas_fill(
			c, area.row + i, area.col, area.cols, (struct style){ 0 }, ' ');
	place(&a->links, n, area.rows - 2 - full);
	snprintf(head, sizeof head, "%zu link%s (y copies, Esc leaves)", n,
		n == 1 ? "" : "s");
	canvas_text(c, area.row, area.col + 2, area.cols - 2, paint_style(a, ROLE_TITLE),
		head);
	for (size_t i = a->links.top; i < n && i < a->links.top + (size_t)a->links.page;
		i++)
		link_row(a, c, area, area.row + 1 + (int)(i - a->links.top), &l[i],
			i == a->links.selected);
	if (a->links.selected < n && full) {
		struct view_rect r = { area.row + area.rows - full, area.col + 2, full,
			area.cols - 3 };

		if (l[a->links.selected].doubt && r.rows > 1) {
			canvas_text(c, r.row++, r.col, r.cols,
				paint_style(a, ROLE_BAR_ALERT),
				l[a->links.selected].doubt);
			r.rows--;
		}
		whole(a, c, r, l[a->links.selected].uri);
	}
	free(l);
}
