/* SPDX-License-Identifier: ISC */
/* What a page tells beside the picture: who, where, when, and a row for everything that
 * happened, gathered message by message, as JSON.  Bounded whatever the recording holds; what
 * finds no room is counted.  Texts are seemly (format/seemly.h); secrets are never in them. */
#ifndef LOG_CHRONICLE_H
#define LOG_CHRONICLE_H

#include "format/facts.h"
#include "replay/typed.h"

#define CHRONICLE_ROWS_MAX 100000
#define CHRONICLE_BYTES_MAX \
	((size_t)32 << 20) /* of all rows; 64 bytes more for JSON around */
#define CHRONICLE_DETAILS_MAX ((size_t)12 << 20)        /* of that, all of each event */
#define CHRONICLE_DETAIL_MAX  4096                      /* of one */
#define CHRONICLE_TEXT_MAX    400                       /* characters of a row */
#define CHRONICLE_PAUSE_NS    (5 * INT64_C(1000000000)) /* without anything: a row */

struct chronicle {
	bool typed;                   /* tell what was typed */
	const struct tape_info *tape; /* of the recording: does it know its date */
	const char *file;             /* where it came from */
	struct facts facts;
	struct typed lines;
	struct buf rows; /* elements of an array */
	size_t room;     /* for them: CHRONICLE_BYTES_MAX, for tests less */
	struct buf text, detail;
	size_t n, details;
	uint64_t left_out;
	uint64_t ordinal;                /* of the next message */
	int64_t at_ns, page_ns;          /* of the message before, and of this one */
	int64_t typed_ns, typed_page_ns; /* of the first key in the line */
};

/* FILE and TAPE are borrowed. */
void chronicle_init(
	struct chronicle *c, const char *file, const struct tape_info *tape, bool typed);
void chronicle_free(struct chronicle *c);
/* M stands at AT_NS in the recording and at PAGE_NS on the page, which may have shorter
 * pauses.  In order; memory that is missing shows in chronicle_put(). */
void chronicle_note(
	struct chronicle *c, const struct msg *m, int64_t at_ns, int64_t page_ns);
/* The object.  TITLE NULL: that of the recording, or its file name.  END: how reading ended. */
int chronicle_put(struct chronicle *c, struct buf *out, const char *title,
	const struct tape_end *end);

#endif
