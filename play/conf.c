/* SPDX-License-Identifier: ISC */
#include "play/conf.h"

#include "base/clk.h"
#include "play/player.h"

#include <string.h>

enum {
	O_AT = 1,
	O_SPEED,
	O_IDLE,
	O_PAUSED,
	O_LOOP,
	O_MARKERS,
	O_FOLLOW,
	O_NO_MOUSE,
	O_COLOURS,
	O_ASCII,
	O_RESIZE_WINDOW,
	O_CLIPBOARD,
	O_CONFIG,
	O_NO_CONFIG,
	O_PRINT_KEYS,
	O_PRINT_CONFIG,
	O_SCRIPT,
	O_HELP,
	O_VERSION
};

const struct opt conf_opts[] = {
	{ O_AT, "at", 'a', "TIME",
		"begin at TIME: 90, 1:02:03.250, 1h30m, 50%, end, @14:02 or\n"
		"2026-11-21 14:02:11" },
	{ O_SPEED, "speed", 's', "N",
		"play at N times the recorded speed, 0.0625 to 64" },
	{ O_IDLE, "idle-time-limit", 'i', "SECONDS",
		"cut pauses longer than SECONDS down to them; 0 plays them in full" },
	{ O_PAUSED, "paused", 'p', NULL, "begin paused" },
	{ O_LOOP, "loop", 'l', NULL, "at the end begin again" },
	{ O_MARKERS, "pause-on-markers", 'm', NULL, "pause at every marker" },
	{ O_FOLLOW, "follow", 'f', NULL,
		"play a session while it is being recorded, from its present end or "
		"from\n"
		"--at on" },
	{ O_NO_MOUSE, "no-mouse", 0, NULL,
		"leave the mouse to the terminal, to select text as usual" },
	{ O_COLOURS, "colours", 0, "auto|mono|8|16|256|true",
		"use so many colours at most; auto: what TERM, COLORTERM and NO_COLOR "
		"say" },
	{ O_ASCII, "ascii", 0, NULL, "draw with ASCII characters only" },
	{ O_RESIZE_WINDOW, "resize-window", 0, NULL,
		"ask the terminal to take the size of the recording (not all do)" },
	{ O_CLIPBOARD, "clipboard", 0, "auto|osc52|file|none",
		"where copied text goes: to the terminal's clipboard if it is known to\n"
		"have one, else a file; always to the terminal; to a file; nowhere" },
	{ O_CONFIG, "config", 0, "FILE", "read options and keys from FILE" },
	{ O_NO_CONFIG, "no-config", 0, NULL, "read no file of options and keys" },
	{ O_PRINT_KEYS, "print-keys", 0, NULL, "print the keys and what they do" },
	{ O_PRINT_CONFIG, "print-config", 0, NULL,
		"print a file of options and keys with everything in it" },
	{ O_SCRIPT, "script", 0, "FILE",
		"take keys and time from FILE, - is standard input, and print screens\n"
		"as text" },
	OPT_ROW_HELP(O_HELP),
	OPT_ROW_VERSION(O_VERSION),
	{ 0 },
};

static int
set_idle(struct conf *c, const char *value, struct err *e)
{
	double seconds;
	int rc = opt_double(value, "--idle-time-limit", 0, 1e9, &seconds, e);

	c->idle_limit_ns = seconds > 0 ? (int64_t)(seconds * (double)NS_PER_S) : -1;
	return rc;
}

static int
set_colours(struct conf *c, const char *value, struct err *e)
{
	static const char *const names[] = { "auto", "mono", "8", "16", "256", "true",
		NULL };
	int i = opt_choice(value, "--colours", names, e);

	c->colours = i - 1;
	return i < 0 ? i : 0;
}

