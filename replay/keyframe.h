/* SPDX-License-Identifier: ISC */
/* Key frames: packed snapshots of the emulator at message boundaries, in the order of the
 * recording, spaced by cost.  Their memory has a cap: when it is reached every other one
 * goes and the distance doubles.  The first, the state before any message, always stays.
 * The few loaded last are kept unpacked, for going to and fro in one place.
 *
 * They hold pointers of their emulator and never leave the process. */
#ifndef REPLAY_KEYFRAME_H
#define REPLAY_KEYFRAME_H

#include "format/tape.h"
#include "replay/shown.h"

/* A state of the reel, but for the emulator's bytes. */
struct still {
	struct tape_pos pos; /* of the next message */
	uint64_t n;          /* messages applied */
	int64_t at_ns;       /* time of the last one, 0 at the start */
	struct shown shown;
};

struct keyframe {
	struct still still;
	uint8_t *packed;
	size_t size;
};

#define KEYFRAMES_MEMORY     ((size_t)64 << 20) /* default cap */
#define KEYFRAMES_SPACING    UINT64_C(150000) /* units of cost: about 5 ms of emulation */
#define KEYFRAMES_PACK_BYTES 1 /* of a snapshot, for each unit of cost between two */
#define KEYFRAMES_RAW        4 /* kept unpacked ... */
#define KEYFRAMES_RAW_SIZE   ((size_t)2 << 20) /* ... if not larger than this */

struct keyframe_raw {
	uint64_t n; /* messages applied */
	uint64_t used;
	uint8_t *p;
	size_t size;
};

struct keyframes {
	struct keyframe *v;
	size_t n, cap;
	size_t bytes, max;
	uint64_t spacing;
	bool wished;    /* the spacing is not the default: take it as it is */
	uint64_t since; /* cost since the last one */
	struct keyframe_raw raw[KEYFRAMES_RAW];
	uint64_t tick;
	struct buf scratch;
};

/* 0: the default cap and spacing. */
void keyframes_init(struct keyframes *k, size_t max_bytes, uint64_t spacing);
void keyframes_free(struct keyframes *k);
/* Will one be made at COST more?  Only its size is looked at. */
bool keyframes_due(const struct keyframes *k, const struct emu *e, uint64_t cost);
/* The state S of E was reached at COST; it becomes a key frame when one is due.  States come in
 * order.  The first becomes one in any case: 0, or ERR_NOMEM.  Of the others one that
 * finds no memory is left out. */
int keyframes_note(
	struct keyframes *k, const struct still *s, const struct emu *e, uint64_t cost);
/* The last one with at most N messages applied / of a time not after AT_NS. */
const struct keyframe *keyframes_by_ordinal(const struct keyframes *k, uint64_t n);
const struct keyframe *keyframes_by_time(const struct keyframes *k, int64_t at_ns);
int keyframes_load(struct keyframes *k, const struct keyframe *f, struct emu *e);

#endif
