/* SPDX-License-Identifier: ISC */
/* Searching as a person does it: the prompt, what is marked, n and N, the words about it. */
#include "base/clk.h"

#include "tests/unit/app_show.h"
#include "tests/unit/truth.h"

#include <locale.h>
#include <stdio.h>
#include <strings.h>

#define HEAD "{\"version\":2,\"width\":20,\"height\":4}\n"

static struct style
style(enum theme_role role)
{
	return theme_style(THEME_256, role);
}

/* Background of a cell of the recorded screen, wherever that stands in the window. */
static uint32_t
back(struct show *s, int row, int col)
{
	struct view_rect r = s->app.view.shown;

	return cell_at(s, r.row + row, r.col + col)->bg;
}

START_TEST(marks_what_was_found)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"o\",\"a needle "
			      "\\u65e5\\u672c\"]\n[2,\"o\",\"\\r\\nneedle\"]\n"),
		20, 5);
	tick_to(&s, 0);
	press(&s, "/");
	type(&s, "needle \xE6");
	press(&s, "Backspace");
	press(&s, "Enter");
	ck_assert_int_eq(show_pos(&s), NS_PER_S);
	ck_assert_uint_eq(back(&s, 0, 2), style(ROLE_FOUND).bg);
	ck_assert_uint_eq(back(&s, 0, 1), 0);
	press(&s, "n");
	ck_assert(row_has(&s, 4, "hit 1 of 1"));
	press(&s, "Home");
	ck_assert_uint_eq(back(&s, 0, 2), 0);
	show_search(&s, "/", "eedle$");
	ck_assert_int_eq(show_pos(&s), 2 * NS_PER_S);
	ck_assert_uint_eq(back(&s, 1, 1), style(ROLE_FOUND).bg);
	ck_assert_uint_eq(back(&s, 1, 0), 0);
	show_close(&s);
}
END_TEST

/* What stands on the screen already is no "not found". */
/* A large screen may show more than is marked. */
START_TEST(marks_so_many_and_no_more)
{
	struct buf b = { 0 };
	struct show s;
	int n;

	buf_add_str(&b, "{\"version\":2,\"width\":400,\"height\":200}\n[0,\"o\",\"");
	for (int i = 0; i < 400 * 200 / 2; i++)
		buf_add_str(&b, "a-");
	buf_add_str(&b, "\"]\n");
	show_open(&s, buf_span(&b), 400, 202);
	while (app_deadline(&s.app) <= 0)
		tick_to(&s, 0);
	press(&s, "/");
	type(&s, "a");
	paint_app(&s.app, &s.canvas);
	ck_assert_ptr_nonnull(find_marks_shown(&s.app.find, &n));
	ck_assert_int_eq(n, FIND_MARKS_MAX);
	ck_assert_int_eq(find_marks_shown(&s.app.find, &n)[n - 1].cols, 1);
	paint_app(&s.app, &s.canvas);
	show_close(&s);
	buf_free(&b);
}
END_TEST

