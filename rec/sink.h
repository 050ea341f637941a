/* SPDX-License-Identifier: ISC */
/* One output of a session: a file in one format, or auditrecd, what is not yet flushed in it, and what it
 * lost while it could not be written.  Sinks know nothing of each other.  A sink that fails
 * takes nothing until sink_retry() has succeeded; whoever puts then decides whether to hold
 * or to count the message as lost. */
#ifndef REC_SINK_H
#define REC_SINK_H

#include "base/clk.h"
#include "format/tapew.h"
#include "sys/fdio.h"

#define SINK_MAX 4

struct sink_loss {
	uint64_t bytes, messages;
	int64_t from_ns, to_ns; /* times of the first and last lost message */
};

struct sink {
	const char *path;
	const uint8_t *
		deposit; /* not NULL: PATH is auditrecd's socket, this the session's id */
	const struct clk *clk; /* for auditrecd */
	enum tape_format format;
	struct dst *dst; /* what W writes; W's once there is one */
	struct tapew *w;
	uint64_t written;  /* file bytes when last looked at */
	int64_t oldest_ns; /* monotonic time of the oldest unflushed message, 0: none */
	int64_t retry_ns;  /* failing: when to try again */
	bool failing;
	bool made;            /* the file is new and ours */
	bool appends;         /* to what was in the file */
	struct err why;       /* of the present or last failure */
	struct sink_loss gap; /* lost since the failure began, not yet told in the file */
	uint64_t lost;        /* messages in all */
};

/* MODE: FDIO_NEW, FDIO_APPEND (goes on in a recording of the same format) or
 * FDIO_OVERWRITE.  What is in an existing file is not touched yet.  With auditrecd the session
 * is registered there. */
int sink_open(struct sink *s, enum fdio_mode mode, struct err *e);
/* All outputs are open: begin the recording, or find the end of the one that is there. */
int sink_begin(
	struct sink *s, enum fdio_mode mode, const struct tapew_opts *o, struct err *e);
/* 0: taken.  Negative: the sink fails (s->why) and the message was not taken. */
int sink_put(struct sink *s, const struct msg *m, int64_t mono_ns);
int sink_flush(struct sink *s);
/* Try whether a failing sink can be written again; 0 when it can. */
int sink_retry(struct sink *s);
void sink_count_lost(struct sink *s, const struct msg *m);
/* Nothing was recorded: close, and remove the file if it was made by sink_open.  One that
 * was to be overwritten stays as it is if nothing was written. */
void sink_undo(struct sink *s);
/* 0 when the file is whole: nothing failed at its end and nothing was lost. */
int sink_close(struct sink *s);

#endif
