/* SPDX-License-Identifier: ISC */
/* What the writers of formats share that hold one channel and little else: which messages are of
 * that channel, the count of what is left out, and files beside the first one.  Internal to
 * format/. */
#ifndef FORMAT_SINGLE_H
#define FORMAT_SINGLE_H

#include "format/tapew_impl.h"

enum single_loss {
	LOST_INPUT,
	LOST_ERROR,
	LOST_SIZES,
	LOST_CHANNELS,
	LOST_EVENTS,
	LOST_TIMES,
	LOST_EXIT,
	LOST_BYTES,
	LOST_COUNT
};

struct single {
	bool has_channel;
	uint64_t channel;
	uint64_t lost[LOST_COUNT];
};

/* Is M of the channel that is written?  The first one that is asked about is; other messages
 * are counted. */
bool single_takes(struct single *s, const struct msg *m);
/* M has no place in the format; what only says that there is a channel is not missed. */
void single_lose(struct single *s, const struct msg *m);
void single_tell(const struct single *s, struct tapew *w);

/* A file beside the destination of a writer: what is put there goes out in blocks. */
struct single_file {
	struct dst *dst; /* NULL: not made yet */
	struct buf out;
	uint64_t off;
};
int single_file_open(
	struct single_file *f, struct tapew *w, const char *name, struct err *e);
/* Write out what has gathered in f->out, when it is a block or ALL is asked for. */
int single_file_drain(struct single_file *f, bool all, struct err *e);
int single_file_close(struct single_file *f, struct err *e); /* with all that is in it */
/* What was not closed goes with the destination of the writer. */
void single_file_free(struct single_file *f);

#endif
