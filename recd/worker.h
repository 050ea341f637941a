/* SPDX-License-Identifier: ISC */
/* What takes long and must not hold up the loop: a thread that does one job after the other,
 * those that cost little first, so that nobody waits for somebody's gigabytes.  What is done
 * comes back to the loop. */
#ifndef RECD_WORKER_H
#define RECD_WORKER_H

#include "recd/watch.h"

#include <pthread.h>

struct job {
	struct job *next;
	uint64_t cost;               /* bytes, about */
	void (*run)(struct job *j);  /* in the thread, alone with what it touches */
	void (*done)(struct job *j); /* in the loop; J may be released */
};

struct worker {
	struct watched news; /* for the loop */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *waiting, *finished; /* under LOCK */
	bool runs, stop;
};

int worker_init(struct worker *w, struct watch *loop, struct err *e);
/* The thread begins with the first job.  Without one J is run here and now. */
void worker_add(struct worker *w, struct job *j);
/* The job that is running comes to its end, no other begins; none is DONE any more. */
void worker_stop(struct worker *w);

#endif
