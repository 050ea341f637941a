/* SPDX-License-Identifier: ISC */
/* Places in a recording as they are given on a command line: a time (base/when.h), or
 * "mark:LABEL", the first marker of that name, or "command:N", the start of the Nth command
 * line.  They are found by reading. */
#ifndef LOG_MOMENT_H
#define LOG_MOMENT_H

#include "base/opt.h"
#include "base/when.h"
#include "log/input.h"

struct moment {
	const char *text; /* as given; NULL: not given */
	struct when when;
	const char *label; /* "mark:" */
	long command;      /* "command:", from 1; 0: none */
	int64_t at_ns;     /* since the start, when it was found ... */
	bool found;
};

int moment_parse(struct moment *m, const char *text, struct err *e);
/* Finds those of M[0..N) that were given.  IN stands at its beginning, then and after; it is
 * read when they ask for it.  *DURATION_NS: -1 when it was not.  ERR_USAGE: there is no such
 * place. */
int moments_find(struct moment *m, size_t n, struct input *in, int64_t *duration_ns,
	struct err *e);

#endif
