/* SPDX-License-Identifier: ISC */
/* How long to wait before trying again: twice as long every time, up to a limit, and a random
 * part of it, so that a fleet does not come back in step. */
#ifndef STORE_RETRY_H
#define STORE_RETRY_H

#include <stdint.h>

struct retry_policy {
	int64_t first_ns, most_ns;
};

/* FAILURES in a row, at least 1; CHANCE: any 32 bits.  Between half of the time and all. */
int64_t retry_delay(const struct retry_policy *p, unsigned failures, uint32_t chance);

#endif
