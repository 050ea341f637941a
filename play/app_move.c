/* SPDX-License-Identifier: ISC */
/* Moving in the recording: the player's own commands, and what is told about them. */
#include "play/app_impl.h"

#include <string.h>

#define SHORT_SEEK_NS (200 * NS_PER_MS)

unsigned
app_answer(struct app *a, unsigned flags, const char *missed)
{
	if (flags & PLAYER_MISSED)
		app_toast(a, "%s", missed);
	if (flags & PLAYER_JUMPED)
		app_tell_arrival(a);
	app_tell_news(a, flags);
	if (flags & (PLAYER_MISSED | PLAYER_JUMPED))
		a->moving = CMD_NONE;
	return flags ? APP_PAINT : 0;
}

static unsigned
seek_from_here(struct app *a, const char *text)
{
	struct command seek = { .id = CMD_SEEK };

	if (strlen(text) >= sizeof seek.arg) {
		app_toast(a, "that is no time");
		return APP_PAINT;
	}
	memcpy(seek.arg, text, strlen(text) + 1);
	return app_answer(a, player_command(a->player, &seek, a->now), "that is no time");
}

unsigned
app_goto_enter(struct app *a, const char *text)
{
	const struct tape_info *info;
	struct when w;
	struct err e = { 0 };
	unsigned flags;

	if (!*text)
		return APP_PAINT;
	if (*text == '+' || *text == '-')
		return seek_from_here(a, text);
	if (when_parse(&w, text, &e) < 0) {
		app_toast(a, "%s", e.text);
		return APP_PAINT;
	}
	if (a->wall && w.either) /* as the clock shows it */
		w.kind = WHEN_CLOCK;
	flags = player_seek(a->player, &w, a->now);
	info = tape_info(reel_tape(player_reel(a->player)));
	when_check(&w, info->has_wall, &e);
	return app_answer(a, flags, e.text);
}

unsigned
app_goto(struct app *a, const char *arg)
{
	(void)arg;
	return app_prompt_open(a, APP_PROMPT_TIME);
}

unsigned
app_move(struct app *a, const struct command *c)
{
	unsigned flags;

	a->toast_end = 0;
	a->moving = c->id;
	flags = app_answer(a, player_command(a->player, c, a->now), app_missed(c->id));
	if (c->id != CMD_FASTER && c->id != CMD_SLOWER)
		a->help.shown = false;
	app_tell_mode(a, c->id);
	return flags;
}

/* Since when it is on the way: a short one is not worth a word. */
void
app_note_seeking(struct app *a)
{
	if (player_view(a->player).state != PLAYER_SEEKING)
		a->seeking_since = -1;
	else if (a->seeking_since < 0)
		a->seeking_since = a->now;
}

bool
app_seeks_long(const struct app *a)
{
	return a->seeking_since >= 0 && ns_sub(a->now, a->seeking_since) >= SHORT_SEEK_NS;
}

bool
app_cancels(struct app *a, const struct command *c)
{
	bool adds = c && (c->id == CMD_BACK || c->id == CMD_FORWARD || c->id == CMD_QUIT);

	if (a->find.going)
		return !c || c->id != CMD_QUIT;
	return player_view(a->player).state == PLAYER_SEEKING && !adds;
}
