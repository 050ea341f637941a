/* SPDX-License-Identifier: ISC */
/* Which input is a password.  Two signs, either is enough: the terminal does not show what
 * is typed but reads lines (ECHO off, ICANON on: the caller looks at the moment of typing),
 * or the line on which the cursor stands ends like a password prompt.  The prompt is looked
 * for in a window that rolls on over any number of reads, so it may arrive in pieces; once
 * typing at a prompt has begun, only the end of the line ends it, whatever is printed
 * meanwhile (feedback stars). */
#ifndef REC_MASK_H
#define REC_MASK_H

#include "base/span.h"

#define MASK_LINE_MAX 512

struct mask {
	char line
		[MASK_LINE_MAX]; /* end of the present output line, lower case, no escapes */
	size_t n;
	int esc;        /* state of the escape sequence skipper */
	bool returned;  /* by CR: what is printed next begins the line anew */
	bool above;     /* the last line with text was a prompt */
	bool at_prompt; /* typing at a prompt has begun */
	bool told;      /* the present stretch of hidden input has its event */
};

enum mask_verdict {
	MASK_SHOW, /* record it */
	MASK_HIDE, /* do not record it */
	MASK_TELL, /* do not record it, and it begins a stretch: record the event */
};

void mask_output(struct mask *m, struct span out);
/* IN was typed; HIDDEN: the terminal's modes say that it is not shown.  WHY: "echo" or
 * "prompt", when not MASK_SHOW. */
enum mask_verdict mask_input(
	struct mask *m, struct span in, bool hidden, const char **why);
/* Whether the present output line looks like a prompt for a password. */
bool mask_is_prompt(const struct mask *m);

#endif
