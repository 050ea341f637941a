/* SPDX-License-Identifier: ISC */
/* Shell marks in a stream of output: OSC 133 (FinalTerm: A, B, C, D;STATUS), 633 (the same and
 * E;TEXT, P;Cwd=), 3008 (systemd's contexts) and 7 (directory).  The stream may be cut anywhere;
 * the bytes are only looked at.  Bodies are bounded by MARKS_BODY_MAX.
 *
 * A mark is verified when it brings the nonce of the session: as parameter auditrec=NONCE
 * (133, 3008), or as the last field of 633;E. */
#ifndef TRACE_MARKS_H
#define TRACE_MARKS_H

#include "base/span.h"

#define MARKS_BODY_MAX  16384 /* bytes that are kept of one mark */
#define MARKS_GIVEUP    65536 /* a mark that does not end by then was none */
#define MARKS_CWD_MAX   4096
#define MARKS_NONCE_MAX 64

enum mark_kind {
	MARK_NONE,
	MARK_PROMPT, /* a prompt begins: no command runs */
	MARK_TYPED,  /* the prompt ends: what comes is the echo of what is typed */
	MARK_LINE,   /* the command line that is to be run next */
	MARK_CWD,
	MARK_START, /* it runs: what comes is its output */
	MARK_END,   /* it has ended */
};

struct mark {
	enum mark_kind kind;
	const char *origin; /* "osc133" */
	bool verified;
	bool hidden;      /* LINE, START: the shell cannot tell the text ... */
	bool repeat;      /* ... but if it is TEXT, it was the same line once more */
	struct span text; /* LINE, START: the command line, P NULL: not told */
	bool cut;         /* TEXT is only the beginning of it */
	struct span cwd;
	struct span id; /* of 3008 */
	int status;     /* END; START: of the command before it; -1: not told */
};

struct marks {
	const char *nonce; /* "": nothing is verified */
	int state;
	size_t n, seen; /* bytes of BODY; of the mark so far */
	struct mark mark;
	uint8_t body[MARKS_BODY_MAX];
	uint8_t text[MARKS_BODY_MAX]; /* what the spans of MARK point into, decoded */
	uint8_t cwd[MARKS_CWD_MAX];
};

void marks_init(struct marks *m, const char *nonce);
/* Look at OUT up to the end of the next mark.  Returns the bytes looked at; m->mark.kind is
 * MARK_NONE when OUT ended before, else it is valid until the next call. */
size_t marks_next(struct marks *m, struct span out);
/* The same for the body of one mark, from behind "ESC ]" to before its end: for tests. */
void marks_parse(struct marks *m, struct span body);

#endif
