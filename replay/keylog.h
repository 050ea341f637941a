/* SPDX-License-Identifier: ISC */
/* What was typed and when, message by message, so that the last keys before any place are at
 * hand.  Bounded: of a message with much input (a paste) the end is kept; when all of it is
 * too much nothing more is kept, and that can be asked. */
#ifndef REPLAY_KEYLOG_H
#define REPLAY_KEYLOG_H

#include "replay/keyname.h"
#include "replay/reel.h"

#define KEYLOG_RECORDS_MAX 524288 /* 12 MiB */
#define KEYLOG_BYTES_MAX   ((size_t)8 << 20)
#define KEYLOG_MESSAGE_MAX 512 /* bytes of one message */

struct keylog {
	struct keylog_record {
		uint64_t n; /* number of the message */
		int64_t at_ns;
		uint32_t off; /* of its bytes */
		uint16_t len;
		bool masked;
	} * v;
	size_t n, cap;
	struct buf bytes;
	bool full;
};

void keylog_init(struct keylog *k);
void keylog_free(struct keylog *k);
/* M is message number N.  In order. */
void keylog_note(struct keylog *k, const struct msg *m, uint64_t n, int64_t at_ns);
/* As reel_keys(). */
size_t keylog_last(
	const struct keylog *k, uint64_t before, struct reel_key *out, size_t max);

#endif