START_TEST(finds_what_is_shown_now)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"o\",\"one\\r\\n\"]\n[2,\"o\",\"and \\u65e5 two\"]\n"
			      "[3,\"o\",\"\\r\\none\"]\n[4,\"o\",\"\"]\n"),
		60, 24);
	tick_to(&s, 2 * NS_PER_S);
	show_search(&s, "/", "two");
	ck_assert_int_eq(show_pos(&s), 2 * NS_PER_S);
	ck_assert_int_eq(player_view(s.app.player).state, PLAYER_PAUSED);
	ck_assert_uint_eq(back(&s, 1, 7), style(ROLE_FOUND).bg);
	ck_assert_uint_eq(back(&s, 1, 6), 0);
	ck_assert(row_has(&s, 23, "on the screen here"));
	show_search(&s, "/", ""); /* the same again goes on */
	ck_assert(row_has(&s, 23, "hit 1 of 1, from the start again"));
	show_search(
		&s, "?", "one"); /* another text is looked for here first, either way */
	ck_assert_int_eq(show_pos(&s), 2 * NS_PER_S);
	ck_assert(row_has(&s, 23, "on the screen here"));
	press(&s, "N"); /* the other direction: forward */
	ck_assert_int_eq(show_pos(&s), 3 * NS_PER_S);
	ck_assert(row_has(&s, 23, "hit 2 of 2"));
	ck_assert_uint_eq(back(&s, 2, 0), style(ROLE_FOUND).bg);
	ck_assert_uint_eq(back(&s, 0, 0), style(ROLE_FOUND_TOO).bg);
	press(&s, "Tab");
	press(&s, "Esc"); /* one thing at a time */
	ck_assert_uint_eq(back(&s, 2, 0), style(ROLE_FOUND).bg);
	press(&s, "Esc");
	ck_assert_uint_eq(back(&s, 2, 0), 0);
	ck_assert_uint_eq(back(&s, 0, 0), 0);
	press(&s, "n"); /* and is found again, backwards */
	ck_assert_int_eq(show_pos(&s), NS_PER_S);
	show_close(&s);
}
END_TEST

/* Several hits of one message are gone to one by one. */
START_TEST(goes_through_the_hits_of_one_message)
{
	static const int rows[] = { 0, 0, 2, 1 }, cols[] = { 0, 4, 1, 0 };
	struct show s;

	show_open(&s,
		SPAN_LIT(
			HEAD "[1,\"o\",\"foo fool\\r\\n\\r\\nxfoo\"]\n[2,\"o\",\"\\u001b["
			     "2;1Hfoo\"]\n[3,\"o\",\"\"]\n"),
		60, 5);
	tick_to(&s, 0);
	show_index(&s);
	show_search(&s, "/", "foo");
	for (int i = 0; i < 4; i++) {
		char number[16];

		snprintf(number, sizeof number, "hit %d of 4", i + 1);
		ck_assert(row_has(&s, 4, number));
		ck_assert_int_eq(show_pos(&s), (i < 3 ? 1 : 2) * NS_PER_S);
		ck_assert_uint_eq(back(&s, rows[i], cols[i]), style(ROLE_FOUND).bg);
		press(&s, "n");
	}
	ck_assert(row_has(&s, 4, "hit 1 of 4, from the"));
	press(&s, "N");
	ck_assert(row_has(&s, 4, "hit 4 of 4, from the"));
	for (int i = 3; i > 0; i--)
		press(&s, "N");
	ck_assert(row_has(&s, 4, "hit 1 of 4"));
	ck_assert_uint_eq(back(&s, 0, 0), style(ROLE_FOUND).bg);
	show_close(&s);
}
END_TEST

START_TEST(marks_while_one_types)
{
	struct show s;

	show_open(&s, SPAN_LIT(HEAD "[1,\"o\",\"cat cut\"]\n[2,\"o\",\"\\r\\ncot\"]\n"),
		60, 8);
	tick_to(&s, NS_PER_S);
	show_index(&s);
	press(&s, "/");
	type(&s, "c.t");
	ck_assert(row_has(&s, 7, "/c.t"));
	ck_assert(row_has(&s, 7, "3 matches"));
	ck_assert_uint_eq(back(&s, 0, 0), style(ROLE_FOUND_TOO).bg);
	ck_assert_uint_eq(back(&s, 0, 4), style(ROLE_FOUND_TOO).bg);
	ck_assert_uint_eq(back(&s, 0, 3), 0);
	type(&s, "(");
	ck_assert(row_has(&s, 7, "missing closing parenthesis"));
	ck_assert_uint_eq(back(&s, 0, 0), 0);
	press(&s, "C-r");
	ck_assert(row_has(&s, 7, "/plain: c.t("));
	ck_assert(row_has(&s, 7, "no match"));
	press(&s, "C-r");
	press(&s, "Backspace");
	ck_assert(row_has(&s, 7, "3 matches"));
	press(&s, "Esc");
	ck_assert_uint_eq(back(&s, 0, 0), 0);
	ck_assert_int_eq(show_pos(&s), NS_PER_S);
	show_search(&s, "/", "(cot"); /* said, and what was there before stays */
	ck_assert(row_has(&s, 7, "(cot: missing closing parenthesis"));
	show_search(&s, "/", "");
	ck_assert(row_has(&s, 7, "nothing to find yet"));
	show_search(&s, "/", "cot");
	ck_assert_int_eq(show_pos(&s), 2 * NS_PER_S);
	press(&s, "/");
	type(&s, "cat");
	ck_assert_uint_eq(back(&s, 1, 0), 0);
	press(&s, "Esc"); /* restores */
	ck_assert_uint_eq(back(&s, 1, 0), style(ROLE_FOUND).bg);
	show_close(&s);
}
END_TEST

