/* SPDX-License-Identifier: ISC */
#include "play/keymap.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARENTS 2

/* Where a mode that does not know a key asks next; itself: nowhere. */
static const struct {
	const char *name, *title;
	enum keymap_mode parent[PARENTS];
} modes[KEYMAP_MODES] = {
	[KEYMAP_PLAY] = { "play", NULL, { KEYMAP_PLAY, KEYMAP_PLAY } },
	[KEYMAP_ROWS] = { "rows", "In lists and texts", { KEYMAP_PLAY, KEYMAP_PLAY } },
	[KEYMAP_LIST] = { "list", "In the list of events", { KEYMAP_ROWS, KEYMAP_PLAY } },
	[KEYMAP_RESULTS] = { "results", "In the list of hits",
		{ KEYMAP_ROWS, KEYMAP_PLAY } },
	[KEYMAP_DETAIL] = { "detail", "In the details of an event",
		{ KEYMAP_ROWS, KEYMAP_PLAY } },
	[KEYMAP_PICKER] = { "picker", "In the table of recordings",
		{ KEYMAP_ROWS, KEYMAP_ROWS } },
	[KEYMAP_HELP] = { "help", "In the help", { KEYMAP_ROWS, KEYMAP_PLAY } },
	[KEYMAP_COPY] = { "copy", "While copying", { KEYMAP_PLAY, KEYMAP_PLAY } },
	[KEYMAP_OVERVIEW] = { "overview", "In the overview",
		{ KEYMAP_PLAY, KEYMAP_PLAY } },
	[KEYMAP_LINKS] = { "links", "In the list of links",
		{ KEYMAP_ROWS, KEYMAP_PLAY } },
};

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Space", K_SPACE }, { "Tab", K_TAB }, { "Enter", K_ENTER }, { "Esc", K_ESC },
	{ "Backspace", K_BACKSPACE }, { "Left", K_LEFT }, { "Right", K_RIGHT },
	{ "Up", K_UP }, { "Down", K_DOWN }, { "PgUp", K_PGUP }, { "PgDn", K_PGDN },
	{ "Home", K_HOME }, { "End", K_END }, { "Insert", K_INSERT },
	{ "Delete", K_DELETE }, { "Hash", '#' }, /* begins a comment in a file of keys */
};

