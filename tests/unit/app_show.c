/* SPDX-License-Identifier: ISC */
#include "tests/unit/app_show.h"

#include "base/utf8.h"

void
show_reel(struct show *s, struct reel *r, int cols, int rows)
{
	struct app_opts o = { .depth = THEME_256, .utf8 = true };

	*s = (struct show){ 0 };
	keymap_init(&o.keymap);
	ck_assert_int_eq(app_init(&s->app, r, &o, 0), 0);
	ck_assert_int_eq(canvas_size(&s->canvas, cols, rows), 0);
}

void
show_open(struct show *s, struct span text, int cols, int rows)
{
	struct reel_opts ro = { .channel = -1 };
	struct tape *t;
	struct reel *r;
	struct err e;

	ck_assert_int_eq(tape_open(&t, src_mem(text), NULL, &e), 0);
	ck_assert_int_eq(reel_open(&r, t, &ro, &e), 0);
	show_reel(s, r, cols, rows);
}

void
show_close(struct show *s)
{
	app_done(&s->app);
	canvas_free(&s->canvas);
}

void
tick_to(struct show *s, int64_t now)
{
	s->now = now;
	app_tick(&s->app, now);
	paint_app(&s->app, &s->canvas);
}

void
press(struct show *s, const char *key)
{
	ck_assert_uint_ne(keymap_key(key), K_NONE);
	app_key(&s->app, keymap_key(key), s->now);
	paint_app(&s->app, &s->canvas);
}

void
type(struct show *s, const char *text)
{
	while (*text) {
		uint32_t ch = (uint8_t)*text;
		int n = utf8_get((const uint8_t *)text, strlen(text), &ch, NULL);

		app_key(&s->app, ch, s->now);
		text += n > 0 ? n : 1;
	}
	paint_app(&s->app, &s->canvas);
}

void
expect_row(struct show *s, int row, const char *want)
{
	struct buf b = { 0 };

	canvas_row_text(&s->canvas, row, &b);
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_free(&b);
}

bool
row_has(struct show *s, int row, const char *what)
{
	struct buf b = { 0 };
	bool found;

	canvas_row_text(&s->canvas, row, &b);
	found = strstr(buf_cstr(&b), what) != NULL;
	buf_free(&b);
	return found;
}

const struct cell *
cell_at(struct show *s, int row, int col)
{
	return &canvas_row(&s->canvas, row)[col];
}

void
show_index(struct show *s)
{
	while (app_idle(&s->app))
		;
	paint_app(&s->app, &s->canvas);
}

int64_t
show_pos(const struct show *s)
{
	return player_view(s->app.player).pos_ns;
}

void
show_search(struct show *s, const char *key, const char *text)
{
	press(s, key);
	type(s, text);
	press(s, "Enter");
}