#define TYPED_SESSION                                                          \
	HEAD "[1,\"i\",\"l\"]\n[1.1,\"o\",\"l\"]\n[2,\"i\",\"x\\u007fs\"]\n"   \
	     "[2.1,\"o\",\"s\"]\n[3,\"i\",\"\\r\"]\n[4,\"o\",\"\\r\\nout\"]\n" \
	     "[5,\"m\",\"look here\"]\n[6,\"o\",\"ls\"]\n"

/* The lane marks this as found. */
static void
expect_lane(struct show *s, const char *want)
{
	int row = app_layout(&s->app).area[PANE_LANE].row;
	char found[64] = "", cell[EMU_CELL_TEXT_MAX];

	for (int i = 0; i < s->canvas.cols; i++)
		if (cell_at(s, row, i)->bg == style(ROLE_FOUND).bg &&
			canvas_cell_text(&s->canvas, cell_at(s, row, i), cell))
			strncat(found, cell, sizeof found - strlen(found) - 1);
	ck_assert_str_eq(found, want);
}

START_TEST(looks_where_it_is_told)
{
	struct show s;

	show_open(&s, SPAN_LIT(TYPED_SESSION), 70, 8);
	tick_to(&s, 0);
	show_index(&s);
	press(&s, "/");
	type(&s, "t:x<bs>");
	ck_assert(row_has(&s, 7, "/typed: x<bs>"));
	press(&s, "Enter");
	ck_assert_int_eq(show_pos(&s), 2 * NS_PER_S);
	ck_assert(row_has(&s, 7, "hit 1 of 1: lx<BS>s"));
	press(&s, "I"); /* the lane of keys marks them: all but the l */
	expect_lane(&s, "x\xE2\x8C\xAB");
	press(&s, "I");
	press(&s, "/");
	press(&s, "C-t");
	press(&s, "C-t");
	type(&s, "look");
	ck_assert(row_has(&s, 7, "/events: look"));
	press(&s, "Enter");
	ck_assert_int_eq(show_pos(&s), 5 * NS_PER_S);
	ck_assert(row_has(&s, 7, "hit 1 of 1: marker: look here"));
	press(&s, "/");
	press(&s, "C-t");
	press(&s, "Backspace"); /* back to what was shown, then away */
	ck_assert(row_has(&s, 7, "/ "));
	ck_assert(!row_has(&s, 7, "typed"));
	ck_assert_int_eq(s.canvas.cursor_row, 7);
	press(&s, "Backspace");
	ck_assert_int_ne(s.canvas.cursor_row, 7);
	press(&s, "/");
	type(&s, "s:t:");
	ck_assert(row_has(&s, 7, "/t:"));
	show_close(&s);
}
END_TEST

/* The row of the window that stands for the selected hit. */
static int
selected_row(struct show *s)
{
	for (int i = 0; i < s->canvas.rows; i++)
		if (cell_at(s, i, 5)->bg == style(ROLE_LIST_SELECTED).bg)
			return i;
	return -1;
}

