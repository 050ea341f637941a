/* SPDX-License-Identifier: ISC */
/* Where recordings are kept: one interface with a folder, an object store or nothing behind
 * it.  Recordings are written by appending and have ids, 32 lower-case hexadecimal digits;
 * what is read may have any name that the store can hold.
 *
 * A recording that is written is open until store_finish(); after a crash it is still open
 * and can be gone on with (store_resume) or finished.  Functions of one store may be called
 * from one thread at a time; sources that it opened are each for one thread.  A folder is more
 * liberal (store/directory.h). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/io.h"
#include "store/meta.h"

#define STORE_ID_LEN   32
#define STORE_NAME_MAX 1024 /* bytes */
#define STORE_TAG_MAX  80

struct store;
struct store_file {
	struct store *store;
	char id[STORE_ID_LEN + 1];
	uint64_t size; /* bytes appended */
	uint64_t
		durable; /* of them, as many as a crash of the machine leaves, by policy */
	/* a flush has failed: of the bytes behind DURABLE a later one may say that they are kept
	 * though they are lost, so none is asked for; leaving it drops them */
	bool doubtful;
};

struct store_info {
	const char *name; /* hostile */
	int64_t size, mtime_ns;
	const char *tag; /* of these contents, "" when the store has none */
};
/* Other than 0 ends the listing, which then returns it. */
typedef int store_seen(void *ctx, const struct store_info *info);

/* Writes what takes the place of a recording's bytes. */
typedef int store_fill(void *ctx, struct dst *out, struct err *e);

struct store_ops {
	const char *name;
	int (*create)(struct store *s, const char *id, const struct meta *m,
		struct store_file **f, struct err *e);
	int (*resume)(
		struct store *s, const char *id, struct store_file **f, struct err *e);
	ssize_t (*append)(struct store_file *f, const void *p, size_t n, struct err *e);
	int (*cut)(struct store_file *f, uint64_t size, struct err *e); /* NULL: cannot */
	int (*replace)(struct store_file *f, store_fill *fill, void *ctx,
		struct err *e); /* NULL: cannot */
	int (*describe)(struct store_file *f, const struct meta *m, struct err *e);
	/* NULL: it never does */
	bool (*waits)(const struct store_file *f, int64_t now, bool must);
	int (*commit)(struct store_file *f, int64_t now, bool must, struct err *e);
	int (*finish)(struct store_file *f, struct err *e);
	void (*leave)(struct store_file *f);
	int (*open)(struct store *s, const char *name, struct src **src, struct err *e);
	int (*list)(struct store *s, const char *prefix, store_seen *seen, void *ctx,
		struct err *e);
	int (*remove)(struct store *s, const char *name, struct err *e);
	void (*close)(struct store *s);
};
struct store {
	const struct store_ops *ops;
};

/* A store that takes everything and keeps nothing. */
int store_none(struct store **s, struct err *e);
void store_close(struct store *s); /* S may be NULL; its files were finished or left */

bool store_is_id(const char *id);

/* --- writing --- */

/* ERR_EXISTS: there is a recording with this id. */
int store_create(struct store *s, const char *id, const struct meta *m,
	struct store_file **f, struct err *e);
/* An open one from an earlier run; its end is as the crash left it.  ERR_NOTFOUND, ERR_STATE:
 * it is finished. */
int store_resume(struct store *s, const char *id, struct store_file **f, struct err *e);
/* The count, short or ERR_NOSPACE on a full disk. */
ssize_t store_append(struct store_file *f, const void *p, size_t n, struct err *e);
/* Drops all behind the first SIZE bytes: the torn end that a crash left. */
int store_cut(struct store_file *f, uint64_t size, struct err *e);
/* What FILL writes takes the place of all of F's bytes, durable, at once or not at all. */
int store_replace(struct store_file *f, store_fill *fill, void *ctx, struct err *e);
/* New facts, all or none of them. */
int store_describe(struct store_file *f, const struct meta *m, struct err *e);
/* Moves F->durable on as the policy has it; with MUST up to the end.  NOW: monotonic ns.  On
 * error F may be doubtful: then there is nothing but to leave it, and to go on with what it has
 * as after a crash. */
int store_commit(struct store_file *f, int64_t now, bool must, struct err *e);
/* Would store_commit() wait for a disk, had F bytes that are not durable? */
bool store_waits(const struct store_file *f, int64_t now, bool must);
/* No more bytes come.  Releases F, on error too; then the recording is still open. */
int store_finish(struct store_file *f, struct err *e);
/* Releases F and leaves the recording open.  F may be NULL. */
void store_leave(struct store_file *f);
/* F as a destination; NULL: no memory.  Bytes that are written before its end take the place
 * of all that stands behind them.  Closing it leaves F alone. */
struct dst *store_file_dst(struct store_file *f);

/* --- reading --- */

int store_open(struct store *s, const char *name, struct src **src, struct err *e);
/* Names that begin with PREFIX ("" all), in no order. */
int store_list(
	struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e);
int store_remove(struct store *s, const char *name, struct err *e);

#endif
