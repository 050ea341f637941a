/* SPDX-License-Identifier: ISC */
/* Recordings in a folder, as ContainerSSH lays them out: the file ID, and beside it
 * ID.metadata.json.  While a recording is open there is ID.state too (store/journal.h), made
 * before the file, so that whatever a crash leaves can be told apart.
 *
 * Its functions may be called from any thread, those of one recording and its file from one at
 * a time.  Whoever makes something durable waits for the disk. */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include "store/store.h"

#include <sys/types.h>

#define DIRECTORY_MODE_DEFAULT 0640
#define DIRECTORY_SYNC_DEFAULT INT64_C(1000000000)

enum directory_sync {
	DIRECTORY_SYNC_INTERVAL, /* at most that often, for each recording */
	DIRECTORY_SYNC_COMMIT,   /* whenever durable bytes are asked for */
	DIRECTORY_SYNC_NEVER     /* what is written counts as durable */
};

struct directory_opts {
	const char *path; /* must be there, and be nobody else's to write */
	mode_t mode;      /* of files; 0: DIRECTORY_MODE_DEFAULT */
	bool chown;       /* files get these: */
	uid_t owner;      /* -1: stays */
	gid_t group;
	enum directory_sync sync;
	int64_t sync_ns;   /* interval; 0: DIRECTORY_SYNC_DEFAULT */
	uint64_t size_max; /* of all files in the folder, for appending; 0: no limit */
	bool spool;        /* ID.state stays when a recording is finished */
};

/* ERR_USAGE: others may write into the folder, or it is none. */
int directory_open(struct store **s, const struct directory_opts *o, struct err *e);
int directory_fd(const struct store *s);        /* of the folder, borrowed */
uint64_t directory_used(const struct store *s); /* bytes of recordings, as far as known */
/* Ids of recordings that are not finished, left over by an earlier run or open now. */
int directory_list_open(struct store *s, store_seen *seen, void *ctx, struct err *e);
/* Removes what an earlier run left half made: temporary files, facts without a recording. */
int directory_tidy(struct store *s, struct err *e);

/* Removes finished recordings, in a spool uploaded ones, that are older than MAX_AGE_NS, and then the
 * oldest ones until the rest have at most MAX_BYTES; 0: no such limit.  NOW: wall time.
 * Returns how many. */
struct directory_limits {
	int64_t max_age_ns;
	uint64_t max_bytes;
};
int directory_retain(
	struct store *s, const struct directory_limits *l, int64_t now, struct err *e);

#endif
