/* SPDX-License-Identifier: ISC */
/* What the player remembers from one time to the next, as text.  Whatever is broken in it is
 * ignored. */
#ifndef PLAY_STATE_H
#define PLAY_STATE_H

#include "base/buf.h"

struct state {
	int list_width; /* columns; 0: what suits the window */
	int sort;       /* of the picker: a column ... */
	int reverse;    /* ... from the end */
};

void state_parse(struct state *s, struct span text);
int state_print(const struct state *s, struct buf *out);

#endif
