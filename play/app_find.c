/* SPDX-License-Identifier: ISC */
/* Finding text. */
#include "play/app_impl.h"

#include <stdio.h>
#include <string.h>

static unsigned
find(struct app *a, int dir)
{
	unsigned flags;

	if (!a->needle[0]) {
		app_toast(a, "nothing to find yet: enter a text with /");
		return APP_PAINT;
	}
	a->finding = 0;
	flags = player_find(a->player, a->needle, dir * a->needle_dir, a->now);
	a->finding = -1;
	a->toast_end = 0;
	if (flags & PLAYER_JUMPED)
		a->view.follow = true;
	else if (flags & PLAYER_MISSED)
		app_toast(a, "not found %s this place: %s",
			dir * a->needle_dir > 0 ? "after" : "before", a->needle);
	else
		app_toast(a, "cancelled");
	return APP_PAINT;
}

/* A new text may be on the screen already: nobody wants to be led away from it. */
static unsigned
enter(struct app *a, const char *text, int dir)
{
	bool again =
		!*text || (player_hit(a->player).cols && strcmp(text, a->needle) == 0);

	if (*text)
		snprintf(a->needle, sizeof a->needle, "%s", text);
	a->needle_dir = dir;
	if (again || !player_find_shown(a->player, a->needle, a->now))
		return find(a, 1);
	a->view.follow = true;
	app_toast(a, "it is on the screen here; n looks on");
	return APP_PAINT;
}

unsigned
app_find_enter(struct app *a, const char *text)
{
	return enter(a, text, 1);
}

unsigned
app_find_back_enter(struct app *a, const char *text)
{
	return enter(a, text, -1);
}

unsigned
app_find(struct app *a, const char *arg)
{
	(void)arg;
	return app_prompt_open(a, APP_PROMPT_FIND);
}

unsigned
app_find_back(struct app *a, const char *arg)
{
	(void)arg;
	return app_prompt_open(a, APP_PROMPT_FIND_BACK);
}

unsigned
app_find_next(struct app *a, const char *arg)
{
	(void)arg;
	return find(a, 1);
}

unsigned
app_find_previous(struct app *a, const char *arg)
{
	(void)arg;
	return find(a, -1);
}
