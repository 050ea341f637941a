/* SPDX-License-Identifier: ISC */
/* What stands in the window: a recording that is played (play/app.h), or the table of
 * recordings to choose one from (play/picker.h), or both, the table behind.  Keys, mouse and
 * time go to whichever is in front. */
#ifndef PLAY_SHELL_H
#define PLAY_SHELL_H

#include "play/app.h"
#include "play/picker.h"
#include "play/state.h"

struct shell_opts {
	struct app_opts app;
	/* Makes a reel of the recording at PATH; O may be told more about it. */
	int (*open)(void *ctx, const char *path, struct reel **r, struct app_opts *o,
		struct err *e);
	/* It begins to be played; an error ends that again.  May be NULL. */
	int (*begin)(void *ctx, struct app *a, struct err *e);
	void *ctx;
};

struct shell {
	struct shell_opts o;
	struct app *app;       /* NULL: the picker is in front */
	struct picker *picker; /* NULL: one recording was named */
	struct state state;
	int64_t now;
	bool worked, paint; /* the picker knows more than was painted; paint it now */
};

/* The picker over ROOTS, which stay valid.  0 or ERR_NOMEM. */
int shell_init(struct shell *s, const struct shell_opts *o, const struct state *state,
	int64_t now);
int shell_pick(struct shell *s, char **roots, int nroots);
/* Plays PATH; what was played until now is left in every case but an error. */
int shell_play(struct shell *s, const char *path, struct err *e);
void shell_done(struct shell *s); /* what is to be remembered is in STATE then */

/* Reactions are those of the app (APP_*); those for the shell itself it has had. */
unsigned shell_key(struct shell *s, uint32_t key, int64_t now);
unsigned shell_mouse(struct shell *s, const struct mouse *m, int64_t now);
unsigned shell_tick(struct shell *s, int64_t now);
int64_t shell_deadline(const struct shell *s);
bool shell_idle(struct shell *s);
void shell_paint(struct shell *s, struct canvas *c);
void shell_look(struct shell *s, enum theme_depth depth); /* what the terminal can do */

#endif
