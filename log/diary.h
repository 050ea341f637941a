/* SPDX-License-Identifier: ISC */
/* What was told of which recording, in memory and, when it has a name, in a file, so that the
 * next run goes on there.
 *
 * A recording is known by its first bytes, and by its inode or its path: it may be renamed, and
 * it may be replaced by a longer copy of itself.  The file is text, a line a recording; it is
 * replaced as a whole, and locked (NAME.lock) against a second user. */
#ifndef LOG_DIARY_H
#define LOG_DIARY_H

#include "format/sha256.h"
#include "log/walk.h"

#define DIARY_HEAD_MAX  512     /* bytes that a recording is known by */
#define DIARY_ROWS_MAX  1048576 /* as many as WALK_MAX */
#define DIARY_PATH_MAX  4096
#define DIARY_KEEP_DAYS 90 /* of what is not there any more */

struct diary_row {
	char *path;
	uint64_t inode, device; /* device 0: unknown */
	uint32_t head_n;        /* bytes of its beginning that HEAD is the hash of */
	uint8_t head[SHA256_BYTES];
	int64_t size, mtime_ns; /* when it was read to its end, -1: it was not */
	uint64_t told;          /* messages */
	uint64_t safe;          /* messages that are out: what the file says */
	int64_t seen_ns;        /* wall clock */
	bool ended;             /* nothing more will come */
	bool foreign;           /* no recording, as far as it is written */
	bool failed;            /* it cannot be read, which was told */
	size_t next_inode, next_path;
};

struct diary;

/* PATH: of the file, NULL: none.  What is wrong with it is an error, not a reason to tell
 * everything again. */
int diary_open(struct diary **out, const char *path, struct err *e);
/* The row of F if it is as it was when it was last looked at, NULL: look at it. */
struct diary_row *diary_same(struct diary *d, const struct walk_file *f);
/* The row of F, whose bytes are SRC (NULL: they cannot be read), new if need be; NULL when
 * there is an error. */
struct diary_row *diary_row(
	struct diary *d, const struct walk_file *f, struct src *src, struct err *e);
/* What was told is out: it is safe from now on. */
void diary_settle(struct diary *d);
/* It stands in a folder, or in a list of operands, now. */
void diary_seen(struct diary_row *r, int64_t wall_ns);
/* F was read to its end, as it stood in the folder before. */
void diary_read(struct diary_row *r, const struct walk_file *f);
/* Writes the file when anything has changed. */
int diary_save(struct diary *d, int64_t wall_ns, struct err *e);
void diary_close(struct diary *d);

#endif
