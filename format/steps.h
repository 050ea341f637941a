/* SPDX-License-Identifier: ISC */
/* Tapes of formats in which times stand in one file and bytes in others: typescript, sudo's I/O
 * log; or where one line makes many messages: tlog.  A format tells how to make the message at a
 * place and where the next one is; to go to a place, the nearest one that was noted is taken,
 * and what lies between is read again.  Notes are a bounded number, however long the
 * recording. */
#ifndef FORMAT_STEPS_H
#define FORMAT_STEPS_H

#include "format/cast.h"
#include "format/tape_impl.h"

#define STEPS_FILES     5
#define STEPS_BYTES_MAX ((size_t)1 << 20) /* of one message; more becomes several */
#define STEPS_HEAD_MAX  1024              /* messages */
#define STEPS_LINE_MAX  4096              /* of a file of times */

struct steps_place {
	uint64_t off;             /* of the next line */
	uint64_t part;            /* what was taken of it already */
	uint64_t at[STEPS_FILES]; /* in the files of bytes */
	uint64_t ordinal;         /* of the next message */
	int64_t time_ns;          /* of the last one, since the start */
	uint8_t phase;            /* the format's own; 0 at the beginning */
};

struct steps;
struct steps_ops {
	/* The message at the place into s->msg (without id and time), the place behind it.  1, 0
	 * at the end (which it tells with tape_ended), negative. */
	int (*step)(struct steps *s, struct err *e);
	void (*moved)(struct steps *s); /* the place was set from outside; may be NULL */
	void (*release)(
		struct steps *s); /* what the format holds, without S; may be NULL */
};

struct steps_head {
	struct msg msg;
	struct buf store;
};

struct steps {
	struct tape tape;
	const struct steps_ops *ops;
	char id[CAST_ID_LEN + 1];
	struct steps_head *head; /* the messages before the first step */
	size_t nhead;
	struct steps_place first; /* the place of the first step */
	struct steps_place place;
	struct src
		*file[STEPS_FILES]; /* closed with S, each but tape.src, and each once */
	struct src *times;          /* likewise */
	uint64_t end[STEPS_FILES];  /* of the bytes of FILE, wherever that ends */
	struct cast_in lines;       /* of times */
	struct msg msg;
	struct buf data;
	uint64_t noted; /* what lies before this offset has been told */
	struct steps_place *marks;
	size_t nmarks;
	uint64_t gap;   /* messages between two of them ... */
	uint64_t bytes; /* ... and bytes, whichever comes first; both double when full */
	uint64_t since; /* bytes since the last one */
};

/* S is all zero (it stands at the beginning of a format's struct, made with calloc).  Takes SRC
 * over with the first message that is read: until steps_ready() it stays the caller's. */
void steps_init(struct steps *s, const struct steps_ops *ops, struct src *src,
	const struct tape_opts *o);
/* Times come from SRC; taken over, which may be tape.src. */
void steps_lines(struct steps *s, struct src *src);
/* A message of the head; copied. */
int steps_head(struct steps *s, const struct msg *m, struct err *e);
/* The head is complete, info and s->place are filled in. */
void steps_ready(struct steps *s);
/* What steps_init and the rest took, and S; tape.src is left alone. */
void steps_free(struct steps *s);

/* --- for steps --- */

/* The line at the place: 1; 0 the end; negative.  A line that is too long is empty. */
int steps_line(struct steps *s, struct cast_line *l, struct err *e);
/* Go on to the line at OFF. */
void steps_to(struct steps *s, uint64_t off);
/* Into s->data the next of COUNT bytes of FILE, of which place.part were taken already; behind
 * the last of them the place is at the line at NEXT.  1; 0 when the file ends before. */
int steps_bytes(
	struct steps *s, unsigned file, uint64_t count, uint64_t next, struct err *e);
/* s->msg becomes bytes of STREAM, those in s->data. */
void steps_io(struct steps *s, uint64_t stream);
/* A delay; a negative one is none. */
void steps_wait(struct steps *s, int64_t delay_ns);
/* As tape_note, once for each place, whoever comes by again. */
void steps_note(struct steps *s, int code, bool lost, const char *text);

#endif
