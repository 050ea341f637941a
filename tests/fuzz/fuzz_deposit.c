/* SPDX-License-Identifier: ISC */
/* Any bytes as what a client sends, in pieces of any size: frames, and the messages in them on
 * their way into a store that keeps nothing. */
#include "recd/keep.h"

#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
frames(struct span in, enum deposit_side side, struct keep *k)
{
	enum deposit_reason why = DEPOSIT_NO_REASON;
	struct deposit_frame f;
	struct err e;
	int n;

	while ((n = deposit_read(&f, in, side, &e)) > 0) {
		must((size_t)n <= in.n && n <= DEPOSIT_FRAME_MAX);
		must(strlen(f.text) <= DEPOSIT_TEXT_MAX);
		if (f.type == DEPOSIT_DATA && k &&
			keep_take(k, keep_wanted(k), f.data, &why, &e) < 0) {
			must(why != DEPOSIT_NO_REASON);
			return;
		}
		in = span_of(in.p + n, in.n - (size_t)n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t id[DEPOSIT_ID_SIZE] = { 0xAB, 1, 2, 3 };
	struct keep_opts o = { .max_bytes = 1 << 20 };
	struct keep *k = NULL;
	struct err e;

	must(store_none(&o.store, &e) == 0);
	k = keep_new(&o, id, NULL, 0);
	must(k && keep_begin(k, &e) == 0);
	frames(span_of(data, size), DEPOSIT_FROM_C, k);
	frames(span_of(data, size), DEPOSIT_FROM_S, NULL);
	must(keep_commit(k, 1, true, &e) == 0);
	must(keep_abandon(k, "fuzzed", 1, &e) == 0);
	store_close(o.store);
	return 0;
}
