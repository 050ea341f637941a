/* SPDX-License-Identifier: ISC */
#include "render/markup.h"

#include "base/utf8.h"

#include <inttypes.h>

/* Some characters have a meaning there, and others must not stand there at all. */
int
markup_text(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n;) {
		uint32_t ch;
		int k = utf8_get(text.p + i, text.n - i, &ch, NULL);

		if (k <= 0)
			break;
		if (ch == '&' || ch == '<' || ch == '>' || ch == '"')
			buf_addf(out, "&#%" PRIu32 ";", ch);
		else if (utf8_order(ch) || (ch & 0xFFFE) == 0xFFFE)
			buf_add_str(out, "\xEF\xBF\xBD");
		else
			buf_add(out, text.p + i, (size_t)k);
		i += (size_t)k;
	}
	return buf_failed(out);
}

void
markup_number(struct buf *out, double v)
{
	long n = (long)(v * 100 + (v < 0 ? -0.5 : 0.5));

	buf_addf(out, "%s%ld", n < 0 ? "-" : "", (n < 0 ? -n : n) / 100);
	if (n % 100)
		buf_addf(out, ".%02ld", (n < 0 ? -n : n) % 100);
}
