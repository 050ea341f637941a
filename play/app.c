/* SPDX-License-Identifier: ISC */
#include "play/app.h"

#include "base/clk.h"
#include "format/vendor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TOAST_NS      (2500 * NS_PER_MS)
#define SHORT_SEEK_NS (200 * NS_PER_MS)
#define PAN_COLS      8
#define PAN_ROWS      4

static bool
find_busy(void *ctx, double done)
{
	struct app *a = ctx;

	if (a->finding < 0) /* a move within the index: short, and keys wait behind it */
		return false;
	a->finding = done;
	return a->o.busy && a->o.busy(a->o.ctx);
}

int
app_init(struct app *a, struct reel *r, const struct app_opts *o, int64_t now)
{
	*a = (struct app){
		.o = *o, .bar = true, .finding = -1, .seeking_since = -1, .now = now
	};
	a->o.player.busy = find_busy;
	a->o.player.ctx = a;
	view_init(&a->view);
	a->player = player_new(r, &a->o.player, now);
	return a->player ? 0 : ERR_NOMEM;
}

void
app_done(struct app *a)
{
	player_free(a->player);
	a->player = NULL;
}

size_t
app_current_event(const struct app *a)
{
	const struct reel *r = player_reel(a->player);
	size_t i = reel_event_after(r, reel_ordinal(r));

	return i ? i - 1 : SIZE_MAX;
}

/* What the view should show: found text, else a cursor that can be seen, else nothing new. */
static struct view_rect
interest(const struct app *a, const struct emu *e)
{
	struct player_hit h = player_hit(a->player);
	struct emu_cursor at = emu_cursor(e);

	if (h.cols)
		return (struct view_rect){ h.row, h.col, 1, h.cols };
	if (at.visible)
		return (struct view_rect){ at.row, at.col, 1, 1 };
	return (struct view_rect){ -1, -1, 0, 0 };
}

void
app_place(struct app *a, struct view_rect area)
{
	const struct emu *e = reel_screen(player_reel(a->player));
	struct view_rect at = interest(a, e);

	view_place(&a->view, area, emu_rows(e), emu_cols(e), at.row, at.col);
}

/* The view depends on what happened, not on which of it was painted. */
static void
place_again(struct app *a)
{
	if (a->view.area.rows)
		app_place(a, a->view.area);
}

void
app_toast(struct app *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->toast, sizeof a->toast, fmt, ap);
	va_end(ap);
	a->toast_end = ns_add(a->now, TOAST_NS);
}

const struct prompt *
app_prompt(const struct app *a)
{
	if (a->prompt == APP_PROMPT_NONE)
		return NULL;
	return a->prompt == APP_PROMPT_TIME ? &a->time : &a->find;
}

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

/* What the player answered, in terms of the whole. */
static unsigned
answer(struct app *a, unsigned flags, const char *missed)
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

static unsigned
enter_time(struct app *a)
{
	struct command seek = { .id = CMD_SEEK };
	struct when w;
	struct err e = { 0 };
	const char *text = a->time.text;

	if (!*text)
		return APP_PAINT;
	if ((*text == '+' || *text == '-') && strlen(text) < sizeof seek.arg) {
		memcpy(seek.arg, text, strlen(text) + 1);
		return answer(
			a, player_command(a->player, &seek, a->now), "that is no time");
	}
	if (when_parse(&w, text, &e) < 0) {
		app_toast(a, "%s", e.text);
		return APP_PAINT;
	}
	return answer(a, player_seek(a->player, &w, a->now), "that is no time");
}

/* A new text may be on the screen already: nobody wants to be led away from it. */
static unsigned
enter_find(struct app *a, int dir)
{
	bool again = !a->find.n ||
		     (player_hit(a->player).cols && strcmp(a->find.text, a->needle) == 0);

	if (a->find.n)
		memcpy(a->needle, a->find.text, sizeof a->needle);
	a->needle_dir = dir;
	if (again || !player_find_shown(a->player, a->needle, a->now))
		return find(a, 1);
	a->view.follow = true;
	app_toast(a, "it is on the screen here; n looks on");
	return APP_PAINT;
}

static unsigned
prompt_input(struct app *a, uint32_t key)
{
	enum app_prompt kind = a->prompt;
	enum prompt_result r =
		prompt_key(kind == APP_PROMPT_TIME ? &a->time : &a->find, key);

	if (r == PROMPT_ENTERED || r == PROMPT_LEFT)
		a->prompt = APP_PROMPT_NONE;
	if (r != PROMPT_ENTERED)
		return APP_PAINT;
	if (kind == APP_PROMPT_TIME)
		return enter_time(a) | APP_PAINT;
	return enter_find(a, kind == APP_PROMPT_FIND ? 1 : -1);
}

static unsigned
open_prompt(struct app *a, enum app_prompt kind)
{
	a->prompt = kind;
	a->toast_end = 0;
	prompt_start(kind == APP_PROMPT_TIME ? &a->time : &a->find);
	return APP_PAINT;
}

static unsigned
pan(struct app *a, const char *where)
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

