/* SPDX-License-Identifier: ISC */
/* A catalogue of files: what was once found out about each, as long as its size, time and
 * inode stay.  It is never the only truth: every row can be made again from its file, and a
 * catalogue that cannot be read, or written, is just not used.  One SQLite file, private to
 * its owner; several programs may use it at once. */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

#define CATALOGUE_NUMBERS  8
#define CATALOGUE_TEXT_MAX ((size_t)1 << 20) /* of a row; longer ones are not there */

struct catalogue_row {
	const char *path; /* absolute */
	uint64_t inode;
	int64_t size, mtime_ns;
	int64_t numbers[CATALOGUE_NUMBERS];
	struct span text; /* borrowed; of a row got, valid until the next call */
};

struct catalogue;

/* The file and its folder are made when missing.  VERSION: of what numbers and text mean; rows
 * of another are dropped, as are all with AFRESH.  On error there is no catalogue. */
int catalogue_open(
	struct catalogue **c, const char *path, int version, bool afresh, struct err *e);
/* Is PATH a catalogue, even a damaged one, empty, or not there?  Nothing else that somebody named
 * may be changed or made anew: it could be a recording. */
bool catalogue_may_be(const char *path);
/* Fills in what is known of ROW's path, if inode, size and time are the same: 1, 0, or an error,
 * after which only catalogue_close() may come. */
int catalogue_get(struct catalogue *c, struct catalogue_row *row, struct err *e);
int catalogue_put(struct catalogue *c, const struct catalogue_row *row, struct err *e);
/* Drops rows of files below FOLDER (absolute) that are not there any more. */
int catalogue_prune(struct catalogue *c, const char *folder, struct err *e);
/* What was put stays only with this.  C may be NULL. */
int catalogue_close(struct catalogue *c, struct err *e);

#endif
