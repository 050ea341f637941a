/* SPDX-License-Identifier: ISC */
#include "term/width.h"

#include <stddef.h>

struct range {
	uint32_t first, last;
};

#include "term/width.inc"

static bool
within(const struct range *r, size_t n, uint32_t ch)
{
	size_t lo = 0;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (ch > r[mid].last)
			lo = mid + 1;
		else if (ch < r[mid].first)
			n = mid;
		else
			return true;
	}
	return false;
}

int
width_of(uint32_t ch)
{
	if (ch < 0x300)
		return 1;
	if (within(zero, sizeof zero / sizeof *zero, ch))
		return 0;
	return ch >= 0x1100 && within(wide, sizeof wide / sizeof *wide, ch) ? 2 : 1;
}

static const struct range hidden[] = {
	{ 0x061c, 0x061c },
	{ 0x180e, 0x180e },
	{ 0x200b, 0x200b }, /* but not the joiners behind it */
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },
	{ 0xe0000, 0xe00ff },
};

bool
width_hidden(uint32_t ch)
{
	return within(hidden, sizeof hidden / sizeof *hidden, ch);
}
