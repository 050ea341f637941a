/* SPDX-License-Identifier: ISC */
/* What shipping is made of: recordings in a line, a pool of workers, requests.  One lock holds
 * everything but the requests themselves. */
#ifndef STORE_SHIP_IMPL_H
#define STORE_SHIP_IMPL_H

#include "store/ship.h"
#include "store/upload.h"

#include <pthread.h>

struct ship_item {
	struct ship_item *next, **back; /* of all */
	struct ship_item *behind;       /* in the line */
	bool in_line, left, counted;
	char id[STORE_ID_LEN + 1];
	struct upload u;
	const struct s3_fault *told;
	unsigned writing; /* its journal */
};

struct ship {
	struct ship_opts o;
	int dir;
	pthread_mutex_t lock, telling;
	pthread_cond_t changed; /* for workers */
	pthread_cond_t done;    /* for ship_wait() */
	pthread_t worker[S3_PARALLEL_MAX];
	unsigned workers, idle, flying;
	unsigned failures;           /* in a row, of the store as a whole */
	int64_t pause_until;         /* mono */
	const struct s3_fault *told; /* of the store as a whole */
	bool stopping;
	struct s3_cancel cancel;
	struct ship_item *all, *line, **line_end;
	struct ship_stats stats;
};

/* One request: what it needs, taken along so that nobody has to hold a lock while it is made. */
struct ship_task {
	struct s3 *s3;
	int dir; /* of the spool */
	const struct s3_cancel *cancel;
	char id[STORE_ID_LEN + 1];
	struct upload_job job;
	char stamp[S3_STAMP_MAX]; /* of the object that the job makes */
	bool stamp_is_new;        /* not in the journal yet */
	struct s3_part *parts;    /* END, PARTS: those that were sent */
	size_t nparts;
	struct upload_outcome o;
	struct err e;
	uint64_t sent; /* bytes */
};

/* --- the line; with the lock --- */

void ship_line_join(struct ship *s, struct ship_item *i);
/* Keeps the sums right; call it behind changes of I. */
void ship_line_count(struct ship *s, struct ship_item *i);
void ship_line_drop(struct ship *s, struct ship_item *i);
/* Nobody needs it any more: not a request, not the line, not who writes it. */
bool ship_line_is_over(const struct ship_item *i);
/* The next request of anybody; NULL: none now, ask again at *WAKE. */
struct ship_item *ship_line_pick(
	struct ship *s, int64_t now, struct ship_task *t, int64_t *wake);

/* --- the pool; with the lock --- */

/* There is something to do: somebody who sleeps, or one more. */
void ship_pool_call(struct ship *s);

/* The recording is in the store, and the journal says so. */
void ship_clear_away(struct ship *s, const char *id);

/* --- requests; without the lock --- */

void ship_do(struct ship_task *t);
void ship_task_free(struct ship_task *t);

/* The journal of ID, cut to what can be read; a recording without one is finished. */
int ship_load_journal(int dir, const char *id, struct journal *j, struct err *e);
int ship_add_journal(int dir, const char *id, struct span lines, struct err *e);

#endif
