/* SPDX-License-Identifier: ISC */
/* Moving in the recording: the player's own commands, and what is told about them. */
#include "play/app_impl.h"

#include "format/vendor.h"

#include <stdio.h>
#include <string.h>

#define SHORT_SEEK_NS (200 * NS_PER_MS)

/* "marker 2 of 5: text", of the event that has just been gone to.  How many there are is not
 * told before all are known. */
static void
tell_event(struct app *a, bool markers)
{
	struct reel *r = player_reel(a->player);
	size_t current = app_current_event(a), nth = 0, all = 0, skip = 0;
	const char *text;
	char of[32] = "";

	if (current == SIZE_MAX)
		return;
	text = reel_event(r, current)->text;
	if (markers)
		skip = strncmp(text, "marker: ", 8) == 0 ? 8 : strlen(text);
	for (size_t i = 0; i < reel_events(r); i++) {
		if (markers && reel_event(r, i)->vendor != VENDOR_MARKER)
			continue;
		all++;
		nth += i <= current;
	}
	if (reel_index_state(r).times_done)
		snprintf(of, sizeof of, " of %zu", all);
	app_toast(a, "%s %zu%s%s%s", markers ? "marker" : "event", nth, of,
		text[skip] ? ": " : "", text + skip);
}

static bool
is_marker_move(enum command_id id)
{
	return id == CMD_NEXT_MARKER || id == CMD_PREVIOUS_MARKER;
}

static bool
is_event_move(enum command_id id)
{
	return is_marker_move(id) || id == CMD_NEXT_EVENT || id == CMD_PREVIOUS_EVENT;
}

unsigned
app_answer(struct app *a, unsigned flags, const char *missed)
{
	if (flags & PLAYER_MISSED)
		app_toast(a, "%s", missed);
	if (flags & PLAYER_JUMPED && is_event_move(a->moving))
		tell_event(a, is_marker_move(a->moving));
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
	struct when w;
	struct err e = { 0 };

	if (!*text)
		return APP_PAINT;
	if (*text == '+' || *text == '-')
		return seek_from_here(a, text);
	if (when_parse(&w, text, &e) < 0) {
		app_toast(a, "%s", e.text);
		return APP_PAINT;
	}
	return app_answer(a, player_seek(a->player, &w, a->now), "that is no time");
}

unsigned
app_goto(struct app *a, const char *arg)
{
	(void)arg;
	return app_prompt_open(a, APP_PROMPT_TIME);
}

static const char *
missed(enum command_id id)
{
	bool marker = id == CMD_NEXT_MARKER || id == CMD_PREVIOUS_MARKER;
	bool behind = id == CMD_NEXT_MARKER || id == CMD_NEXT_EVENT;

	if (marker)
		return behind ? "no marker after this place"
			      : "no marker before this place";
	return behind ? "no event after this place" : "no event before this place";
}

/* A word about what cannot be seen otherwise. */
static void
tell(struct app *a, enum command_id id)
{
	struct player_view v = player_view(a->player);
	bool speed = id == CMD_FASTER || id == CMD_SLOWER || id == CMD_SPEED;

	if (!a->bar && speed)
		app_toast(a, "speed %gx", v.speed);
	if (id != CMD_IDLE)
		return;
	if (v.idle_on)
		app_toast(a, "pauses longer than %g s are cut short",
			(double)v.idle_limit_ns / (double)NS_PER_S);
	else
		app_toast(a, "pauses are played in full");
}

unsigned
app_move(struct app *a, const struct command *c)
{
	unsigned flags;

	a->toast_end = 0;
	a->moving = c->id;
	flags = app_answer(a, player_command(a->player, c, a->now), missed(c->id));
	if (c->id != CMD_FASTER && c->id != CMD_SLOWER)
		a->help.shown = false;
	tell(a, c->id);
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
