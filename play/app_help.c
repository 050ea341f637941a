/* SPDX-License-Identifier: ISC */
/* The help: moving in it. */
#include "play/app_impl.h"

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