static unsigned
select_row(struct app *a, const char *where)
{
	size_t current = app_current_event(a);

	if (!a->help) {
		if (a->list.follow) /* from where the clock is, painted or not */
			a->list.selected = current == SIZE_MAX ? 0 : current;
		sidebar_select(&a->list, where, reel_events(player_reel(a->player)));
		return APP_PAINT;
	}
	/* In the help a single step scrolls. */
	sidebar_move(&a->help_top, where, SIZE_MAX, a->help_page);
	return APP_PAINT;
}

static unsigned
jump(struct app *a)
{
	struct reel *r = player_reel(a->player);

	if (a->list.selected >= reel_events(r))
		return 0;
	a->list.follow = true;
	return answer(a,
		player_seek_ordinal(
			a->player, reel_event(r, a->list.selected)->ordinal + 1, a->now),
		"");
}

/* Leaves what lies on top: help, list, found text. */
static unsigned
close_top(struct app *a)
{
	if (a->help)
		a->help = false;
	else if (a->list.shown)
		sidebar_show(&a->list, false);
	else
		player_forget_hit(a->player);
	a->toast_end = 0;
	return APP_PAINT;
}

static unsigned
toggle_follow(struct app *a)
{
	a->view.follow = !a->view.follow;
	app_toast(a, a->view.follow ? "the view follows the cursor" : "the view stays");
	return APP_PAINT;
}

static unsigned
own_command(struct app *a, const struct command *c)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
	switch (c->id) {
	case CMD_GOTO:
		return open_prompt(a, APP_PROMPT_TIME);
	case CMD_FIND:
		return open_prompt(a, APP_PROMPT_FIND);
	case CMD_FIND_BACK:
		return open_prompt(a, APP_PROMPT_FIND_BACK);
	case CMD_FIND_NEXT:
		return find(a, 1);
	case CMD_FIND_PREVIOUS:
		return find(a, -1);
	case CMD_SIDEBAR:
		sidebar_show(&a->list, !a->list.shown);
		return APP_PAINT;
	case CMD_SELECT:
		return select_row(a, c->arg);
	case CMD_JUMP:
		return jump(a);
	case CMD_PAN:
		return pan(a, c->arg);
	case CMD_FOLLOW:
		return toggle_follow(a);
	case CMD_CLOCK:
		a->wall = !a->wall;
		return APP_PAINT;
	case CMD_BAR:
		a->bar = !a->bar;
		return APP_PAINT;
	case CMD_REDRAW:
		return APP_CLEAR | APP_PAINT;
	case CMD_HELP:
		a->help = !a->help;
		a->help_top = 0;
		return APP_PAINT;
	case CMD_CLOSE:
		return close_top(a);
	case CMD_SUSPEND:
		return APP_SUSPEND;
	case CMD_QUIT:
		return APP_QUIT;
	default:
		return 0;
	}
#pragma GCC diagnostic pop
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

static unsigned
run(struct app *a, const struct command *c)
{
	unsigned flags;

	if (!player_knows(c->id))
		return own_command(a, c);
	a->toast_end = 0;
	a->moving = c->id;
	flags = answer(a, player_command(a->player, c, a->now), missed(c->id));
	if (c->id != CMD_FASTER && c->id != CMD_SLOWER)
		a->help = false;
	tell(a, c->id);
	return flags;
}

/* Since when it is on the way: a short one is not worth a word. */
static void
note_seeking(struct app *a)
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

static enum keymap_mode
mode(const struct app *a)
{
	if (a->help)
		return KEYMAP_HELP;
	return a->list.shown ? KEYMAP_LIST : KEYMAP_PLAY;
}

static unsigned
take_key(struct app *a, uint32_t key)
{
	const struct command *c;

	a->moving = CMD_NONE;
	if (a->prompt != APP_PROMPT_NONE)
		return prompt_input(a, key);
	c = keymap_find(&a->o.keymap, mode(a), key);
	if (player_view(a->player).state == PLAYER_SEEKING &&
		!(c && (c->id == CMD_BACK || c->id == CMD_FORWARD ||
			       c->id == CMD_QUIT))) {
		app_toast(a, "cancelled");
		return answer(a, player_cancel(a->player, a->now), "");
	}
	if (c)
		return run(a, c);
	app_toast(a, "h shows the keys");
	return APP_PAINT;
}

unsigned
app_key(struct app *a, uint32_t key, int64_t now)
{
	unsigned flags;

	a->now = now;
	flags = take_key(a, key);
	note_seeking(a);
	place_again(a);
	return flags;
}

unsigned
app_tick(struct app *a, int64_t now)
{
	unsigned flags = player_tick(a->player, now);

	a->now = now;
	note_seeking(a);
	if (flags & PLAYER_REDRAW)
		place_again(a);
	if (a->toast_end && now >= a->toast_end) {
		a->toast_end = 0;
		return APP_PAINT;
	}
	return answer(a, flags, "nothing there");
}

int64_t
app_deadline(const struct app *a)
{
	int64_t at = player_deadline(a->player);

	return a->toast_end && a->toast_end < at ? a->toast_end : at;
}

bool
app_idle(struct app *a)
{
	return player_idle(a->player);
}
