/* SPDX-License-Identifier: ISC */
/* A recording as the text that it showed: rows as they leave the screen at its top, and what
 * stands there at the end; each once, in order.  Lines that went on in the next row because the
 * terminal was too narrow are whole again.  What was drawn over, or shown by programs that use a
 * screen of their own, is not in it. */
#ifndef LOG_TRANSCRIPT_H
#define LOG_TRANSCRIPT_H

#include "replay/shown.h"

struct transcript {
	struct emu *emu;
	struct shown shown;
	struct buf text; /* lines; the caller takes them away */
	struct buf row;
	int back; /* rows at the top that were told already and came back by a resize */
	unsigned blank; /* lines without text that wait for one with text */
	bool going_on;  /* the last row has no end yet */
};

int transcript_init(struct transcript *t, struct err *e);
/* Appends to T->text what M made known. */
int transcript_take(struct transcript *t, const struct msg *m, struct err *e);
/* The last screen. */
int transcript_end(struct transcript *t, struct err *e);
void transcript_free(struct transcript *t);

#endif
