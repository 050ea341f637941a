/* SPDX-License-Identifier: ISC */
#include "render/render.h"

#include "render/ansi.h"
#include "render/html.h"
#include "render/png.h"
#include "render/svg.h"

#include <string.h>
#include <strings.h>

static int
rows(struct buf *out, const struct emu *e, bool looks)
{
	for (int row = 0; row < emu_rows(e); row++) {
		ansi_row(out, e, row, looks);
		buf_add_byte(out, '\n');
	}
	return buf_failed(out);
}

static int
text(struct buf *out, const struct emu *e, const struct render_opts *o, struct err *err)
{
	(void)o;
	(void)err;
	return rows(out, e, false);
}

static int
ansi(struct buf *out, const struct emu *e, const struct render_opts *o, struct err *err)
{
	(void)o;
	(void)err;
	return rows(out, e, true);
}

static int
svg(struct buf *out, const struct emu *e, const struct render_opts *o, struct err *err)
{
	(void)err;
	return svg_screen(out, e, o);
}

static int
html(struct buf *out, const struct emu *e, const struct render_opts *o, struct err *err)
{
	(void)err;
	return html_screen(out, e, o);
}

static const struct {
	const char *name;
	const char *suffix[3]; /* the first one is the usual one */
	int (*run)(struct buf *out, const struct emu *e, const struct render_opts *o,
		struct err *err);
} formats[RENDER_FORMATS] = {
	[RENDER_TEXT] = { "text", { ".txt" }, text },
	[RENDER_ANSI] = { "ansi", { ".ansi", ".ans" }, ansi },
	[RENDER_SVG] = { "svg", { ".svg" }, svg },
	[RENDER_HTML] = { "html", { ".html", ".htm" }, html },
	[RENDER_PNG] = { "png", { ".png" }, png_screen },
};

const char *
render_name(enum render_format f)
{
	return formats[f].name;
}

const char *
render_suffix(enum render_format f)
{
	return formats[f].suffix[0];
}

const char *
render_suffixes(void)
{
	return ".txt .ansi .svg .html .png";
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n > k && strcasecmp(text + n - k, end) == 0;
}

bool
render_format_of(const char *file, enum render_format *f)
{
	for (int i = 0; i < RENDER_FORMATS; i++) {
		for (int k = 0; k < 3 && formats[i].suffix[k]; k++) {
			if (!ends_with(file, formats[i].suffix[k]))
				continue;
			*f = (enum render_format)i;
			return true;
		}
	}
	return false;
}

int
render_screen(struct buf *out, const struct emu *e, enum render_format f,
	const struct render_opts *o, struct err *err)
{
	int rc = formats[f].run(out, e, o, err);

	if (rc < 0 && buf_failed(out))
		return err_set(err, rc, "the screen is too large for this form");
	return rc;
}
