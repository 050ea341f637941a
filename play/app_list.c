/* SPDX-License-Identifier: ISC */
/* The list of events, and the help: moving in them. */
#include "play/app_impl.h"

size_t
app_current_event(const struct app *a)
{
	const struct reel *r = player_reel(a->player);
	size_t i = reel_event_after(r, reel_ordinal(r));

	return i ? i - 1 : SIZE_MAX;
}

static unsigned
select_row(struct app *a, const char *where)
{
	size_t current = app_current_event(a);

	if (a->list.follow) /* from where the clock is, painted or not */
		a->list.selected = current == SIZE_MAX ? 0 : current;
	sidebar_select(&a->list, where, reel_events(player_reel(a->player)));
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

unsigned
app_jump(struct app *a, const char *arg)
{
	struct reel *r = player_reel(a->player);
	uint64_t to;

	(void)arg;
	if (a->list.selected >= reel_events(r))
		return 0;
	a->list.follow = true;
	to = reel_event(r, a->list.selected)->ordinal + 1;
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

/* A single step scrolls. */
bool
app_help_command(struct app *a, const struct command *c, unsigned *flags)
{
	if (c->id != CMD_SELECT)
		return false;
	sidebar_move(&a->help_top, c->arg, SIZE_MAX, a->help_page);
	*flags = APP_PAINT;
	return true;
}
