/* SPDX-License-Identifier: ISC */
/* What the time bar knows, by column: how much was put out, what happened, what was found.
 * Events are taken in once each, as the index finds them, into slots that get coarser as
 * the recording gets longer (as replay/timeline.h does with bytes), so that neither a frame
 * nor a growing recording ever costs a walk over all events. */
#ifndef PLAY_TIMEBAR_H
#define PLAY_TIMEBAR_H

#include "play/canvas.h"
#include "format/kind.h"
#include "play/find.h"

#define TIMEBAR_SLOTS     2048
#define TIMEBAR_LEVELS    8
#define TIMEBAR_ROWS_AUTO (-1)
#define TIMEBAR_ROWS_MAX  2

struct timebar_column {
	uint8_t level; /* of output, 0 to TIMEBAR_LEVELS */
	uint8_t kind;  /* what matters most of what happened ... */
	bool event;    /* ... if something did */
	bool hit;
};

struct timebar {
	int rows; /* wanted: 0 to TIMEBAR_ROWS_MAX, or TIMEBAR_ROWS_AUTO */
	uint16_t slots[TIMEBAR_SLOTS]; /* bits: 1 << enum kind_id */
	int64_t slot_ns;
	uint64_t next;         /* ordinal of the first event that was not taken in */
	int own_col, own_cols; /* the bar in the status line, none: 0 columns */
	int64_t duration_ns;   /* that the columns stand for */
	struct {
		int cols;
		int64_t times_ns, duration_ns;
		uint64_t next;
		unsigned marking; /* the columns are new */
	} made;                   /* from what the columns were made */
	struct {
		unsigned marking, serial;
		uint64_t hits;
	} marked; /* from what their hits */
	struct timebar_column column[CANVAS_COLS_MAX];
};

void timebar_init(struct timebar *b);
/* Makes the first COLS columns stand for what R knows by now. */
void timebar_update(struct timebar *b, const struct reel *r, int cols);
/* Then: where something was found. */
void timebar_mark(struct timebar *b, const struct find *f, int cols);
/* The column of a time, and the time of a column: the first is the start, the last the end. */
int timebar_column(const struct timebar *b, int64_t at_ns, int cols);
int64_t timebar_time(const struct timebar *b, int column, int cols);

#endif
