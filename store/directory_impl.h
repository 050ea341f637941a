/* SPDX-License-Identifier: ISC */
/* A folder of recordings from inside: what writing and keeping share. */
#ifndef STORE_DIRECTORY_IMPL_H
#define STORE_DIRECTORY_IMPL_H

#include "store/directory.h"
#include "store/journal.h"

#define DIRECTORY_SIDE_MAX    64 /* bytes of the name of a side file */
#define DIRECTORY_HIDDEN      ".new."
#define DIRECTORY_LISTING_MAX 4194304 /* names */

struct directory {
	struct store store;
	struct directory_opts o;
	int fd;
	uint64_t used;
};

/* ID with SUFFIX behind it. */
const char *directory_side(
	char out[DIRECTORY_SIDE_MAX], const char *id, const char *suffix);
bool directory_has(const struct directory *d, const char *name);
int directory_sync(const struct directory *d, struct err *e);
/* All of a small file. */
int directory_slurp(const struct directory *d, const char *name, size_t max,
	struct buf *out, struct err *e);

int directory_read(struct store *s, const char *name, struct src **src, struct err *e);
int directory_list(
	struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e);
int directory_remove(struct store *s, const char *name, struct err *e);
/* Calls SEEN with every file in the folder that is no folder. */
int directory_each(struct directory *d, store_seen *seen, void *ctx, struct err *e);

#endif