START_TEST(lists_the_hits)
{
	struct buf b = { 0 };
	struct show s;
	int row;

	buf_add_str(&b, HEAD);
	for (int i = 0; i < 30; i++)
		buf_addf(&b, "[%d,\"o\",\"line %d\\r\\n\"]\n", i + 1, i);
	show_open(&s, buf_span(&b), 60, 24);
	tick_to(&s, 0);
	press(&s, "R");
	ck_assert(row_has(&s, 23, "nothing to find yet"));
	press(&s, "R");
	show_index(&s);
	show_search(&s, "/", "ne \\d");
	press(&s, "R");
	row = selected_row(&s);
	ck_assert_int_gt(row, 0);
	ck_assert(row_has(&s, row, "0:01.000  line 0"));
	ck_assert_uint_eq(cell_at(&s, row, 16)->bg, style(ROLE_FOUND_TOO).bg);
	ck_assert_uint_eq(cell_at(&s, row, 15)->bg, style(ROLE_LIST_SELECTED).bg);
	press(&s, "End"); /* not the end of the recording: the list has the keys */
	ck_assert(row_has(&s, selected_row(&s), "0:30.000  line 29"));
	ck_assert_int_eq(show_pos(&s), NS_PER_S);
	press(&s, "Up");
	press(&s, "Enter");
	ck_assert_int_eq(show_pos(&s), 29 * NS_PER_S);
	ck_assert(row_has(&s, 23, "hit 29 of 30"));
	press(&s, "n"); /* the list goes along */
	ck_assert_int_eq(show_pos(&s), 30 * NS_PER_S);
	ck_assert(row_has(&s, selected_row(&s), "line 29"));
	press(&s, "Esc");
	ck_assert_int_eq(selected_row(&s), -1);
	show_close(&s);
	buf_free(&b);
}
END_TEST

/* Keys that come at once, before the list was painted: it looks as if they came one by one. */
START_TEST(list_moves_unseen)
{
	static const char *const keys[] = { "R", "Down", "Down" };
	struct buf b = { 0 };
	struct show s;
	int row[2];

	buf_add_str(&b, HEAD);
	for (int i = 0; i < 30; i++)
		buf_addf(&b, "[%d,\"o\",\"line %d\\r\\n\"]\n", i + 1, i);
	for (int seen = 0; seen < 2; seen++) {
		show_open(&s, buf_span(&b), 60, 24);
		tick_to(&s, 0);
		show_index(&s);
		show_search(&s, "/", "ne \\d");
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			app_key(&s.app, keymap_key(keys[i]), s.now);
			if (seen)
				paint_app(&s.app, &s.canvas);
		}
		paint_app(&s.app, &s.canvas);
		row[seen] = selected_row(&s);
		ck_assert(row_has(&s, row[seen], "line 2"));
		show_close(&s);
	}
	ck_assert_int_eq(row[0], row[1]);
	buf_free(&b);
}
END_TEST

/* Hits that are found in front of the selected one do not take the selection away. */
START_TEST(list_keeps_the_selected_hit)
{
	struct buf b = { 0 };
	struct show s;
	struct search_hit before, after;

	buf_add_str(&b, HEAD);
	for (int i = 0; i < 30000; i++)
		buf_addf(&b, "[%d,\"o\",\"line %d\\r\\n\"]\n", i + 1, i);
	show_open(&s, buf_span(&b), 60, 24);
	tick_to(&s, 0);
	show_index(&s);
	press(&s, "End");
	tick_to(&s, 0);
	press(&s, "?");
	type(&s, "line .*00$");
	press(&s, "R"); /* is a letter */
	press(&s, "Backspace");
	press(&s, "Enter");
	press(&s, "R");
	press(&s, "Up");
	ck_assert(find_get(&s.app.find, s.app.results.list.selected, &before));
	show_index(&s);
	ck_assert(find_get(&s.app.find, s.app.results.list.selected, &after));
	ck_assert_uint_eq(before.n, after.n);
	ck_assert_uint_eq(find_state(&s.app.find).hits, 299);
	ck_assert_int_gt(selected_row(&s), 0);
	show_close(&s);
	buf_free(&b);
}
END_TEST

