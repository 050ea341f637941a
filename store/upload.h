/* SPDX-License-Identifier: ISC */
/* How one recording gets into an object store, as a state machine: it says which request comes
 * next and is told what came of it; time and chance come from outside, requests are made by
 * somebody else (store/ship.h), several parts at once.
 *
 *	found -> FIND old uploads -> ABORT those that nobody knows -> PARTS of ours -> work
 *	                                          \-> LOOK whether it is there already -> work
 *	work:  finished and not too large: PUT;  else BEGIN, PART ..., END
 *	BEGIN without an answer, an upload that has to be begun anew: FIND
 *	END without an answer, or of an upload that is gone: LOOK; it may have ended already,
 *	    and not every server says so when it is asked to end it again
 *	PUT or END where an object is already: LOOK; one that is not ours is never replaced
 *
 * Whether an object is ours its checksum says, where the server tells it; else its stamp, a
 * random word that all requests of a recording carry; only when it tells neither, its size.
 *
 * What must be known after a crash is handed out as lines of the journal, to be made durable
 * before the next upload_next(). */
#ifndef STORE_UPLOAD_H
#define STORE_UPLOAD_H

#include "store/journal.h"
#include "store/s3.h"

#define UPLOAD_STALE_MAX 16   /* old uploads that are aborted in one go */
#define UPLOAD_STEP      1000 /* parts after which parts get twice as large */

enum upload_kind {
	UPLOAD_FIND,  /* list uploads of the key */
	UPLOAD_ABORT, /* the upload UPLOAD of the job */
	UPLOAD_PARTS, /* list the parts of ours */
	UPLOAD_LOOK,  /* is the object there? */
	UPLOAD_PUT,   /* all of it */
	UPLOAD_BEGIN,
	UPLOAD_PART, /* NUMBER, SIZE bytes from OFF on */
	UPLOAD_END
};

struct upload_job {
	enum upload_kind kind;
	unsigned generation;
	unsigned number; /* of the part */
	uint64_t off, size;
	char upload[S3_UPLOAD_MAX];
	bool fresh; /* PUT, END: only if there is no object yet */
};

/* What came of a job. */
struct upload_outcome {
	const struct s3_fault *fault; /* NULL: it went well */
	int64_t retry_after_ns;
	char etag[S3_ETAG_MAX];       /* PUT, PART, END, LOOK */
	char upload[S3_UPLOAD_MAX];   /* BEGIN */
	uint8_t sha256[S3_HASH];      /* PART */
	uint64_t size;                /* LOOK */
	char stamp[S3_STAMP_MAX];     /* LOOK */
	bool has_meta;                /* LOOK: the server tells metadata */
	bool has_sha256, same;        /* LOOK: a checksum; it is that of the file */
	char (*stale)[S3_UPLOAD_MAX]; /* FIND: uploads of this key */
	size_t nstale;
	struct s3_part *parts; /* PARTS: those there whose bytes are those of the file */
	size_t nparts;
};

enum upload_state {
	UPLOAD_WORKING,
	UPLOAD_DONE,  /* in the store, and the journal says so */
	UPLOAD_STUCK, /* will never be taken; the file stays */
};

struct upload {
	uint64_t part_size, size; /* bytes that are durable in the spool */
	uint64_t whole; /* finished before anything was sent: one PUT up to that */
	bool finished;
	enum upload_state state;
	enum { STEP_FIND, STEP_ABORT, STEP_PARTS, STEP_LOOK, STEP_WORK } step;
	struct journal j;
	unsigned generation;
	unsigned flying;    /* requests on their way */
	unsigned failures;  /* in a row */
	bool looked;        /* whether the object is there already */
	bool exists;        /* the server says so, and did not make it */
	bool doubt;         /* one of ours may have made it: its answer is not known */
	bool blind;         /* the server knows no conditions */
	bool gone;          /* nor does it know the upload any more */
	int64_t wait_until; /* mono ns */
	size_t first;       /* no part before it is to be sent */
	char (*stale)[S3_UPLOAD_MAX];
	size_t nstale;
	const struct s3_fault *fault; /* what went wrong last; NULL: it goes on */
};

/* J is taken over.  FOUND: it is from an earlier run, whose requests are not all known. */
void upload_init(struct upload *u, uint64_t part_size, uint64_t whole, struct journal *j,
	bool found);
void upload_free(struct upload *u);
/* More bytes are durable; FINISHED: these are all. */
void upload_grown(struct upload *u, uint64_t size, bool finished);
/* Only the first SIZE bytes are there any more: parts with others in them count no more. */
void upload_cut(struct upload *u, uint64_t size);
/* The next job at NOW (mono), true when there is one.  Else *WAKE is when to ask again,
 * INT64_MAX: when something has changed. */
bool upload_next(struct upload *u, int64_t now, struct upload_job *job, int64_t *wake);
/* What came of JOB.  LINES are to be added to the journal. */
void upload_took(struct upload *u, int64_t now, uint32_t chance,
	const struct upload_job *job, const struct upload_outcome *o, struct buf *lines);
/* Where part NUMBER begins and how long it is when there are enough bytes. */
void upload_part_at(uint64_t part_size, unsigned number, uint64_t *off, uint64_t *size);

#endif
