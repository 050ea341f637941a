/* SPDX-License-Identifier: ISC */
/* All of one message for a person: what it is and every field of it, decoded.  Rows of
 * "label TAB value LF"; a row without a label goes on the one above.  Recorded text is made
 * seemly (format/seemly.h); bytes come as text where they are text, and as hex; secrets only
 * as their length. */
#ifndef FORMAT_EXPLAIN_H
#define FORMAT_EXPLAIN_H

#include "format/msg.h"

#define EXPLAIN_BYTES_MAX 131072 /* of all rows; then it is said that there is more */
#define EXPLAIN_TEXT_MAX  16384  /* characters of one value */
#define EXPLAIN_HEX_MAX   1024   /* bytes of one value */

struct explain_at {
	uint64_t ordinal; /* number of the message */
	int64_t at_ns;    /* time since the start */
	bool dated;       /* its own time is a real date (struct tape_info) */
};

/* Appends to OUT. */
int msg_explain(struct buf *out, const struct msg *m, struct explain_at at);

#endif
