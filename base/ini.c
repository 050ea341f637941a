/* SPDX-License-Identifier: ISC */
#include "base/ini.h"

#include "base/utf8.h"

#include <string.h>

struct state {
	const struct ini *ini;
	int line;
	bool wanted;
	char text[INI_LINE_MAX + 1];
};

static void
bad(const struct state *s, const char *key, const char *why)
{
	s->ini->bad(s->ini->ctx, s->line, key, why);
}

static char *
trim(char *p)
{
	size_t n;

	while (*p == ' ' || *p == '\t')
		p++;
	n = strlen(p);
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t' || p[n - 1] == '\r'))
		n--;
	p[n] = 0;
	return p;
}

static char *
unquote(char *p)
{
	size_t n = strlen(p);

	if (n < 2 || p[0] != '"' || p[n - 1] != '"')
		return p;
	p[n - 1] = 0;
	return p + 1;
}

static void
take_heading(struct state *s, char *p)
{
	struct err e = { .code = 0 };
	size_t n = strlen(p);
	int rc;

	s->wanted = false;
	if (p[n - 1] != ']') {
		bad(s, NULL, "this heading has no ']', its lines are left out");
		return;
	}
	p[n - 1] = 0;
	rc = s->ini->section(s->ini->ctx, s->line, trim(p + 1), &e);
	if (rc < 0)
		bad(s, NULL, e.text);
	s->wanted = rc > 0;
}

/* A letter, then letters, digits, dashes and dots; which words there are the caller knows. */
static bool
is_key(const char *p)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
			  more[] = "0123456789-.";

	for (const char *q = p; *q; q++)
		if (!strchr(letters, *q) && (q == p || !strchr(more, *q)))
			return false;
	return *p != 0;
}

/* The '=' that parts key from value: behind the first word, else in it, but not its first. */
static char *
parting(char *p)
{
	size_t word = strcspn(p, " \t"), gap = strspn(p + word, " \t");

	if (word && p[word + gap] == '=')
		return p + word + gap;
	return *p ? strchr(p + 1, '=') : NULL;
}

static void
take_any(struct state *s, char *p)
{
	struct err e = { .code = 0 };
	char *eq = parting(p), *comment, *key;

	if (!eq) {
		bad(s, NULL, "this is neither 'key = value' nor a [heading]");
		return;
	}
	*eq = 0;
	comment = strstr(eq + 1, " # ");
	if (comment)
		*comment = 0;
	key = trim(p);
	if (s->wanted &&
		s->ini->value(s->ini->ctx, s->line, key, false, trim(eq + 1), &e) < 0)
		bad(s, key, e.text);
}

static void
take_value(struct state *s, char *p)
{
	struct err e = { .code = 0 };
	char *eq = strchr(p, '='), *key;
	bool bang;
	size_t n;

	if (!eq) {
		bad(s, NULL, "this is neither 'key = value' nor a [heading]");
		return;
	}
	*eq = 0;
	key = trim(p);
	n = strlen(key);
	bang = n && key[n - 1] == '!';
	if (bang)
		key[n - 1] = 0;
	key = trim(key);
	if (!is_key(key)) {
		bad(s, NULL, "there is no proper key before '='");
		return;
	}
	if (!s->wanted)
		return;
	if (s->ini->value(s->ini->ctx, s->line, key, bang, unquote(trim(eq + 1)), &e) < 0)
		bad(s, key, e.text);
}

/* "[" is a key, too. */
static bool
is_heading(const struct state *s, const char *p)
{
	return *p == '[' && (!s->ini->any_key || !strpbrk(p, "= \t"));
}

static bool
is_clean(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c < 0x20 && c != '\t' && !(c == '\r' && i + 1 == n)) || c == 0x7f)
			return false;
	}
	return utf8_valid(span_of(p, n));
}

static void
take_line(struct state *s, const char *p, size_t n)
{
	char *text = s->text;

	if (n > INI_LINE_MAX) {
		bad(s, NULL, "this line is too long");
		return;
	}
	memcpy(text, p, n);
	text[n] = 0;
	text = trim(text);
	if (*text == '#' || (*text == ';' && !s->ini->any_key))
		return;
	if (!is_clean(p, n))
		bad(s, NULL, "this line holds bytes that are no text");
	else if (is_heading(s, text))
		take_heading(s, text);
	else if (*text && s->ini->any_key)
		take_any(s, text);
	else if (*text)
		take_value(s, text);
}

void
ini_parse(const struct ini *ini, const char *text, size_t n)
{
	struct state s = { .ini = ini, .line = 0, .wanted = true };

	while (n) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl ? (size_t)(nl - text) : n;

		s.line++;
		take_line(&s, text, len);
		len += nl != NULL;
		text += len;
		n -= len;
	}
}
