/* SPDX-License-Identifier: ISC */
/* The table of recordings to choose from: sorted, filtered, one selected.  Without a
 * terminal, as the app (play/app.h), and with its reactions (APP_*). */
#ifndef PLAY_PICKER_H
#define PLAY_PICKER_H

#include "play/catalog.h"
#include "play/filter.h"
#include "play/help.h"
#include "play/mouse.h"
#include "play/prompt.h"
#include "play/theme.h"

#include <limits.h>

enum picker_column {
	PICKER_DATE,
	PICKER_LENGTH,
	PICKER_USER,
	PICKER_HOST,
	PICKER_SIZE,
	PICKER_END,
	PICKER_COMMAND,
	PICKER_NAME,
	PICKER_COLUMNS
};

struct picker {
	struct catalog catalog;
	const struct keymap *keymap;
	enum theme_depth depth;
	bool utf8;
	enum picker_column sort;
	bool reverse;
	struct filter filter;
	char filter_text[PROMPT_MAX]; /* as entered */
	struct prompt prompt;
	bool prompting;
	uint32_t *order; /* entries that are through the filter, sorted */
	size_t n, cap;
	unsigned ordered;      /* catalog.changes that ORDER was made at */
	char chosen[PATH_MAX]; /* the selected one, once somebody went there */
	size_t selected, top;  /* in ORDER */
	int rows;
	struct help help;
	char word[ERR_TEXT_MAX]; /* to the person, until the next key */
	int64_t clicked_at;
	int clicked_row;
};

/* ROOTS and KEYMAP stay valid as long as the picker. */
void picker_init(struct picker *p, char **roots, int nroots, const struct keymap *k);
void picker_done(struct picker *p);
unsigned picker_key(struct picker *p, uint32_t key);
unsigned picker_mouse(struct picker *p, const struct mouse *m, int64_t now);
bool picker_idle(struct picker *p);
void picker_paint(struct picker *p, struct canvas *c);
void picker_say(struct picker *p, const char *text);
/* The selected one; NULL: none. */
const struct catalog_entry *picker_entry(const struct picker *p);
/* Selects the one before (-1) or after (1); false: there is none. */
bool picker_step(struct picker *p, int dir);

/* For painting. */
const char *picker_text(const struct catalog_entry *e, enum picker_column col,
	char out[CATALOG_COMMAND_MAX]);
const char *picker_title(enum picker_column col);
void paint_picker(struct picker *p, struct canvas *c);

#endif
