/* SPDX-License-Identifier: ISC */
/* An app over a recording in memory, and its picture, for the tests of what a person sees. */
#ifndef TESTS_UNIT_APP_SHOW_H
#define TESTS_UNIT_APP_SHOW_H

#include "play/paint.h"

#include "tests/unit/unit.h"

struct show {
	struct app app;
	struct canvas canvas;
	int64_t now;
};

/* Takes R over. */
void show_reel(struct show *s, struct reel *r, int cols, int rows);
/* TEXT is borrowed until show_close(). */
void show_open(struct show *s, struct span text, int cols, int rows);
void show_close(struct show *s);
void tick_to(struct show *s, int64_t now);
void show_index(struct show *s); /* all of the recording */
int64_t show_pos(const struct show *s);
void press(struct show *s, const char *key); /* in the words of keymap_key() */
void type(struct show *s, const char *text);
/* Enter TEXT with KEY ("/" or "?"). */
void show_search(struct show *s, const char *key, const char *text);
void expect_row(struct show *s, int row, const char *want);
bool row_has(struct show *s, int row, const char *what);
const struct cell *cell_at(struct show *s, int row, int col);

#endif
