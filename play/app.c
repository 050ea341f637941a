/* SPDX-License-Identifier: ISC */
#include "play/app.h"

#include "play/app_impl.h"

#include <stdarg.h>
#include <stdio.h>

#define TOAST_NS        (2500 * NS_PER_MS)
#define DOUBLE_CLICK_NS (400 * NS_PER_MS)
#define LATE_NS         (100 * NS_PER_MS) /* until it is tried again */

int
app_init(struct app *a, struct reel *r, const struct app_opts *o, int64_t now)
{
	*a = (struct app){ .o = *o,
		.bar = true,
		.mouse = !o->no_mouse,
		.seeking_since = -1,
		.focus = PANE_NONE,
		.dragged = PANE_NONE,
		.now = now };
	view_init(&a->view);
	timebar_init(&a->timebar);
	a->player = player_new(r, &a->o.player, now);
	if (!a->player)
		return ERR_NOMEM;
	find_init(&a->find, a->player);
	return 0;
}

void
app_done(struct app *a)
{
	find_done(&a->find);
	player_free(a->player);
	sidebar_free(&a->list);
	detail_free(&a->detail);
	a->player = NULL;
	buf_free(&a->copy.text);
}

struct pane_layout
app_layout(const struct app *a)
{
	return pane_layout(a, a->cols, a->rows);
}

void
app_resize(struct app *a, int cols, int rows)
{
	a->cols = cols;
	a->rows = rows;
}

/* The view depends on what happened, not on which of it was painted. */
static void
place_again(struct app *a)
{
	struct view_rect area = app_layout(a).area[PANE_SCREEN];

	if (area.rows)
		app_place(a, area);
}

void
app_toast(struct app *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->toast, sizeof a->toast, fmt, ap);
	va_end(ap);
	a->toast_end = ns_add(a->now, TOAST_NS);
	a->finding.telling = false;
}

/* Leaves what has the keys: help, list, found text. */
static unsigned
do_close(struct app *a, const char *arg)
{
	const struct pane *p = pane_of(pane_with_keys(a));

	(void)arg;
	a->focus = PANE_NONE;
	if (p->close)
		p->close(a);
	a->toast_end = 0;
	return APP_PAINT;
}

static unsigned
do_redraw(struct app *a, const char *arg)
{
	(void)a;
	(void)arg;
	return APP_CLEAR | APP_PAINT;
}

static unsigned
do_help(struct app *a, const char *arg)
{
	(void)arg;
	help_show(&a->help, &a->o.keymap, KEYMAP_PLAY, !a->help.shown);
	return APP_PAINT;
}

static unsigned
do_suspend(struct app *a, const char *arg)
{
	(void)a;
	(void)arg;
	return APP_SUSPEND;
}

static unsigned
do_pick(struct app *a, const char *arg)
{
	(void)a;
	(void)arg;
	return APP_PICK;
}

static unsigned
do_next_file(struct app *a, const char *arg)
{
	(void)a;
	(void)arg;
	return APP_NEXT_FILE;
}

static unsigned
do_previous_file(struct app *a, const char *arg)
{
	(void)a;
	(void)arg;
	return APP_PREVIOUS_FILE;
}

static unsigned
do_quit(struct app *a, const char *arg)
{
	(void)a;
	(void)arg;
	return APP_QUIT;
}

static app_command *const commands[CMD_COUNT] = {
	[CMD_GOTO] = app_goto,
	[CMD_FIND] = app_find,
	[CMD_FIND_BACK] = app_find_back,
	[CMD_FIND_NEXT] = app_find_next,
	[CMD_FIND_PREVIOUS] = app_find_previous,
	[CMD_RESULTS] = app_results,
	[CMD_HIT] = app_hit,
	[CMD_SIDEBAR] = app_sidebar,
	[CMD_JUMP] = app_jump,
	[CMD_FILTER] = app_filter,
	[CMD_DETAIL] = app_detail,
	[CMD_WIDTH] = app_width,
	[CMD_LANE] = app_lane,
	[CMD_COPY_MODE] = app_copy_mode,
	[CMD_SAVE] = app_save,
	[CMD_LINKS] = app_links,
	[CMD_OVERVIEW] = app_overview,
	[CMD_PAN] = app_pan,
	[CMD_FOLLOW] = app_follow,
	[CMD_CLOCK] = app_clock,
	[CMD_BAR] = app_bar,
	[CMD_TIMELINE] = app_timebar,
	[CMD_ZONE] = app_zone,
	[CMD_MOUSE] = app_mouse_toggle,
	[CMD_REDRAW] = do_redraw,
	[CMD_HELP] = do_help,
	[CMD_CLOSE] = do_close,
	[CMD_SUSPEND] = do_suspend,
	[CMD_PICKER] = do_pick,
	[CMD_NEXT_FILE] = do_next_file,
	[CMD_PREVIOUS_FILE] = do_previous_file,
	[CMD_QUIT] = do_quit,
};

