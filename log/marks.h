/* SPDX-License-Identifier: ISC */
/* Markers put into a recording or taken out of it; nothing else in it changes.  Those that are
 * put in stand behind all that has their time, but in front of how the session ended. */
#ifndef LOG_MARKS_H
#define LOG_MARKS_H

#include "log/edit.h"
#include "log/moment.h"

#define MARKS_MAX       10000
#define MARKS_LABEL_MAX 4096

struct mark {
	struct moment at;
	char *text, *label; /* owned; AT points into the first */
	size_t order;       /* in which it was given */
};

struct marks {
	struct edit edit; /* first: the two are one.  Filled as for edit_run() */
	struct mark *v;   /* to be put in */
	size_t n;
	size_t next;       /* of them */
	uint64_t *numbers; /* to be taken out, counted from 1 ... */
	size_t nnumbers;
	const char *label;   /* ... or those of this label; NULL: none */
	bool all;            /* ... or all */
	size_t cap;          /* room in v or numbers: only one of both is used */
	uint64_t seen, gone; /* markers that were met, and taken out */
};

/* One more to be put in: 0 or ERR_USAGE, ERR_LIMIT, ERR_NOMEM. */
int marks_plan(struct marks *k, const char *at, struct span label, struct err *e);
/* The same for every line "TIME LABEL" of a file, or "-". */
int marks_plan_file(struct marks *k, const char *path, struct err *e);
int marks_drop(struct marks *k, const char *number, struct err *e);

/* Both return the exit status. */
int marks_add(struct marks *k, const struct clk *clk);
int marks_remove(struct marks *k, const struct clk *clk);
void marks_free(struct marks *k);

#endif
