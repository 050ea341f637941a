/* SPDX-License-Identifier: ISC */
/* The whole player over a recording out of any bytes, with any keys, mouse, sizes and times:
 * what it paints are characters only, whatever was recorded. */
#include "base/utf8.h"
#include "play/paint.h"
#include "tests/fuzz/brew.h"
#include "tests/fuzz/must.h"

#include <stdio.h>
#include <stdlib.h>

#define ACTIONS 150

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_cell(const struct canvas *c, const struct cell *cell)
{
	char text[EMU_CELL_TEXT_MAX];
	int n = canvas_cell_text(c, cell, text);

	must(utf8_valid(span_of(text, (size_t)n)));
	for (int i = 0, k; i < n; i += k) {
		uint32_t ch;

		k = utf8_get((const uint8_t *)text + i, (size_t)(n - i), &ch, NULL);
		must(!utf8_order(ch) || ch == 0x200D);
	}
}

static void
paint(struct app *a, struct canvas *c)
{
	paint_app(a, c);
	must(c->cursor_row < c->rows);
	must(c->cursor_row < 0 || (c->cursor_col >= 0 && c->cursor_col < c->cols));
	for (int row = 0; row < c->rows; row++)
		for (int col = 0; col < c->cols; col++)
			check_cell(c, &canvas_row(c, row)[col]);
}

static void
click(struct app *a, struct canvas *c, struct span *in, int64_t now)
{
	struct mouse m = { .kind = (enum mouse_kind)(brew_byte(in) % MOUSE_KINDS) };

	m.row = brew_byte(in) % (c->rows + 2) - 1;
	m.col = brew_byte(in) % (c->cols + 2) - 1;
	app_mouse(a, &m, now);
}

/* Nothing is written to files: what would be saved is not entered. */
static void
press(struct app *a, uint32_t key, int64_t now)
{
	bool file = a->prompt == APP_PROMPT_SAVE || a->prompt == APP_PROMPT_COPY;

	if (!file || key != K_ENTER)
		app_key(a, key, now);
}

static void
act(struct app *a, struct canvas *c, struct span *in, int64_t *now)
{
	uint8_t what = brew_byte(in);

	if (what < 0x80)
		press(a, what, *now);
	else if (what < 0xA0)
		press(a, (K_LEFT + (what & 15)) | (what & 16 ? K_CTRL : 0), *now);
	else if (what < 0xB0)
		click(a, c, in, *now);
	else if (what < 0xD0)
		press(a, a->o.keymap.row[brew_byte(in) % a->o.keymap.n].key, *now);
	else if (what < 0xE0)
		app_idle(a);
	else if (what < 0xE4)
		canvas_size(c, 1 + brew_byte(in), 1 + brew_byte(in) % 100);
	else
		*now += INT64_C(1) << ((what & 15) * 2 + 20);
	app_tick(a, *now);
	for (int i = 0; i < 3 && app_deadline(a) <= *now; i++)
		app_tick(a, *now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reel_opts ro = {
		.channel = -1, .keyframe_cost = 1000, .keyframe_memory = 1 << 20
	};
	struct span in = span_of(data, size);
	struct app_opts o = { .depth = THEME_256, .utf8 = size % 8 != 0 };
	struct canvas c = { 0 };
	struct buf file = { 0 };
	struct tape *t = brew(&in, &file);
	struct reel *r;
	struct app a;
	int64_t now = 0;

	keymap_init(&o.keymap);
	if (t && reel_open(&r, t, &ro, NULL) == 0 && app_init(&a, r, &o, 0) == 0) {
		canvas_size(&c, 60, 20);
		for (int i = 0; i < ACTIONS && in.n; i++) {
			act(&a, &c, &in, &now);
			paint(&a, &c);
		}
		for (int i = 0; i < 20 && app_idle(&a); i++)
			;
		app_tick(&a, now);
		paint(&a, &c);
		app_done(&a);
	}
	canvas_free(&c);
	buf_free(&file);
	return 0;
}
