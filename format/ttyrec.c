/* SPDX-License-Identifier: ISC */
#include "format/ttyrec.h"

#include "base/octets.h"

#define MICROS_MAX 1000000

bool
ttyrec_head_get(struct ttyrec_head *h, const uint8_t p[TTYREC_HEAD])
{
	*h = (struct ttyrec_head){ get_le32(p), get_le32(p + 4), get_le32(p + 8) };
	return h->micros < MICROS_MAX && h->length <= TTYREC_RECORD_MAX;
}

void
ttyrec_head_put(uint8_t p[TTYREC_HEAD], const struct ttyrec_head *h)
{
	put_le32(p, h->seconds);
	put_le32(p + 4, h->micros);
	put_le32(p + 8, h->length);
}

/* Digits of a side at *I. */
static bool
side(struct span s, size_t *i, uint32_t *out)
{
	size_t from = *i;

	*out = 0;
	for (; *i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9'; (*i)++) {
		*out = *out * 10 + (uint32_t)(s.p[*i] - '0');
		if (*out > TTYREC_SIDE_MAX)
			return false;
	}
	return *i > from && *out > 0;
}

bool
ttyrec_size_get(struct span s, uint32_t *cols, uint32_t *rows)
{
	size_t i = 4;

	/* termrec also says which character set it is */
	if (s.n > 3 && memcmp(s.p, "\033%G", 3) == 0)
		s = span_of(s.p + 3, s.n - 3);
	return s.n > i && memcmp(s.p, "\033[8;", i) == 0 && side(s, &i, rows) &&
	       i < s.n && s.p[i++] == ';' && side(s, &i, cols) && i + 1 == s.n &&
	       s.p[i] == 't';
}
