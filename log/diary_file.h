/* SPDX-License-Identifier: ISC */
/* The diary as a file:
 *
 *   auditlog-events 1
 *   INODE DEVICE HEAD-BYTES HEAD-SHA256 SIZE MTIME-NS MESSAGES ENDED SEEN-NS PATH
 *
 * with blanks between, and of a path %XX for what is no printable character. */
#ifndef LOG_DIARY_FILE_H
#define LOG_DIARY_FILE_H

#include "log/diary.h"

#include <stdio.h>

struct diary {
	const char *path; /* borrowed; NULL: none */
	struct dst *lock;
	bool changed;
	struct diary_slot {
		struct diary_row *row;    /* of the first N */
		size_t by_inode, by_path; /* heads of chains */
	} * slot;
	size_t n, slots;
};

struct diary_row *diary_add(
	struct diary *d, const char *path, uint64_t inode, struct err *e);
/* Rows out of IN and into TO; what is not there any more is left out after a while. */
int diary_file_read(struct diary *d, FILE *in, struct err *e);
int diary_file_write(
	const struct diary *d, struct dst *to, int64_t wall_ns, struct err *e);
int diary_file_load(struct diary *d, struct err *e); /* and lock */
int diary_file_save(struct diary *d, int64_t wall_ns, struct err *e);

#endif
