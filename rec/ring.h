/* SPDX-License-Identifier: ISC */
/* The queue between the thread that moves bytes (one producer) and the thread that records
 * them (one consumer): records of a head and up to RING_DATA_MAX bytes in one fixed block,
 * without locks, without allocation after ring_init.
 *
 * The producer may read(2) straight into the queue (ring_reserve, ring_commit); the bytes
 * stay in place until it writes to the queue again, whatever the consumer does, so they can
 * be delivered from there after the commit.
 *
 * Waking costs a system call, so it is apart from the commit: the consumer asleep without
 * anything to do is woken by ring_wake; one that waits for its flush time is not, unless
 * much has come or the record is urgent. */
#ifndef REC_RING_H
#define REC_RING_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_DATA_MAX 32768u

/* How much of the queue a record must leave free: bytes stop first, then events, so that
 * the end of the session always finds room. */
enum ring_class { RING_BYTES, RING_EVENT, RING_LAST };

struct ring_head {
	uint32_t n;    /* bytes of data */
	uint16_t kind; /* the user's; RING_PAD is the queue's own */
	uint16_t stream;
	int64_t mono_ns; /* when it happened */
};
#define RING_PAD 0xFFFFu

struct ring_item {
	struct ring_head h;
	const uint8_t *data; /* valid until ring_release */
};

struct ring {
	uint8_t *p;
	uint64_t size;    /* power of two */
	uint64_t wake_at; /* fill that wakes a waiting consumer */
	int space_fd;     /* eventfd: told when a waiting producer can go on */
	_Alignas(64) atomic_uint_fast64_t head; /* bytes ever committed */
	_Alignas(64) atomic_uint_fast64_t tail; /* bytes ever released */
	_Alignas(64) atomic_uint sleeper;       /* state of the consumer (ring.c) */
	atomic_bool want_space, urgent;
};

int ring_init(struct ring *r, size_t size, int space_fd, struct err *e);
void ring_free(struct ring *r);

/* Producer.  ring_reserve: room for data in one piece, at least MIN, at most
 * RING_DATA_MAX bytes, *avail of them; NULL when there is none.  Nothing is queued until
 * ring_commit with h->n <= *avail. */
void *ring_reserve(struct ring *r, enum ring_class c, size_t min, size_t *avail);
void ring_commit(struct ring *r, const struct ring_head *h);
bool ring_put(
	struct ring *r, enum ring_class c, const struct ring_head *h, const void *data);
void ring_wake(struct ring *r, bool urgent);
/* Ask for a write to space_fd when half of the queue is free.  False: it is already. */
bool ring_want_space(struct ring *r);

/* Consumer. */
bool ring_peek(struct ring *r, struct ring_item *it);
void ring_release(struct ring *r, const struct ring_item *it);
/* Sleep until something is there (DEADLINE 0) or until the monotonic DEADLINE, unless
 * woken before; an urgent wake since the last sleep counts. */
void ring_wait(struct ring *r, int64_t deadline_ns);

uint64_t ring_fill(const struct ring *r); /* bytes in it, heads included; either side */

#endif
