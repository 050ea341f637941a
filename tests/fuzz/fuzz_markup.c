/* SPDX-License-Identifier: ISC */
/* Any screen as a document: nothing of a recording or of a title becomes a tag, an escape
 * sequence or anything else that orders.  The first bytes are the size and a title. */
#include "base/utf8.h"
#include "render/render.h"
#include "tests/fuzz/brew.h"
#include "tests/fuzz/must.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
begins(struct span s, const char *with)
{
	return s.n >= strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

static bool
is_tag(struct span s)
{
	static const char *const tags[] = { "<!DOCTYPE html>\n", "<html>", "<head>",
		"<meta charset=\"utf-8\">", "<title>", "</title>", "<style>", "</style>",
		"</head>", "<body>", "</body>", "</html>", "<pre>", "</pre>", "<figure>",
		"</figure>", "<figcaption>", "</figcaption>", "<span class=\"", "<b>",
		"<b class=\"d\">", "<b class=\"g u", "</b>", "<span style=\"", "</span>",
		"<svg xmlns=\"", "</svg>", "<clipPath id=\"window", "</clipPath>",
		"<g clip-path=\"", "</g>", "<rect ", "<text ", "</text>", "<path d=\"" };

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (begins(s, tags[i]))
			return true;
	return false;
}

static void
check_sgr(struct span s)
{
	size_t i = 2;

	must(begins(s, "\033["));
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= ';')
		i++;
	must(i < s.n && s.p[i] == 'm');
}

static void
check(struct span s, enum render_format f)
{
	bool markup = f == RENDER_SVG || f == RENDER_HTML;

	while (s.n) {
		uint32_t ch;
		int k = utf8_get(s.p, s.n, &ch, NULL);

		must(k > 0);
		if (ch == '\033' && f == RENDER_ANSI)
			check_sgr(s);
		else
			must(ch == '\n' || !utf8_order(ch));
		must(!markup || (ch & 0xFFFE) != 0xFFFE);
		must(!markup || ch != '<' || is_tag(s));
		must(!markup || ch != '&' || begins(s, "&#"));
		s = span_of(s.p + k, s.n - (size_t)k);
	}
}

static void
render_all(const struct emu *e, const struct render_opts *o)
{
	int formats = emu_cols(e) * emu_rows(e) < 100 ? RENDER_FORMATS : RENDER_PNG;

	for (int f = 0; f < formats; f++) {
		struct buf out = { 0 };
		struct err err;

		if (render_screen(&out, e, (enum render_format)f, o, &err) == 0 &&
			f != RENDER_PNG)
			check(buf_span(&out), (enum render_format)f);
		buf_free(&out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	int cols = brew_byte(&in), rows = brew_byte(&in) % 64;
	struct span s = brew_bytes(&in);
	struct emu *e = emu_new(cols, rows);
	struct buf title = { 0 };
	struct render_opts o = { .cursor = true };

	buf_add_span(&title, s);
	buf_add_byte(&title, 0);
	o.title = (const char *)title.p;
	emu_write(e, in);
	render_all(e, &o);
	buf_free(&title);
	emu_free(e);
	return 0;
}
