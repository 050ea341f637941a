/* SPDX-License-Identifier: ISC */
/* The truth about a recording: what a straight run over it shows after every message. */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include "replay/reel.h"
#include "tests/unit/recording.h"

struct truth {
	uint64_t n;
	uint64_t *hash;   /* [n + 1] of the screen after k messages */
	int64_t *at;      /* [n + 1] time of message k - 1 */
	struct buf *rows; /* [n + 1] all rows, each ended by a newline */
};

void truth_make(struct truth *t, const struct recording *rec);
void truth_free(struct truth *t);
/* Messages with a time not after AT_NS. */
uint64_t truth_ordinal(const struct truth *t, int64_t at_ns);
/* R stands after K messages and looks like it. */
void truth_expect(struct reel *r, const struct truth *t, uint64_t k);

struct reel *truth_reel(const struct recording *rec, const struct reel_opts *o);
void truth_index_all(struct reel *r);

#endif
