/* SPDX-License-Identifier: ISC */
/* The help: moving in it. */
#include "play/app_impl.h"

#define WHEEL_ROWS 3

/* A single step scrolls. */
bool
app_help_command(struct app *a, const struct command *c, unsigned *flags)
{
	if (c->id != CMD_SELECT)
		return false;
	sidebar_move(&a->help.top, c->arg, SIZE_MAX, a->help.page);
	*flags = APP_PAINT;
	return true;
}

unsigned
app_help_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	(void)area;
	if (m->kind != MOUSE_WHEEL_UP && m->kind != MOUSE_WHEEL_DOWN)
		return 0;
	for (int i = 0; i < WHEEL_ROWS; i++)
		sidebar_move(&a->help.top, m->kind == MOUSE_WHEEL_UP ? "up" : "down",
			SIZE_MAX, a->help.page);
	return APP_PAINT;
}
