/* SPDX-License-Identifier: ISC */
/* How the recorded screen is looked at, and what is shown around it. */
#include "play/app_impl.h"

#include <string.h>

#define PAN_COLS 8
#define PAN_ROWS 4

/* What the view should show: the cursor of the copy mode, else found text, else a cursor that
 * can be seen, else nothing new. */
static struct view_rect
interest(struct app *a, const struct emu *e)
{
	const struct find_mark *h = find_mark_here(&a->find);
	struct emu_cursor at = emu_cursor(e);

	if (a->copy.on)
		return (struct view_rect){ a->copy.select.row, a->copy.select.col, 1, 1 };
	if (h)
		return (struct view_rect){ h->row, h->col, 1, h->cols };
	if (at.visible)
		return (struct view_rect){ at.row, at.col, 1, 1 };
	return (struct view_rect){ -1, -1, 0, 0 };
}

void
app_place(struct app *a, struct view_rect area)
{
	const struct emu *e = reel_screen(player_reel(a->player));
	struct view_rect at;

	app_copy_check(a);
	at = interest(a, e);
	view_place(&a->view, area, emu_rows(e), emu_cols(e), at.row, at.col);
}

unsigned
app_pan(struct app *a, const char *where)
{
	int rows = 0, cols = 0;

	if (strcmp(where, "up") == 0)
		rows = -PAN_ROWS;
	else if (strcmp(where, "down") == 0)
		rows = PAN_ROWS;
	else if (strcmp(where, "left") == 0)
		cols = -PAN_COLS;
	else
		cols = PAN_COLS;
	view_pan(&a->view, rows, cols);
	return APP_PAINT;
}

unsigned
app_follow(struct app *a, const char *arg)
{
	(void)arg;
	a->view.follow = !a->view.follow;
	app_toast(a, a->view.follow ? "the view follows the cursor" : "the view stays");
	return APP_PAINT;
}

/* Not all recordings tell their date; it is known from the first message on. */
static bool
has_dates(struct app *a)
{
	struct when w = { .kind = WHEN_DATE };
	struct reel *r = player_reel(a->player);
	struct err e;
	int64_t at;

	reel_next_time(r, &at, NULL);
	if (when_check(&w, tape_info(reel_tape(r))->has_wall, &e) == 0)
		return true;
	app_toast(a, "%s", e.text);
	return false;
}

unsigned
app_clock(struct app *a, const char *arg)
{
	(void)arg;
	a->wall = !a->wall && has_dates(a);
	return APP_PAINT;
}

unsigned
app_lane(struct app *a, const char *arg)
{
	(void)arg;
	a->lane = !a->lane;
	return APP_PAINT;
}

unsigned
app_zone(struct app *a, const char *arg)
{
	(void)arg;
	a->utc = a->wall && !a->utc;
	a->wall = has_dates(a);
	return APP_PAINT;
}

unsigned
app_bar(struct app *a, const char *arg)
{
	(void)arg;
	a->bar = !a->bar;
	return APP_PAINT;
}

unsigned
app_mouse_toggle(struct app *a, const char *arg)
{
	(void)arg;
	a->mouse = !a->mouse;
	app_toast(a, a->mouse ? "the mouse seeks and selects here"
			      : "the mouse is left to the terminal");
	return APP_PAINT;
}
