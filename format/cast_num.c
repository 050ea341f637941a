/* SPDX-License-Identifier: ISC */
/* Times stand in asciicast files as decimal seconds.  They are read digit by digit, never
 * through a double: 19 significant digits reach a nanosecond in every date that fits. */
#include "format/cast.h"

#include "base/clk.h"

#define MANTISSA_MAX ((UINT64_MAX - 9) / 10)
#define EXPONENT_MAX 9999

struct decimal { /* mantissa * 10^exp */
	uint64_t mantissa;
	int exp;
	bool full; /* no further digit fits */
};

static bool
is_digit(struct span s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static void
add_digit(struct decimal *d, uint8_t c, bool fraction)
{
	if (d->mantissa > MANTISSA_MAX)
		d->full = true;
	if (!d->full)
		d->mantissa = d->mantissa * 10 + (uint64_t)(c - '0');
	if (d->full && !fraction && d->exp < EXPONENT_MAX)
		d->exp++;
	if (!d->full && fraction)
		d->exp--;
}

static size_t
exponent(struct span s, size_t i, struct decimal *d)
{
	bool minus = false;
	int v = 0;

	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		minus = s.p[i++] == '-';
	if (!is_digit(s, i))
		return 0;
	for (; is_digit(s, i); i++)
		if (v < EXPONENT_MAX)
			v = v * 10 + (s.p[i] - '0');
	d->exp += minus ? -v : v;
	return i;
}

static int64_t
scale(const struct decimal *d)
{
	uint64_t v = d->mantissa;
	int exp = d->exp + 9;

	for (; exp > 0 && v && v <= (uint64_t)CAST_TIME_MAX; exp--)
		v = v > UINT64_MAX / 10 ? UINT64_MAX : v * 10;
	for (; exp < 0 && v; exp++)
		v /= 10;
	return v > (uint64_t)CAST_TIME_MAX ? CAST_TIME_MAX : (int64_t)v;
}

size_t
cast_num_parse(struct span s, int64_t *ns)
{
	struct decimal d = { 0 };
	size_t i = 0;
	bool minus = s.n && s.p[0] == '-';

	i += minus;
	if (!is_digit(s, i))
		return 0;
	if (s.p[i] == '0')
		i++;
	else
		for (; is_digit(s, i); i++)
			add_digit(&d, s.p[i], false);
	if (i < s.n && s.p[i] == '.') {
		if (!is_digit(s, ++i))
			return 0;
		for (; is_digit(s, i); i++)
			add_digit(&d, s.p[i], true);
	}
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		i = exponent(s, i + 1, &d);
		if (!i)
			return 0;
	}
	*ns = minus ? -scale(&d) : scale(&d);
	return i;
}

void
cast_num_put(struct buf *out, int64_t v, int decimals, int min)
{
	char text[32] = "", *end = text + sizeof text, *p = end;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	int n = 0;

	for (; u || n <= decimals; n++, u /= 10) {
		if (n && n == decimals)
			*--p = '.';
		*--p = (char)('0' + u % 10);
	}
	if (v < 0)
		*--p = '-';
	for (; decimals > min && end[-1] == '0'; decimals--)
		end--;
	if (end[-1] == '.')
		end--;
	buf_add(out, p, (size_t)(end - p));
}

int64_t
cast_num_round(int64_t ns, int64_t unit)
{
	int64_t q = ns / unit, r = ns % unit;

	if (r < 0) {
		q--;
		r += unit;
	}
	return q + (r * 2 >= unit);
}
