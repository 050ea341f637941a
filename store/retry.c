/* SPDX-License-Identifier: ISC */
#include "store/retry.h"

int64_t
retry_delay(const struct retry_policy *p, unsigned failures, uint32_t chance)
{
	int64_t ns = p->first_ns;

	for (unsigned i = 1; i < failures && ns < p->most_ns; i++)
		ns = ns > p->most_ns / 2 ? p->most_ns : ns * 2;
	if (ns > p->most_ns)
		ns = p->most_ns;
	return ns / 2 + (int64_t)((double)(ns - ns / 2) * ((double)chance / UINT32_MAX));
}