/* The pane with the keys has the first word, then the app, then the player. */
unsigned
app_run(struct app *a, const struct command *c)
{
	const struct pane *p = pane_of(pane_with_keys(a));
	unsigned flags = 0;

	if (p->command && p->command(a, c, &flags))
		return flags;
	if (commands[c->id])
		return commands[c->id](a, c->arg);
	return player_knows(c->id) ? app_move(a, c) : 0;
}

static unsigned
take_key(struct app *a, uint32_t key)
{
	const struct command *c;

	a->moving = CMD_NONE;
	if (a->prompt != APP_PROMPT_NONE)
		return app_prompt_key(a, key);
	c = keymap_find(&a->o.keymap, pane_of(pane_with_keys(a))->mode, key);
	if (app_cancels(a, c)) {
		find_stop(&a->find);
		app_toast(a, "cancelled");
		return app_answer(a, player_cancel(a->player, a->now), "");
	}
	if (c)
		return app_run(a, c);
	app_toast(a, "h shows the keys");
	return APP_PAINT;
}

unsigned
app_key(struct app *a, uint32_t key, int64_t now)
{
	unsigned flags;

	a->now = now;
	flags = take_key(a, key);
	app_note_seeking(a);
	place_again(a);
	return flags;
}

static void
count_clicks(struct app *a, struct mouse *m)
{
	bool again = a->now - a->clicked.at < DOUBLE_CLICK_NS &&
		     a->clicked.row == m->row && a->clicked.col == m->col;

	m->clicks = again ? a->clicked.n % 3 + 1 : 1;
	a->clicked.n = m->clicks;
	a->clicked.row = m->row;
	a->clicked.col = m->col;
	a->clicked.at = a->now;
}

/* A drag belongs to the pane in which it began, wherever it leads. */
static enum pane_id
mouse_pane(struct app *a, const struct pane_layout *l, const struct mouse *m)
{
	enum pane_id id = a->dragged;

	if (m->kind != MOUSE_DRAG && m->kind != MOUSE_RELEASE)
		id = pane_at(l, m->row, m->col);
	if (m->kind == MOUSE_PRESS)
		a->dragged = id;
	else if (m->kind == MOUSE_RELEASE)
		a->dragged = PANE_NONE;
	return id;
}

unsigned
app_mouse(struct app *a, const struct mouse *given, int64_t now)
{
	struct pane_layout l = app_layout(a);
	struct mouse m = *given;
	enum pane_id id;
	unsigned flags;

	a->now = now;
	if (m.kind == MOUSE_PRESS) {
		count_clicks(a, &m);
		find_stop(&a->find); /* somewhere else is wanted */
	}
	id = mouse_pane(a, &l, &m);
	if (id == PANE_NONE || !pane_of(id)->mouse)
		return 0;
	flags = pane_of(id)->mouse(a, &m, l.area[id]);
	app_note_seeking(a);
	place_again(a);
	return flags;
}

/* Is something shown that could not be read just now? */
static bool
is_late(const struct app *a)
{
	return a->detail.shown && a->detail.late;
}

/* What was told long enough goes, and what is late is tried again. */
static unsigned
expire(struct app *a)
{
	int64_t *const ends[] = { &a->toast_end, &a->cut_end };
	unsigned flags = 0;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (*ends[i] && a->now >= *ends[i]) {
			*ends[i] = 0;
			flags = APP_PAINT;
		}
	return flags | (is_late(a) ? APP_PAINT : 0);
}

unsigned
app_tick(struct app *a, int64_t now)
{
	unsigned flags = player_tick(a->player, now), told;

	a->now = now;
	app_note_seeking(a);
	if (flags & PLAYER_REDRAW)
		place_again(a);
	told = expire(a);
	if (a->find.going)
		return told | app_find_pursue(a);
	return told | app_answer(a, flags, app_missed(a->moving));
}

int64_t
app_deadline(const struct app *a)
{
	int64_t at = player_deadline(a->player);

	if (a->find.going)
		return a->now;
	if (is_late(a) && ns_add(a->now, LATE_NS) < at)
		at = ns_add(a->now, LATE_NS);
	if (a->toast_end && a->toast_end < at)
		at = a->toast_end;
	return a->cut_end && a->cut_end < at ? a->cut_end : at;
}

static bool
index_idle(struct app *a)
{
	return player_idle(a->player);
}

/* Work for idle moments, the most urgent first; each does one slice, false: has nothing. */
static bool (*const idle[])(struct app *a) = {
	app_find_idle, /* soon done: it waits for the index */
	app_list_idle,
	index_idle,
};

bool
app_idle(struct app *a)
{
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		if (idle[i](a))
			return true;
	return false;
}
