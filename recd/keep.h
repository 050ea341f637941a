/* SPDX-License-Identifier: ISC */
/* One session that is being kept: bytes come in, messages of an audit log, and go into a
 * recording in a store, with what the daemon itself knows between them.  No sockets and no
 * clock: time comes in, acknowledgements are asked for.  A session may be handed from thread to
 * thread; those that wait for a disk (keep_waits() tells of keep_commit()) are keep_begin(),
 * _resume(), _commit(), _end(), _abandon(), _encrypt(), _hand_over(), _drop() and _leave().
 *
 * The client's bytes are taken only as the encoder would write them: canonical CBOR, of this
 * session.  So their place in the run of bytes can be found again by reading the recording,
 * and nothing besides has to survive a crash.  The daemon's own events have request ids from
 * KEEP_REQUEST on, which no client may use. */
#ifndef RECD_KEEP_H
#define RECD_KEEP_H

#include "format/box.h"
#include "format/seal.h"
#include "recd/peer.h"
#include "store/deposit.h"
#include "store/ship.h"
#include "store/store.h"

#define KEEP_REQUEST     SEAL_REQUEST
#define KEEP_MESSAGE_MAX ((size_t)1 << 20) /* bytes of one message of a client */

struct keep_opts {
	struct store *store; /* outlives the session */
	struct ship *ship;   /* sends them on while they are written; NULL: they stay */
	uint64_t max_bytes;  /* of a session's messages, 0 any */
	int level;           /* compression, 0 default */
	const struct box_recipients *recipients; /* encrypts what is finished; NULL: no */
	const struct sign_key *key; /* seals recordings; NULL: they are not sealed */
};

#define KEEP_NAME_SIZE (2 * DEPOSIT_ID_SIZE + 1)
void keep_name(char out[KEEP_NAME_SIZE], const uint8_t id[DEPOSIT_ID_SIZE]);

struct keep;

/* A new session, which keep_begin() has to follow; NULL: no memory. */
struct keep *keep_new(const struct keep_opts *o, const uint8_t id[DEPOSIT_ID_SIZE],
	const struct peer *peer, int64_t wall_ns);
/* Its recording begins.  ERR_EXISTS: there is one with this id.  On error K is released. */
int keep_begin(struct keep *k, struct err *e);
/* One that an earlier run of the daemon left open: its end is repaired.  PEER may be NULL:
 * nobody has come back for it. */
int keep_resume(struct keep **k, const struct keep_opts *o,
	const uint8_t id[DEPOSIT_ID_SIZE], const struct peer *peer, struct err *e);
/* PEER has come back for it.  ERR_STATE: it is finished. */
int keep_meet(struct keep *k, const struct peer *peer, struct err *e);

/* Bytes of the client, which stand at OFFSET of its run.  0, or why the session must end:
 * the error says it, *WHY as the client is told. */
int keep_take(struct keep *k, uint64_t offset, struct span bytes,
	enum deposit_reason *why, struct err *e);
/* Would keep_commit() wait for a disk? */
bool keep_waits(const struct keep *k, int64_t now_ns, bool must);
/* Writes what was taken, and makes it durable as the store's policy has it: NOW is monotonic.
 * MUST: all of it. */
int keep_commit(struct keep *k, int64_t now_ns, bool must, struct err *e);
/* The disk has failed to keep some of it: K is to be left.  Whoever goes on with it then finds
 * what is durable, and its client has the rest. */
bool keep_is_doubtful(const struct keep *k);

uint64_t keep_wanted(const struct keep *k); /* offset of the next byte */
/* Nothing ever came: not so of one that an earlier run encrypted, whatever is wanted. */
bool keep_is_empty(const struct keep *k);
uint64_t keep_durable(const struct keep *k); /* all before it is kept */
/* Bytes in memory, of a message that has not come whole. */
size_t keep_waiting(const struct keep *k);
bool keep_has_ended(const struct keep *k); /* its client has said all of it */
bool keep_is_dirty(const struct keep *k);  /* something was taken and is not durable */
const char *keep_id(const struct keep *k); /* 32 digits */
/* Bytes of the file so far. */
uint64_t keep_size(const struct keep *k);

/* With a key: is there something that no seal vouches for?  keep_seal() makes one. */
bool keep_wants_seal(const struct keep *k);
int keep_seal(struct keep *k, int64_t wall_ns, struct err *e);

/* The client says that there is no more: the recording is finished, with a note if the session
 * had not ended, and K released.  With
 * recipients 1: it is durable and sealed, keep_encrypt() and keep_hand_over() are to follow. */
#define KEEP_CUT_SHORT "its recorder recorded no more"
int keep_end(struct keep *k, int64_t wall_ns, struct err *e);
/* Nobody goes on with it: says so in the recording (WHY, a text) and finishes it. */
int keep_abandon(struct keep *k, const char *why, int64_t wall_ns, struct err *e);
/* From there on only its recipients can read it. */
int keep_encrypt(struct keep *k, struct err *e);
/* It belongs to the store, K is released.  RC: what keep_encrypt() has said; an error leaves
 * the recording open, and is returned. */
int keep_hand_over(struct keep *k, int rc, struct err *e);
/* Nothing was ever taken: there will be no recording. */
void keep_drop(struct keep *k);
/* The daemon stops: what was taken is written, the recording stays open. */
void keep_leave(struct keep *k);

#endif
