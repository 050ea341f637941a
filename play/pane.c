/* SPDX-License-Identifier: ISC */
#include "play/pane.h"

#include "play/app_impl.h"
#include "play/paint.h"

#define LIST_COLS_MIN   36
#define LIST_COLS_MAX   48
#define BESIDE_COLS_MIN 70 /* narrower windows show the list instead of the screen */
#define BESIDE_ROWS_MIN 12 /* lower ones show an event instead of both */

static bool
always(const struct app *a)
{
	(void)a;
	return true;
}

static bool
status_shown(const struct app *a)
{
	return a->bar || app_prompt(a) || a->toast_end || a->find.going;
}

static bool
help_shown(const struct app *a)
{
	return a->help.shown;
}

static void
help_close(struct app *a)
{
	a->help.shown = false;
}

static bool
list_shown(const struct app *a)
{
	return a->list.shown;
}

static bool
copy_shown(const struct app *a)
{
	return a->copy.on;
}

static bool
links_shown(const struct app *a)
{
	return a->links.on;
}

static struct view_rect
no_room(const struct app *a, struct view_rect *rest)
{
	(void)a;
	(void)rest;
	return (struct view_rect){ 0, 0, 0, 0 };
}

struct view_rect
pane_cut_bottom(struct view_rect *rest, int rows)
{
	struct view_rect r = *rest;

	rest->rows -= rows;
	r.row += rest->rows;
	r.rows = rows;
	return r;
}

static struct view_rect
cut_right(struct view_rect *rest, int cols)
{
	struct view_rect r = *rest;

	rest->cols -= cols;
	r.col += rest->cols;
	r.cols = cols;
	return r;
}

static struct view_rect
status_cut(const struct app *a, struct view_rect *rest)
{
	(void)a;
	return pane_cut_bottom(rest, rest->rows > 1 ? 1 : 0);
}

static struct view_rect
list_cut(const struct app *a, struct view_rect *rest)
{
	int n = rest->cols * 2 / 5, wanted = a->list.width,
	    most = rest->cols - SIDEBAR_COLS_MIN;

	if (rest->cols < BESIDE_COLS_MIN)
		n = rest->cols;
	else if (wanted)
		n = wanted < SIDEBAR_COLS_MIN ? SIDEBAR_COLS_MIN
		    : wanted > most           ? most
					      : wanted;
	else if (n < LIST_COLS_MIN)
		n = LIST_COLS_MIN;
	else if (n > LIST_COLS_MAX)
		n = LIST_COLS_MAX;
	return cut_right(rest, n);
}

static bool
detail_shown(const struct app *a)
{
	return a->detail.shown;
}

/* Below list and screen, or instead of them. */
static struct view_rect
detail_cut(const struct app *a, struct view_rect *rest)
{
	(void)a;
	return pane_cut_bottom(
		rest, rest->cols < BESIDE_COLS_MIN || rest->rows < BESIDE_ROWS_MIN
			      ? rest->rows
			      : rest->rows / 2);
}

static bool
lane_shown(const struct app *a)
{
	return a->lane;
}

static struct view_rect
lane_cut(const struct app *a, struct view_rect *rest)
{
	(void)a;
	return pane_cut_bottom(rest, rest->rows > 2 ? 1 : 0);
}

static const struct pane panes[PANE_COUNT] = {
	[PANE_STATUS] = {
		.shown = status_shown,
		.cut = status_cut,
		.paint = paint_status,
		.mouse = status_mouse,
	},
	[PANE_TIME] = {
		.shown = timebar_shown,
		.cut = timebar_cut,
		.paint = paint_timebar,
		.mouse = timebar_mouse,
	},
	[PANE_LANE] = {
		.shown = lane_shown,
		.cut = lane_cut,
		.paint = paint_lane,
	},
	[PANE_HELP] = {
		.mode = KEYMAP_HELP,
		.shown = help_shown,
		.paint = paint_help,
		.command = app_help_command,
		.mouse = app_help_mouse,
		.close = help_close,
	},
	[PANE_DETAIL] = {
		.mode = KEYMAP_DETAIL,
		.shown = detail_shown,
		.cut = detail_cut,
		.paint = paint_detail,
		.command = app_detail_command,
		.mouse = app_detail_mouse,
		.close = app_detail_close,
	},
	[PANE_LIST] = {
		.mode = KEYMAP_LIST,
		.shown = list_shown,
		.cut = list_cut,
		.paint = paint_list,
		.command = app_list_command,
		.mouse = app_list_mouse,
		.close = app_list_close,
	},
	[PANE_LINKS] = {
		.mode = KEYMAP_LINKS,
		.shown = links_shown,
		.paint = paint_links,
		.command = app_links_command,
		.mouse = app_links_mouse,
		.close = app_links_close,
	},
	[PANE_OVERVIEW] = {
		.mode = KEYMAP_OVERVIEW,
		.shown = app_overview_shown,
		.cut = no_room,
		.close = app_overview_close,
	},
	[PANE_COPY] = {
		.mode = KEYMAP_COPY,
		.shown = copy_shown,
		.cut = no_room,
		.command = app_copy_command,
		.close = app_copy_close,
	},
	[PANE_RESULTS] = {
		.mode = KEYMAP_RESULTS,
		.shown = app_results_shown,
		.cut = app_results_cut,
		.paint = paint_results,
		.command = app_results_command,
		.mouse = app_results_mouse,
		.close = app_results_close,
	},
	[PANE_SCREEN] = {
		.shown = always,
		.paint = paint_screen,
		.mouse = screen_mouse,
		.close = app_find_close,
	},
};

const struct pane *
pane_of(enum pane_id id)
{
	return &panes[id];
}

struct pane_layout
pane_layout(const struct app *a, int cols, int rows)
{
	struct pane_layout l = { 0 };
	struct view_rect rest = { 0, 0, rows, cols };

	for (int i = 0; i < PANE_COUNT && rest.rows > 0 && rest.cols > 0; i++) {
		if (!panes[i].shown(a))
			continue;
		if (panes[i].cut) {
			l.area[i] = panes[i].cut(a, &rest);
		} else {
			l.area[i] = rest;
			rest.rows = 0;
		}
	}
	return l;
}

static bool
inside(struct view_rect r, int row, int col)
{
	return row >= r.row && row < r.row + r.rows && col >= r.col &&
	       col < r.col + r.cols;
}

enum pane_id
pane_at(const struct pane_layout *l, int row, int col)
{
	for (int i = 0; i < PANE_COUNT; i++)
		if (inside(l->area[i], row, col))
			return (enum pane_id)i;
	return PANE_NONE;
}

enum pane_id
pane_with_keys(const struct app *a)
{
	if (a->help.shown) /* over everything */
		return PANE_HELP;
	if (a->focus != PANE_NONE && panes[a->focus].shown(a))
		return a->focus;
	for (int i = 0; i < PANE_COUNT; i++)
		if (panes[i].mode != KEYMAP_PLAY && panes[i].shown(a))
			return (enum pane_id)i;
	return PANE_SCREEN;
}
