/* SPDX-License-Identifier: ISC */
/* A session that is being kept, from inside: beginning and going on (keep_open.c), taking and
 * ending (keep.c). */
#ifndef RECD_KEEP_IMPL_H
#define RECD_KEEP_IMPL_H

#include "format/msg_decode.h"
#include "format/tapew.h"
#include "format/vendor.h"
#include "recd/keep.h"
#include "recd/sealer.h"

struct keep {
	struct keep_opts o;
	char id[KEEP_NAME_SIZE];
	struct peer peer;
	bool have_peer;
	struct store_file *file;
	struct ship_item *item; /* NULL: it is not shipped, or nothing was written yet */
	bool found;             /* an earlier run began it */
	bool boxed; /* it was finished and encrypted by an earlier run that then died: no W */
	struct tapew *w;
	struct msg_decoder dec;
	struct buf in;    /* bytes of a message that has not come whole */
	struct buf canon; /* one message, encoded */
	struct buf json;
	struct meta meta;
	uint64_t taken;    /* bytes of whole messages that went to the writer */
	uint64_t flushed;  /* of them, in the store's file */
	uint64_t durable;  /* of them, kept by the store's policy */
	uint64_t sealed;   /* taken when the last seal was made */
	uint64_t messages; /* of the client */
	uint64_t requests; /* events of ours */
	int64_t last_ns;   /* time of the last message */
	int64_t begun_ns;  /* by our own clock, 0 unknown: an earlier run was told */
	bool ended;        /* a disconnect was taken */
	/* called for by messages that were taken, and not done yet */
	bool owes_peer, owes_facts;
	struct sealer sealer;
};

static inline bool
keep_is_ours(const struct msg *m)
{
	return m->type == MSG_CHANNEL_REQUEST_UNKNOWN &&
	       m->p.channel_request_unknown.request_id >= KEEP_REQUEST;
}

/* What M says of the session as a whole, if nothing said it before; true: it is news. */
bool keep_learn(struct keep *k, const struct msg *m);
void keep_release(struct keep *k); /* the memory; the file was finished or left */

#endif
