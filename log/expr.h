/* SPDX-License-Identifier: ISC */
/* Which recordings are wanted, as words: predicates with a value each, joined by `and` (which
 * may be left out), `or`, `!` and parentheses; ! binds closer than and, and closer than or.
 * Predicates may be cut as long as they are unique.  What must read the recording itself is
 * asked last, and only where the rest leaves it open. */
#ifndef LOG_EXPR_H
#define LOG_EXPR_H

#include "log/predicate.h"

#define EXPR_NODES_MAX 512
#define EXPR_DEPTH_MAX 64

struct expr;

/* Of N words; none: everything is wanted.  ERR_USAGE names the word. */
int expr_parse(struct expr **x, char *const *words, int n, int64_t now_ns, struct err *e);
void expr_free(struct expr *x);
/* 1, 0, or EXPR_OPEN: the recording itself would have to be searched. */
#define EXPR_OPEN 2
int expr_test(const struct expr *x, const struct record *r);
/* It is searched, HOW as for predicates: 1, 0, or a negative error when it cannot be.  May be
 * called by several threads. */
int expr_search(const struct expr *x, const struct record *r, const struct look *how,
	struct err *e);
/* Does WORD begin an expression?  False for what could be a predicate but is a file. */
bool expr_begins(const char *word);

#endif
