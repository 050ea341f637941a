/* SPDX-License-Identifier: ISC */
/* A compiled search: a regular expression (PCRE2) or a plain text.  Case is ignored unless
 * there are capitals (an expression's escapes aside).  Matching has limits: an expression
 * that runs away is an error, not a hang. */
#ifndef REPLAY_QUERY_H
#define REPLAY_QUERY_H

#include "base/err.h"
#include "replay/gram.h"

#define QUERY_MAX       1024  /* bytes of an expression */
#define QUERY_STEPS_MAX 50000 /* of one match: well under a millisecond */

struct query;

/* Plain text; case always counts; case never counts; for texts of many lines: a match may take
 * ten times as many steps. */
enum { QUERY_PLAIN = 1, QUERY_EXACT = 2, QUERY_FOLD = 4, QUERY_FAR = 8 };
/* ERR_USAGE: not an expression, with the reason; ERR_LIMIT: too long. */
int query_new(struct query **q, const char *text, int flags, struct err *e);
/* The same for another thread, at no cost; Q must outlive it.  NULL: no memory. */
struct query *query_twin(const struct query *q);
void query_free(struct query *q);
/* False: no line of a text with these grams has a match.  For several threads. */
bool query_may_match(const struct query *q, const struct gram_filter *f);
/* May blocks of lines, each ended by a newline, be looked through with query_ahead()?  Then no
 * line in front of the one in which *AT comes to lie has a match: 1, 0 none has, ERR_LIMIT. */
bool query_whole(const struct query *q);
int query_ahead(struct query *q, struct span lines, size_t *at);
/* The first match of S (valid UTF-8) at or behind *START, not empty: 1 with *START and *END, 0,
 * ERR_LIMIT when it took too many steps. */
int query_match(struct query *q, struct span s, size_t *start, size_t *end);

#endif
