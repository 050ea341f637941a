/* SPDX-License-Identifier: ISC */
/* Which key means which command.  A key is a Unicode character or one of K_*, with modifier
 * bits; its text form is "x", "C-x", "M-x", "S-Left", "Space", "PgUp".  Bindings stand in
 * modes; a mode that does not know a key asks those above it (most end at KEYMAP_PLAY).
 * The defaults are rows of the same text that a configuration file would hold. */
#ifndef PLAY_KEYMAP_H
#define PLAY_KEYMAP_H

#include "play/command.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	K_NONE = 0,
	K_TAB = 9,
	K_ENTER = 13,
	K_ESC = 27,
	K_SPACE = 32,
	K_BACKSPACE = 127,
	K_LEFT = 0x110000, /* behind the last character */
	K_RIGHT,
	K_UP,
	K_DOWN,
	K_PGUP,
	K_PGDN,
	K_HOME,
	K_END,
	K_INSERT,
	K_DELETE,
	K_F1,
	K_F12 = K_F1 + 11,
	K_SHIFT = 1 << 24,
	K_ALT = 1 << 25,
	K_CTRL = 1 << 26,
	K_MODS = K_SHIFT | K_ALT | K_CTRL,
};

enum keymap_mode {
	KEYMAP_PLAY,
	KEYMAP_ROWS, /* lists and texts that scroll */
	KEYMAP_LIST,
	KEYMAP_DETAIL,
	KEYMAP_PICKER,
	KEYMAP_RESULTS,
	KEYMAP_HELP,
	KEYMAP_COPY,
	KEYMAP_LINKS,
	KEYMAP_OVERVIEW,
	KEYMAP_MODES
};

#define KEYMAP_MAX     320
#define KEYMAP_KEY_MAX 24

struct keymap_row {
	enum keymap_mode mode;
	uint32_t key;
	struct command command;
};

struct keymap {
	struct keymap_row row[KEYMAP_MAX];
	int n;
};

/* 0 when TEXT names no key. */
uint32_t keymap_key(const char *text);
const char *keymap_key_text(char out[KEYMAP_KEY_MAX], uint32_t key);

void keymap_init(struct keymap *k); /* the defaults */
/* "C-x", "back 5": replaces the binding that KEY has in MODE; "none" takes it away. */
int keymap_bind(struct keymap *k, enum keymap_mode mode, const char *key,
	const char *command, struct err *e);
/* NULL: not bound. */
const struct command *keymap_find(
	const struct keymap *k, enum keymap_mode mode, uint32_t key);

const char *keymap_mode_name(enum keymap_mode mode); /* "list", as in a file of keys */
/* "In the list of events"; NULL for KEYMAP_PLAY. */
const char *keymap_mode_title(enum keymap_mode mode);

#endif
