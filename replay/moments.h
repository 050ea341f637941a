/* SPDX-License-Identifier: ISC */
/* Moments that are worth a picture: where a burst of output ends, best where the screen then
 * stood for long, since that is what a person looked at.  Found from times alone, without
 * emulating; bounded however long the recording is.  Long pauses count as short ones, so that
 * parts of a recording are parts of what happened in it. */
#ifndef REPLAY_MOMENTS_H
#define REPLAY_MOMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOMENTS_SLOTS    4096                /* 64 KiB */
#define MOMENTS_FINEST   INT64_C(1000000)    /* a slot at first */
#define MOMENTS_PAUSE_NS INT64_C(2000000000) /* no pause counts for more */

struct moments {
	struct moment {
		int64_t at_ns;    /* of the last output of a burst */
		int64_t stood_ns; /* until the next; 0: there is no moment in this slot */
	} v[MOMENTS_SLOTS];
	int64_t slot_ns;   /* width of a slot, in time without long pauses */
	int64_t active_ns; /* such time so far */
	int64_t last_ns;   /* the output before */
	bool any;
};

void moments_init(struct moments *m);
/* Something was put out.  In order. */
void moments_note(struct moments *m, int64_t at_ns);
void moments_end(struct moments *m, int64_t duration_ns);
/* The best moment behind AFTER_NS (-1: any) of part I of N equal ones; false: there is none. */
bool moments_best(
	const struct moments *m, int i, int n, int64_t after_ns, int64_t *at_ns);

#endif
