/* SPDX-License-Identifier: ISC */
/* What is known about a recording without emulating it: events, places every 64 KiB, how
 * much was put out when.  Messages are noted once each, in order, by whoever reads them
 * first.  Everything is bounded: with more of it, places and slots get coarser. */
#ifndef REPLAY_TIMELINE_H
#define REPLAY_TIMELINE_H

#include "replay/events.h"
#include "replay/gaps.h"

#define TIMELINE_PLACE_BYTES UINT64_C(65536)
#define TIMELINE_PLACES_MAX  32768 /* 1.3 MiB */
#define TIMELINE_SLOTS       2048
#define TIMELINE_SLOT_NS     INT64_C(1000000) /* the finest */

struct timeline_place {
	struct tape_pos pos; /* of message number n */
	uint64_t n;
	int64_t at_ns; /* time of the message before */
};

struct timeline {
	struct timeline_place next; /* behind the last message noted */
	struct timeline_place *places;
	size_t nplaces, places_cap;
	uint64_t place_bytes;           /* distance */
	uint64_t slots[TIMELINE_SLOTS]; /* output bytes */
	int64_t slot_ns;
	struct events events;
	struct gaps gaps;
};

void timeline_init(struct timeline *t, const struct tape_pos *start);
void timeline_free(struct timeline *t);
/* Message number t->next.n was M at AT_NS, and the next is at AFTER. */
void timeline_note(struct timeline *t, const struct msg *m, int64_t at_ns,
	const struct tape_pos *after);
/* The last known place with a time not after AT_NS / not behind message N; NULL: none. */
const struct timeline_place *timeline_by_time(const struct timeline *t, int64_t at_ns);
const struct timeline_place *timeline_by_ordinal(const struct timeline *t, uint64_t n);
/* Output bytes in N equal parts of DURATION_NS. */
void timeline_activity(
	const struct timeline *t, int64_t duration_ns, uint32_t *out, int n);

#endif
