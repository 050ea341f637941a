/* SPDX-License-Identifier: ISC */
/* The player's command line and its file of options and keys. */
#ifndef PLAY_CONF_H
#define PLAY_CONF_H

#include "base/opt.h"
#include "base/when.h"
#include "play/copy.h"
#include "play/keymap.h"

enum conf_action {
	CONF_PLAY,
	CONF_HELP,
	CONF_VERSION,
	CONF_PRINT_KEYS,
	CONF_PRINT_CONFIG,
	CONF_MDOC_OPTIONS,
	CONF_MDOC_KEYS
};

struct conf {
	enum conf_action action;
	struct when at;
	double speed;
	int64_t idle_limit_ns; /* as in struct player_opts */
	bool paused, loop, stop_at_markers, follow, no_mouse;
	bool has_at; /* AT was given */
	enum copy_clipboard clipboard;
	int colours; /* enum theme_depth, -1: as the terminal has */
	bool ascii, resize_window;
	const char *script; /* NULL: on the terminal */
	const char *config; /* a file of options and keys; NULL: the usual one ... */
	bool no_config;     /* ... or none */
	char **files;       /* what is to be played */
	int nfiles;
};

extern const struct opt conf_opts[];

void conf_init(struct conf *c);
/* What the command line says goes over what C has. */
int conf_args(struct conf *c, int argc, char **argv, struct err *e);
/* An option by its long name, as a file says it: "yes" and "no" for those without a value. */
bool conf_in_file(const struct opt *o); /* may it stand in one? */
int conf_set(struct conf *c, const char *name, const char *value, struct err *e);

/* A file of options and keys goes over what C and K have; what is wrong in it is passed
 * over. */
struct conf_faults {
	int n;
	char first[ERR_TEXT_MAX]; /* "NAME line 3: reason" */
};
void conf_read(struct conf *c, struct keymap *k, const char *name, struct span text,
	struct conf_faults *f);
/* Such a file with everything in it, commented out. */
int conf_sample(struct buf *out);

#endif
