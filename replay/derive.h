/* SPDX-License-Identifier: ISC */
/* The text of a block of the store, with what it only refers to read again from the recording. */
#ifndef REPLAY_DERIVE_H
#define REPLAY_DERIVE_H

#include "replay/reader.h"
#include "replay/text.h"

struct derive {
	struct text_reader stored;
	struct text_page page;
	struct buf row; /* the last one, blanks at its end included */
};

/* Read BLOCK of T, a store of R's recording; then OUT has lines only.  0, or an error of reading: the
 * recording is another than before. */
int derive_block(struct derive *d, struct reader *r, const struct text *t, size_t block,
	struct text_reader *out);
/* The same of the page in D->stored, where it was read. */
int derive_page(struct derive *d, struct reader *r, struct text_reader *out);
void derive_end(struct derive *d);

#endif
