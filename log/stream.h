/* SPDX-License-Identifier: ISC */
/* One recording while it is told: a tape, what was learned from its beginning, how far it was
 * told.  The beginning is looked at before it is told, so that its first lines know who and where
 * as well; one that is still being written is given a moment for that. */
#ifndef LOG_STREAM_H
#define LOG_STREAM_H

#include "log/teller.h"

#include "format/tape.h"

struct stream {
	struct tape *tape;
	struct siem *siem;
	struct diary_row *row; /* NULL: standard input */
	struct diary_row own;  /* of standard input */
	const char *name;      /* for notes */
	bool live;
	bool skipping; /* damage in it was told before */
	bool damaged;
	bool closed;           /* a disconnect was told: nothing comes after it */
	bool learned;          /* enough of the beginning is there */
	int patience;          /* rounds until it is told as it is */
	bool whole;            /* its index says that all of it was told */
	unsigned news;         /* the round in which it had some */
	unsigned seen;         /* the walk that found it */
	struct walk_file file; /* as the walk found it; the path is not kept */
};

/* S was zeroed.  Takes SRC over, the bytes of F.  ERR_FORMAT: it is no recording. */
int stream_open(struct stream *s, struct teller *t, const struct walk_file *f,
	struct src *src, struct diary_row *row, struct err *e);
/* All that is there now; an error is one of the outlet. */
int stream_tell(struct stream *s, struct teller *t, struct err *e);
void stream_close(struct stream *s);

#endif
