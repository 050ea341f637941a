/* SPDX-License-Identifier: ISC */
/* The gists (replay/gist.h) of many recordings, in a folder of their own in the user's cache:
 * one file for each scope of a recording, named by its device and inode, good as long as its
 * size, time and inode stay.  Everything in it can be thrown away at any time.  What cannot be
 * read or written is done without; several programs may use it at once, and all functions
 * may be called by several threads. */
#ifndef LOG_HOARD_H
#define LOG_HOARD_H

#include "log/walk.h"
#include "replay/gist.h"

#include <limits.h>
#include <stdatomic.h>

#define HOARD_BYTES_MAX (INT64_C(4) << 30) /* what stays when a run is over */

struct hoard {
	char folder[PATH_MAX];
	bool off;    /* there is none */
	bool afresh; /* what is there does not count */
	int64_t now_ns, max;
	atomic_llong written; /* bytes, in this run */
};

/* NOW_NS: the wall clock. */
void hoard_open(struct hoard *h, int64_t now_ns);
/* The gist of F; false: there is none. */
bool hoard_get(struct hoard *h, const struct walk_file *f, enum search_scope scope,
	struct gist *g);

/* One that is being made. */
struct hoard_new {
	const struct walk_file *file;
	struct gist_writer w;
	struct dst *dst;
};

/* False: none is wanted of F.  Each that was begun is ended; GOOD: all is in it. */
bool hoard_begin(struct hoard *h, const struct walk_file *f, enum search_scope scope,
	struct hoard_new *n);
void hoard_end(
	struct hoard *h, struct hoard_new *n, const struct tape_end *end, bool good);
/* At the end of a run: what is too much goes, what was of no use for longest first. */
void hoard_trim(struct hoard *h);

#endif
