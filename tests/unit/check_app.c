/* SPDX-License-Identifier: ISC */
/* The app and its pictures: what is painted with which style, frames that are kept, and
 * anything a person may press in any order. */
#include "base/clk.h"
#include "play/script.h"

#include "tests/unit/app_show.h"
#include "tests/unit/recording.h"

#include <dirent.h>
#include <unistd.h>
#include <locale.h>
#include <stdio.h>

#define HEAD "{\"version\":2,\"width\":20,\"height\":4}\n"

START_TEST(app_paints_styles_of_the_recording)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[0,\"o\",\"\\u001b[1;38;5;99mA\\u001b[0;48;2;1;2;3mB"
			      "\\u001b[0;8mC\\u001b[0;2;3;4;7;9mD\"]\n[9,\"o\",\"\"]\n"),
		20, 5);
	tick_to(&s, 0);
	expect_row(&s, 0, "ABCD");
	ck_assert_uint_eq(cell_at(&s, 0, 0)->fg, COLOR_OF_INDEX(99));
	ck_assert_uint_eq(cell_at(&s, 0, 0)->attr, CELL_BOLD);
	ck_assert_uint_eq(cell_at(&s, 0, 1)->bg, COLOR_OF_RGB(0x010203));
	/* concealed text is shown, and looks like nothing else */
	ck_assert_uint_eq(cell_at(&s, 0, 2)->bg, theme_style(THEME_256, ROLE_CONCEAL).bg);
	ck_assert_uint_eq(cell_at(&s, 0, 2)->attr & CELL_CONCEAL, 0);
	ck_assert_uint_eq(cell_at(&s, 0, 3)->attr,
		CELL_DIM | CELL_ITALIC | CELL_UNDERLINE | CELL_REVERSE | CELL_STRIKE);
	ck_assert_int_eq(s.canvas.cursor_row, 0);
	ck_assert_int_eq(s.canvas.cursor_col, 4);
	show_close(&s);
}
END_TEST

START_TEST(app_cuts_wide_characters_at_the_edge)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[0,\"o\",\"x\\u65e5\\u672c\\u8a9ey\"]\n[9,\"o\",\"\"]\n"),
		4, 3);
	tick_to(&s, 0);
	press(&s, "H"); /* the view stays at the left */
	expect_row(&s, 0, "x\xE6\x97\xA5");
	ck_assert_uint_eq(cell_at(&s, 0, 3)->ch, ' ');
	ck_assert_uint_eq(cell_at(&s, 0, 2)->width, 0);
	press(&s, "L"); /* 8 columns on: begins with nothing of the recording's text */
	expect_row(&s, 0, "");
	show_close(&s);
}
END_TEST

/* A command line is one, with its end. */
START_TEST(app_counts_command_lines)
{
	struct recording r;
	struct show s;

	recording_start(&r, 1);
	recording_connect(&r);
	recording_pty(&r, 0, 80, 24);
	for (int i = 0; i < 3; i++) {
		r.now_ns += NS_PER_S;
		recording_command(&r, "start", "ls");
		recording_out(&r, "a b c\r\n");
		recording_command(&r, "end", "ls");
	}
	recording_end(&r);
	show_open(&s, buf_span(&r.file), 80, 24);
	tick_to(&s, 0);
	while (app_idle(&s.app))
		;
	press(&s, ")");
	press(&s, ")");
	ck_assert(row_has(&s, 23, "command 2 of 3: $ ls"));
	press(&s, "(");
	ck_assert(row_has(&s, 23, "command 1 of 3: $ ls"));
	show_close(&s);
	recording_free(&r);
}
END_TEST

START_TEST(app_tells_which_event_it_went_to)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"m\",\"a\"]\n[2,\"r\",\"30x5\"]\n[3,\"m\",\"\"]\n"
			      "[4,\"o\",\"\"]\n"),
		80, 24);
	tick_to(&s, 0);
	while (app_idle(&s.app))
		;
	press(&s, "]");
	ck_assert(row_has(&s, 23, "marker 1 of 2: a "));
	press(&s, "]");
	ck_assert(row_has(&s, 23, "marker 2 of 2 "));
	ck_assert(!row_has(&s, 23, "2:"));
	press(&s, "]");
	ck_assert(row_has(&s, 23, "no marker after"));
	press(&s, "{");
	ck_assert(row_has(&s, 23, "event 6 of 7: window 30x5"));
	press(&s, "g"); /* an old word does not stay for a new deed */
	type(&s, "x");
	press(&s, "Enter");
	ck_assert(row_has(&s, 23, "is no time"));
	press(&s, "g");
	type(&s, "-1");
	press(&s, "Enter");
	ck_assert(!row_has(&s, 23, "is no time"));
	press(&s, "s"); /* without the status line speed is told */
	press(&s, "+");
	ck_assert(row_has(&s, 23, "speed 2x"));
	show_close(&s);
}
END_TEST

