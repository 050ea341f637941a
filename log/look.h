/* SPDX-License-Identifier: ISC */
/* Looking for something in one recording of many: by its gist where there is one, else by
 * reading it, whereby its gist is made. */
#ifndef LOG_LOOK_H
#define LOG_LOOK_H

#include "log/crew.h"
#include "log/hoard.h"
#include "replay/sift.h"

struct look {
	struct hoard *hoard;       /* NULL: without */
	const struct query *query; /* for all threads; NULL: only make the gist */
	enum search_scope scope;
	int ran; /* as in struct sift */
	sift_line_fn *line;
	void *ctx;
	struct crew_job *job; /* whose progress it is; may be NULL */
};

struct look_end {
	bool opened; /* it is a recording */
	struct tape_end tape;
};

/* As sift_run(), or what was wrong with opening F. */
int look_into(const struct look *l, const struct walk_file *f, struct look_end *end,
	struct err *e);

#endif
