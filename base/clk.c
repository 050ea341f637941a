/* SPDX-License-Identifier: ISC */
#include "base/clk.h"

#include <stddef.h>
#include <time.h>

static int64_t
now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static int64_t
system_wall(void *ctx)
{
	(void)ctx;
	return now(CLOCK_REALTIME);
}

static int64_t
system_mono(void *ctx)
{
	(void)ctx;
	return now(CLOCK_MONOTONIC);
}

const struct clk clk_system = { system_wall, system_mono, NULL };

int64_t
ns_add(int64_t a, int64_t b)
{
	int64_t r;

	if (__builtin_add_overflow(a, b, &r))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return r;
}

int64_t
ns_sub(int64_t a, int64_t b)
{
	int64_t r;

	if (__builtin_sub_overflow(a, b, &r))
		return b < 0 ? INT64_MAX : INT64_MIN;
	return r;
}
