/* SPDX-License-Identifier: ISC */
/* Every line of a recording in which something stands, in the order of time: one pass from
 * front to back for who wants all of them and no picture.  What was shown is what
 * replay/search.h finds; memory does not grow with the recording. */
#ifndef REPLAY_SIFT_H
#define REPLAY_SIFT_H

#include "format/tape.h"
#include "replay/query.h"
#include "replay/search.h"

struct sift_line {
	uint64_t n; /* messages applied when the match appeared */
	int64_t at_ns;
	size_t start, end;   /* of the first match in the text */
	const uint8_t *text; /* valid UTF-8; as the row stood when it had come together */
	size_t len;
};

/* 0: go on; anything else ends the pass with that value. */
typedef int sift_line_fn(void *ctx, const struct sift_line *l);
/* Asked now and then with how far it is, 0 to 1 or negative; may be NULL. */
typedef void sift_progress_fn(void *ctx, double done);

struct sift {
	struct query *query; /* borrowed */
	enum search_scope scope;
	sift_line_fn *line;
	sift_progress_fn *progress;
	void *ctx;
	size_t memory; /* text that is kept before it is looked through; 0: 32 MiB */
};

/* Takes T over.  0, what the callback returned, or a negative error: then what can be read was
 * looked at all the same, but for ERR_NOMEM and ERR_LIMIT (the query runs away).  END, not NULL:
 * how the recording ends, as far as it was read. */
int sift_run(const struct sift *s, struct tape *t, struct tape_end *end, struct err *e);

#endif
