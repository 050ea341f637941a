/* SPDX-License-Identifier: ISC */
#include "rec/keys.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* What xterm, and whoever follows it, sends for F1 to F12. */
static const char *const function_keys[] = { "\033OP", "\033OQ", "\033OR", "\033OS",
	"\033[15~", "\033[17~", "\033[18~", "\033[19~", "\033[20~", "\033[21~",
	"\033[23~", "\033[24~" };

static int
set(struct key *k, const char *bytes, size_t n)
{
	memcpy(k->byte, bytes, n);
	k->n = (uint8_t)n;
	return 0;
}

/* The control character of C, or -1. */
static int
control(char c)
{
	int up = toupper((unsigned char)c);

	if (up == '?')
		return 127;
	return up >= '@' && up <= '_' ? up & 31 : -1;
}

static int
parse_function(struct key *k, const char *text)
{
	char *end;
	long n;

	if (text[0] != 'F' || !isdigit((unsigned char)text[1]))
		return -1;
	n = strtol(text + 1, &end, 10);
	if (*end || n < 1 || n > 12)
		return -1;
	return set(k, function_keys[n - 1], strlen(function_keys[n - 1]));
}

static bool
one_character(const char *text)
{
	size_t n = strlen(text);
	uint32_t ch;
	bool bad;

	return n && n <= UTF8_MAX_LEN &&
	       utf8_get((const uint8_t *)text, n, &ch, &bad) == (int)n && !bad;
}

int
keys_parse(struct key *k, const char *text, struct err *e)
{
	size_t n = strlen(text);
	bool caret = n == 2 && text[0] == '^', dash = n == 3 && text[1] == '-';
	char c = caret ? text[1] : dash ? text[2] : 0;
	char meta[2] = { '\033', c };
	char ctl = (char)control(c);

	k->n = 0;
	if (!n || strcmp(text, "none") == 0)
		return 0;
	if ((caret || (dash && text[0] == 'C')) && control(c) >= 0)
		return set(k, &ctl, 1);
	if (dash && text[0] == 'M' && (uint8_t)c < 0x80)
		return set(k, meta, 2);
	if (parse_function(k, text) == 0)
		return 0;
	if (one_character(text))
		return set(k, text, n);
	return err_set(e, ERR_USAGE,
		"'%.40s' is no key: write ^X, C-x, M-x, F1 to F12 or one character",
		text);
}

static const uint8_t *
find(struct span in, const void *what, size_t n)
{
	return n ? memmem(in.p, in.n, what, n) : NULL;
}

/* The later of the begin and end marks in IN decides (xterm, "bracketed paste mode"). */
static void
follow_paste(struct keys *k, struct span in)
{
	const uint8_t *p;

	while ((p = memmem(in.p, in.n, "\033[20", 4)) != NULL) {
		size_t at = (size_t)(p - in.p);

		if (in.n - at >= 6 && p[5] == '~' && (p[4] == '0' || p[4] == '1'))
			k->pasting = p[4] == '0';
		in = span_of(p + 4, in.n - at - 4);
	}
}

enum keys_action
keys_find(struct keys *k, struct span in, size_t *before, size_t *length)
{
	const uint8_t *m, *p;
	bool pasting = k->pasting;

	*before = in.n;
	*length = 0;
	if (!k->mark.n && !k->pause.n)
		return KEYS_NONE;
	follow_paste(k, in);
	if (pasting || k->pasting || in.n > KEYS_TYPED_MAX)
		return KEYS_NONE;
	m = find(in, k->mark.byte, k->mark.n);
	p = find(in, k->pause.byte, k->pause.n);
	if (m && (!p || m <= p)) {
		*before = (size_t)(m - in.p);
		*length = k->mark.n;
		return KEYS_MARK;
	}
	if (p) {
		*before = (size_t)(p - in.p);
		*length = k->pause.n;
		return KEYS_PAUSE;
	}
	return KEYS_NONE;
}
