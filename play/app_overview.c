/* SPDX-License-Identifier: ISC */
/* A recording larger than the window: all of it made small, and which part is shown. */
#include "play/app_impl.h"

static const struct emu *
screen(const struct app *a)
{
	return reel_screen(player_reel(a->player));
}

bool
app_overview_shown(const struct app *a)
{
	return a->overview &&
	       view_is_part(&a->view, emu_rows(screen(a)), emu_cols(screen(a)));
}

unsigned
app_overview(struct app *a, const char *arg)
{
	const struct emu *e = screen(a);

	(void)arg;
	app_copy_close(a);
	a->overview = !a->overview;
	if (a->overview && !app_overview_shown(a)) {
		a->overview = false;
		app_toast(a, "all of the recorded screen is shown (%dx%d)", emu_cols(e),
			emu_rows(e));
	}
	a->focus = a->overview ? PANE_OVERVIEW : PANE_NONE;
	return APP_PAINT;
}

void
app_overview_close(struct app *a)
{
	a->overview = false;
}

/* The part that is shown gets its middle where the mouse points. */
unsigned
app_overview_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	struct overview o =
		overview_place(area, emu_rows(screen(a)), emu_cols(screen(a)));
	int row = m->row, col = m->col;

	if (m->kind != MOUSE_PRESS && m->kind != MOUSE_DRAG)
		return timebar_wheel(a, m);
	overview_back(&o, &row, &col);
	view_pan(&a->view, row - a->view.shown.rows / 2 - a->view.top,
		col - a->view.shown.cols / 2 - a->view.left);
	if (m->clicks == 2)
		a->overview = false;
	return APP_PAINT;
}
