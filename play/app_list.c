/* SPDX-License-Identifier: ISC */
/* The list of events: which are in it, moving in it, going to one. */
#include "play/app_impl.h"

#include <string.h>

#define SLICE_EVENTS 2048 /* that a filter looks at: about a millisecond */
#define WHEEL_ROWS   3
#define WIDTH_STEP   4

size_t
app_current_event(const struct app *a)
{
	const struct reel *r = player_reel(a->player);
	size_t i = reel_event_after(r, reel_ordinal(r));

	return i ? i - 1 : SIZE_MAX;
}

size_t
app_list_count(const struct app *a)
{
	return sieve_count(&a->list.sieve, player_reel(a->player));
}

size_t
app_list_current(const struct app *a)
{
	const struct reel *r = player_reel(a->player);
	size_t i = sieve_after(&a->list.sieve, r, reel_ordinal(r));

	return i ? i - 1 : SIZE_MAX;
}

const struct reel_event *
app_list_event(const struct app *a, size_t i)
{
	return sieve_event(&a->list.sieve, player_reel(a->player), i);
}

void
app_list_sync(struct app *a)
{
	struct sidebar *l = &a->list;
	const struct reel *r = player_reel(a->player);
	size_t current, n;

	sieve_work(&l->sieve, r, SLICE_EVENTS);
	n = app_list_count(a);
	current = app_list_current(a);
	if (l->follow)
		l->selected = current == SIZE_MAX ? 0 : current;
	else
		l->selected = sieve_after(&l->sieve, r, l->anchor);
	if (l->selected >= n)
		l->selected = n ? n - 1 : 0;
}

bool
app_list_idle(struct app *a)
{
	return sieve_work(&a->list.sieve, player_reel(a->player), SLICE_EVENTS);
}

static void
set_anchor(struct app *a)
{
	const struct reel_event *e = app_list_event(a, a->list.selected);

	if (e)
		a->list.anchor = e->ordinal;
}

static unsigned
select_row(struct app *a, const char *where)
{
	app_list_sync(a); /* from where the clock is, painted or not */
	sidebar_select(&a->list, where, app_list_count(a));
	set_anchor(a);
	return APP_PAINT;
}

unsigned
app_sidebar(struct app *a, const char *arg)
{
	(void)arg;
	sidebar_show(&a->list, !a->list.shown);
	a->focus = a->list.shown ? PANE_LIST : PANE_NONE;
	return APP_PAINT;
}

/* There already: all of it, as a second Enter means. */
unsigned
app_jump(struct app *a, const char *arg)
{
	const struct reel_event *e;
	uint64_t to;

	app_list_sync(a);
	e = app_list_event(a, a->list.selected);
	if (!e)
		return 0;
	to = e->ordinal + 1;
	if (to == reel_ordinal(player_reel(a->player)) &&
		player_view(a->player).state != PLAYER_SEEKING)
		return app_detail(a, arg);
	a->list.follow = true;
	return app_answer(a, player_seek_ordinal(a->player, to, a->now), "");
}

bool
app_list_command(struct app *a, const struct command *c, unsigned *flags)
{
	if (c->id != CMD_SELECT)
		return false;
	*flags = select_row(a, c->arg);
	return true;
}

void
app_list_close(struct app *a)
{
	sidebar_show(&a->list, false);
}

/* --- the filter --- */

static unsigned
set_filter(struct app *a, const char *text, bool tell)
{
	struct err e = { 0 };

	if (a->list.follow) { /* what is selected stays so as far as it can */
		app_list_sync(a);
		set_anchor(a);
	}
	if (sieve_set(&a->list.sieve, text, &e) < 0 && tell)
		app_toast(a, "%s", e.text);
	app_list_sync(a);
	return APP_PAINT;
}

unsigned
app_filter(struct app *a, const char *arg)
{
	(void)arg;
	if (!a->list.shown)
		sidebar_show(&a->list, true);
	a->focus = PANE_LIST;
	return app_prompt_open(a, APP_PROMPT_FILTER);
}

unsigned
app_filter_edit(struct app *a, struct prompt *p)
{
	return set_filter(a, p->text, false);
}

/* Nothing entered: everything is shown again. */
unsigned
app_filter_enter(struct app *a, const char *text)
{
	memcpy(a->list.filter, text, strlen(text) + 1);
	return set_filter(a, text, true);
}

unsigned
app_filter_leave(struct app *a)
{
	return set_filter(a, a->list.filter, false);
}

/* --- its width, the mouse --- */

static void
set_width(struct app *a, int cols)
{
	int most = a->cols - SIDEBAR_COLS_MIN;

	cols = cols > most ? most : cols;
	a->list.width = cols < SIDEBAR_COLS_MIN ? SIDEBAR_COLS_MIN : cols;
}

unsigned
app_width(struct app *a, const char *which)
{
	struct view_rect area = app_layout(a).area[PANE_LIST];

	if (!area.cols || area.col == 0)
		return 0;
	set_width(
		a, area.cols + (strcmp(which, "wider") == 0 ? WIDTH_STEP : -WIDTH_STEP));
	return APP_PAINT;
}

static unsigned
press(struct app *a, const struct mouse *m, struct view_rect area)
{
	size_t i = a->list.top + (size_t)(m->row - area.row - 1);

	a->focus = PANE_LIST;
	a->list.dragged = area.col > 0 && m->col == area.col;
	if (a->list.dragged || m->row == area.row || i >= app_list_count(a))
		return APP_PAINT;
	a->list.follow = false;
	a->list.selected = i;
	set_anchor(a);
	return m->clicks == 2 ? app_jump(a, "") : APP_PAINT;
}

unsigned
app_list_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	switch (m->kind) {
	case MOUSE_PRESS:
		return press(a, m, area);
	case MOUSE_DRAG:
		if (a->list.dragged)
			set_width(a, area.col + area.cols - m->col);
		return APP_PAINT;
	case MOUSE_WHEEL_UP:
	case MOUSE_WHEEL_DOWN:
		for (int i = 0; i < WHEEL_ROWS; i++)
			select_row(a, m->kind == MOUSE_WHEEL_UP ? "up" : "down");
		return APP_PAINT;
	case MOUSE_RELEASE:
	case MOUSE_KINDS:
		break;
	}
	a->list.dragged = false;
	return 0;
}
