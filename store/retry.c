/* SPDX-License-Identifier: ISC */
#include "store/retry.h"

int64_t
retry_delay(const struct retry_policy *p, unsigned failures, uint32_t chance)
{
	int64_t ns = p->first_ns, half;

	for (unsigned i = 1; i < failures && ns < p->most_ns; i++)
		ns = ns > p->most_ns / 2 ? p->most_ns : ns * 2;
	if (ns > p->most_ns)
		ns = p->most_ns;
	half = ns / 2;
	return half + (int64_t)((double)(ns - half) * ((double)chance / UINT32_MAX));
}