START_TEST(app_keeps_the_screen_while_a_frame_is_drawn)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"o\",\"old\"]\n[2,\"o\",\"\\u001b[?2026h\\rnew\"]\n"
			      "[2.1,\"o\",\"er\\u001b[?2026l\"]\n[9,\"o\",\"\"]\n"),
		20, 5);
	tick_to(&s, NS_PER_S);
	expect_row(&s, 0, "old");
	tick_to(&s, 2 * NS_PER_S + 50 * NS_PER_MS);
	expect_row(&s, 0, "old");
	press(&s, "h"); /* help over it, and away again */
	press(&s, "h");
	expect_row(&s, 0, "new");
	tick_to(&s, 2 * NS_PER_S + 100 * NS_PER_MS);
	expect_row(&s, 0, "newer");
	show_close(&s);
}
END_TEST

/* Typed ahead: nothing may depend on what was painted in between. */
START_TEST(app_list_begins_where_the_clock_is)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"m\",\"a\"]\n[2,\"m\",\"b\"]\n[3,\"m\",\"c\"]\n[4,"
			      "\"o\",\"\"]\n"),
		80, 24);
	app_tick(&s.app, 0);
	for (const char *const *key =
			(const char *const[]){ "End", "Tab", "Up", "Enter", NULL };
		*key; key++)
		app_key(&s.app, keymap_key(*key), 0);
	ck_assert_int_eq(player_view(s.app.player).pos_ns, 2 * NS_PER_S);
	show_close(&s);
}
END_TEST

START_TEST(app_shows_all_of_a_selected_event)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"m\",\"a label that is much longer than the list is "
			      "wide\"]\n[4,\"o\",\"\"]\n"),
		80, 24);
	tick_to(&s, 0);
	while (app_idle(&s.app))
		;
	press(&s, "Tab");
	ck_assert(!row_has(&s, 23, "marker"));
	press(&s, "End");
	ck_assert(row_has(&s, 23,
		"5 of 5: marker: a label that is much longer than the list is wide"));
	press(&s, "Enter"); /* and follows the clock again */
	ck_assert(!row_has(&s, 23, "marker"));
	show_close(&s);
}
END_TEST

START_TEST(app_takes_back_a_long_move)
{
	struct buf b = { 0 };
	struct show s;

	buf_add_str(&b, HEAD);
	for (int i = 0; i < 40000; i++)
		buf_addf(&b,
			"[%d,\"o\",\"some words to fill the recording with %d\\r\\n\"]\n",
			i, i);
	show_open(&s, buf_span(&b), 80, 24);
	tick_to(&s, 0);
	press(&s, "End");
	ck_assert(!row_has(&s, 23, "any key cancels")); /* it may be a short way */
	tick_to(&s, 250 * NS_PER_MS);
	ck_assert(row_has(&s, 23, "any key cancels"));
	press(&s, "x");
	ck_assert(row_has(&s, 23, "cancelled"));
	ck_assert_int_eq(player_view(s.app.player).pos_ns, 0);
	press(&s, "End");
	while (player_view(s.app.player).state == PLAYER_SEEKING)
		tick_to(&s, s.now);
	ck_assert_int_eq(player_view(s.app.player).state, PLAYER_FINISHED);
	press(&s, "?");
	type(&s, "not there");
	press(&s, "Enter");
	while (s.app.find.going)
		tick_to(&s, s.now);
	ck_assert(row_has(&s, 23, "not found"));
	show_close(&s);
	buf_free(&b);
}
END_TEST

START_TEST(canvas_pool_runs_full_and_is_emptied)
{
	struct buf b = { 0 };
	struct show s;

	buf_add_str(&b, "{\"version\":2,\"width\":200,\"height\":40}\n[0,\"o\",\"");
	for (int i = 0; i < 1000; i++) /* more different characters than the pool holds */
		buf_addf(&b, "%c\\u03%02x\\u03%02x", 'a' + i % 26, i / 26 % 64,
			0x10 + i / 1664 * 7 + i % 31);
	buf_add_str(&b, "\"]\n[9,\"o\",\"\\u001b[H\\u001b[Je\\u0301\"]\n");
	show_open(&s, buf_span(&b), 200, 41);
	tick_to(&s, 0);
	ck_assert_int_gt(s.canvas.pooled, CANVAS_POOL / 2);
	ck_assert_int_lt(s.canvas.pooled, CANVAS_POOL);
	tick_to(&s, 9 * NS_PER_S);
	tick_to(&s, 10 * NS_PER_S);
	expect_row(&s, 0, "e\xCC\x81");
	ck_assert_int_le(s.canvas.pooled, CANVAS_POOL / 2);
	show_close(&s);
	buf_free(&b);
}
END_TEST

