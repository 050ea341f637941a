/* SPDX-License-Identifier: ISC */
/* Every line of a recording in which something stands, in the order of time: one pass from
 * front to back for who wants all of them and no picture.  What was shown is what
 * replay/search.h finds; memory does not grow with the recording. */
#ifndef REPLAY_SIFT_H
#define REPLAY_SIFT_H

#include "format/tape.h"
#include "replay/gist.h"
#include "replay/query.h"

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
	struct query *query; /* borrowed; NULL: nothing is looked for */
	enum search_scope scope;
	int ran; /* SEARCH_EVENTS: VENDOR_RAN_... at least, and only what ran; 0: events */
	sift_line_fn *line;
	sift_progress_fn *progress;
	void *ctx;
	size_t memory; /* text that is kept before it is looked through; 0: 32 MiB */
	struct gist_writer
		*keep; /* all that was looked at goes there, too; may be NULL */
	bool *kept;    /* that is all of the recording */
};

/* Takes T over.  0, what the callback returned, or a negative error: then what can be read was
 * looked at all the same, but for ERR_NOMEM and ERR_LIMIT (the query runs away).  END, not NULL:
 * how the recording ends, as far as it was read. */
int sift_run(const struct sift *s, struct tape *t, struct tape_end *end, struct err *e);

/* The same out of the gist G of the recording, which is opened, by OPEN, only if its own bytes
 * are needed.  ERR_STATE: G has not what is needed; another error than ERR_LIMIT: it is not to
 * be trusted.  The lines told so far are in both cases those with which sift_run() begins. */
typedef int sift_open_fn(void *ctx, struct tape **t, struct err *e);
int sift_gist(const struct sift *s, struct gist *g, sift_open_fn *open, void *ctx,
	struct err *e);

#endif
