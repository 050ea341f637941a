/* SPDX-License-Identifier: ISC */
/* What takes long and must not hold up the loop: threads that do jobs, those that cost little
 * first, so that nobody waits for somebody's gigabytes.  What is done comes back to the loop.
 *
 *	   worker_add()            a thread is free            it has run
 *	-------------> WAITING ------- start() ----> GIVEN ------ run() ----> done() ---->
 *	  <- worker_remove()
 *
 * Jobs that wait are the loop's alone: it may take them back and put them in elsewhere.  Only
 * what was given to a thread is shared, and nobody but run() touches that until done(). */
#ifndef RECD_WORKER_H
#define RECD_WORKER_H

#include "recd/watch.h"

#include <pthread.h>

#define WORKER_THREADS_MAX 64

struct job {
	struct job *next;
	uint64_t cost; /* the cheapest is first, of equals the one that came first */
	void (*start)(
		struct job *j);      /* in the loop, when a thread takes it; NULL: none */
	void (*run)(struct job *j);  /* in the thread, alone with what it touches */
	void (*done)(struct job *j); /* in the loop; J may be released, or added again */
};

struct worker {
	struct watched news; /* for the loop */
	unsigned most;       /* threads; 0: worker_give() and worker_step() are */
	/* the loop's */
	struct job *waiting, *last;
	unsigned nwaiting, given;
	pthread_t thread[WORKER_THREADS_MAX];
	unsigned nthreads;
	/* under LOCK */
	pthread_mutex_t lock;
	pthread_cond_t more, came;
	struct job *ready, *finished;
	bool stop;
};

/* THREADS at most, each begun when it is needed. */
int worker_init(struct worker *w, struct watch *loop, unsigned threads, struct err *e);
/* Without any thread J is run here and now. */
void worker_add(struct worker *w, struct job *j);
/* J waits, and does not any more. */
void worker_remove(struct worker *w, struct job *j);
/* All of them, those included that they add: they are run, and DONE, when it returns. */
void worker_drain(struct worker *w);
/* The jobs that are running come to their end, no other begins; none is DONE any more. */
void worker_stop(struct worker *w);
/* Without threads: the N-th job that waits (counted round) is given to one that there might be;
 * the N-th of those is run, DONE with the next turn of the loop.  False: there is none. */
bool worker_give(struct worker *w, unsigned n);
bool worker_step(struct worker *w, unsigned n);

#endif
