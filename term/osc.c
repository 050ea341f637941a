/* SPDX-License-Identifier: ISC */
/* Strings that matter: titles and links.  All others end here. */
#include "term/core.h"

#include "base/utf8.h"
#include "term/width.h"

/* Characters that would change how the line around a title is shown. */
static bool
unwanted(uint32_t ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || width_hidden(ch);
}

static void
set_title(struct core *c, struct span s)
{
	size_t n = 0;

	while (s.n) {
		uint32_t ch;
		int used = utf8_get(s.p, s.n, &ch, NULL);

		if (!used || n + UTF8_MAX_LEN >= sizeof c->title)
			break;
		if (!unwanted(ch))
			n += (size_t)utf8_put((uint8_t *)c->title + n, ch);
		s.p += used;
		s.n -= (size_t)used;
	}
	memset(c->title + n, 0, sizeof c->title - n);
}

/* Of the parameters KEY=VALUE:KEY=VALUE... that of "id". */
static struct span
link_id(struct span s)
{
	while (s.n) {
		const uint8_t *end = memchr(s.p, ':', s.n);
		size_t n = end ? (size_t)(end - s.p) : s.n;

		if (n > 3 && memcmp(s.p, "id=", 3) == 0)
			return span_of(s.p + 3, n - 3);
		n += end != NULL;
		s = span_of(s.p + n, s.n - n);
	}
	return s;
}

/* OSC 8 ; PARAMS ; URI: a link begins, an empty URI ends it. */
static void
set_link(struct core *c, struct span s)
{
	const uint8_t *end = memchr(s.p, ';', s.n);
	size_t n = end ? (size_t)(end - s.p) : s.n;
	size_t uri = end ? n + 1 : s.n;

	link_set(c, link_id(span_of(s.p, n)), span_of(s.p + uri, s.n - uri),
		c->filter.cut);
}

void
osc_run(struct core *c)
{
	struct span s = { (const uint8_t *)c->filter.str, c->filter.nstr };
	char kind;

	if (s.n < 2 || s.p[1] != ';')
		return;
	kind = (char)s.p[0];
	s = span_of(s.p + 2, s.n - 2);
	if (kind == '0' || kind == '2')
		set_title(c, s);
	else if (kind == '8')
		set_link(c, s);
}
