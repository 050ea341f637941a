/* SPDX-License-Identifier: ISC */
/* A place in a recording as a person writes it, and times as a person reads them.
 * Accepted: "90", "1.5", "1:30", "1:02:03.250", "1h30m" (from the start; units s, m, h,
 * d, w), "50%", "end"; dates and times of day in the viewer's zone or, with a Z behind, UTC:
 * "2026-11-21 14:02:11", "2026-11-21", "@14:02", "14:02:11Z".  "14:02:11" alone is from the start in a recording that
 * is so long, else a time of day. */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct when {
	enum when_kind {
		WHEN_NS,
		WHEN_PERCENT,
		WHEN_END,
		WHEN_CLOCK, /* the first such time of day from the start on */
		WHEN_DATE
	} kind;
	int64_t ns; /* NS: since the start; CLOCK: since midnight; DATE: since 1970 there */
	bool utc;   /* CLOCK, DATE: not in the zone of the viewer */
	bool either;    /* NS, but may have been meant as CLOCK */
	double percent; /* WHEN_PERCENT, 0 to 100 */
};

int when_parse(struct when *w, const char *text, struct err *e); /* 0 or ERR_USAGE */
/* CLOCK and DATE want a recording that knows its date: 0 or ERR_USAGE. */
int when_check(const struct when *w, bool has_wall, struct err *e);
/* The same place without CLOCK and DATE, in a recording from START_NS (wall clock) on that lasts
 * DURATION_NS. */
struct when when_settle(
	const struct when *w, bool has_wall, int64_t start_ns, int64_t duration_ns);
/* Of a settled place. */
int64_t when_resolve(
	const struct when *w, int64_t duration_ns); /* clamped to [0, duration] */

#define WHEN_TEXT_MAX 40
/* "1:02:03" with DECIMALS (0 to 9) digits of the second behind; below an hour "2:03". */
const char *when_format(char out[WHEN_TEXT_MAX], int64_t ns, int decimals);
/* "2026-11-21T14:02:11.123456789Z", DECIMALS as above; any int64. */
const char *when_format_utc(char out[WHEN_TEXT_MAX], int64_t wall_ns, int decimals);
/* "20261121T140211Z", for names of files. */
const char *when_format_stamp(char out[WHEN_TEXT_MAX], int64_t wall_ns);
/* "2026-11-21 14:02:11 CET", in the zone of the viewer. */
const char *when_format_local(char out[WHEN_TEXT_MAX], int64_t wall_ns, int decimals);

#endif
