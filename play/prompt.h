/* SPDX-License-Identifier: ISC */
/* A line editor: one line of UTF-8 with a cursor and a short history. */
#ifndef PLAY_PROMPT_H
#define PLAY_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#define PROMPT_MAX     256 /* bytes with the NUL */
#define PROMPT_HISTORY 16

struct prompt {
	char text[PROMPT_MAX];
	int n, at;                                /* length and cursor in bytes */
	char history[PROMPT_HISTORY][PROMPT_MAX]; /* newest first */
	int nhistory, back; /* back: how far up the history, 0 the line being written */
	char draft[PROMPT_MAX];
};

enum prompt_result { PROMPT_EDITED, PROMPT_ENTERED, PROMPT_LEFT, PROMPT_IGNORED };

void prompt_start(struct prompt *p); /* an empty line; the history stays */
void prompt_fill(struct prompt *p, const char *text); /* with TEXT, cursor behind it */
enum prompt_result prompt_key(struct prompt *p, uint32_t key); /* keys of keymap.h */
void prompt_cut(struct prompt *p, int from, int to); /* bytes of the text away */
int prompt_cursor_chars(const struct prompt *p);     /* characters before the cursor */

#endif
