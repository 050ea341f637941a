/* SPDX-License-Identifier: ISC */
/* The keys by what they are about, out of the tables of keys and commands: for the help
 * screen, for --print-keys and for the manual page. */
#ifndef PLAY_HELP_H
#define PLAY_HELP_H

#include "base/buf.h"
#include "play/keymap.h"

#define HELP_ROWS_MAX (KEYMAP_MAX + 32)
#define HELP_KEYS_MAX 64

struct help_row {
	bool title;
	char keys[HELP_KEYS_MAX]; /* "Space, p", "0-9"; of a title "" */
	char text[COMMAND_TEXT_MAX];
};

struct help {
	bool shown;
	size_t top;
	int page;
	struct help_row row[HELP_ROWS_MAX];
	int n;
};

/* The rows; those of mode FIRST before all others. */
void help_make(struct help *h, const struct keymap *k, enum keymap_mode first);
void help_show(
	struct help *h, const struct keymap *k, enum keymap_mode first, bool shown);

/* As text with titles; as mdoc(7) lists, one a title. */
int help_text(const struct keymap *k, struct buf *out);
int help_mdoc(const struct keymap *k, struct buf *out);

#endif
