/* SPDX-License-Identifier: ISC */
/* What stays of streams whose bytes are not recorded: how many, and their SHA-256. */
#ifndef REC_DIGEST_H
#define REC_DIGEST_H

#include "format/sha256.h"
#include "rec/ring.h"

struct digest {
	bool input;        /* it passes us */
	uint64_t bytes[3]; /* by stream: input, output, error output */
	struct sha256 hash[3];
};

void digest_init(struct digest *d);
void digest_add(struct digest *d, unsigned stream, struct span bytes);
/* Ends it: the event "streams" into the queue. */
void digest_record(struct digest *d, struct ring *ring, int64_t mono_ns);

#endif
