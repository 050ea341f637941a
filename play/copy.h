/* SPDX-License-Identifier: ISC */
/* Copying from the recorded screen: the mode in which text is selected, and where the text
 * goes.  The app only puts it together (APP_COPY): the terminal's clipboard belongs to
 * play/ui, a script prints it. */
#ifndef PLAY_COPY_H
#define PLAY_COPY_H

#include "play/select.h"

enum copy_clipboard {
	COPY_AUTO, /* the terminal's when it is known to have one, else a file */
	COPY_OSC52,
	COPY_FILE,
	COPY_NONE,
};

struct copy {
	bool on; /* the mode; then the player stands still */
	struct select select;
	uint64_t ordinal; /* the moment at which it was selected ... */
	int rows, cols;   /* ... and the size of that screen */
	int count;        /* how often the next move is to be made, 0: once */
	bool pressed;     /* the mouse button went down here and has not moved yet */
	struct buf text;  /* what was copied last */
};

#endif
