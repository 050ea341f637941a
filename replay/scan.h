/* SPDX-License-Identifier: ISC */
/* The matches of a query in one block of stored lines, in order. */
#ifndef REPLAY_SCAN_H
#define REPLAY_SCAN_H

#include "replay/query.h"
#include "replay/derive.h"

#define SCAN_FAILURES_MAX 100 /* lines on which a query may run away */

struct scan {
	struct query *q; /* borrowed */
	struct derive derive;
	struct text_reader r;
	struct text_line line; /* of the present match */
	size_t start, end;     /* of it in the line */
	bool in_line;
	size_t measured; /* bytes of the line ... */
	int cols;        /* ... and their columns */
	bool singly;     /* lines may have newlines inside */
	bool whole;      /* blocks are looked through before lines */
	size_t near;     /* then no match begins in the block before this */
	unsigned failures;
};

/* T is a store of R's recording. */
int scan_begin(struct scan *s, struct reader *r, const struct text *t, size_t block);
/* The same of the page in S->derive.stored. */
int scan_begin_page(struct scan *s, struct reader *r);
/* The next match: 1, 0, or ERR_LIMIT when the query runs away too often. */
int scan_next(struct scan *s);
void scan_end(struct scan *s);

#endif
