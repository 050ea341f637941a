/* SPDX-License-Identifier: ISC */
/* Several recordings as one: the session of the first goes on with those of the others.  It has
 * one connection, the first, and what the others say of theirs is told with the file they came
 * from; their main channels are the first one's, all others get numbers of their own.  At each
 * seam there is a marker, and the terminal begins anew. */
#ifndef LOG_JOIN_H
#define LOG_JOIN_H

#include "format/facts.h"
#include "log/edit.h"
#include "replay/shown.h"

struct join_part {
	const char *path;
	struct edit_source source;
	struct buf user, connection, address;
	int64_t start_ns; /* wall clock */
	bool has_wall;
	uint64_t channel; /* its main one: that of the first output */
	bool has_terminal;
	uint32_t cols, rows; /* when that came */
};

struct join {
	struct edit
		edit; /* first: the two are one.  Filled as for edit_run() without FROM ... */
	int64_t gap_ns;  /* between the end of one and the start of the next */
	bool keep_times; /* instead: as far apart as they were */
	/* ... the rest belongs to join.c. */
	const struct clk *clk;
	struct join_part *part;
	size_t nparts, at; /* the one that is read */
	struct src *piped; /* standard input, once it is open: parts borrow it */
	int64_t base_ns;   /* of its start, since that of the first ... */
	int64_t end_ns;    /* ... and of what was read last */
	bool cooked;       /* its line feeds want carriage returns */
	bool terminal;     /* one before had a terminal */
	uint64_t first_channel, first_request, channels,
		requests; /* its own are added ... */
	uint64_t messages, left_out;
	struct buf text;
};

/* PATHS stay with the caller.  Returns the exit status. */
int join_run(struct join *j, char *const *paths, size_t n, const struct clk *clk);

#endif
