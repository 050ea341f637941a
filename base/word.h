/* SPDX-License-Identifier: ISC */
/* Words as a shell takes them back. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include "base/buf.h"

/* WORD, in single quotes where it needs them. */
void word_quote(struct buf *out, struct span word);

#endif
