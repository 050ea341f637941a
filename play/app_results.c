/* SPDX-License-Identifier: ISC */
/* The list of hits: keys and mouse in it. */
#include "play/app_impl.h"

#define HEAD_ROWS  1
#define WHEEL_ROWS 3
#define ROWS_MIN   8 /* with less room it stands instead of the screen */
#define SHARE      3 /* else it takes this part of the room */

bool
app_results_shown(const struct app *a)
{
	return a->results.list.shown;
}

struct view_rect
app_results_cut(const struct app *a, struct view_rect *rest)
{
	int rows = rest->rows / SHARE;

	(void)a;
	if (rest->rows < ROWS_MIN)
		rows = rest->rows;
	else if (rows > RESULTS_ROWS_MAX)
		rows = RESULTS_ROWS_MAX;
	return pane_cut_bottom(rest, rows);
}

unsigned
app_results(struct app *a, const char *arg)
{
	bool on = !a->results.list.shown || pane_with_keys(a) != PANE_RESULTS;

	(void)arg;
	sidebar_show(&a->results.list, on);
	a->focus = on ? PANE_RESULTS : PANE_NONE;
	if (on && !find_active(&a->find))
		app_toast(a, "nothing to find yet: enter a text with /");
	return APP_PAINT;
}

void
app_results_close(struct app *a)
{
	sidebar_show(&a->results.list, false);
}

static unsigned
jump(struct app *a, size_t i)
{
	struct search_hit hit;

	if (!find_get(&a->find, i, &hit))
		return 0;
	results_choose(&a->results, &a->find, i);
	if (!app_layout(a).area[PANE_SCREEN].rows)
		app_results_close(a);
	return app_find_to(a, &hit);
}

unsigned
app_hit(struct app *a, const char *arg)
{
	(void)arg;
	return jump(a, a->results.list.selected) | APP_PAINT;
}

bool
app_results_command(struct app *a, const struct command *c, unsigned *flags)
{
	struct results *r = &a->results;

	if (c->id != CMD_SELECT)
		return false;
	results_select(r, &a->find, c->arg);
	*flags = APP_PAINT;
	return true;
}

unsigned
app_results_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	struct results *r = &a->results;
	int row = m->row - area.row - HEAD_ROWS;

	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN) {
		for (int i = 0; i < WHEEL_ROWS; i++)
			results_select(
				r, &a->find, m->kind == MOUSE_WHEEL_UP ? "up" : "down");
		return APP_PAINT;
	}
	if (m->kind != MOUSE_PRESS || row < 0 || a->prompt != APP_PROMPT_NONE)
		return 0;
	a->focus = PANE_RESULTS;
	return jump(a, r->list.top + (size_t)row) | APP_PAINT;
}