static const struct {
	enum keymap_mode mode;
	const char *key, *command;
} defaults[] = {
	{ KEYMAP_PLAY, "Space", "pause" },
	{ KEYMAP_PLAY, "p", "pause" },
	{ KEYMAP_PLAY, "Left", "back 5" },
	{ KEYMAP_PLAY, "Right", "forward 5" },
	{ KEYMAP_PLAY, "Down", "back 60" },
	{ KEYMAP_PLAY, "PgUp", "back 60" },
	{ KEYMAP_PLAY, "Up", "forward 60" },
	{ KEYMAP_PLAY, "PgDn", "forward 60" },
	{ KEYMAP_PLAY, "0", "tenth 0" },
	{ KEYMAP_PLAY, "1", "tenth 1" },
	{ KEYMAP_PLAY, "2", "tenth 2" },
	{ KEYMAP_PLAY, "3", "tenth 3" },
	{ KEYMAP_PLAY, "4", "tenth 4" },
	{ KEYMAP_PLAY, "5", "tenth 5" },
	{ KEYMAP_PLAY, "6", "tenth 6" },
	{ KEYMAP_PLAY, "7", "tenth 7" },
	{ KEYMAP_PLAY, "8", "tenth 8" },
	{ KEYMAP_PLAY, "9", "tenth 9" },
	{ KEYMAP_PLAY, "Home", "start" },
	{ KEYMAP_PLAY, "End", "end" },
	{ KEYMAP_PLAY, "G", "end" },
	{ KEYMAP_PLAY, "g", "goto" },
	{ KEYMAP_PLAY, ",", "frame-back" },
	{ KEYMAP_PLAY, ".", "frame" },
	{ KEYMAP_PLAY, "M-,", "step-back" },
	{ KEYMAP_PLAY, "M-.", "step" },
	{ KEYMAP_PLAY, "{", "previous-event" },
	{ KEYMAP_PLAY, "}", "next-event" },
	{ KEYMAP_PLAY, "[", "previous-marker" },
	{ KEYMAP_PLAY, "]", "next-marker" },
	{ KEYMAP_PLAY, "(", "previous-prompt" },
	{ KEYMAP_PLAY, ")", "next-prompt" },
	{ KEYMAP_PLAY, "<", "previous-idle" },
	{ KEYMAP_PLAY, ">", "next-idle" },
	{ KEYMAP_PLAY, "!", "live" },
	{ KEYMAP_PLAY, "l", "loop-part" },
	{ KEYMAP_PLAY, "M-l", "loop" },
	{ KEYMAP_PLAY, "P", "stop-at-markers" },
	{ KEYMAP_PLAY, "+", "faster" },
	{ KEYMAP_PLAY, "=", "faster" },
	{ KEYMAP_PLAY, "-", "slower" },
	{ KEYMAP_PLAY, "Backspace", "speed 1" },
	{ KEYMAP_PLAY, "i", "idle" },
	{ KEYMAP_PLAY, "/", "find" },
	{ KEYMAP_PLAY, "?", "find-back" },
	{ KEYMAP_PLAY, "n", "find-next" },
	{ KEYMAP_PLAY, "N", "find-previous" },
	{ KEYMAP_PLAY, "R", "results" },
	{ KEYMAP_PLAY, "Tab", "sidebar" },
	{ KEYMAP_PLAY, "&", "filter" },
	{ KEYMAP_PLAY, "v", "detail" },
	{ KEYMAP_PLAY, "C-Left", "width wider" },
	{ KEYMAP_PLAY, "C-Right", "width narrower" },
	{ KEYMAP_PLAY, "I", "lane" },
	{ KEYMAP_PLAY, "o", "picker" },
	{ KEYMAP_PLAY, "C-n", "next-file" },
	{ KEYMAP_PLAY, "C-p", "previous-file" },
	{ KEYMAP_PLAY, "S-Left", "pan left" },
	{ KEYMAP_PLAY, "M-Left", "pan left" },
	{ KEYMAP_PLAY, "H", "pan left" },
	{ KEYMAP_PLAY, "S-Down", "pan down" },
	{ KEYMAP_PLAY, "M-Down", "pan down" },
	{ KEYMAP_PLAY, "J", "pan down" },
	{ KEYMAP_PLAY, "S-Up", "pan up" },
	{ KEYMAP_PLAY, "M-Up", "pan up" },
	{ KEYMAP_PLAY, "K", "pan up" },
	{ KEYMAP_PLAY, "S-Right", "pan right" },
	{ KEYMAP_PLAY, "M-Right", "pan right" },
	{ KEYMAP_PLAY, "L", "pan right" },
	{ KEYMAP_PLAY, "f", "follow" },
	{ KEYMAP_PLAY, "t", "clock" },
	{ KEYMAP_PLAY, "w", "zone" },
	{ KEYMAP_PLAY, "s", "bar" },
	{ KEYMAP_PLAY, "T", "timeline" },
	{ KEYMAP_PLAY, "m", "mouse" },
	{ KEYMAP_PLAY, "y", "copy-mode" },
	{ KEYMAP_PLAY, "S", "save" },
	{ KEYMAP_PLAY, "u", "links" },
	{ KEYMAP_PLAY, "z", "overview" },
	{ KEYMAP_PLAY, "C-l", "redraw" },
	{ KEYMAP_PLAY, "C-z", "suspend" },
	{ KEYMAP_PLAY, "h", "help" },
	{ KEYMAP_PLAY, "F1", "help" },
	{ KEYMAP_PLAY, "Esc", "close" },
	{ KEYMAP_PLAY, "q", "quit" },
	{ KEYMAP_PLAY, "C-c", "quit" },
	{ KEYMAP_ROWS, "Up", "select up" },
	{ KEYMAP_ROWS, "k", "select up" },
	{ KEYMAP_ROWS, "Down", "select down" },
	{ KEYMAP_ROWS, "j", "select down" },
	{ KEYMAP_ROWS, "PgUp", "select page-up" },
	{ KEYMAP_ROWS, "PgDn", "select page-down" },
	{ KEYMAP_ROWS, "Home", "select first" },
	{ KEYMAP_ROWS, "End", "select last" },
	{ KEYMAP_LIST, "Enter", "jump" },
	{ KEYMAP_PICKER, "Enter", "open" },
	{ KEYMAP_PICKER, "/", "filter" },
	{ KEYMAP_PICKER, "&", "filter" },
	{ KEYMAP_PICKER, "s", "sort next" },
	{ KEYMAP_PICKER, "S", "sort reverse" },
	{ KEYMAP_PICKER, "r", "refresh" },
	{ KEYMAP_PICKER, "h", "help" },
	{ KEYMAP_PICKER, "F1", "help" },
	{ KEYMAP_PICKER, "Esc", "close" },
	{ KEYMAP_PICKER, "C-l", "redraw" },
	{ KEYMAP_PICKER, "C-z", "suspend" },
	{ KEYMAP_PICKER, "q", "quit" },
	{ KEYMAP_PICKER, "C-c", "quit" },
	{ KEYMAP_DETAIL, "Enter", "detail" },
	{ KEYMAP_DETAIL, "q", "close" },
	{ KEYMAP_RESULTS, "Enter", "hit" },
	{ KEYMAP_HELP, "Space", "select page-down" },
	{ KEYMAP_HELP, "q", "close" },
	{ KEYMAP_COPY, "Left", "cursor left" },
	{ KEYMAP_COPY, "h", "cursor left" },
	{ KEYMAP_COPY, "Right", "cursor right" },
	{ KEYMAP_COPY, "l", "cursor right" },
	{ KEYMAP_COPY, "Up", "cursor up" },
	{ KEYMAP_COPY, "k", "cursor up" },
	{ KEYMAP_COPY, "Down", "cursor down" },
	{ KEYMAP_COPY, "j", "cursor down" },
	{ KEYMAP_COPY, "w", "cursor word" },
	{ KEYMAP_COPY, "b", "cursor word-back" },
	{ KEYMAP_COPY, "e", "cursor word-end" },
	{ KEYMAP_COPY, "0", "cursor line-start" },
	{ KEYMAP_COPY, "Home", "cursor line-start" },
	{ KEYMAP_COPY, "^", "cursor line-text" },
	{ KEYMAP_COPY, "$", "cursor line-end" },
	{ KEYMAP_COPY, "End", "cursor line-end" },
	{ KEYMAP_COPY, "PgUp", "cursor page-up" },
	{ KEYMAP_COPY, "C-b", "cursor page-up" },
	{ KEYMAP_COPY, "PgDn", "cursor page-down" },
	{ KEYMAP_COPY, "C-f", "cursor page-down" },
	{ KEYMAP_COPY, "g", "cursor history" },
	{ KEYMAP_COPY, "H", "cursor top" },
	{ KEYMAP_COPY, "G", "cursor bottom" },
	{ KEYMAP_COPY, "L", "cursor bottom" },
	{ KEYMAP_COPY, "v", "mark text" },
	{ KEYMAP_COPY, "Space", "mark text" },
	{ KEYMAP_COPY, "V", "mark lines" },
	{ KEYMAP_COPY, "C-v", "mark block" },
	{ KEYMAP_COPY, "a", "mark all" },
	{ KEYMAP_COPY, "o", "mark other-end" },
	{ KEYMAP_COPY, "y", "copy" },
	{ KEYMAP_COPY, "Enter", "copy" },
	{ KEYMAP_COPY, "q", "close" },
	{ KEYMAP_OVERVIEW, "Left", "pan left" },
	{ KEYMAP_OVERVIEW, "h", "pan left" },
	{ KEYMAP_OVERVIEW, "Right", "pan right" },
	{ KEYMAP_OVERVIEW, "l", "pan right" },
	{ KEYMAP_OVERVIEW, "Up", "pan up" },
	{ KEYMAP_OVERVIEW, "k", "pan up" },
	{ KEYMAP_OVERVIEW, "Down", "pan down" },
	{ KEYMAP_OVERVIEW, "j", "pan down" },
	{ KEYMAP_OVERVIEW, "Enter", "overview" },
	{ KEYMAP_OVERVIEW, "q", "close" },
	{ KEYMAP_LINKS, "y", "copy" },
	{ KEYMAP_LINKS, "Enter", "copy" },
	{ KEYMAP_LINKS, "u", "close" },
	{ KEYMAP_LINKS, "q", "close" },
};

