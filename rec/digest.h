/* SPDX-License-Identifier: ISC */
/* What stays of three streams whose bytes are not recorded: how many, and their SHA-256. */
#ifndef REC_DIGEST_H
#define REC_DIGEST_H

#include "base/jsonw.h"
#include "format/sha256.h"

struct digest {
	uint64_t bytes[3]; /* by stream: input, output, error output */
	struct sha256 hash[3];
};

void digest_init(struct digest *d);
void digest_add(struct digest *d, unsigned stream, struct span bytes);
/* Ends it: the members of the event "streams" into an open object. */
void digest_put(struct digest *d, struct jsonw *w);

#endif
