/* SPDX-License-Identifier: ISC */
/* One recording redacted into another: read once to find what must be masked, once more to write
 * the rest.  What was written is searched by the same rules before it gets its name. */
#ifndef LOG_REDACTION_H
#define LOG_REDACTION_H

#include "base/when.h"
#include "log/edit.h"
#include "replay/redact.h"

struct redaction {
	struct edit
		edit; /* first: the two are one; the caller fills: from, to, format, mode ... */
	struct rules rules;
	uint32_t mask; /* 0: the usual one */
	bool drop_input;
	bool between; /* mask everything from FROM to TO */
	struct when from, to;
	void (*hit)(void *ctx, const struct redact_hit *h); /* may be NULL */
	void *ctx;
	/* ... and finds here what happens. */
	struct redact *redact;
	int64_t from_ns, to_ns;
	bool made_ids; /* of connections: they stand in no file */
	uint64_t input_dropped, events_dropped;
	uint64_t taken; /* messages of the second pass */
	bool complete;
	struct dst dst;    /* what is written goes through this ... */
	struct dst *inner; /* ... into the file */
};

/* All of it; the exit status. */
int redaction_run(struct redaction *x, const struct clk *clk);
/* Only finds; nothing is written.  The same. */
int redaction_try(struct redaction *x, const struct clk *clk);
/* After either, once the counts are not needed any more. */
void redaction_free(struct redaction *x);

#endif
