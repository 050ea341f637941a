/* SPDX-License-Identifier: ISC */
#include "base/word.h"

#include <ctype.h>

static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum(s.p[i]) && (!s.p[i] || !strchr("_-+=./:,@%", s.p[i])))
			return false;
	return s.n > 0;
}

void
word_quote(struct buf *out, struct span word)
{
	if (is_plain(word)) {
		buf_add_span(out, word);
		return;
	}
	buf_add_byte(out, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_byte(out, word.p[i]);
	}
	buf_add_byte(out, '\'');
}
