/* SPDX-License-Identifier: ISC */
/* The predicates of `list`, as a table: name, value, what it asks. */
#ifndef LOG_PREDICATE_H
#define LOG_PREDICATE_H

#include "log/look.h"
#include "log/record.h"
#include "replay/query.h"

#include <stdio.h>

struct predicate_arg { /* a value, read */
	const char *word;
	struct query *query; /* of an expression; owned */
	int64_t number;
	uint8_t address[16], prefix; /* IPv6, IPv4 mapped into it; bits */
};

struct predicate {
	const char *name, *arg;
	const char *help; /* mdoc and help: a sentence without capital and full stop */
	/* What the value means: 0 or ERR_USAGE. */
	int (*read)(
		struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e);
	/* One of them: of what is known, or of the recording itself (1, 0, an error), with
	 * hoard and job of HOW. */
	bool (*test)(const struct predicate_arg *a, const struct record *r);
	int (*search)(const struct predicate_arg *a, const struct record *r,
		const struct look *how, struct err *e);
};

extern const struct predicate predicates[];
extern const size_t npredicates;

/* By its name or the beginning of one; NULL with *E: none or several. */
const struct predicate *predicate_find(const char *name, struct err *e);
void predicate_help(FILE *out);
void predicate_mdoc(FILE *out);

#endif
