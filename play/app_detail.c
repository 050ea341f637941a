/* SPDX-License-Identifier: ISC */
/* All of one event: shown, left, scrolled. */
#include "play/app_impl.h"

#define WHEEL_ROWS 3

unsigned
app_detail(struct app *a, const char *arg)
{
	(void)arg;
	a->detail.shown = !a->detail.shown;
	a->focus = a->detail.shown ? PANE_DETAIL : PANE_NONE;
	return APP_PAINT;
}

void
app_detail_close(struct app *a)
{
	a->detail.shown = false;
}

/* A single step scrolls. */
static unsigned
scroll(struct app *a, const char *where)
{
	struct detail *d = &a->detail;
	size_t page = (size_t)d->page;

	sidebar_move(&d->top, where, d->n > page ? d->n - page + 1 : 1, d->page);
	return APP_PAINT;
}

bool
app_detail_command(struct app *a, const struct command *c, unsigned *flags)
{
	if (c->id != CMD_SELECT)
		return false;
	*flags = scroll(a, c->arg);
	return true;
}

unsigned
app_detail_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	(void)area;
	if (m->kind == MOUSE_PRESS)
		a->focus = PANE_DETAIL;
	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		for (int i = 0; i < WHEEL_ROWS; i++)
			scroll(a, m->kind == MOUSE_WHEEL_UP ? "up" : "down");
	return APP_PAINT;
}
