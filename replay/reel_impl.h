/* SPDX-License-Identifier: ISC */
/* What the files of the reel share; nobody outside replay/ includes this.
 *
 * The emulator always holds the state CUR, between two calls that of the player's place.
 * FRONT is the last state that anybody has reached: key frames exist up to there.  While CUR
 * is FRONT the two move together; before CUR leaves it, the emulator's bytes go into
 * front.p. */
#ifndef REPLAY_REEL_IMPL_H
#define REPLAY_REEL_IMPL_H

#include "replay/keyframe.h"
#include "replay/keylog.h"
#include "replay/reader.h"
#include "replay/reel.h"
#include "replay/rows.h"
#include "replay/timeline.h"
#include "replay/typed.h"

#define REEL_NOWHERE UINT64_MAX
#define REEL_CANCEL_EVERY \
	UINT64_C(262144) /* cost between two questions to CANCEL: 1 ms */

/* A state put aside. */
struct slot {
	struct still still;
	uint8_t *p;
	size_t size, cap;
};

struct reel {
	struct reader reader; /* of the tape, which is the reel's */
	struct emu *emu;
	struct still cur;
	struct still front;
	struct slot front_slot; /* holds FRONT when front_slot.still.n == front.n */
	struct slot aside; /* the player's state during an index slice, seek or search */
	struct keyframes keyframes;
	struct timeline timeline;
	struct rows rows; /* as FRONT shows them */
	struct text text; /* what was shown up to FRONT */
	struct typed typed;
	struct keylog keylog;
	/* Output behind what the emulator has seen; empty whenever anybody looks at it. */
	struct buf pending;
	bool pending_plain; /* all of it */
	bool plain;         /* the text store refers to the messages before FRONT ... */
	struct lines lines; /* ... and this is where they end */
	uint64_t plain_off; /* in the recording */
	bool slow;          /* no short cuts (tests) */
	bool forward;       /* as in struct reel_opts */

	uint64_t end_n;  /* messages in the recording as far as known, or REEL_NOWHERE */
	uint64_t next_n; /* next_at_ns is the time of this message, or REEL_NOWHERE */
	int64_t next_at_ns;
	uint64_t cost; /* of all that was emulated */
	uint64_t work; /* emu_work() that is in it */
	uint64_t pending_cost;

	int times_rc,
		frames_rc; /* how the passes of the index ended last: 1 there is more */
	struct err times_err;
	double front_progress;
};

/* Has a pass of the index come to an end, for now or for good?  What passes is tried again. */
static inline bool
reel_ended(int rc)
{
	return rc <= 0 && !err_is_passing(rc);
}

/* Up to this many messages applied, TEXT has all that was shown. */
static inline uint64_t
reel_text_end(const struct reel *r)
{
	uint64_t limit = text_limit(&r->text);

	return limit <= r->front.n ? limit - 1 : r->front.n;
}

/* Where to go: after all messages with time <= at_ns, or after n messages. */
struct goal {
	bool by_time;
	int64_t at_ns;
	uint64_t n;
};

/* Read message number N, which is at POS, into r->reader.got: 1, 0 at the end, negative. */
int reel_read(struct reel *r, const struct tape_pos *pos, uint64_t n, struct err *e);
/* Apply the message behind CUR; it stays in r->reader.got.  1, 0 at the end, negative. */
int reel_feed(struct reel *r, struct err *e);
/* The same, but that output may wait for reel_flush(): much of it need not be drawn then. */
int reel_feed_on(struct reel *r, struct err *e);
void reel_flush(struct reel *r);
/* Put CUR aside in S / bring it back. */
int reel_put_aside(struct reel *r, struct slot *s, struct err *e);
int reel_bring_back(struct reel *r, const struct slot *s, struct err *e);
/* To the goal from the nearest known state before it.  On error CUR is anywhere. */
int reel_go(struct reel *r, const struct goal *g, reel_cancel *cancel, void *ctx,
	struct err *e);
/* Load the last key frame that has at most N messages applied. */
int reel_load_keyframe(struct reel *r, const struct keyframe *f, struct err *e);

#endif
