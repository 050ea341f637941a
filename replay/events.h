/* SPDX-License-Identifier: ISC */
/* The list of a recording's events, bounded whatever the recording holds: equal texts are
 * kept once; of too many events the frequent kinds are thinned evenly, so that a flood of
 * resizes cannot push out an exit.  What went is counted. */
#ifndef REPLAY_EVENTS_H
#define REPLAY_EVENTS_H

#include "replay/reel.h"

#define EVENTS_MAX 262144 /* 12 MiB */
#define EVENTS_TEXTS_MAX \
	((size_t)8 << 20)   /* bytes of texts; then only the type is told */
#define EVENTS_TEXT_MAX 256 /* of one text; longer ones are cut */

struct events_block;

struct events {
	struct reel_event *v;
	size_t n, cap, max;
	uint64_t stride; /* of the frequent kinds every STRIDEth is kept */
	uint64_t frequent;
	uint64_t dropped;
	unsigned thinned; /* how often: the numbers of all events have changed */

	struct events_block *blocks;
	const char **table; /* the texts, by hash, open addressing */
	size_t ntable, table_cap, text_bytes;
	struct buf line;
};

void events_init(struct events *v, size_t max); /* 0: EVENTS_MAX */
void events_free(struct events *v);
bool events_is(const struct msg *m);
/* M, for which events_is() holds, is message number ORDINAL.  In order. */
void events_note(struct events *v, const struct msg *m, uint64_t ordinal, int64_t at_ns);
size_t events_after(const struct events *v, uint64_t ordinal); /* first with ordinal >= */

#endif
