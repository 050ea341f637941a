/* SPDX-License-Identifier: ISC */
#include "play/links.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STRETCHES_MAX 2048

static void
take_text(struct link *l, const struct emu *e, const struct emu_link *at)
{
	const struct cell *c = emu_row(e, at->row);
	char text[EMU_CELL_TEXT_MAX];
	size_t used = strlen(l->text);

	for (int i = at->col; i < at->col + at->cols; i++) {
		int n = emu_cell_text(e, &c[i], text);

		if (n == 0 && c[i].width == 1)
			text[n++] = ' ';
		if (used + (size_t)n >= sizeof l->text)
			return;
		memcpy(l->text + used, text, (size_t)n);
		used += (size_t)n;
		l->text[used] = 0;
	}
}

static bool
is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* The words in front of "://" at AT in TEXT and at REST in URI. */
static bool
same_scheme(const char *text, const char *at, const char *uri, const char *rest)
{
	size_t n = 0;

	while (at - n > text && isalnum((unsigned char)at[-1 - (ptrdiff_t)n]))
		n++;
	return rest && (size_t)(rest - uri) == n && strncasecmp(uri, at - n, n) == 0;
}

/* A text that looks like an address must be the beginning of where it leads. */
static const char *
doubt(const struct link *l)
{
	const char *text = l->text + strspn(l->text, " "), *scheme = strstr(text, "://");
	const char *rest = strstr(l->uri, "://");
	static const char *const other = "It does not lead where its text says.";
	bool address = scheme || strncmp(text, "www.", 4) == 0;
	size_t n;

	if (!is_ascii(l->uri))
		return "Not all of it is ASCII: letters may only look like others.";
	if (!address)
		return NULL;
	if (scheme && !same_scheme(text, scheme, l->uri, rest))
		return other;
	text = scheme ? scheme + 3 : text;
	rest = rest ? rest + 3 : l->uri;
	n = strcspn(text, " /");
	return strncmp(text, rest, n) == 0 && (!rest[n] || rest[n] == '/') ? NULL : other;
}

static size_t
gather(const struct emu *e, const struct emu_link *at, size_t n, struct link *out,
	size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = (size_t)at[i].number - 1;
		bool goes_on = i > 0 && at[i - 1].number == at[i].number &&
			       at[i].row == at[i - 1].row + 1 &&
			       emu_wrapped(e, at[i - 1].row);

		if (k >= max)
			continue;
		for (; found <= k; found++)
			out[found] = (struct link){ .uri = "" };
		if (out[k].places == 0) {
			out[k].row = at[i].row;
			out[k].col = at[i].col;
			out[k].uri = at[i].uri;
		}
		if (out[k].places == 0 || (goes_on && out[k].places == 1))
			take_text(&out[k], e, &at[i]);
		out[k].places += !goes_on;
	}
	return found;
}

size_t
links_of(const struct emu *e, struct link *out, size_t max)
{
	struct emu_link *at = calloc(STRETCHES_MAX, sizeof *at);
	size_t n = at ? emu_links(e, at, STRETCHES_MAX) : 0;

	n = gather(e, at, n < STRETCHES_MAX ? n : STRETCHES_MAX, out, max);
	for (size_t i = 0; i < n; i++)
		out[i].doubt = doubt(&out[i]);
	free(at);
	return n;
}
