/* SPDX-License-Identifier: ISC */
/* A copy that is no original and says so: an event "edited" in front of the first request of
 * OUT tells what was done, by whom, and the digest of the file it was made from.  Times are
 * written anew: since the start of IN, never backwards. */
#ifndef LOG_EDIT_H
#define LOG_EDIT_H

#include "format/sha256.h"
#include "format/vendor.h"
#include "log/copy.h"

/* What tells one file from all others. */
struct edit_source {
	const char *file; /* its name without the folder */
	uint64_t bytes;
	char sha256[SHA256_TEXT];
};

struct edit {
	struct copy
		copy; /* the caller fills: from, to, format, mode, wopts; edit_option() ... */
	const char *what; /* name of the command */
	char how[160];    /* with what, for a person; may be empty */
	/* What becomes of a message, AT_NS since the start: edit_put() any number of times. */
	int (*pass)(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e);
	int (*last)(struct edit *x, struct err *e); /* behind the last; may be NULL */
	/* These may be NULL.  IN may be read to its end before anything else, and is read again
	 * then: 0 or an exit status.  More members of the event.  A last look at it. */
	int (*before)(struct edit *x);
	void (*tell)(struct edit *x, struct jsonw *w);
	int (*mind)(struct edit *x, struct msg *m, struct err *e);
	bool hide_source; /* nothing is told of IN that a guess could be held against */
	bool times_stay;  /* messages keep their own, also such as go back */
	/* ... the rest belongs to edit.c. */
	struct edit_source source; /* or filled by the caller ... */
	struct edit_source *more;  /* ... with others: an event each */
	size_t nmore;
	size_t telling; /* for tell(): which of them, from 0 */
	int64_t now_ns;
	int64_t start_ns; /* wall clock; STARTED: it is known */
	bool started;
	int64_t put_ns;    /* time of the last message written, since the start */
	bool told;         /* the event is written */
	uint64_t requests; /* events that this module has numbered */
	uint64_t channel;  /* on which events of ours stand: that of the session */
	bool has_channel;
	struct buf event;
	struct buf connection; /* id of the last message */
};

/* From IN to OUT, all of it: returns the exit status. */
int edit_run(struct edit *x, const struct clk *clk);
/* M as it is, but AT_NS behind the start; what lies before the last message comes to it. */
int edit_put(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e);
/* An event of our own: made with vendor_begin(), gets connection, channel and number here. */
int edit_put_event(struct edit *x, struct msg *m, int64_t at_ns, struct err *e);
/* Wall clock of the start of the (first) IN; known from the first message on. */
int64_t edit_start(struct edit *x);

/* Reads all of SRC.  PATH as given by the user. */
int edit_look(struct edit_source *s, struct src *src, const char *path, struct err *e);

#endif
