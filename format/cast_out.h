/* SPDX-License-Identifier: ISC */
/* The lines of an asciicast that is being written: times, texts, and the count of what the
 * format cannot hold.  Internal to tapew_cast.c, which decides what becomes a line. */
#ifndef FORMAT_CAST_OUT_H
#define FORMAT_CAST_OUT_H

#include "base/utf8.h"
#include "format/tapew_impl.h"

#define CAST_STREAMS   3
#define CAST_TALLY_MAX 96

struct cast_tally {
	const char *what;   /* compared by address */
	const char *suffix; /* NULL, or a plural that stands behind WHAT */
	uint64_t count;
};

struct cast_out {
	struct tapew *w; /* lines are appended to w->out and handed on in blocks */
	int version;
	bool any;        /* version 1: an element stands before the next one */
	int64_t base_ns; /* length of what was in the file before */
	int64_t now_ns;  /* time of the next line, since the start; the caller sets it */
	int64_t last_unit; /* time of the last line, in the unit of the version */
	struct utf8_hold hold[CAST_STREAMS];
	struct buf text;
	struct cast_tally tallies[CAST_TALLY_MAX];
	size_t ntallies;
};

void cast_out_init(struct cast_out *o, struct tapew *w, int version);
void cast_out_free(struct cast_out *o);
/* One event; DATA is cleaned to valid UTF-8.  Errors stick in w->out. */
void cast_out_line(struct cast_out *o, struct span code, struct span data);
/* Bytes of STREAM (below CAST_STREAMS): an incomplete character at the end waits for the
 * rest; very many become several events. */
void cast_out_bytes(struct cast_out *o, unsigned stream, struct span data);
/* The same of bytes that are in JSON already (msg.quoted). */
void cast_out_quoted(struct cast_out *o, unsigned stream, struct span quoted);
/* The end: what still waits becomes U+FFFD; version 1 is closed. */
void cast_out_end(struct cast_out *o);

/* Count what cannot be written; WHAT and SUFFIX are kept, not copied. */
void cast_out_lose(
	struct cast_out *o, const char *what, const char *suffix, uint64_t count);
void cast_out_tell_lost(struct cast_out *o);

#endif
