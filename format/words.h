/* SPDX-License-Identifier: ISC */
/* Lines of words between blanks, and numbers in them, out of hostile text. */
#ifndef FORMAT_WORDS_H
#define FORMAT_WORDS_H

#include "base/span.h"

/* The word in front of *S, which becomes what stands behind it; empty: there is none. */
struct span words_take(struct span *s);
/* All of S is digits of a number up to MAX. */
bool words_number(struct span s, uint64_t max, uint64_t *out);

#endif
