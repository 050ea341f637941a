/* SPDX-License-Identifier: ISC */
/* Ships the recordings of a spool (a directory store with "spool") to an object store: a pool
 * of threads, started when they are needed, does the requests that store/upload.h asks for.
 * Parts go up while a recording is still written.  While the store does not answer well, all
 * wait, and one request at a time finds out whether it does again. */
#ifndef STORE_SHIP_H
#define STORE_SHIP_H

#include "store/s3.h"

struct ship;
struct ship_item; /* a recording that is being shipped */

struct ship_opts {
	struct s3 *s3;       /* borrowed */
	struct store *spool; /* borrowed */
	bool keep;           /* what was uploaded stays in the spool, too */
	const struct clk *clk;
	uint32_t (*chance)(void *ctx); /* any 32 bits */
	/* Something went wrong (FAULT), goes on again or is done (NULL), with recording ID or,
	 * NULL, with the store as a whole.  One line, without control characters; from any
	 * thread, never two at once. */
	void (*tell)(void *ctx, const char *id, const struct s3_fault *fault,
		const char *text);
	void *ctx;
};

#define SHIP_METRICS_MAX 32
struct ship_stats {
	uint64_t requests, bytes_sent, uploaded, parts;
	uint64_t waiting,
		bytes_waiting; /* recordings that are finished but not uploaded */
	uint64_t open, stuck;
	bool paused; /* the store did not answer well last time */
	struct ship_metric {
		const char *label; /* of the row of s3_fault.h */
		uint64_t n;
	} failures[SHIP_METRICS_MAX]; /* ended by a NULL label */
};

int ship_new(struct ship **s, const struct ship_opts *o, struct err *e);
/* Recordings of earlier runs: what is finished is shipped.  What is still open is left alone:
 * somebody finishes it (directory_list_open) or goes on with it (ship_add). */
int ship_scan(struct ship *s, struct err *e);
/* Recording ID, which is open.  FOUND: from an earlier run.  The item is good until
 * ship_finished() or ship_left(). */
int ship_add(struct ship *s, const char *id, bool found, struct ship_item **item,
	struct err *e);
void ship_grown(struct ship *s, struct ship_item *item, uint64_t durable);
/* Only the first SIZE bytes are there any more. */
void ship_cut(struct ship *s, struct ship_item *item, uint64_t size);
void ship_finished(struct ship *s, struct ship_item *item, uint64_t size);
/* It stays open in the spool, for the next run. */
void ship_left(struct ship *s, struct ship_item *item);
/* Until everything that is finished was uploaded, or DEADLINE (mono ns): false. */
bool ship_wait(struct ship *s, int64_t deadline);
/* Somebody has mended something: what waits for its next try is tried now, with keys that are
 * looked for anew.  Never waits. */
void ship_again(struct ship *s);
/* Time has passed that nobody slept through (clocks of tests). */
void ship_poke(struct ship *s);
void ship_stats(struct ship *s, struct ship_stats *out);
/* Ends requests, threads and S.  What was not uploaded is, the next time. */
void ship_stop(struct ship *s); /* may be NULL */

#endif
