/* SPDX-License-Identifier: ISC */
#include "log/quote.h"

#include "base/utf8.h"

static bool
is_plain(uint32_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	       (ch >= '0' && ch <= '9') ||
	       (ch && ch < 0x80 && strchr("%+,-./:=@_", (int)ch));
}

enum look { PLAIN, QUOTED, ESCAPED };

static enum look
look(struct span s)
{
	enum look worst = s.n && s.p[0] != '-' ? PLAIN : QUOTED;
	uint32_t ch;
	bool bad;
	int k;

	for (; s.n; s.p += k, s.n -= (size_t)k) {
		k = utf8_get(s.p, s.n, &ch, &bad);
		if (k == 0 || bad || utf8_order(ch))
			return ESCAPED;
		if (!is_plain(ch))
			worst = QUOTED;
	}
	return worst;
}

/* $'...' of bash, zsh, ksh and the POSIX of 2024. */
static void
put_escaped(struct buf *out, struct span s)
{
	buf_add_str(out, "$'");
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == '\'' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7F)
			buf_addf(out, "\\%03o", c);
		else
			buf_add_byte(out, c);
	}
	buf_add_byte(out, '\'');
}

int
quote_word(struct buf *out, const char *word)
{
	struct span s = span_str(word);

	if (s.n > 1 && s.p[0] == '-')
		buf_add_str(out, "./"); /* no option */
	switch (look(s)) {
	case PLAIN:
		buf_add_span(out, s);
		break;
	case ESCAPED:
		put_escaped(out, s);
		break;
	case QUOTED:
		buf_add_byte(out, '\'');
		for (size_t i = 0; i < s.n; i++)
			if (s.p[i] == '\'')
				buf_add_str(out, "'\\''");
			else
				buf_add_byte(out, s.p[i]);
		buf_add_byte(out, '\'');
		break;
	}
	return buf_failed(out);
}
