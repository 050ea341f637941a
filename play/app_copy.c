/* SPDX-License-Identifier: ISC */
/* Selecting text on the recorded screen, with keys or the mouse, and copying it. */
#include "play/app_impl.h"

#include "play/save.h"

#include <stdlib.h>
#include <string.h>

#define WHEEL_ROWS 3
#define COUNT_END  1000

static const struct emu *
screen(const struct app *a)
{
	return reel_screen(player_reel(a->player));
}

static void
enter(struct app *a, int row, int col)
{
	const struct emu *e = screen(a);
	struct copy *c = &a->copy;

	player_pause(a->player, true, a->now);
	a->help.shown = false;
	a->focus = PANE_COPY;
	a->overview = false;
	c->on = true;
	c->count = 0;
	c->ordinal = reel_ordinal(player_reel(a->player));
	c->rows = emu_rows(e);
	c->cols = emu_cols(e);
	select_start(&c->select, e, row, col);
}

/* Another moment is shown: what was selected is not there any more. */
void
app_copy_check(struct app *a)
{
	const struct emu *e = screen(a);
	struct copy *c = &a->copy;

	if (c->on && (c->ordinal != reel_ordinal(player_reel(a->player)) ||
			     c->rows != emu_rows(e) || c->cols != emu_cols(e)))
		app_copy_close(a);
	if (c->on)
		a->view.follow = true;
	a->view.above = c->on ? emu_above(e) : 0;
}

void
app_copy_close(struct app *a)
{
	a->copy.on = false;
	if (a->focus == PANE_COPY)
		a->focus = PANE_NONE;
}

unsigned
app_copy_mode(struct app *a, const char *arg)
{
	struct emu_cursor at = emu_cursor(screen(a));
	bool seen = at.visible && at.row >= a->view.top && at.col >= a->view.left &&
		    at.row < a->view.top + a->view.shown.rows &&
		    at.col < a->view.left + a->view.shown.cols;

	(void)arg;
	if (seen)
		enter(a, at.row, at.col);
	else
		enter(a, a->view.top, a->view.left);
	return APP_PAINT;
}

/* Several lines are told by their number. */
static void
tell_copied(struct app *a, const char *where)
{
	struct span s = buf_span(&a->copy.text);
	size_t lines = 1;

	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	if (lines > 1)
		app_toast(a, "%zu lines, %zu bytes copied to %s", lines, s.n, where);
	else
		app_toast(a, "%zu byte%s copied to %s", s.n, s.n == 1 ? "" : "s", where);
}

void
app_copied(struct app *a, const char *where)
{
	tell_copied(a, where);
}

static unsigned
keep(struct app *a, const char *name, bool own)
{
	char became[SAVE_NAME_MAX];
	struct err e = { 0 };

	if (save_file(became, name, buf_span(&a->copy.text), own, &e) < 0)
		app_toast(a, "%s: %s", name, e.text);
	else
		tell_copied(a, became);
	return APP_PAINT;
}

unsigned
app_copy_keep(struct app *a)
{
	if (a->o.copy_file)
		return keep(a, a->o.copy_file, true);
	return app_prompt_open(a, APP_PROMPT_COPY);
}

unsigned
app_copy_file_enter(struct app *a, const char *text)
{
	return *text ? keep(a, text, false) : APP_PAINT;
}

unsigned
app_copy_text(struct app *a)
{
	if (buf_failed(&a->copy.text))
		app_toast(a, "too much to copy");
	else if (!a->copy.text.n)
		app_toast(a, "nothing but blanks there");
	else if (a->o.clipboard == COPY_NONE)
		app_toast(a, "copying is switched off (--clipboard)");
	else if (a->o.clipboard == COPY_FILE)
		return app_copy_keep(a);
	else
		return APP_COPY | APP_PAINT;
	return APP_PAINT;
}

static unsigned
copy_selected(struct app *a)
{
	buf_clear(&a->copy.text);
	select_text(&a->copy.select, screen(a), &a->copy.text);
	return app_copy_text(a);
}

