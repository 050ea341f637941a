/* SPDX-License-Identifier: ISC */
/* What is known of many files: out of the catalogue where they are as they were, else out of
 * themselves, and then kept in it. */
#ifndef LOG_SHELF_H
#define LOG_SHELF_H

#include "base/clk.h"
#include "log/record.h"

#include <limits.h>

struct shelf_opts {
	const char *path; /* of the catalogue; NULL: in the cache folder */
	bool none, afresh;
	const struct clk *clk; /* for progress */
};

/* Fills V, one record for each file of W, which came from ROOTS.  What cannot be read is told
 * through SAY; a catalogue that cannot be used is told of once, and done without. */
int shelf_learn(const struct shelf_opts *o, const struct walk *w, struct record *v,
	char **roots, int nroots, walk_say *say, void *ctx, struct err *e);
/* The folder in which auditrec puts recordings. */
int shelf_recordings(char out[PATH_MAX], struct err *e);
/* NAME ("/...") in the folder for what can be made again. */
int shelf_cache(char out[PATH_MAX], const char *name, struct err *e);

#endif
