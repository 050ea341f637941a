/* SPDX-License-Identifier: ISC */
/* What happened, as lines of text: each event as the player lists it and, where it tells what
 * ran, all of the command line, of which that shows the beginning.  A line may have newlines
 * inside. */
#ifndef REPLAY_HAPPENED_H
#define REPLAY_HAPPENED_H

#include "format/vendor.h"
#include "replay/text.h"

#define HAPPENED_TOLD 0 /* the row of a line: described, or VENDOR_RAN_... */

struct happened {
	struct text text;
	struct buf line, ran;
};

void happened_init(struct happened *h);
void happened_free(struct happened *h);
/* With M, N messages are known.  In order. */
void happened_note(struct happened *h, const struct msg *m, uint64_t n, int64_t at_ns);

#endif