START_TEST(canvas_texts_are_harmless)
{
	struct canvas c = { 0 };
	struct buf b = { 0 };

	ck_assert_int_eq(canvas_size(&c, 20, 2), 0);
	ck_assert_int_eq(canvas_text(&c, 0, 0, 20, (struct style){ 0 },
				 "a\x1b[31m\xE2\x80\xAE"
				 "b\xC2\x9B\x7F\xFF\xE6\x97\xA5"),
		12);
	canvas_row_text(&c, 0, &b);
	ck_assert_str_eq(buf_cstr(&b), "a?[31mb??\xEF\xBF\xBD\xE6\x97\xA5");
	ck_assert_int_eq(
		canvas_text(&c, 1, 18, 20, (struct style){ 0 }, "x\xE6\x97\xA5"), 1);
	ck_assert_int_eq(canvas_text(&c, 2, 0, 20, (struct style){ 0 }, "below"), 0);
	buf_free(&b);
	canvas_free(&c);
}
END_TEST

static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void
random_output(struct buf *b, uint64_t *seed)
{
	static const char *const bits[] = { "text ", "\\r\\n", "\\u001b[?2026h",
		"\\u001b[?2026l", "\\u001b[2J", "\\u001b[H", "\\u001b[31m", "\\u001b[8m",
		"\\u65e5", "e\\u0301", "\\u001b[?1049h", "\\u001b[?1049l",
		"\\u001b]0;t\\u0007", "\\u001b[?25l", "\\ud83d\\ude00\\u200d", "\\u202e",
		"\\u001b[5;10r", "\\u001b[99;99H", "\\t" };

	for (uint32_t n = next_random(seed) % 20; n; n--)
		buf_add_str(b, bits[next_random(seed) % (sizeof bits / sizeof *bits)]);
}

static void
random_recording(struct buf *b, uint64_t *seed)
{
	int64_t ms = 0;

	buf_clear(b);
	buf_addf(b, "{\"version\":2,\"width\":%u,\"height\":%u}\n",
		1 + next_random(seed) % 150, 1 + next_random(seed) % 60);
	for (int i = 0; i < 60; i++) {
		ms += next_random(seed) % 3 ? next_random(seed) % 100
					    : next_random(seed) % 9000;
		buf_addf(b, "[%d.%03d,", (int)(ms / 1000), (int)(ms % 1000));
		if (next_random(seed) % 10 == 0) {
			buf_addf(b, "\"r\",\"%ux%u\"]\n", 1 + next_random(seed) % 200,
				1 + next_random(seed) % 80);
		} else {
			buf_add_str(b, next_random(seed) % 8 ? "\"o\",\"" : "\"m\",\"");
			random_output(b, seed);
			buf_add_str(b, "\"]\n");
		}
	}
	if (next_random(seed) % 3 == 0)
		buf_cut(b, b->n - next_random(seed) % (b->n / 2));
}

static uint32_t
random_key(const struct keymap *k, uint64_t *seed)
{
	if (next_random(seed) % 4 == 0)
		return " texhq\r\033\177/"[next_random(seed) % 10];
	if (next_random(seed) % 20 == 0) /* keys of the prompt */
		return "trwu"[next_random(seed) % 4] | K_CTRL;
	return k->row[next_random(seed) % (uint32_t)k->n].key;
}

/* Whatever is pressed whenever: positions stay inside, wide characters whole, the picture
 * holds nothing that could order a terminal about. */
static void
expect_sound(struct show *s)
{
	struct player_view v = player_view(s->app.player);
	const struct canvas *c = &s->canvas;
	char text[EMU_CELL_TEXT_MAX];

	ck_assert_int_ge(v.pos_ns, 0);
	ck_assert_int_le(v.pos_ns, v.duration_ns);
	ck_assert(v.speed >= PLAYER_SPEED_MIN && v.speed <= PLAYER_SPEED_MAX);
	ck_assert_int_lt(c->cursor_row, c->rows);
	for (int i = 0; i < c->rows * c->cols; i++) {
		int n = canvas_cell_text(c, &c->cell[i], text);

		ck_assert_int_lt(n, EMU_CELL_TEXT_MAX);
		for (int k = 0; k < n; k++)
			ck_assert_uint_ge((uint8_t)text[k], 32);
		if (c->cell[i].width == 2)
			ck_assert_int_lt(i % c->cols, c->cols - 1);
	}
}

