/* SPDX-License-Identifier: ISC */
/* Words as a shell takes them back, and words cut short. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include "base/buf.h"

/* WORD, in single quotes where it needs them. */
void word_quote(struct buf *out, struct span word);
/* The same for PATH as an operand, to be shown: no option whatever it begins with, and nothing
 * in it that is an order to a terminal. */
void word_quote_path(struct buf *out, const char *path);

#define WORD_LIST_MAX 200
/* The only one of the words that TEXT is or begins: its number.  NAME gives them, NULL behind the
 * last.  -1: there is none, or there are several; LIST has them, "cat, convert or cut". */
int word_choose(
	const char *(*name)(size_t i), const char *text, char list[WORD_LIST_MAX]);

#endif
