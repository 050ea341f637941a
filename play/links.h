/* SPDX-License-Identifier: ISC */
/* The hyperlinks (OSC 8) of a screen: where they lead, and what they look as if they did. */
#ifndef PLAY_LINKS_H
#define PLAY_LINKS_H

#include "term/emu.h"

#define LINKS_MAX      256 /* more are only counted */
#define LINKS_TEXT_MAX 128

struct links { /* the list that is shown */
	bool on;
	size_t selected, top;
	int page;
};

struct link {
	int row, col;      /* where it begins */
	int places;        /* stretches of the screen that are this link */
	const char *uri;   /* as emu_links() */
	const char *doubt; /* a sentence when it is not what it seems; NULL: it is */
	char text[LINKS_TEXT_MAX]; /* of its first stretch; UTF-8 */
};

/* The links of the screen in their order, at most MAX; returns how many. */
size_t links_of(const struct emu *e, struct link *out, size_t max);

#endif