static uint32_t
named_key(const char *text)
{
	int n = 0, end = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, text) == 0)
			return names[i].key;
	if (sscanf(text, "F%d%n", &n, &end) == 1 && !text[end] && n >= 1 && n <= 12)
		return K_F1 + (uint32_t)n - 1;
	return K_NONE;
}

uint32_t
keymap_key(const char *text)
{
	uint32_t mods = 0, key;
	size_t n;

	for (; text[0] && text[1] == '-' && text[2]; text += 2) {
		if (text[0] == 'S')
			mods |= K_SHIFT;
		else if (text[0] == 'M')
			mods |= K_ALT;
		else if (text[0] == 'C')
			mods |= K_CTRL;
		else
			return K_NONE;
	}
	key = named_key(text);
	n = strlen(text);
	if (!key && n && utf8_get((const uint8_t *)text, n, &key, NULL) != (int)n)
		return K_NONE;
	if (!key || (key < 32 && !named_key(text)))
		return K_NONE;
	return key | mods;
}

const char *
keymap_key_text(char out[KEYMAP_KEY_MAX], uint32_t key)
{
	uint32_t base = key & ~(uint32_t)K_MODS;
	char name[16] = "";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].key == base)
			snprintf(name, sizeof name, "%s", names[i].name);
	if (base >= K_F1 && base <= K_F12)
		snprintf(name, sizeof name, "F%u", base - K_F1 + 1);
	if (!*name)
		name[utf8_put((uint8_t *)name, base)] = 0;
	snprintf(out, KEYMAP_KEY_MAX, "%s%s%s%s", key & K_CTRL ? "C-" : "",
		key & K_ALT ? "M-" : "", key & K_SHIFT ? "S-" : "", name);
	return out;
}

