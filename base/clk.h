/* SPDX-License-Identifier: ISC */
/* Time comes in from outside: code that is tested takes a struct clk and calls nothing
 * else.  All times are signed 64-bit nanoseconds; wall time since the UNIX epoch,
 * monotonic time since an arbitrary start. */
#ifndef BASE_CLK_H
#define BASE_CLK_H

#include <stdint.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_US INT64_C(1000)

struct clk {
	int64_t (*wall_ns)(void *ctx);
	int64_t (*mono_ns)(void *ctx);
	void *ctx;
};

extern const struct clk clk_system; /* the only caller of clock_gettime */

static inline int64_t
clk_wall(const struct clk *c)
{
	return c->wall_ns(c->ctx);
}
static inline int64_t
clk_mono(const struct clk *c)
{
	return c->mono_ns(c->ctx);
}

/* Saturating arithmetic, for times out of hostile files. */
int64_t ns_add(int64_t a, int64_t b);
int64_t ns_sub(int64_t a, int64_t b);

#endif
