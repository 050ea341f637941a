/* SPDX-License-Identifier: ISC */
/* The list of events and the help. */
#include "play/paint.h"

#include "base/clk.h"
#include "base/when.h"

#include <stdio.h>

#define TIME_COLS    9
#define KEYS_COLS    24
#define TENTHS_BELOW (10 * 60 * NS_PER_S) /* shorter recordings: times with a decimal */

static void
list_row(struct app *a, struct canvas *c, struct view_rect r, int row, size_t i,
	size_t current)
{
	const struct reel_event *e = reel_event(player_reel(a->player), i);
	bool now = i == current, selected = i == a->list.selected && !a->list.follow;
	enum theme_role role = now                                  ? ROLE_LIST_NOW
			       : current != SIZE_MAX && i < current ? ROLE_LIST_PAST
								    : ROLE_LIST;
	struct style s = paint_style(a, selected ? ROLE_LIST_SELECTED : role);
	struct style t =
		selected ? s : paint_style(a, now ? ROLE_LIST_NOW : ROLE_LIST_TIME);
	char at[WHEN_TEXT_MAX], field[WHEN_TEXT_MAX + 8];

	canvas_fill(c, row, r.col, r.cols, s, ' ');
	if (now)
		canvas_fill(c, row, r.col, 1, s, paint_line(a, 0x25B8, '>'));
	when_format(
		at, e->at_ns, player_view(a->player).duration_ns < TENTHS_BELOW ? 1 : 0);
	snprintf(field, sizeof field, "%*s", TIME_COLS - 1, at);
	canvas_text(c, row, r.col + 1, TIME_COLS, t, field);
	canvas_text(c, row, r.col + TIME_COLS + 2, r.cols - TIME_COLS - 2, s, e->text);
}

/* How the recording ends, or how far it is known. */
static void
list_end(struct app *a, struct canvas *c, struct view_rect r, int row)
{
	struct player_view v = player_view(a->player);
	struct tape_end end = tape_end(reel_tape(player_reel(a->player)));
	bool whole = reel_index_state(player_reel(a->player)).done;
	struct style s = paint_style(a, ROLE_TITLE);
	char text[ERR_TEXT_MAX + 64];

	if (!whole && !v.error)
		snprintf(text, sizeof text, "reading: %d%%", (int)(v.indexed * 100));
	else if (end.state == TAPE_CLEAN)
		snprintf(text, sizeof text, "end");
	else
		snprintf(text, sizeof text, "%s%s%s", tape_state_name(end.state),
			end.text[0] ? ": " : "", end.text);
	canvas_fill(c, row, r.col, r.cols, s, ' ');
	canvas_text(c, row, r.col + TIME_COLS + 2, r.cols - TIME_COLS - 2, s, text);
}

void
paint_list(struct app *a, struct canvas *c, struct view_rect area)
{
	struct reel *r = player_reel(a->player);
	size_t n = reel_events(r), current = app_current_event(a);
	struct view_rect in = area;
	int row = 0, list = area.rows - 2; /* a head line and the end line */
	char head[48];

	if (area.col > 0) { /* beside the screen: a line between them */
		for (int i = 0; i < area.rows; i++)
			canvas_fill(c, i, area.col, 1, paint_style(a, ROLE_FRAME),
				paint_line(a, 0x2502, '|'));
		in.col++;
		in.cols--;
	}
	sidebar_place(&a->list, list, n, current);
	snprintf(head, sizeof head, "%zu event%s", n, n == 1 ? "" : "s");
	canvas_fill(c, row, in.col, in.cols, paint_style(a, ROLE_TITLE), ' ');
	canvas_text(c, row++, in.col + 2, in.cols - 2, paint_style(a, ROLE_TITLE), head);
	for (size_t i = a->list.top; row < area.rows - 1 && i < n; i++)
		list_row(a, c, in, row++, i, current);
	if (row < area.rows && a->list.top + (size_t)(row - 1) >= n)
		list_end(a, c, in, row++);
	for (; row < area.rows; row++)
		canvas_fill(c, row, in.col, in.cols, (struct style){ 0 }, ' ');
}

void
paint_help(struct app *a, struct canvas *c, struct view_rect area)
{
	struct keymap_help h;
	int n = 0, keys = area.cols < 60 ? area.cols * 2 / 5 : KEYS_COLS,
	    page = area.rows - 2;

	while (keymap_help(&a->o.keymap, n, &h))
		n++;
	a->help_page = page > 0 ? page : 1;
	if (a->help_top > (size_t)n || (size_t)n < a->help_top + (size_t)a->help_page)
		a->help_top = n > a->help_page ? (size_t)(n - a->help_page) : 0;
	for (int i = 0; i < area.rows; i++)
		canvas_fill(c, i, 0, area.cols, (struct style){ 0 }, ' ');
	canvas_text(c, 0, 2, area.cols - 2, paint_style(a, ROLE_TITLE),
		n > a->help_page ? "Keys (arrows scroll, h or Esc leaves)"
				 : "Keys (h or Esc leaves)");
	for (int i = 0; i < a->help_page; i++) {
		if (!keymap_help(&a->o.keymap, i + (int)a->help_top, &h))
			break;
		canvas_text(c, i + 2, 2, keys - 2, paint_style(a, ROLE_KEY), h.keys);
		canvas_text(c, i + 2, keys + 1, area.cols - keys - 1, (struct style){ 0 },
			h.text);
	}
}
