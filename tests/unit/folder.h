/* SPDX-License-Identifier: ISC */
/* A folder in memory: sources and destinations that have neighbours (base/io.h), for formats of
 * several files.  Sources hand out few bytes at a time. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include "base/buf.h"
#include "base/io.h"

#define FOLDER_FILES 16

struct folder {
	struct {
		char name[64];
		struct buf bytes;
	} file[FOLDER_FILES];
	size_t n;
	size_t step;    /* bytes a read gives at most; 0: all */
	uint64_t limit; /* all that may be written; 0: no limit */
	struct folder_end *beside[FOLDER_FILES]; /* destinations made beside others */
	int open; /* sources and destinations that were not closed */
};

void folder_free(struct folder *f);
/* The bytes of NAME; NULL when there is no such file. */
struct buf *folder_file(struct folder *f, const char *name);
void folder_add(struct folder *f, const char *name, struct span bytes);
struct src *folder_src(struct folder *f, const char *name);
struct dst *folder_dst(struct folder *f, const char *name);

#endif
