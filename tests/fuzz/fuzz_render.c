/* SPDX-License-Identifier: ISC */
/* Whatever was on a screen: what is copied from it and every document of it hold text only.
 * The first two bytes are the size of the screen. */
#include "base/utf8.h"
#include "play/links.h"
#include "play/overview.h"
#include "play/select.h"
#include "render/render.h"
#include "render/sheet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* Valid UTF-8; no control characters but those of ALSO. */
static void
only_text(struct span s, const char *also)
{
	must(utf8_valid(s));
	for (size_t i = 0; i < s.n;) {
		uint32_t ch;
		int k = utf8_get(s.p + i, s.n - i, &ch, NULL);

		must(k > 0 && (!utf8_order(ch) || (ch < 0x80 && strchr(also, (int)ch))));
		i += (size_t)k;
	}
}

static void
check_copies(const struct emu *e, const uint8_t *places)
{
	struct buf b = { 0 };
	struct select s;

	for (int kind = SELECT_CHARS; kind <= SELECT_BLOCK; kind++) {
		select_start(&s, e, places[0] % 64 - 16, places[1]);
		select_mark(&s, (enum select_kind)kind);
		select_to(&s, e, places[2] % 64 - 16, places[3]);
		select_text(&s, e, &b);
		select_word(&s, e, places[2] % 64 - 16, places[3]);
		select_move(&s, e, "word", 3);
		select_move(&s, e, "word-back", 3);
		select_text(&s, e, &b);
	}
	select_all(&s, e);
	select_text(&s, e, &b);
	only_text(buf_span(&b), "\n");
	buf_free(&b);
}

static void
check_documents(const struct emu *e)
{
	struct render_opts o = { .title = emu_title(e), .cursor = true };

	for (int f = 0; f < RENDER_FORMATS; f++) {
		struct buf b = { 0 };

		if (f == RENDER_PNG) /* the fonts of the machine are not what is tested */
			continue;
		must(render_screen(&b, e, (enum render_format)f, &o, NULL) == 0);
		only_text(buf_span(&b), f == RENDER_ANSI ? "\n\033" : "\n");
		buf_free(&b);
	}
}

static void
check_sheets(const struct emu *e)
{
	static const enum render_format f[] = { RENDER_SVG, RENDER_HTML };
	struct sheet_opts o = { .cols = 2, .rows = 1, .title = emu_title(e) };

	for (int i = 0; i < 2; i++) {
		struct buf b = { 0 };
		struct sheet *s;

		must(sheet_open(&s, f[i], &o, NULL) == 0);
		must(sheet_add(s, e, emu_title(e), NULL) == 0);
		must(sheet_add(s, e, "", NULL) == 0);
		must(sheet_put(s, &b, NULL) == 0);
		only_text(buf_span(&b), "\n");
		sheet_close(s);
		buf_free(&b);
	}
}

static void
check_views(const struct emu *e, const uint8_t *places)
{
	static struct link l[64];
	struct view_rect area = { 0, 0, places[0] % 60 + 1, places[1] % 200 + 1 };
	struct overview o = overview_place(area, emu_rows(e), emu_cols(e));
	struct style s;

	links_of(e, l, 64);
	for (int i = 0; i < o.at.rows; i++)
		for (int j = 0; j < o.at.cols; j++)
			must(overview_dots(&o, e, i, j, &s) < 256);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct emu *e;
	uint8_t places[4];

	if (size < 6 || size > 65536)
		return 0;
	e = emu_new(data[0] % 100 + 1, data[1] % 50 + 1);
	must(e);
	memcpy(places, data + 2, 4);
	emu_write(e, span_of(data + 6, size - 6));
	check_copies(e, places);
	check_documents(e);
	check_sheets(e);
	check_views(e, places);
	emu_free(e);
	return 0;
}