/* The row of KEY in MODE itself, or -1. */
static int
exact(const struct keymap *k, enum keymap_mode mode, uint32_t key)
{
	for (int i = 0; i < k->n; i++)
		if (k->row[i].mode == mode && k->row[i].key == key)
			return i;
	return -1;
}

int
keymap_bind(struct keymap *k, enum keymap_mode mode, const char *key, const char *command,
	struct err *e)
{
	struct keymap_row row = { .mode = mode, .key = keymap_key(key) };
	int old, rc = 0;

	if (strcmp(command, "none") != 0)
		rc = command_parse(&row.command, command, e);

	if (rc < 0)
		return rc;
	if (!row.key)
		return err_set(e, ERR_USAGE, "'%.20s' is no key", key);
	old = exact(k, mode, row.key);
	if (old < 0 && k->n == KEYMAP_MAX)
		return err_set(e, ERR_LIMIT, "more than %d keys", KEYMAP_MAX);
	k->row[old < 0 ? k->n++ : old] = row;
	return 0;
}

void
keymap_init(struct keymap *k)
{
	k->n = 0;
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (keymap_bind(k, defaults[i].mode, defaults[i].key, defaults[i].command,
			    NULL) < 0)
			abort(); /* a wrong row above; the unit test finds it first */
}

const struct command *
keymap_find(const struct keymap *k, enum keymap_mode mode, uint32_t key)
{
	int i = exact(k, mode, key);

	for (int p = 0; i < 0 && p < PARENTS; p++)
		if (modes[mode].parent[p] != mode)
			i = exact(k, modes[mode].parent[p], key);
	return i < 0 || k->row[i].command.id == CMD_NONE ? NULL : &k->row[i].command;
}

const char *
keymap_mode_name(enum keymap_mode mode)
{
	return modes[mode].name;
}

const char *
keymap_mode_title(enum keymap_mode mode)
{
	return modes[mode].title;
}
