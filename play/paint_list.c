/* SPDX-License-Identifier: ISC */
/* The list of events. */
#include "play/paint.h"

#include "play/app_impl.h"

#include "base/clk.h"
#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>

#define TIME_COLS    9
#define TEXT_COL     12                   /* behind a sign */
#define TENTHS_BELOW (10 * 60 * NS_PER_S) /* shorter recordings: times with a decimal */

static enum theme_role
row_role(const struct app *a, size_t i, size_t current)
{
	if (i == a->list.selected && !a->list.follow)
		return ROLE_LIST_SELECTED;
	if (i == current)
		return ROLE_LIST_NOW;
	return current != SIZE_MAX && i < current ? ROLE_LIST_PAST : ROLE_LIST;
}

static void
put_sign(struct app *a, struct canvas *c, int row, int col, const struct reel_event *e,
	bool selected)
{
	const struct event_kind *k = kind_row(kind_of(e->type, e->vendor));

	canvas_fill(c, row, col, 1,
		paint_style(a, selected ? ROLE_LIST_SELECTED : theme_kind(k->group)),
		paint_line(a, k->sign, k->ascii));
}

static void
list_row(struct app *a, struct canvas *c, struct view_rect r, int row, size_t i,
	size_t current)
{
	const struct reel_event *e = app_list_event(a, i);
	enum theme_role role = row_role(a, i, current);
	bool selected = role == ROLE_LIST_SELECTED;
	struct style s = paint_style(a, role);
	struct style t =
		paint_style(a, selected || role == ROLE_LIST_NOW ? role : ROLE_LIST_TIME);
	char at[WHEN_TEXT_MAX], field[WHEN_TEXT_MAX + 8];

	if (!e)
		return;
	canvas_fill(c, row, r.col, r.cols, s, ' ');
	if (i == current)
		canvas_fill(c, row, r.col, 1, s, paint_line(a, 0x25B8, '>'));
	when_format(
		at, e->at_ns, player_view(a->player).duration_ns < TENTHS_BELOW ? 1 : 0);
	snprintf(field, sizeof field, "%*s", TIME_COLS - 1, at);
	canvas_text(c, row, r.col + 1, r.cols - 1 < TIME_COLS ? r.cols - 1 : TIME_COLS, t,
		field);
	if (r.cols <= TEXT_COL)
		return;
	put_sign(a, c, row, r.col + TEXT_COL - 2, e, selected);
	canvas_text(c, row, r.col + TEXT_COL, r.cols - TEXT_COL, s,
		e->text +
			(strncmp(e->text, "$ ", 2) == 0 ? 2 : 0)); /* as the sign says */
}

/* How the recording ends, or how far it is known. */
static void
list_end(struct app *a, struct canvas *c, struct view_rect r, int row)
{
	struct player_view v = player_view(a->player);
	struct tape_end end = tape_end(reel_tape(player_reel(a->player)));
	bool whole = reel_index_state(player_reel(a->player)).done;
	struct style s = paint_style(a, ROLE_TITLE);
	char text[ERR_TEXT_MAX + 96];
	int n = 0;

	if (!whole && !v.error)
		snprintf(text, sizeof text, "reading: %d%%", (int)(v.indexed * 100));
	else if (end.state == TAPE_CLEAN)
		snprintf(text, sizeof text, "end");
	else
		n = snprintf(text, sizeof text, "%s: ", tape_state_name(end.state));
	if (n)
		app_end_text(a, text + n, sizeof text - (size_t)n);
	if (r.cols > TEXT_COL)
		canvas_text(c, row, r.col + TEXT_COL, r.cols - TEXT_COL, s, text);
}

/* How many, what of them is shown, and what the list had no room for. */
static void
list_head(struct app *a, struct canvas *c, struct view_rect r)
{
	struct reel *reel = player_reel(a->player);
	uint64_t dropped = reel_index_state(reel).events_dropped;
	size_t all = reel_events(reel);
	struct style s = paint_style(a, ROLE_TITLE);
	char head[PROMPT_MAX + 96];
	int n = 0, used;

	if (a->list.sieve.on)
		n = snprintf(head, sizeof head, "%zu of ", app_list_count(a));
	n += snprintf(head + n, sizeof head - (size_t)n, "%zu event%s", all,
		all == 1 ? "" : "s");
	if (dropped)
		snprintf(head + n, sizeof head - (size_t)n, " (%" PRIu64 " left out)",
			dropped);
	used = 2 + canvas_text(c, r.row, r.col + 2, r.cols - 2, s, head);
	if (a->list.filter[0] && r.cols > used + 2)
		canvas_text(c, r.row, r.col + used + 1, r.cols - used - 1,
			paint_style(a, ROLE_KEY), a->list.filter);
}

/* A line between it and the screen, where they stand beside each other. */
static struct view_rect
list_border(struct app *a, struct canvas *c, struct view_rect area)
{
	struct view_rect in = area;

	for (int i = 0; i < area.rows; i++)
		canvas_fill(
			c, area.row + i, area.col, area.cols, (struct style){ 0 }, ' ');
	if (area.col == 0)
		return in;
	for (int i = 0; i < area.rows; i++)
		canvas_fill(c, area.row + i, area.col, 1, paint_style(a, ROLE_FRAME),
			paint_line(a, 0x2502, '|'));
	in.col++;
	in.cols--;
	return in;
}

void
paint_list(struct app *a, struct canvas *c, struct view_rect area)
{
	struct view_rect in = list_border(a, c, area);
	int row = area.row + 1, end = area.row + area.rows;
	size_t n, current, i;

	app_list_sync(a);
	n = app_list_count(a);
	current = app_list_current(a);
	/* a head line and the end line */
	sidebar_place(&a->list, area.rows - 2, n, current);
	list_head(a, c, in);
	for (i = a->list.top; row < end - 1 && i < n; i++)
		list_row(a, c, in, row++, i, current);
	if (row < end && i >= n)
		list_end(a, c, in, row);
}
