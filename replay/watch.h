/* SPDX-License-Identifier: ISC */
/* Watches a screen for a text.  A row with the text is known by what stands in it up to the
 * end of the last place where the text is; the text is new when the screen holds more such
 * rows than it did before.  So neither scrolling nor typing on behind it is news. */
#ifndef REPLAY_WATCH_H
#define REPLAY_WATCH_H

#include "replay/needle.h"
#include "term/emu.h"

struct watch {
	struct needle needle;
	uint64_t key[EMU_ROWS_MAX]; /* of the rows, 0 without the text */
	uint64_t old[EMU_ROWS_MAX]; /* before the last look */
	uint32_t hits[EMU_ROWS_MAX];
	struct buf line;
	uint32_t colmap[EMU_COLS_MAX + 1];
	int row, col; /* where the new text stands */
};

/* ERR_USAGE: not a text to look for. */
int watch_init(struct watch *w, const char *text, struct err *e);
void watch_free(struct watch *w);
/* Take the screen as it is. */
void watch_reset(struct watch *w, struct emu *e);
/* Look at the rows that changed since (and clean them): 1 when there is news, 0, or ERR_NOMEM. */
int watch_look(struct watch *w, struct emu *e);

#endif
