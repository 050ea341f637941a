/* SPDX-License-Identifier: ISC */
/* One message out of CBOR, as leniently as can be without guessing: any order and case of
 * keys, unknown keys, missing fields, tags, every size of integer.  Texts and bytes of the
 * message point into the input unless they came in chunks or had to be cleaned. */
#ifndef FORMAT_MSG_DECODE_H
#define FORMAT_MSG_DECODE_H

#include "format/msg.h"

#include <sys/types.h>

#define MSG_DECODE_MAX ((size_t)64 << 20) /* bytes of one message */

/* What was wrong with a message that could be read to its end. */
struct msg_flaw {
	int code;      /* ERR_..., 0: nothing */
	bool lost;     /* the message cannot be used */
	char text[96]; /* for a person */
};

struct msg_decoder {
	struct buf scratch; /* joined and cleaned strings; valid until the next message */
	struct msg_pair pairs[MSG_LIST_MAX];
	struct msg_flaw flaw; /* of the last message */
	uint64_t need;        /* after 0: so many bytes at least, 0 unknown */
	/* Within one message: */
	size_t npairs;
};

void msg_decoder_init(struct msg_decoder *d);
void msg_decoder_free(struct msg_decoder *d);
/* The message at the beginning of IN: returns how many bytes it takes (then look at
 * d->flaw), 0 when IN ends too early, ERR_FORMAT when it is no CBOR, ERR_LIMIT when it is or
 * wants to be larger than MSG_DECODE_MAX, ERR_NOMEM. */
ssize_t msg_decode(struct msg_decoder *d, struct span in, struct msg *m);

#endif
