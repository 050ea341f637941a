/* SPDX-License-Identifier: ISC */
/* New times out of old ones, in whole nanoseconds.  Each is made from the old one alone and
 * not from the new one before it, so that nothing adds up over a long recording. */
#ifndef LOG_RETIME_H
#define LOG_RETIME_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* A factor as it was written: 1.25 is 1250000 millionths. */
#define RETIME_UNIT   INT64_C(1000000)
#define RETIME_FACTOR 1000 /* the largest, and one through it the smallest */

/* "2", "0.5", "1.333333": 0 or ERR_USAGE. */
int retime_parse(int64_t *factor, const char *text, struct err *e);
/* AT_NS (not negative) in a recording that runs FACTOR times as fast, rounded down; as late as
 * there is. */
int64_t retime_scale(int64_t at_ns, int64_t factor);

/* Pauses cut to a length.  A pause is what lies between two messages that count; those in it
 * come as late as before, but not later than its new end. */
struct retime_idle {
	int64_t max_ns;
	int64_t seen_ns, put_ns; /* the last that counted: old and new time */
	uint64_t cut;            /* pauses that were longer */
};
int64_t retime_idle(struct retime_idle *r, int64_t at_ns, bool counts);

#endif
