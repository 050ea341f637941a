/* SPDX-License-Identifier: ISC */
/* The list of events: which one is selected and which part of the list is shown.  Until the
 * person moves the selection it follows the clock. */
#ifndef PLAY_SIDEBAR_H
#define PLAY_SIDEBAR_H

#include "play/prompt.h"
#include "play/sieve.h"

struct sidebar {
	bool shown, follow;
	size_t selected, top;
	int rows;        /* list rows on the screen, set by sidebar_place() */
	uint64_t anchor; /* ordinal of the selected event: numbers may change */
	int width;       /* wanted columns, 0: what suits the window */
	bool dragged;    /* its border, with the mouse */
	struct sieve sieve;
	char filter[PROMPT_MAX]; /* as entered */
};

#define SIDEBAR_COLS_MIN 16

void sidebar_free(struct sidebar *s);

void sidebar_show(struct sidebar *s, bool shown);
/* N events are known; CURRENT is the last one that has happened (SIZE_MAX: none yet). */
void sidebar_place(struct sidebar *s, int rows, size_t n, size_t current);
/* "up", "down", "page-up", "page-down", "first", "last"; false for another word. */
bool sidebar_select(struct sidebar *s, const char *where, size_t n);

/* The same words for any list of N rows of which PAGE are shown: the new place. */
bool sidebar_move(size_t *at, const char *where, size_t n, int page);

#endif