/* Anywhere, and a little outside. */
static void
random_mouse(struct show *s, uint64_t *seed)
{
	struct mouse m = { .kind = (enum mouse_kind)(next_random(seed) % MOUSE_KINDS),
		.row = (int)(next_random(seed) % (unsigned)(s->canvas.rows + 4)) - 2,
		.col = (int)(next_random(seed) % (unsigned)(s->canvas.cols + 4)) - 2 };

	if (next_random(seed) % 3 == 0)
		app_mouse(&s->app, &m, s->now);
}

static void
monkey(uint64_t seed)
{
	struct buf b = { 0 };
	struct show s;

	random_recording(&b, &seed);
	show_open(&s, buf_span(&b), 1 + (int)(next_random(&seed) % 120),
		1 + (int)(next_random(&seed) % 50));
	for (int i = 0; i < 200; i++) {
		if (next_random(&seed) % 3 == 0)
			app_tick(&s.app,
				s.now += next_random(&seed) % 3 * 400 * NS_PER_MS);
		if (next_random(&seed) % 9 == 0)
			app_idle(&s.app);
		if (next_random(&seed) % 30 == 0)
			canvas_size(&s.canvas, 1 + (int)(next_random(&seed) % 120),
				1 + (int)(next_random(&seed) % 50));
		random_mouse(&s, &seed);
		app_key(&s.app, random_key(&s.app.o.keymap, &seed), s.now);
		if (i % 4 == 0) {
			paint_app(&s.app, &s.canvas);
			expect_sound(&s);
		}
	}
	show_close(&s);
	buf_free(&b);
}

/* Some keys save the screen: in a folder of its own, which goes with what is in it. */
static void
enter_folder(char *name)
{
	ck_assert_ptr_nonnull(mkdtemp(name));
	ck_assert_int_eq(chdir(name), 0);
}

static void
leave_folder(const char *name)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d && (e = readdir(d)))
		unlink(e->d_name);
	if (d)
		closedir(d);
	ck_assert_int_eq(chdir(".."), 0);
	ck_assert_int_eq(rmdir(name), 0);
}

START_TEST(app_bears_any_keys)
{
	char folder[] = "keys.XXXXXX";

	enter_folder(folder);
	for (uint64_t i = 0; i < 6; i++)
		monkey((uint64_t)_i * 6 + i);
	leave_folder(folder);
}
END_TEST

START_TEST(app_tells_that_there_are_no_dates)
{
	struct show s;

	show_open(&s, SPAN_LIT(HEAD "[1,\"o\",\"a\"]\n"), 80, 6);
	for (const char *const *key = (const char *const[]){ "t", "w", "t", NULL }; *key;
		key++) {
		press(&s, *key);
		ck_assert(row_has(&s, 5, "does not say at what date"));
		ck_assert(!s.app.wall);
	}
	show_close(&s);
	show_open(&s,
		SPAN_LIT("{\"version\":2,\"width\":20,\"height\":4,\"timestamp\":1}\n"),
		80, 6);
	press(&s, "t");
	ck_assert(row_has(&s, 5, "1970-01-01"));
	press(&s, "t");
	ck_assert(!row_has(&s, 5, "1970-01-01"));
	show_close(&s);
}
END_TEST

START_TEST(app_tells_how_it_ends)
{
	struct show s;

	show_open(&s, SPAN_LIT(HEAD "[0,\"o\",\"a\"]\n[1,nonsense\n[2,\"o\",\"b\"]\n"),
		80, 6);
	tick_to(&s, 0);
	ck_assert(!row_has(&s, 5, "byte 48:"));
	press(&s, "End");
	while (app_deadline(&s.app) <= 0)
		tick_to(&s, 0);
	ck_assert(row_has(&s, 5, "byte 48:"));
	ck_assert(row_has(&s, 5, "damaged"));
	show_close(&s);
}
END_TEST

static bool
any_row_has(struct show *s, const char *what)
{
	bool found = false;

	for (int i = 0; i < s->canvas.rows; i++)
		found |= row_has(s, i, what);
	return found;
}

