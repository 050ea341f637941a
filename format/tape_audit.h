/* SPDX-License-Identifier: ISC */
/* The state of an audit log that is being read: shared by the reader (tape_audit.c), what it
 * knows from the index (tape_index.c) and what continues a file (tapew_repair.c). */
#ifndef FORMAT_TAPE_AUDIT_H
#define FORMAT_TAPE_AUDIT_H

#include "format/gzidx.h"
#include "format/msg_decode.h"
#include "format/plain.h"
#include "format/tape_impl.h"

struct tape_audit {
	struct tape t;
	struct plain plain;
	struct msg_decoder dec;
	struct msg msg; /* the last message delivered */
	struct buf id;  /* the connection, of the first message of a sound member */
	bool id_known;
	uint64_t id_member; /* where that was */
	uint64_t before;    /* offset of the member whose successor is looked for */
	int due; /* PLAIN_SUM, PLAIN_SYNC: if what is in the window is no message now, it never
		    will be */
	bool v1;
	enum { ARRAY_NONE, ARRAY_HEAD, ARRAY_OPEN, ARRAY_CLOSED } array;
	bool definite;        /* the array says its size */
	uint64_t count, left; /* which, and what is left of it */
	bool have_start;
	bool lost;     /* searching for the next message */
	size_t tried;  /* bytes of the window that were too few for a message */
	uint64_t want; /* bytes before the next try */
	uint64_t ordinal;
	int64_t at_ns;
	int32_t last_type;
	uint64_t noted, noted_file; /* flaws before these offsets were told */
	bool zeros;                 /* the file ends in zeros */
	bool dead;                  /* nothing can be read behind a gap ... */
	int64_t dead_size;          /* ... as long as the file has this size */
	int64_t closed_size;        /* size of the file when the array was closed */
	struct gzidx own; /* the file's index; n == 0: none, or not to be trusted */
	bool rebuilt;     /* it was tried to make one from the members' headers */
};

int tape_audit_header(struct src *src, unsigned *version, struct err *e);
/* The file of SIZE bytes is nothing, or the beginning of an audit log's header. */
bool tape_audit_is_torn(struct src *src, size_t size);
int tape_audit_start(struct tape_audit *a, struct err *e);

/* tape_cut.c: one step through the window. */
enum tape_step {
	STEP_MORE,    /* it needs more bytes */
	STEP_MESSAGE, /* a message is in a->msg */
	STEP_AGAIN,   /* something was passed over */
	STEP_CLOSED,  /* the array of version 1 has ended */
};
int tape_audit_step(struct tape_audit *a); /* or a negative error */
/* What stands at the present place is no message: note it, search from here on. */
void tape_audit_lose(struct tape_audit *a, int code, const char *text);
/* How every message begins: a map whose first key is "connectionId". */
#define TAPE_ID_KEY \
	"\x6C"      \
	"connectionId"
#define TAPE_ID_KEY_SIZE 13
bool tape_audit_is_head(uint8_t c);
bool tape_audit_same_connection(const struct tape_audit *a, struct span id);

/* tape_index.c */
void tape_audit_load_index(struct tape_audit *a);
bool tape_audit_index_find(struct tape *t, int64_t at_ns, struct tape_access *out);
/* Go nearer to plain offset OFF by the index, where that helps.  Negative: it may help later. */
int tape_audit_jump(struct tape_audit *a, uint64_t off, struct err *e);

#endif
