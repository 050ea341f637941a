/* SPDX-License-Identifier: ISC */
/* Writing a recording: messages in, bytes of one of the formats out to a struct dst.
 * tapew_put() encodes into memory and writes when a block is full; tapew_flush() makes all
 * that was put readable in the file.  When writing fails the writer keeps the bytes that
 * did not get out (a bounded amount), every call returns the error, and once the
 * destination takes bytes again tapew_flush() continues without a seam.  It holds no clock:
 * the caller decides when to flush. */
#ifndef FORMAT_TAPEW_H
#define FORMAT_TAPEW_H

#include "format/tape.h"

struct tapew_opts {
	int level;           /* compression 1 to 9, 0 = default (6) */
	size_t member_bytes; /* plain bytes in a gzip member, 0 = default (256 KiB) */
	bool terminate; /* end the last gzip member (gzip -t clean; the reference decoder complains) */
	bool pretty_utf8;      /* reserved */
	int64_t idle_limit_ns; /* asciicast header, 0 none */
	const char *title; /* asciicast header, NULL none (else from the session event) */
	/* asciicast: which streams go in; default output and error output, input if put */
	bool drop_input;
	void (*lost)(void *ctx, const char *what,
		uint64_t count); /* at close: what the format cannot hold */
	void *ctx;
};

struct tapew_stats {
	uint64_t messages;      /* put */
	uint64_t plain_bytes;   /* encoded, before compression */
	uint64_t file_bytes;    /* accepted by the destination */
	uint64_t pending_bytes; /* encoded or compressed, not yet accepted */
};

struct tapew;

/* Starts a recording at the beginning of DST (taken over in every case).  Formats:
 * TAPE_AUDIT_V1, TAPE_AUDIT_V2, TAPE_CAST_V2, TAPE_CAST_V3 (asciicast 1 also, written at
 * close, for convert), TAPE_TTYREC, TAPE_RAW. */
int tapew_open(struct tapew **w, enum tape_format f, struct dst *dst,
	const struct tapew_opts *o, struct err *e);
/* Continue a recording of the same format that is already in the file behind SRC (borrowed,
 * read only now) and DST (taken over): closes or repairs its end first. */
int tapew_append(struct tapew **w, enum tape_format f, struct src *src, struct dst *dst,
	const struct tapew_opts *o, struct err *e);

/* Messages alone, without a header or an end, in the encoding of audit logs. */
int tapew_open_bare(struct tapew **w, struct dst *dst, struct err *e);

/* An error means that M was not taken and may be put again later.  (A write that fails
 * after M was taken is told by the next call.) */
int tapew_put(struct tapew *w, const struct msg *m, struct err *e);
int tapew_flush(struct tapew *w, struct err *e);
/* 0 relaxed: best compression ... 3 the writer is far behind: fastest. */
void tapew_pressure(struct tapew *w, int pressure);
struct tapew_stats tapew_stats(const struct tapew *w);
/* Finish: index and end mark, close DST, release W.  On error the file is as complete as
 * the destination let it be; W is released all the same. */
int tapew_close(struct tapew *w, struct err *e);
/* Release W without finishing: what was not flushed is lost, and the file can be continued.
 * tapew_forget() leaves the destination to the caller. */
void tapew_leave(struct tapew *w);
void tapew_forget(struct tapew *w);

#endif