static int
set_clipboard(struct conf *c, const char *value, struct err *e)
{
	static const char *const names[] = { [COPY_AUTO] = "auto",
		[COPY_OSC52] = "osc52",
		[COPY_FILE] = "file",
		[COPY_NONE] = "none",
		NULL };
	int i = opt_choice(value, "--clipboard", names, e);

	c->clipboard = (enum copy_clipboard)i;
	return i < 0 ? i : 0;
}

static int
set(struct conf *c, int option, const char *value, struct err *e)
{
	switch (option) {
	case O_AT:
		c->has_at = true;
		return when_parse(&c->at, value, e);
	case O_SPEED:
		return opt_double(value, "--speed", PLAYER_SPEED_MIN, PLAYER_SPEED_MAX,
			&c->speed, e);
	case O_IDLE:
		return set_idle(c, value, e);
	case O_PAUSED:
		c->paused = true;
		return 0;
	case O_LOOP:
		c->loop = true;
		return 0;
	case O_MARKERS:
		c->stop_at_markers = true;
		return 0;
	case O_FOLLOW:
		c->follow = true;
		return 0;
	case O_NO_MOUSE:
		c->no_mouse = true;
		return 0;
	case O_SCRIPT:
		c->script = value;
		return 0;
	case O_CONFIG:
		c->config = value;
		return 0;
	case O_NO_CONFIG:
		c->no_config = true;
		return 0;
	case O_PRINT_KEYS:
		c->action = CONF_PRINT_KEYS;
		return 0;
	case O_PRINT_CONFIG:
		c->action = CONF_PRINT_CONFIG;
		return 0;
	case O_COLOURS:
		return set_colours(c, value, e);
	case O_ASCII:
		c->ascii = true;
		return 0;
	case O_RESIZE_WINDOW:
		c->resize_window = true;
		return 0;
	case O_CLIPBOARD:
		return set_clipboard(c, value, e);
	case O_HELP:
		c->action = CONF_HELP;
		return 0;
	default:
		c->action = CONF_VERSION;
		return 0;
	}
}

/* For the manual page and its check; not for people. */
static bool
hidden(struct conf *c, const char *word)
{
	if (strcmp(word, "--mdoc-options") == 0)
		c->action = CONF_MDOC_OPTIONS;
	else if (strcmp(word, "--mdoc-keys") == 0)
		c->action = CONF_MDOC_KEYS;
	else
		return false;
	return true;
}

void
conf_init(struct conf *c)
{
	*c = (struct conf){ .speed = 1, .colours = -1 };
}

int
conf_args(struct conf *c, int argc, char **argv, struct err *e)
{
	struct opt_parser p;
	int option;

	if (argc == 2 && hidden(c, argv[1]))
		return 0;
	opt_start(&p, conf_opts, argc, argv);
	while ((option = opt_next(&p, e)) > 0) {
		int rc = set(c, option, p.value, e);

		if (rc < 0)
			return rc;
	}
	c->files = argv + p.at;
	c->nfiles = p.argc - p.at;
	return option;
}

/* Options that say what to do now, or whose text has to last: not for a file. */
static bool
only_for_now(int option)
{
	switch (option) {
	case O_CONFIG:
	case O_NO_CONFIG:
	case O_PRINT_KEYS:
	case O_PRINT_CONFIG:
	case O_SCRIPT:
	case O_HELP:
	case O_VERSION:
		return true;
	default:
		return false;
	}
}

bool
conf_in_file(const struct opt *o)
{
	return o->name && !only_for_now(o->id);
}

int
conf_set(struct conf *c, const char *name, const char *value, struct err *e)
{
	static const char *const words[] = { "no", "yes", NULL };
	const struct opt *o = conf_opts;
	int yes;

	while (o->id && (!conf_in_file(o) || strcmp(o->name, name) != 0))
		o++;
	if (!o->id)
		return err_set(e, ERR_USAGE, "'%.40s' is no option here", name);
	if (o->arg)
		return set(c, o->id, value, e);
	yes = opt_choice(value, name, words, e);
	return yes > 0 ? set(c, o->id, NULL, e) : yes;
}
