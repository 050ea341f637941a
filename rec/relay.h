/* SPDX-License-Identifier: ISC */
/* One direction of the session's bytes: from a descriptor to another, at most one read ahead.
 * What the receiver does not take at once is kept, and the source is not read until it is
 * gone: pressure goes back to the sender, never into memory. */
#ifndef REC_RELAY_H
#define REC_RELAY_H

#include "base/span.h"
#include "sys/loop.h"

#define RELAY_KEEP_MAX (2 * 131072u)

struct relay {
	struct loop *loop;
	int from, to;           /* -1: closed; TO -1 from the start: bytes are dropped */
	int from_slot, to_slot; /* in the loop, -1 none */
	bool stalled;           /* the source waits for room in the queue */
	bool eof;               /* the source has ended */
	bool finish;            /* close TO when all is delivered */
	bool patient;  /* a receiver that fails may come back: drop bytes meanwhile */
	bool watch_to; /* wants to know when the receiver goes away */
	void (*ready)(void *ctx, struct relay *r); /* the source can be read */
	void (*gone)(void *ctx, struct relay *r);  /* the receiver went away */
	void *ctx;
	size_t keep_at, keep_n;
	uint8_t keep[RELAY_KEEP_MAX];
};

int relay_init(struct relay *r, struct loop *l, int from, int to);
/* Deliver P, now or later.  Only from ready(), or up to RELAY_KEEP_MAX / 2 bytes at a time
 * when nothing is kept. */
void relay_deliver(struct relay *r, const void *p, size_t n);
/* Text of our own into the stream, if there is room for it. */
bool relay_say(struct relay *r, const char *text);
void relay_stall(struct relay *r, bool on);
/* The source ended: deliver what is kept; then, when FINISH, close TO. */
void relay_eof(struct relay *r);
void relay_close(struct relay *r);
static inline bool
relay_idle(const struct relay *r)
{
	return r->keep_n == 0;
}

#endif
