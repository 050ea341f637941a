/* SPDX-License-Identifier: ISC */
/* What was typed, as lines of text: each message of input adds to the line; Enter ends it.
 * Keys that print nothing are shown by name: <BS>, <Left>, ^C. */
#ifndef REPLAY_TYPED_H
#define REPLAY_TYPED_H

#include "base/utf8.h"
#include "format/msg.h"
#include "replay/text.h"

#define TYPED_MEMORY   ((size_t)16 << 20)
#define TYPED_LINE_MAX 512 /* then another one begins */
#define TYPED_KEY_MAX  8   /* bytes of an escape sequence that is a key */

struct typed {
	struct text text;
	struct buf line;
	struct utf8_hold hold;
	uint8_t key[TYPED_KEY_MAX]; /* a sequence not yet complete */
	size_t nkey;
	uint32_t keep; /* of the line, known from the message before */
	/* Gets each line when it is complete; then nothing is kept in TEXT.  May be NULL. */
	void (*told)(void *ctx, struct span line);
	void *ctx;
};

void typed_init(struct typed *t);
void typed_free(struct typed *t);
/* With M, N messages are known.  In order. */
void typed_note(struct typed *t, const struct msg *m, uint64_t n, int64_t at_ns);
/* The last line, which no Enter has ended, is complete, too: for TOLD. */
void typed_end(struct typed *t);

#endif
