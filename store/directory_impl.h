/* SPDX-License-Identifier: ISC */
/* A folder of recordings from inside: what writing and keeping share. */
#ifndef STORE_DIRECTORY_IMPL_H
#define STORE_DIRECTORY_IMPL_H

#include "store/directory.h"
#include "store/journal.h"

#include <pthread.h>

#define DIRECTORY_SIDE_MAX    64 /* bytes of the name of a side file */
#define DIRECTORY_HIDDEN      ".new."
#define DIRECTORY_LISTING_MAX 4194304 /* names */

struct directory {
	struct store store;
	struct directory_opts o;
	int fd;
	uint64_t used;
	/* flushes of the folder, numbered from 1 on; under LOCK */
	pthread_mutex_t lock;
	pthread_cond_t flushed; /* DONE or FLUSHING is another */
	uint64_t done, failed;  /* the last one that is over, and that failed; 0: none */
	bool flushing;          /* that behind DONE has begun */
	int why_failed;         /* errno */
};

struct directory_file {
	struct store_file file;
	struct directory *d;
	int fd;
	int64_t synced_ns;
	bool synced;  /* once, and nothing was cut since */
	bool settled; /* its facts and names are durable */
};

/* ID with SUFFIX behind it. */
const char *directory_side(
	char out[DIRECTORY_SIDE_MAX], const char *id, const char *suffix);
bool directory_has(const struct directory *d, const char *name);
/* All of a small file. */
int directory_slurp(const struct directory *d, const char *name, size_t max,
	struct buf *out, struct err *e);

/* directory_flush.c: what waits for the disk, if the policy has it so */
int directory_sync_file(const struct directory *d, int fd, struct err *e);
int directory_sync(struct directory *d, struct err *e); /* the names in the folder */
int directory_settle(struct directory_file *f, struct err *e);
/* All of it; on error it is doubtful. */
int directory_flush(struct directory_file *f, struct err *e);
bool directory_waits(const struct store_file *file, int64_t now, bool must);
int directory_commit(struct store_file *file, int64_t now, bool must, struct err *e);

int directory_read(struct store *s, const char *name, struct src **src, struct err *e);
int directory_list(
	struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e);
int directory_remove(struct store *s, const char *name, struct err *e);
/* Calls SEEN with every file in the folder that is no folder. */
int directory_each(struct directory *d, store_seen *seen, void *ctx, struct err *e);

#endif
