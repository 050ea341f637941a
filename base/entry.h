/* SPDX-License-Identifier: ISC */
/* One event on its way to other systems: its line, and what stands beside the line where a
 * system has places of its own for it.  Nothing in it is owned. */
#ifndef BASE_ENTRY_H
#define BASE_ENTRY_H

#include "base/span.h"

#define ENTRY_FIELDS_MAX 12

/* How much it matters: the numbers of syslog (RFC 5424, section 6.2.1). */
enum entry_priority { ENTRY_ERROR = 3, ENTRY_WARNING, ENTRY_NOTICE, ENTRY_INFO };

struct entry_field {
	const char *name; /* capitals, digits and underlines, as the journal wants them */
	struct span value;
};

struct entry {
	struct span line;    /* one line of JSON with its newline */
	struct span message; /* the same for a person, maybe of several lines */
	const char *action;  /* "session_start": a word for the kind of event */
	enum entry_priority priority;
	int64_t time_ns; /* wall clock */
	struct entry_field field[ENTRY_FIELDS_MAX];
	size_t nfields;
};

#endif
