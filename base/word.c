/* SPDX-License-Identifier: ISC */
#include "base/word.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>

static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum(s.p[i]) && (!s.p[i] || !strchr("_-+=./:,@%", s.p[i])))
			return false;
	return s.n > 0;
}

/* Would a terminal that shows it do anything but that? */
static bool
is_order(struct span s)
{
	uint32_t ch;
	bool bad;
	int k;

	for (; s.n; s.p += k, s.n -= (size_t)k) {
		k = utf8_get(s.p, s.n, &ch, &bad);
		if (k == 0 || bad || utf8_order(ch))
			return true;
	}
	return false;
}

static void
put_quoted(struct buf *out, struct span s)
{
	buf_add_byte(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_byte(out, s.p[i]);
	}
	buf_add_byte(out, '\'');
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

void
word_quote(struct buf *out, struct span word)
{
	if (is_plain(word))
		buf_add_span(out, word);
	else
		put_quoted(out, word);
}

void
word_quote_path(struct buf *out, const char *path)
{
	struct span s = span_str(path);

	if (s.n > 1 && s.p[0] == '-')
		buf_add_str(out, "./");
	if (is_order(s))
		put_escaped(out, s);
	else if (s.n && s.p[0] == '-')
		put_quoted(out, s); /* "-" alone is standard input */
	else
		word_quote(out, s);
}

/* WORD is put behind the N bytes of LIST; how many those are then. */
static size_t
list_word(char *list, size_t n, const char *between, const char *word)
{
	int more = snprintf(list + n, WORD_LIST_MAX - n, "%s%s", between, word);

	return n + (size_t)more < WORD_LIST_MAX ? n + (size_t)more : WORD_LIST_MAX - 1;
}

int
word_choose(const char *(*name)(size_t i), const char *text, char list[WORD_LIST_MAX])
{
	const char *word, *last = NULL;
	size_t n = 0;
	int count = 0, found = -1;

	list[0] = 0;
	for (size_t i = 0; (word = name(i)) != NULL; i++) {
		if (strcmp(word, text) == 0)
			return (int)i;
		if (strncmp(word, text, strlen(text)) != 0)
			continue;
		if (last)
			n = list_word(list, n, count > 1 ? ", " : "", last);
		last = word;
		found = (int)i;
		count++;
	}
	if (count == 1)
		return found;
	if (last)
		list_word(list, n, " or ", last);
	return -1;
}
