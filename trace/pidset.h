/* SPDX-License-Identifier: ISC */
/* A set of process ids, bounded: those that belong to a session. */
#ifndef TRACE_PIDSET_H
#define TRACE_PIDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PIDSET_MAX 65536 /* processes at once */

struct pidset {
	pid_t *slot; /* open addressing; 0: free */
	size_t cap, n;
};

bool pidset_has(const struct pidset *s, pid_t pid);
bool pidset_add(struct pidset *s, pid_t pid); /* false: full, or no memory */
bool pidset_del(struct pidset *s, pid_t pid); /* true: it was in it */
void pidset_free(struct pidset *s);

#endif