static unsigned
do_copy(struct app *a, const char *arg)
{
	(void)arg;
	if (a->copy.select.kind == SELECT_NONE) {
		app_toast(a, "nothing is selected: v, V or C-v begins");
		return APP_PAINT;
	}
	app_copy_close(a);
	return copy_selected(a);
}

static unsigned
do_cursor(struct app *a, const char *where)
{
	int times = a->copy.count ? a->copy.count : 1;

	if (a->copy.count && strcmp(where, "line-start") == 0) { /* the 0 of 10 */
		a->copy.count = a->copy.count * 10 % COUNT_END;
		return 0;
	}
	a->copy.count = 0;
	while (times-- > 0)
		if (!select_move(&a->copy.select, screen(a), where, a->view.shown.rows))
			app_toast(a, "cursor %s: no such move", where);
	return APP_PAINT;
}

/* Digits do not lead away from here, but say how often. */
static unsigned
do_digit(struct app *a, const char *digit)
{
	a->copy.count = (a->copy.count * 10 + atoi(digit)) % COUNT_END;
	return 0;
}

static unsigned
do_mark(struct app *a, const char *what)
{
	struct select *s = &a->copy.select;

	if (strcmp(what, "lines") == 0)
		select_mark(s, SELECT_LINES);
	else if (strcmp(what, "block") == 0)
		select_mark(s, SELECT_BLOCK);
	else if (strcmp(what, "other-end") == 0)
		select_other_end(s);
	else if (strcmp(what, "all") == 0)
		select_all(s, screen(a));
	else
		select_mark(s, SELECT_CHARS);
	return APP_PAINT;
}

bool
app_copy_command(struct app *a, const struct command *c, unsigned *flags)
{
	app_command *run = NULL;

	if (c->id == CMD_COPY)
		run = do_copy;
	else if (c->id == CMD_CURSOR)
		run = do_cursor;
	else if (c->id == CMD_TENTH)
		run = do_digit;
	else if (c->id == CMD_MARK)
		run = do_mark;
	if (run)
		*flags = run(a, c->arg);
	return run;
}

static unsigned
press(struct app *a, int row, int col, int clicks)
{
	struct copy *c = &a->copy;

	c->pressed = clicks == 1;
	if (clicks == 1 && !c->on)
		return 0;
	enter(a, row, col);
	if (clicks == 2)
		select_word(&c->select, screen(a), row, col);
	else if (clicks > 2)
		select_line(&c->select, screen(a), row);
	return APP_PAINT;
}

static unsigned
drag(struct app *a, int row, int col)
{
	struct copy *c = &a->copy;

	if (c->pressed) {
		enter(a, c->select.from_row, c->select.from_col);
		select_mark(&c->select, SELECT_CHARS);
		c->pressed = false;
	}
	if (!c->on || c->select.kind == SELECT_NONE)
		return 0;
	select_to(&c->select, screen(a), row, col);
	return APP_PAINT;
}

/* What was selected with the mouse is copied at once and stays marked, as in tmux. */
static unsigned
release(struct app *a)
{
	a->copy.pressed = false;
	if (!a->copy.on || a->copy.select.kind == SELECT_NONE)
		return 0;
	return copy_selected(a);
}

unsigned
screen_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	int row = m->row - a->view.shown.row + a->view.top;
	int col = m->col - a->view.shown.col + a->view.left;

	if (app_overview_shown(a))
		return app_overview_mouse(a, m, area);
	if (player_view(a->player).state == PLAYER_SEEKING)
		return 0;
	switch (m->kind) {
	case MOUSE_PRESS:
		if (!a->copy.on)
			select_start(&a->copy.select, screen(a), row, col);
		return press(a, row, col, m->clicks);
	case MOUSE_DRAG:
		return drag(a, row, col);
	case MOUSE_RELEASE:
		return release(a);
	case MOUSE_WHEEL_UP:
	case MOUSE_WHEEL_DOWN:
		if (!a->copy.on)
			return timebar_wheel(a, m);
		select_to(&a->copy.select, screen(a),
			a->copy.select.row +
				(m->kind == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS),
			a->copy.select.col);
		return APP_PAINT;
	case MOUSE_KINDS:
		break;
	}
	return 0;
}
