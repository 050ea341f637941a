/* SPDX-License-Identifier: ISC */
/* The files that FILE|DIR... means: files as they were named, of folders every regular file in
 * them and below, in the order of their names.  Hidden ones and the side files of player and
 * store are left out, links in folders are not followed.  s3://BUCKET/KEY and s3://BUCKET/PREFIX/
 * mean objects (store/open.h). */
#ifndef LOG_WALK_H
#define LOG_WALK_H

#include "base/err.h"
#include "base/io.h"

#define WALK_MAX 1048576 /* files */

struct walk_file {
	char *path;
	bool named; /* as an operand, not found in a folder */
	int64_t size, mtime_ns;
	uint64_t inode, device;
};

struct walk {
	struct walk_file *v;
	size_t n, cap;
	unsigned
		failures; /* folders and names that could not be read; each was told of */
};

/* What cannot be read is told through SAY and counted. */
typedef void walk_say(void *ctx, const struct err *e, const char *path);
int walk_all(struct walk *w, char **roots, int nroots, walk_say *say, void *ctx,
	struct err *e);
void walk_free(struct walk *w);
/* The side files (META_SUFFIX) of a store in the folder ROOT and below, in order; of what cannot be
 * read walk_all() has told. */
typedef void walk_side(void *ctx, const char *path);
int walk_sides(char *root, walk_side *side, void *ctx, struct err *e);
/* A source over F; a name with "-" is standard input. */
int walk_open(const struct walk_file *f, struct src **s, struct err *e);

#endif