/* Nothing of it is cut, however narrow, and its end is its end. */
START_TEST(app_shows_all_of_the_help)
{
	static const int cols[] = { 200, 80, 60, 40, 25 };
	struct mouse wheel = { .kind = MOUSE_WHEEL_DOWN, .row = 3 };
	struct show s;

	show_open(&s, SPAN_LIT(HEAD), cols[_i], 6);
	press(&s, "h");
	ck_assert(any_row_has(&s, "Playing"));
	press(&s, "End");
	ck_assert(any_row_has(&s, "found"));
	ck_assert(!any_row_has(&s, "Playing"));
	press(&s, "PgUp");
	press(&s, "Home");
	for (int i = 0; i < 3; i++)
		app_mouse(&s.app, &wheel, 0);
	ck_assert_uint_eq(s.app.help.top, 9);
	for (int i = 0; i < 200 && !any_row_has(&s, "what was found"); i++)
		press(&s, "Down");
	if (cols[_i] < 60) { /* the last word of a sentence that needs two lines */
		press(&s, "Home");
		for (int i = 0; i < 40 && !any_row_has(&s, "more"); i++)
			press(&s, "Down");
		ck_assert(any_row_has(&s, "more"));
	}
	show_close(&s);
}
END_TEST

START_TEST(app_list_of_links_answers_the_mouse)
{
	struct mouse m = { .kind = MOUSE_PRESS, .row = 2, .col = 3 };
	struct show s;

	show_open(&s,
		SPAN_LIT(
			HEAD "[0,\"o\",\"\\u001b]8;;http://a/\\u0007a\\u001b]8;;http://b/"
			     "\\u0007b\\u001b]8;;http://c/\\u0007c\"]\n"),
		60, 12);
	tick_to(&s, 0);
	press(&s, "u");
	ck_assert(row_has(&s, 0, "3 links"));
	app_mouse(&s.app, &m, 0);
	ck_assert_uint_eq(s.app.links.selected, 1);
	m.row = 9; /* below the list */
	app_mouse(&s.app, &m, 0);
	ck_assert_uint_eq(s.app.links.selected, 1);
	m.kind = MOUSE_WHEEL_DOWN;
	m.row = 1;
	app_mouse(&s.app, &m, 0);
	ck_assert_uint_eq(s.app.links.selected, 2);
	m.kind = MOUSE_WHEEL_UP;
	app_mouse(&s.app, &m, 0);
	ck_assert_uint_eq(s.app.links.selected, 1);
	show_close(&s);
}
END_TEST

/* Rows above the screen can be copied, but have no place in the picture of all of it. */
START_TEST(app_makes_small_while_copying)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD
			"[0,\"o\",\"1\\r\\n2\\r\\n3\\r\\n4\\r\\n5\\r\\n6\\r\\n7\\r\\n8"
			"\\r\\n9\\r\\n10\\r\\n11\\r\\n12\\r\\n13\\r\\n14\\r\\n\"]\n"),
		40, 4);
	tick_to(&s, 0);
	press(&s, "y");
	press(&s, "g");
	paint_app(&s.app, &s.canvas);
	ck_assert_int_lt(s.app.view.top, 0);
	press(&s, "z");
	paint_app(&s.app, &s.canvas);
	ck_assert(!s.app.copy.on && s.app.overview);
	ck_assert_int_ge(s.app.view.top, 0);
	show_close(&s);
}
END_TEST

static TCase *
case_pictures(void)
{
	TCase *t = tcase_create("pictures");

	setlocale(LC_ALL, "C.UTF-8"); /* widths of characters */
	tcase_add_test(t, app_paints_styles_of_the_recording);
	tcase_add_test(t, app_cuts_wide_characters_at_the_edge);
	tcase_add_test(t, app_tells_which_event_it_went_to);
	tcase_add_test(t, app_counts_command_lines);
	tcase_add_test(t, app_keeps_the_screen_while_a_frame_is_drawn);
	tcase_add_test(t, app_list_begins_where_the_clock_is);
	tcase_add_test(t, app_shows_all_of_a_selected_event);
	tcase_add_test(t, app_takes_back_a_long_move);
	tcase_add_test(t, app_makes_small_while_copying);
	tcase_add_test(t, app_tells_how_it_ends);
	tcase_add_test(t, app_tells_that_there_are_no_dates);
	tcase_add_loop_test(t, app_shows_all_of_the_help, 0, 5);
	tcase_add_test(t, app_list_of_links_answers_the_mouse);
	tcase_add_test(t, canvas_pool_runs_full_and_is_emptied);
	tcase_add_test(t, canvas_texts_are_harmless);
	return t;
}

static TCase *
case_monkey(void)
{
	TCase *t = tcase_create("monkey");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, app_bears_any_keys, 0, 4);
	return t;
}

UNIT_MAIN("app", case_pictures, case_monkey)
