/* SPDX-License-Identifier: ISC */
/* A place in a recording as a person writes it, and times as a person reads them.
 * Accepted: "90", "1.5", "1:30", "1:02:03.250" (from the start), "50%", "end". */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/err.h"

#include <stddef.h>

struct when {
	enum when_kind { WHEN_NS, WHEN_PERCENT, WHEN_END } kind;
	int64_t ns;     /* WHEN_NS */
	double percent; /* WHEN_PERCENT, 0 to 100 */
};

int when_parse(struct when *w, const char *text, struct err *e); /* 0 or ERR_USAGE */
int64_t when_resolve(
	const struct when *w, int64_t duration_ns); /* clamped to [0, duration] */

#define WHEN_TEXT_MAX 40
/* "1:02:03" with DECIMALS (0 to 9) digits of the second behind; below an hour "2:03". */
const char *when_format(char out[WHEN_TEXT_MAX], int64_t ns, int decimals);
/* "2026-11-21T14:02:11.123456789Z", DECIMALS as above; any int64. */
const char *when_format_utc(char out[WHEN_TEXT_MAX], int64_t wall_ns, int decimals);

#endif
