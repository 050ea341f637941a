/* SPDX-License-Identifier: ISC */
/* The sessions that are being kept, by id.  Ids come from clients, so they are spread by a
 * keyed hash. */
#ifndef RECD_HELD_H
#define RECD_HELD_H

#include "recd/keep.h"
#include "recd/worker.h"

struct conn;
struct server;

/* What a thread does with a session, or is about to do (slow.c): nobody else touches its
 * recording meanwhile, nor are its client's bytes taken. */
enum held_busy {
	HELD_FREE,
	HELD_BEGUN,
	HELD_COMMITTED,
	HELD_ENDED,
	HELD_GIVEN_UP,
	HELD_DROPPED,
	HELD_LOOKED_INTO,
	HELD_ENCRYPTED,
	HELD_LEFT
};

/* What whoever is connected waits for, as long as it is busy. */
enum held_asks { HELD_ASKS_NOTHING, HELD_ASKS_TO_BEGIN, HELD_ASKS_TO_GO_ON };

struct held {
	struct held *next; /* of the same slot */
	uint8_t id[DEPOSIT_ID_SIZE];
	uint64_t hash;
	uid_t uid;
	/* NULL: left open, by an earlier run or for the disk's sake, and not looked at; or over */
	struct keep *keep;
	struct conn *conn; /* NULL: nobody is connected */
	int64_t alone_ns;  /* since when, monotonic */
	int64_t dirty_ns;  /* when the oldest byte came that is not durable, 0: none */
	int64_t retry_ns;  /* the store failed: when to try again, 0 */
	int64_t sealed_ns; /* when a seal was made last */
	uint64_t acked;
	size_t waiting; /* bytes in memory, of a message that is not whole */
	bool counted;   /* in its user's quota */
	bool cut_short; /* its client ended it before its session had ended */
	bool failing;   /* it was told that it cannot be written */
	uint64_t size;  /* of the file that an earlier run left */
	enum held_asks asks;
	uint64_t first, made; /* what somebody who came back still has of its bytes */
	uint64_t end;         /* of them, as its client says */
	const char *end_why;  /* it is to end, when it was looked into; NULL: not */
	struct err note;      /* why it was given up, and as what its client hears so */
	enum deposit_reason refusal;
	/* what takes long (slow.c) */
	enum held_busy busy;
	bool queued; /* it will be HELD_COMMITTED, and is free until then */
	struct job job;
	struct server *server;
	struct keep_opts opts;
	int64_t mono_ns, wall_ns; /* when a thread began with it */
	struct keep *after;       /* the thread's: what KEEP is when it is done */
	int rc;                   /* and what came of it, with */
	struct err why;
};

struct held_table {
	struct held **slot;
	size_t nslots, n;
};

void held_free(struct held_table *t); /* the table; its sessions must be gone */
struct held *held_find(
	const struct held_table *t, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t hash);
/* NULL: no memory. */
struct held *held_add(
	struct held_table *t, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t hash);
void held_remove(struct held_table *t, struct held *h); /* frees H, not its keep */
/* Each in turn: the one behind H, from NULL on.  H may be removed after its next was asked. */
struct held *held_next(const struct held_table *t, const struct held *h);

#endif
