/* SPDX-License-Identifier: ISC */
/* A tape read at any place: it stands wherever somebody read last, and is moved when somebody
 * reads elsewhere, so that who reads on costs no seek. */
#ifndef REPLAY_READER_H
#define REPLAY_READER_H

#include "format/tape.h"

#define READER_NOWHERE UINT64_MAX

/* The message read last; m is NULL when there is none. */
struct reader_got {
	const struct msg *m;
	uint64_t n;
	int64_t at_ns;
	struct tape_pos after;
};

struct reader {
	struct tape *tape; /* borrowed */
	struct reader_got got;
	uint64_t n; /* number of the message in front of the tape, or READER_NOWHERE */
};

/* T stands at its beginning. */
void reader_init(struct reader *r, struct tape *t);
/* Read message number N, which is at POS, into r->got: 1, 0 at the end, negative. */
int reader_read(struct reader *r, const struct tape_pos *pos, uint64_t n, struct err *e);

#endif
