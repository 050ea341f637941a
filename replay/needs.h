/* SPDX-License-Identifier: ISC */
/* What a line must hold so that an expression can match in it, as far as that is certain:
 * grams, all of them or one of several.  Whatever is not understood needs nothing, so a
 * filter (replay/gram.h) that does not hold what is needed proves that nothing is there. */
#ifndef REPLAY_NEEDS_H
#define REPLAY_NEEDS_H

#include "replay/gram.h"

#define NEEDS_MAX 2048 /* parts; an expression with more needs nothing */

struct needs_part {
	enum { NEEDS_GRAM, NEEDS_ALL, NEEDS_ONE } kind;
	uint32_t gram;
	int first, next; /* parts of it; of the same; -1: none */
};

struct needs {
	int root; /* -1: nothing */
	int n;
	struct needs_part v[NEEDS_MAX];
};

/* Of TEXT, an expression that PCRE2 has taken, or, PLAIN, text as it is.  FOLD: case is
 * ignored from the beginning. */
void needs_of(struct needs *n, const char *text, bool plain, bool fold);
bool needs_met(const struct needs *n, const struct gram_filter *f);

#endif
