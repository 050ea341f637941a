/* SPDX-License-Identifier: ISC */
/* Dates as a person writes them.  Each names a stretch of time, as long as what was said is
 * exact: a day, a minute, a second.  In the viewer's zone, unless a zone stands behind:
 *
 *   2026-11-21 14:02:11.5, 2026-11-21T14:02Z, ...+01:00, 2026-11-21, 2026-11, 2026
 *   14:02 (today), now, today, yesterday, tomorrow, monday (today or the last one before),
 *   last monday (before today), all of them with a time of day behind
 *   this week, last week, last month, last year (weeks begin on Monday)
 *   3 days ago, an hour ago, -2h, -1d12h; @1795269731 (seconds since 1970)
 *
 * Days, weeks, months and years are steps of the calendar: "1 day ago" is the same time of day
 * yesterday, whatever the clocks were changed by; the 31st less a month is the last of it. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/err.h"

struct date_span {
	int64_t from_ns, to_ns; /* since 1970; to_ns is the first behind it */
};

/* 0 or ERR_USAGE. */
int date_parse(struct date_span *d, const char *text, int64_t now_ns, struct err *e);

/* "90", "1:30", "1:02:03", "2h", "1h30m", "45s", "3d": a length of time in *NS. */
int date_parse_length(int64_t *ns, const char *text, struct err *e);

#endif
