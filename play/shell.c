/* SPDX-License-Identifier: ISC */
#include "play/shell.h"

#include "play/paint.h"

#include <stdlib.h>

int
shell_init(struct shell *s, const struct shell_opts *o, const struct state *state,
	int64_t now)
{
	*s = (struct shell){ .o = *o, .state = *state, .now = now };
	return 0;
}

int
shell_pick(struct shell *s, char **roots, int nroots)
{
	struct picker *p = malloc(sizeof *p);

	if (!p)
		return ERR_NOMEM;
	picker_init(p, roots, nroots, &s->o.app.keymap);
	p->depth = s->o.app.depth;
	p->utf8 = s->o.app.utf8;
	p->sort = (enum picker_column)(s->state.sort % PICKER_COLUMNS);
	p->reverse =
		!s->state.reverse; /* the newest first, unless somebody wants otherwise */
	s->picker = p;
	return 0;
}

static void
leave_app(struct shell *s)
{
	if (!s->app)
		return;
	s->state.list_width = s->app->list.width;
	app_done(s->app);
	free(s->app);
	s->app = NULL;
}

void
shell_done(struct shell *s)
{
	leave_app(s);
	if (!s->picker)
		return;
	s->state.sort = (int)s->picker->sort;
	s->state.reverse = !s->picker->reverse;
	picker_done(s->picker);
	free(s->picker);
	s->picker = NULL;
}

/* An app of R, ready to be played. */
static int
new_app(struct shell *s, struct app **out, struct reel *r, struct err *e)
{
	struct app *a = malloc(sizeof *a);
	int rc;

	if (!a) {
		reel_close(r);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	rc = app_init(a, r, &s->o.app, s->now);
	if (rc < 0) {
		free(a);
		return err_set(e, rc, "out of memory");
	}
	a->list.width = s->state.list_width;
	rc = s->o.begin ? s->o.begin(s->o.ctx, a, e) : 0;
	if (rc < 0) {
		app_done(a);
		free(a);
		return rc;
	}
	*out = a;
	return 0;
}

int
shell_play(struct shell *s, const char *path, struct err *e)
{
	struct reel *r = NULL;
	struct app *a = NULL;
	int rc;

	if (s->app)
		s->state.list_width = s->app->list.width;
	s->o.app.name = path;
	rc = s->o.open(s->o.ctx, path, &r, &s->o.app, e);
	if (rc == 0)
		rc = new_app(s, &a, r, e);
	if (rc < 0)
		return rc;
	leave_app(s);
	s->app = a;
	return 0;
}

/* The recording that is selected in the picker. */
static unsigned
open_selected(struct shell *s)
{
	const struct catalog_entry *entry = picker_entry(s->picker);
	struct err e = { 0 };

	if (!entry)
		return 0;
	if (shell_play(s, entry->path, &e) == 0)
		return APP_PAINT | APP_CLEAR;
	if (s->app)
		app_toast(s->app, "%s", e.text);
	else
		picker_say(s->picker, e.text);
	return APP_PAINT;
}

static unsigned
neighbour(struct shell *s, int dir)
{
	if (!s->picker) {
		app_toast(s->app, "one recording was named: there is no other");
		return APP_PAINT;
	}
	if (picker_step(s->picker, dir))
		return open_selected(s);
	app_toast(s->app, dir > 0 ? "this is the last recording of the table"
				  : "this is the first recording of the table");
	return APP_PAINT;
}

static unsigned
pick(struct shell *s)
{
	if (!s->picker) {
		app_toast(s->app, "one recording was named: there is no table");
		return APP_PAINT;
	}
	leave_app(s);
	return APP_PAINT | APP_CLEAR;
}

/* Does what is for the shell; the rest is for whoever called. */
static unsigned
react(struct shell *s, unsigned flags)
{
	unsigned rest = flags & ~(unsigned)(APP_PICK | APP_OPEN | APP_NEXT_FILE |
					    APP_PREVIOUS_FILE);

	if (s->app && s->picker && flags & APP_QUIT)
		return (rest & ~(unsigned)APP_QUIT) | pick(s);
	if (flags & APP_PICK)
		rest |= pick(s);
	if (flags & APP_OPEN)
		rest |= open_selected(s);
	if (flags & (APP_NEXT_FILE | APP_PREVIOUS_FILE))
		rest |= neighbour(s, flags & APP_NEXT_FILE ? 1 : -1);
	return rest;
}

unsigned
shell_key(struct shell *s, uint32_t key, int64_t now)
{
	s->now = now;
	return react(s, s->app ? app_key(s->app, key, now) : picker_key(s->picker, key));
}

unsigned
shell_mouse(struct shell *s, const struct mouse *m, int64_t now)
{
	s->now = now;
	return react(
		s, s->app ? app_mouse(s->app, m, now) : picker_mouse(s->picker, m, now));
}

unsigned
shell_tick(struct shell *s, int64_t now)
{
	s->now = now;
	if (s->app)
		return react(s, app_tick(s->app, now));
	if (!s->paint)
		return 0;
	s->paint = false;
	return APP_PAINT;
}

int64_t
shell_deadline(const struct shell *s)
{
	if (s->app)
		return app_deadline(s->app);
	return s->paint ? s->now : INT64_MAX;
}

bool
shell_idle(struct shell *s)
{
	bool more;

	if (s->app)
		return app_idle(s->app);
	more = picker_idle(s->picker);
	s->paint = s->worked && !more;
	s->worked = more;
	return more || s->paint; /* the last of it is painted by the tick that follows */
}

void
shell_paint(struct shell *s, struct canvas *c)
{
	if (s->app)
		paint_app(s->app, c);
	else
		picker_paint(s->picker, c);
}

void
shell_look(struct shell *s, enum theme_depth depth)
{
	s->o.app.depth = depth;
	if (s->app)
		s->app->o.depth = depth;
	if (s->picker)
		s->picker->depth = depth;
}
