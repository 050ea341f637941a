/* SPDX-License-Identifier: ISC */
/* What `list` knows of one recording: facts out of its head and its end.  Texts are those of
 * the recording and therefore hostile. */
#ifndef LOG_RECORD_H
#define LOG_RECORD_H

#include "format/facts.h"
#include "log/crew.h"
#include "log/walk.h"

#define RECORD_TEXT_MAX 1024 /* bytes of one fact */

struct record {
	const struct walk_file *file; /* borrowed */
	enum { RECORD_UNKNOWN, RECORD_NONE /* no recording */, RECORD_KNOWN } kind;
	enum tape_format format;
	enum tape_state state;
	bool has_start;
	int64_t start_ns, duration_ns;
	int64_t exit, gid; /* -1: none, unknown */
	char *texts;       /* of all facts, each ended by NUL */
	size_t texts_n;
	const char *text[FACT_COUNT]; /* into TEXTS; "" unknown */
};

/* Reads head and end of F; JOB is told how far that is.  ERR_FORMAT: it is none (then R says so,
 * too). */
int record_read(
	struct record *r, const struct walk_file *f, struct crew_job *job, struct err *e);
/* As numbers and texts for the catalogue, and back; false: they make no sense. */
#define RECORD_NUMBERS 8
#define RECORD_VERSION 2 /* of what they mean */
void record_pack(const struct record *r, int64_t numbers[RECORD_NUMBERS]);
bool record_unpack(struct record *r, const struct walk_file *f,
	const int64_t numbers[RECORD_NUMBERS], struct span texts);
void record_free(struct record *r);

#endif
