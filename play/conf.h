/* SPDX-License-Identifier: ISC */
/* The player's command line. */
#ifndef PLAY_CONF_H
#define PLAY_CONF_H

#include "base/opt.h"
#include "base/when.h"
#include "play/copy.h"

enum conf_action {
	CONF_PLAY,
	CONF_HELP,
	CONF_VERSION,
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
	const char *script; /* NULL: on the terminal */
	const char *file;
};

extern const struct opt conf_opts[];
int conf_parse(struct conf *c, int argc, char **argv, struct err *e);

#endif
