/* SPDX-License-Identifier: ISC */
#include "base/cond.h"

#include "base/clk.h"

#include <time.h>

void
cond_init(pthread_cond_t *c)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(c, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool
cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t until_ns)
{
	struct timespec t = { .tv_sec = until_ns / NS_PER_S,
		.tv_nsec = until_ns % NS_PER_S };

	if (until_ns == INT64_MAX)
		return pthread_cond_wait(c, lock) == 0;
	return pthread_cond_timedwait(c, lock, &t) == 0;
}
