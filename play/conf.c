/* SPDX-License-Identifier: ISC */
#include "play/conf.h"

#include "base/clk.h"
#include "play/player.h"

enum {
	O_AT = 1,
	O_SPEED,
	O_IDLE,
	O_PAUSED,
	O_LOOP,
	O_MARKERS,
	O_FOLLOW,
	O_NO_MOUSE,
	O_CLIPBOARD,
	O_SCRIPT,
	O_HELP,
	O_VERSION
};

const struct opt conf_opts[] = {
	{ O_AT, "at", 'a', "TIME",
		"begin at TIME: 90, 1:30, 1:02:03.250, 50%, end, @14:02 or\n"
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
	{ O_CLIPBOARD, "clipboard", 0, "auto|osc52|file|none",
		"where copied text goes: to the terminal's clipboard if it is known to\n"
		"have one, else a file; always to the terminal; to a file; nowhere" },
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

int
conf_parse(struct conf *c, int argc, char **argv, struct err *e)
{
	struct opt_parser p;
	int option;

	*c = (struct conf){ .speed = 1 };
	if (argc == 2 && hidden(c, argv[1]))
		return 0;
	opt_start(&p, conf_opts, argc, argv);
	while ((option = opt_next(&p, e)) > 0) {
		int rc = set(c, option, p.value, e);

		if (rc < 0)
			return rc;
	}
	if (option < 0 || c->action != CONF_PLAY)
		return option;
	if (p.at + 1 != p.argc)
		return err_set(e, ERR_USAGE, "%s (see --help)",
			p.at == p.argc ? "name a recording to play"
				       : "one recording at a time");
	c->file = argv[p.at];
	return 0;
}
