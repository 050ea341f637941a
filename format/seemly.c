/* SPDX-License-Identifier: ISC */
#include "format/seemly.h"

#include "base/utf8.h"

/* Characters that move text about on the screen instead of standing in it. */
static bool
is_unseemly(uint32_t ch)
{
	return (ch >= 0x80 && ch < 0xA0) || (ch >= 0x200B && ch <= 0x200F) ||
	       (ch >= 0x2028 && ch <= 0x202E) || (ch >= 0x2060 && ch <= 0x206F) ||
	       ch == 0xFEFF || ch == 0x061C || (ch >= 0xE0000 && ch <= 0xE0FFF);
}

static void
put_char(struct buf *out, uint32_t ch)
{
	uint8_t b[UTF8_MAX_LEN];
	int n = utf8_put(b, is_unseemly(ch) ? UTF8_BAD : ch);

	if (ch < 0x20 || ch == 0x7F)
		buf_addf(out, "^%c", (int)(ch ^ 0x40));
	else
		buf_add(out, b, (size_t)n);
}

int
seemly_put(struct buf *out, struct span s, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < s.n; count++) {
		uint32_t ch;
		int k = utf8_get(s.p + i, s.n - i, &ch, NULL);

		if (count == max) {
			buf_add_str(out, "...");
			break;
		}
		put_char(out, k ? ch : UTF8_BAD);
		i += k ? (size_t)k : s.n - i;
	}
	return buf_failed(out);
}
