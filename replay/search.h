/* SPDX-License-Identifier: ISC */
/* All places of a recording where something stands, found in slices while the index still grows:
 * first around the place where the viewer is, then the rest.  What is found is exact: right
 * after message number HIT.N - 1 (reel_seek_ordinal(HIT.N)) the row shows it. */
#ifndef REPLAY_SEARCH_H
#define REPLAY_SEARCH_H

#include "replay/query.h"
#include "replay/reel.h"

#define SEARCH_HITS_MAX \
	((size_t)1 << 18) /* kept; of more only the number is, and where */

enum search_scope { SEARCH_SHOWN, SEARCH_TYPED, SEARCH_EVENTS };

struct search_hit {
	uint64_t n; /* messages applied when it appeared: the place to seek */
	int64_t at_ns;
	int row, col,
		cols; /* SEARCH_SHOWN: on the screen; row -1: it scrolled by within the
			      * message, before anybody saw it, or another scope */
	uint32_t start, end; /* in the line, bytes */
	uint32_t unit, line; /* for search_context() */
};

struct search;

/* Q is borrowed and must outlive it, as R must. */
int search_open(struct search **s, struct reel *r, struct query *q,
	enum search_scope scope, struct err *e);
void search_close(struct search *s);
/* Begin the work around this place. */
void search_aim(struct search *s, uint64_t n, int dir);
/* A slice of work: about so many bytes of text.  1 there is more to do, 0 all that is indexed was
 * looked at, ERR_LIMIT the query runs away, ERR_NOMEM. */
int search_run(struct search *s, size_t bytes, struct err *e);

struct search_state {
	uint64_t hits; /* found so far */
	uint64_t end;  /* up to this many messages applied can be searched now ... */
	bool full;     /* ... and never more: the store is full; reel_find() goes on */
	double done;   /* 0 to 1 of what is indexed */
	unsigned given_up; /* lines on which the query took too long */
};
struct search_state search_state(const struct search *s);

#define SEARCH_WAIT 2
/* The nearest hit behind (DIR +1) or before (-1) the place N: 1, 0 none in what is indexed, or
 * SEARCH_WAIT: not known before more search_run(). */
int search_near(struct search *s, uint64_t n, int dir, struct search_hit *hit);
/* Hit number I in the order of time among those found; false: no such. */
bool search_hit(struct search *s, uint64_t i, struct search_hit *hit);
/* The number of HIT among those found: search_hit() of that is HIT. */
uint64_t search_number(struct search *s, const struct search_hit *hit);
/* Add those found to N slots over 0 to DURATION_NS: cheap whatever their number.  Hits that
 * are not kept count where the first of their block stands. */
void search_slots(const struct search *s, int64_t duration_ns, uint32_t *slots, int n);
/* Append the line that HIT is in. */
int search_context(struct search *s, const struct search_hit *hit, struct buf *out);

#endif
