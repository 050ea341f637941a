/* SPDX-License-Identifier: ISC */
#include "log/retime.h"

#include "base/clk.h"

static int
bad_factor(const char *text, struct err *e)
{
	return err_set(e, ERR_USAGE,
		"'%.40s' is no factor: 0.001 to 1000, such as 2 or 0.75", text);
}

int
retime_parse(int64_t *factor, const char *text, struct err *e)
{
	const char *p = text;
	int64_t v = 0, unit = RETIME_UNIT;

	for (; *p >= '0' && *p <= '9' && v <= RETIME_FACTOR; p++)
		v = v * 10 + (*p - '0');
	v *= RETIME_UNIT;
	if (p > text && *p == '.')
		for (p++; *p >= '0' && *p <= '9' && unit > 1; p++) {
			unit /= 10;
			v += (*p - '0') * unit;
		}
	if (*p || v < RETIME_UNIT / RETIME_FACTOR || v > RETIME_UNIT * RETIME_FACTOR)
		return bad_factor(text, e);
	*factor = v;
	return 0;
}

int64_t
retime_scale(int64_t at_ns, int64_t factor)
{
	int64_t whole = at_ns / factor, rest = at_ns % factor;

	if (whole > INT64_MAX / RETIME_UNIT)
		return INT64_MAX;
	/* a rest is below 10^9, so that this does not overflow */
	return ns_add(whole * RETIME_UNIT, rest * RETIME_UNIT / factor);
}

int64_t
retime_idle(struct retime_idle *r, int64_t at_ns, bool counts)
{
	int64_t since = ns_sub(at_ns, r->seen_ns);
	int64_t at = ns_add(r->put_ns, since > r->max_ns ? r->max_ns : since);

	if (counts) {
		r->cut += since > r->max_ns;
		r->seen_ns = at_ns;
		r->put_ns = at;
	}
	return at;
}
