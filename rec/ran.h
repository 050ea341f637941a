/* SPDX-License-Identifier: ISC */
/* What ran inside the session: the sources of trace/ on the session's loop, and their events
 * as records in the queue.  An event that finds no room there is counted, and the count is
 * recorded as a gap when there is room again. */
#ifndef REC_RAN_H
#define REC_RAN_H

#include "rec/recorder.h"
#include "sys/loop.h"
#include "trace/trace.h"

#define RAN_PENDING_MAX 4 /* events that one mark can make, and one more */
#define RAN_NONCE_SIZE  33

struct ran {
	struct trace trace;
	struct trace_session session;
	struct loop *loop;
	struct ring *ring;
	const struct recorder *rec; /* for its clocks only */
	int timer, slot;            /* of the loop; -1: none */
	bool paused;                /* by the user: events are dropped */
	char nonce[RAN_NONCE_SIZE];
	struct {
		enum vendor_id id;
		size_t n;
	} pending[RAN_PENDING_MAX];
	int npending;
	struct buf json;    /* of the event that is being made */
	struct buf waiting; /* of those that are pending, one behind the other */
	uint64_t lost;
	int64_t lost_ns; /* the first of them */
};

/* Start the sources that WANTED asks for and write the message that tells of them.  PTY: the
 * master or -1. */
int ran_start(struct ran *r, unsigned wanted, int pty, struct recorder *rec,
	const struct clk *clk, struct err *e);
/* "AUDITREC_NONCE=..." for the program, or "AUDITREC_NONCE" to remove it. */
void ran_env(const struct ran *r, char out[64]);
/* The program runs (PROGRAM 0: it could not be started), the session has a loop. */
void ran_begin(struct ran *r, struct loop *loop, pid_t program);

/* OUT is shown.  Returns the bytes looked at: behind them stand events, which ran_flush()
 * puts into the queue once the bytes are there. */
size_t ran_output(struct ran *r, unsigned stream, struct span out, int64_t now_ns);
void ran_flush(struct ran *r);
void ran_input(struct ran *r, struct span in, int64_t now_ns);
void ran_end(struct ran *r, int64_t now_ns);

#endif
