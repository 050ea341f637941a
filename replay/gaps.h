/* SPDX-License-Identifier: ISC */
/* The pauses of a recording: stretches without output or input, known without emulating.
 * Bounded: of too many the short ones go. */
#ifndef REPLAY_GAPS_H
#define REPLAY_GAPS_H

#include "replay/reel.h"

#define GAPS_MAX    16384               /* 384 KiB */
#define GAPS_MIN_NS INT64_C(1000000000) /* the shortest that is kept at first */

struct gaps {
	struct reel_gap *v; /* in order */
	size_t n, cap;
	int64_t min_ns;
	int64_t last_ns; /* of the last output or input */
};

void gaps_init(struct gaps *g);
void gaps_free(struct gaps *g);
/* Message number ORDINAL at AT_NS puts out or in something. */
void gaps_note(struct gaps *g, uint64_t ordinal, int64_t at_ns);
size_t gaps_after(const struct gaps *g, uint64_t ordinal); /* first with ordinal >= */

#endif
