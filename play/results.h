/* SPDX-License-Identifier: ISC */
/* The list of hits: which part of it is shown, which one is selected.  Only rows that are
 * shown are fetched, and kept as long as they stand for the same hit.  Until the person moves
 * the selection it stays with the clock, and so again when a hit is gone to; else with its hit,
 * whatever is found in front of it. */
#ifndef PLAY_RESULTS_H
#define PLAY_RESULTS_H

#include "play/find.h"
#include "play/sidebar.h"

#define RESULTS_ROWS_MAX 64  /* shown at once */
#define RESULTS_TEXT_MAX 320 /* bytes of a line around its match */
#define RESULTS_LEAD     80  /* of them in front of it */

struct results_row {
	struct search_hit hit;
	char text[RESULTS_TEXT_MAX]; /* valid UTF-8 */
	int start, end;              /* of the match in it */
	bool cut;                    /* the line begins before it */
	unsigned serial;             /* of the search; 0: empty */
};

struct results {
	struct sidebar list;
	struct search_hit anchor; /* the selected one, when ANCHORED ... */
	bool anchored;
	unsigned serial; /* ... in this search */
	struct results_row row[RESULTS_ROWS_MAX];
};

/* Place it for so many rows: f->find has changed, or the clock. */
void results_place(struct results *r, struct find *f, int rows);
/* Words as for sidebar_select(). */
void results_select(struct results *r, struct find *f, const char *where);
void results_choose(struct results *r, struct find *f, size_t i);
/* NULL: no such hit; valid until another row is asked for. */
const struct results_row *results_row(struct results *r, struct find *f, size_t i);

#endif
