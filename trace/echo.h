/* SPDX-License-Identifier: ISC */
/* The command line as it stands on the screen, from the echo between a shell's prompt and its
 * answer to Enter.  A line editor moves about on one line: that much is followed.  Whatever is
 * not understood (more than one row, completion lists, searches) makes it unsure, and an
 * unsure line is none: better no text than a wrong one. */
#ifndef TRACE_ECHO_H
#define TRACE_ECHO_H

#include "base/utf8.h"

#define ECHO_MAX 2048 /* characters */

struct echo {
	int state;
	bool on, unsure, returned, done;
	bool wide; /* has characters whose columns we do not know */
	uint32_t param;
	uint8_t private;
	struct utf8_hold hold;
	size_t n, at; /* characters; the cursor */
	uint32_t ch[ECHO_MAX];
};

void echo_start(struct echo *e);
void echo_stop(struct echo *e);
void echo_feed(struct echo *e, struct span out);
/* Append the line to OUT; false when it is not certain. */
bool echo_text(const struct echo *e, struct buf *out);

#endif
