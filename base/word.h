/* SPDX-License-Identifier: ISC */
/* Words as a shell takes them back. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include "base/buf.h"

/* WORD, in single quotes where it needs them. */
void word_quote(struct buf *out, struct span word);
/* The same for PATH as an operand, to be shown: no option whatever it begins with, and nothing
 * in it that is an order to a terminal. */
void word_quote_path(struct buf *out, const char *path);

#endif
