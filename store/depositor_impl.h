/* SPDX-License-Identifier: ISC */
/* What both sides of a depositor share: a ring of bytes from the oldest that is not
 * acknowledged to the newest that was written.  The writer (depositor.c) adds at its end; the
 * thread (depositor_link.c) sends from SENT on, takes acknowledgements off its front, and
 * after a new connection sets SENT to what the daemon wants. */
#ifndef STORE_DEPOSITOR_IMPL_H
#define STORE_DEPOSITOR_IMPL_H

#include "base/buf.h"
#include "store/deposit.h"
#include "store/depositor.h"

#include <pthread.h>
#include <sys/un.h>

#define DEPOSITOR_OUT_MAX (4 * (size_t)DEPOSIT_FRAME_MAX)

struct depositor {
	struct dst dst;
	struct depositor_opts o;
	struct sockaddr_un addr;
	uint8_t id[DEPOSIT_ID_SIZE];
	/* the thread's own */
	struct buf in, out;
	uint8_t token[DEPOSIT_TOKEN_SIZE];
	int64_t retry_ns, pause_ns; /* when to connect again; how long it waited last */
	int64_t heard_ns;           /* when something was sent last */
	bool end_sent;
	pthread_t thread;
	int wake_fd;
	/* under LOCK */
	pthread_mutex_t lock;
	pthread_cond_t moved; /* something was acknowledged, or the state changed */
	uint8_t *ring;
	uint64_t acked, sent,
		made; /* offsets in the run of bytes; acked <= sent <= made */
	uint32_t window;
	int fd;          /* -1: not connected */
	int64_t gone_ns; /* since when not */
	int64_t kept_ns; /* when something was acknowledged last, or nothing was due */
	bool refused;    /* for good: WHY says it */
	bool troubled;   /* it said that it cannot write; over when it keeps something */
	bool ending, closed, stop;
	struct err why;
};

static inline int64_t
depositor_now(const struct depositor *d)
{
	return clk_mono(d->o.clk);
}

/* depositor_link.c */
/* A descriptor; waits for its turn as long as WAIT_NS. */
int depositor_dial(const struct depositor *d, int64_t wait_ns, struct err *e);
/* The greeting and its answer, before there is a thread. */
int depositor_greet(struct depositor *d, struct err *e);
void *depositor_run(void *depositor); /* the thread */

#endif
