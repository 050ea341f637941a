/* SPDX-License-Identifier: ISC */
/* One event on its way to other systems: its line, and what stands beside the line where a
 * system has places of its own for it.  Nothing in it is owned. */
#ifndef BASE_LOGLINE_H
#define BASE_LOGLINE_H

#include "base/span.h"

#define LOGLINE_FIELDS_MAX 12

/* How much it matters: the numbers of syslog (RFC 5424, section 6.2.1). */
enum logline_priority {
	LOGLINE_ERROR = 3,
	LOGLINE_WARNING,
	LOGLINE_NOTICE,
	LOGLINE_INFO
};

struct logline_field {
	const char *name; /* capitals, digits and underlines, as the journal wants them */
	struct span value;
};

struct logline {
	struct span line;    /* one line of JSON with its newline */
	struct span message; /* the same for a person, maybe of several lines */
	const char *action;  /* "session_start": a word for the kind of event */
	enum logline_priority priority;
	int64_t time_ns; /* wall clock */
	struct logline_field field[LOGLINE_FIELDS_MAX];
	size_t nfields;
};

#endif
