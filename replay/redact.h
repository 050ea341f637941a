/* SPDX-License-Identifier: ISC */
/* Masking what must not be seen in a recording, in two passes over its messages.  The first finds:
 * it emulates every terminal and knows of each cell which bytes wrote it, and it follows what
 * is typed, so that a match is known however it came together; the second masks those bytes,
 * each character by one of the same width, and leaves all others as they are.
 *
 * Looked through are: lines of screens (also such as a program wrapped itself), what passed by
 * between two messages, the plain text of the output, strings for the terminal (titles, links,
 * clipboard; also percent and base64 encoded), lines as typed and as edited, and every text of
 * every other message, JSON inside included.  Fields that are secret by themselves (passwords)
 * are masked always. */
#ifndef REPLAY_REDACT_H
#define REPLAY_REDACT_H

#include "format/msg.h"
#include "replay/rules.h"

#define REDACT_TERMINALS_MAX 64   /* at a time */
#define REDACT_CHANNELS_MAX  4096 /* of a recording */

enum redact_place { REDACT_SHOWN, REDACT_STRING, REDACT_TYPED, REDACT_EVENT };
const char *redact_place_name(enum redact_place p);

struct redact_hit {
	size_t rule; /* REDACT_SECRET_FIELD: none */
	enum redact_place place;
	uint64_t n; /* messages before the one that completed it */
	int64_t at_ns;
	struct span text; /* what is masked: a secret */
};
#define REDACT_SECRET_FIELD SIZE_MAX

struct redact_opts {
	const struct rules *rules; /* borrowed */
	uint32_t mask;             /* of width 1; 0: '*' */
	bool made_ids; /* connection ids are the reader's: nobody ever saw them */
	/* Told once of each match that brings something new; may be NULL. */
	void (*hit)(void *ctx, const struct redact_hit *h);
	void *ctx;
};

struct redact;

int redact_open(struct redact **r, const struct redact_opts *o, struct err *e);
void redact_close(struct redact *r);
/* The first pass: each message in order (BLANK: all of its text is to be masked), then the end.
 * ERR_LIMIT when there is more to mask, or there are more channels, than are kept. */
int redact_find(
	struct redact *r, const struct msg *m, int64_t at_ns, bool blank, struct err *e);
int redact_found(struct redact *r, struct err *e);
/* The second: the same messages again.  *OUT is valid until the next call. */
int redact_mask(struct redact *r, const struct msg *m, struct msg *out, struct err *e);
/* The text fields of a message that is no part of the recording; what redact_mask() gave stays. */
int redact_fields(struct redact *r, const struct msg *m, struct msg *out, struct err *e);

/* May CH be a mask?  A visible character of width 1 that means nothing in JSON. */
bool redact_mask_ok(uint32_t ch);
uint64_t redact_messages(const struct redact *r);           /* of the first pass */
uint64_t redact_total(const struct redact *r);              /* matches */
uint64_t redact_count(const struct redact *r, size_t rule); /* or REDACT_SECRET_FIELD */

#endif
