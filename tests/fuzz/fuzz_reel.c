/* SPDX-License-Identifier: ISC */
/* Any bytes as a recording on the reel: indexed, played, sought and searched, at a bounded
 * cost.  What can be checked is: going back to a place shows what was there before. */
#include "replay/reel.h"

#include <stdint.h>
#include <stdlib.h>

#define SLICES     20
#define SLICE_COST 20000
#define STEPS      200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
tired(void *ctx, double done)
{
	int *patience = ctx;

	return done >= 0 && done <= 1 && --*patience < 0;
}

static uint64_t
seen(const struct reel *r)
{
	return emu_hash(reel_screen(r)) ^ (uint64_t)reel_time(r);
}

static void
check_same(const struct reel *r, uint64_t n, uint64_t hash)
{
	if (reel_ordinal(r) != n || seen(r) != hash)
		abort();
}

static void
go_round(struct reel *r)
{
	uint64_t hash, n;
	int patience = 3;
	int64_t at;

	for (int i = 0; i < STEPS && reel_step(r, NULL, NULL) > 0; i++)
		reel_next_time(r, &at, NULL);
	n = reel_ordinal(r);
	hash = seen(r);
	for (int i = 0; i < SLICES && reel_index(r, SLICE_COST, NULL) > 0; i++)
		;
	check_same(r, n, hash);
	if (reel_find(r, "e", -1, NULL, NULL, tired, &patience, NULL) <= 0)
		check_same(r, n, hash);
	if (reel_back(r, NULL) < 0 || reel_seek_ordinal(r, n / 2, NULL, NULL, NULL) < 0 ||
		reel_seek_ordinal(r, n, NULL, NULL, NULL) < 0)
		return;
	check_same(r, n, hash);
	patience = 3;
	reel_seek_time(r, INT64_MAX, tired, &patience, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reel_opts o = {
		.channel = -1, .keyframe_cost = 1000, .keyframe_memory = 1 << 20
	};
	uint32_t slots[10];
	struct src *src = src_mem(span_of(data, size));
	struct tape *t;
	struct reel *r;

	if (!src || tape_open(&t, src, NULL, NULL) < 0)
		return 0;
	if (reel_open(&r, t, &o, NULL) < 0)
		return 0;
	go_round(r);
	reel_activity(r, slots, 10);
	for (size_t i = 0; i < reel_events(r); i++)
		if (reel_event_after(r, reel_event(r, i)->ordinal) != i)
			abort();
	reel_close(r);
	return 0;
}
