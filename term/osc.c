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

/* OSC 8 ; PARAMS ; URI: a link begins, an empty URI ends it. */
static void
set_link(struct core *c, struct span s)
{
	const uint8_t *uri = memchr(s.p, ';', s.n);

	if (uri && (uri + 1 < s.p + s.n || c->filter.cut))
		c->pen.attr |= CELL_LINK;
	else
		c->pen.attr &= (uint16_t)~CELL_LINK;
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