START_TEST(list_answers_the_mouse)
{
	struct mouse m = { .kind = MOUSE_PRESS, .col = 10 };
	struct buf b = { 0 };
	struct show s;

	buf_add_str(&b, HEAD);
	for (int i = 0; i < 30; i++)
		buf_addf(&b, "[%d,\"o\",\"line %d\\r\\n\"]\n", i + 1, i);
	show_open(&s, buf_span(&b), 60, 24);
	tick_to(&s, 0);
	show_index(&s);
	show_search(&s, "/", "line");
	press(&s, "R");
	m.row = selected_row(&s) + 3;
	app_mouse(&s.app, &m, 0);
	ck_assert_int_eq(show_pos(&s), 4 * NS_PER_S);
	m.kind = MOUSE_WHEEL_DOWN;
	for (int i = 0; i < 3; i++)
		app_mouse(&s.app, &m, 0);
	paint_app(&s.app, &s.canvas);
	ck_assert(row_has(&s, selected_row(&s), "line 12"));
	ck_assert_int_eq(show_pos(&s), 4 * NS_PER_S);
	m.kind = MOUSE_PRESS;
	m.row = app_layout(&s.app).area[PANE_RESULTS].row; /* the head line */
	app_mouse(&s.app, &m, 0);
	ck_assert_int_eq(show_pos(&s), 4 * NS_PER_S);
	show_close(&s);
	buf_free(&b);
}
END_TEST

static int
marked_columns(struct show *s)
{
	int n = 0;

	for (int i = 0; i < s->canvas.cols; i++)
		n += s->app.timebar.column[i].hit;
	return n;
}

START_TEST(marks_hits_on_the_timeline)
{
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"o\",\"one\\r\\n\"]\n[5,\"o\",\"two\\r\\n\"]\n"
			      "[8,\"o\",\"one\"]\n[10,\"o\",\"\"]\n"),
		101, 24);
	tick_to(&s, 0);
	press(&s, "T");
	show_index(&s);
	ck_assert_int_eq(marked_columns(&s), 0);
	press(&s, "/");
	type(&s, "one");
	ck_assert_int_eq(marked_columns(&s), 2);
	ck_assert(s.app.timebar.column[10].hit && s.app.timebar.column[80].hit);
	type(&s, "s");
	ck_assert_int_eq(marked_columns(&s), 0);
	press(&s, "Esc");
	show_search(&s, "/", "two");
	ck_assert_int_eq(marked_columns(&s), 1);
	ck_assert(s.app.timebar.column[50].hit);
	press(&s, "Esc");
	ck_assert_int_eq(marked_columns(&s), 0);
	show_close(&s);
}
END_TEST

/* --- every hit, against looking at every screen --- */

static TCase *
case_find(void)
{
	TCase *t = tcase_create("find");

	setlocale(LC_ALL, "C.UTF-8"); /* widths of characters */
	tcase_add_test(t, marks_what_was_found);
	tcase_add_test(t, finds_what_is_shown_now);
	tcase_add_test(t, marks_so_many_and_no_more);
	tcase_add_test(t, goes_through_the_hits_of_one_message);
	tcase_add_test(t, marks_while_one_types);
	tcase_add_test(t, looks_where_it_is_told);
	tcase_add_test(t, lists_the_hits);
	tcase_add_test(t, list_moves_unseen);
	tcase_add_test(t, list_keeps_the_selected_hit);
	tcase_add_test(t, list_answers_the_mouse);
	tcase_add_test(t, marks_hits_on_the_timeline);
	return t;
}

UNIT_MAIN("app_find", case_find)
