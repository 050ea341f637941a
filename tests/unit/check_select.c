/* SPDX-License-Identifier: ISC */
/* Selecting text on a screen: moves, what is marked, and the text that comes of it; links,
 * and screens made small. */
#include "play/ascii.h"
#include "play/links.h"
#include "play/overview.h"
#include "play/select.h"

#include "tests/unit/unit.h"

#include <string.h>

static struct emu *
screen(int cols, int rows, const char *text)
{
	struct emu *e = emu_new(cols, rows);

	ck_assert_ptr_nonnull(e);
	emu_write(e, span_of((const uint8_t *)text, strlen(text)));
	return e;
}

static void
expect_text(const struct select *s, const struct emu *e, const char *want)
{
	struct buf b = { 0 };

	ck_assert_int_eq(select_text(s, e, &b), 0);
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_free(&b);
}

/* From and to (row, col), as KIND. */
static struct select
marked(const struct emu *e, enum select_kind kind, int row, int col, int to_row,
	int to_col)
{
	struct select s;

	select_start(&s, e, row, col);
	select_mark(&s, kind);
	select_to(&s, e, to_row, to_col);
	return s;
}

START_TEST(rows_and_blanks)
{
	struct emu *e = screen(20, 4, "one  \r\n  two\r\n\r\nlast");
	struct select s = marked(e, SELECT_CHARS, 0, 1, 1, 3);

	expect_text(&s, e, "ne\n  tw");
	s = marked(e, SELECT_CHARS, 1, 3, 0, 1); /* the other way round is the same */
	expect_text(&s, e, "ne\n  tw");
	s = marked(e, SELECT_LINES, 0, 5, 3, 0);
	expect_text(&s, e, "one\n  two\n\nlast");
	s = marked(e, SELECT_BLOCK, 0, 2, 3, 1);
	expect_text(&s, e, "ne\n t\n\nas");
	s = marked(e, SELECT_CHARS, 2, 0, 2, 9);
	expect_text(&s, e, "");
	select_all(&s, e);
	expect_text(&s, e, "one\n  two\n\nlast");
	emu_free(e);
}
END_TEST

START_TEST(wrapped_rows_are_joined)
{
	struct emu *e = screen(6, 5, "abcdefghij\r\nklmnop\r\nq");
	struct select s = marked(e, SELECT_LINES, 0, 0, 4, 0);

	ck_assert(emu_wrapped(e, 0));
	ck_assert(!emu_wrapped(e, 1));
	ck_assert(!emu_wrapped(e, 2)); /* full, but ended by a line feed */
	expect_text(&s, e, "abcdefghij\nklmnop\nq");
	s = marked(e, SELECT_BLOCK, 0, 0, 1, 5);
	expect_text(&s, e, "abcdef\nghij");
	select_line(&s, e, 1);
	expect_text(&s, e, "abcdefghij");
	select_word(&s, e, 0, 2);
	expect_text(&s, e, "abcdefghij");
	emu_free(e);
}
END_TEST

START_TEST(wrapping_ends_when_the_end_is_written_anew)
{
	struct emu *e = screen(6, 4, "abcdefgh\033[1;6HX\033[3;1Habcdef\033[3;6H\033[Kx");

	ck_assert(!emu_wrapped(e, 0));
	ck_assert(!emu_wrapped(e, 2));
	emu_free(e);
	e = screen(6, 4, "abcdefgh\033[1;6H\033[K");
	ck_assert(!emu_wrapped(e, 0));
	emu_free(e);
}
END_TEST

START_TEST(wide_characters_are_whole)
{
	struct emu *e = screen(7, 3, "a\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9Ez");
	struct select s;

	/* seven columns hold a and three wide ones; z goes on below */
	ck_assert(emu_wrapped(e, 0));
	s = marked(e, SELECT_CHARS, 0, 2, 0, 3);
	expect_text(&s, e, "\xE6\x97\xA5\xE6\x9C\xAC");
	s = marked(e, SELECT_LINES, 0, 0, 1, 0);
	expect_text(&s, e, "a\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9Ez");
	select_start(&s, e, 0, 1);
	ck_assert(select_move(&s, e, "right", 1));
	ck_assert_int_eq(s.col, 3);
	ck_assert(select_move(&s, e, "left", 1));
	ck_assert_int_eq(s.col, 1);
	emu_free(e);
	/* no room for the second half: the last column stays blank and is not copied */
	e = screen(4, 3, "abc\xE6\x97\xA5z");
	ck_assert(emu_wrapped(e, 0));
	s = marked(e, SELECT_LINES, 0, 0, 1, 0);
	expect_text(&s, e, "abc\xE6\x97\xA5z");
	emu_free(e);
}
END_TEST

START_TEST(rows_that_left_the_screen)
{
	struct emu *e = screen(10, 3, "one\r\ntwo\r\nthree\r\nfour\r\nfive");
	struct select s;

	ck_assert_int_eq(emu_above(e), 2);
	select_start(&s, e, 1, 0);
	select_move(&s, e, "history", 3);
	ck_assert_int_eq(s.row, -2);
	select_mark(&s, SELECT_LINES);
	select_move(&s, e, "bottom", 3);
	expect_text(&s, e, "one\ntwo\nthree\nfour\nfive");
	ck_assert(select_has(&s, e, -1, 7));
	select_move(&s, e, "top", 3);
	ck_assert_int_eq(s.row, 0);
	emu_write(e, SPAN_LIT("\033[?1049h"));
	ck_assert_int_eq(emu_above(e), 0);
	emu_free(e);
}
END_TEST

static const struct {
	const char *where;
	int row, col, to_row, to_col;
} moves[] = {
	{ "word", 0, 0, 0, 4 },
	{ "word", 0, 4, 0, 5 }, /* letters, then signs */
	{ "word", 0, 6, 1, 2 },
	{ "word-end", 0, 0, 0, 2 },
	{ "word-end", 0, 2, 0, 4 },
	{ "word-back", 1, 2, 0, 6 },
	{ "word-back", 0, 4, 0, 0 },
	{ "word-back", 0, 0, 0, 0 },
	{ "line-start", 1, 4, 1, 0 },
	{ "line-text", 1, 4, 1, 2 },
	{ "line-end", 1, 0, 1, 4 },
	{ "line-end", 2, 3, 2, 0 },
	{ "down", 3, 3, 3, 3 },
	{ "up", 0, 3, 0, 3 },
	{ "page-down", 0, 1, 2, 1 },
	{ "page-up", 3, 1, 1, 1 },
	{ "left", 1, 0, 1, 0 },
	{ "right", 1, 11, 1, 11 },
	{ "bottom", 0, 2, 3, 2 },
};

START_TEST(moves_of_the_cursor)
{
	struct emu *e = screen(12, 4, "abc d:ef\r\n  xyz\r\n");
	struct select s;

	select_start(&s, e, moves[_i].row, moves[_i].col);
	ck_assert(select_move(&s, e, moves[_i].where, 2));
	ck_assert_int_eq(s.row, moves[_i].to_row);
	ck_assert_int_eq(s.col, moves[_i].to_col);
	ck_assert(!select_move(&s, e, "sideways", 2));
	emu_free(e);
}
END_TEST

START_TEST(kinds_and_ends)
{
	struct emu *e = screen(10, 3, "abc\r\ndef");
	struct select s;

	select_start(&s, e, 0, 1);
	ck_assert(!select_has(&s, e, 0, 1));
	select_mark(&s, SELECT_CHARS);
	ck_assert(select_has(&s, e, 0, 1));
	ck_assert(!select_has(&s, e, 0, 2));
	select_to(&s, e, 1, 1);
	select_mark(&s, SELECT_BLOCK); /* the same ends, another kind */
	expect_text(&s, e, "b\ne");
	select_other_end(&s);
	ck_assert_int_eq(s.row, 0);
	expect_text(&s, e, "b\ne");
	select_mark(&s, SELECT_BLOCK);
	ck_assert(!select_has(&s, e, 0, 1));
	select_to(&s, e, 99, 99);
	ck_assert_int_eq(s.row, 2);
	ck_assert_int_eq(s.col, 9);
	select_to(&s, e, -99, -99);
	ck_assert_int_eq(s.row, 0);
	ck_assert_int_eq(s.col, 0);
	emu_free(e);
}
END_TEST

/* What would give orders to a terminal or an editor never gets into the text. */
START_TEST(only_text_comes_out)
{
	struct emu *e = screen(30, 3,
		"a\033]0;t\007b\302\233c\xE2\x80\xAE"
		"d e\xCC\x81 \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\x01\x02");
	struct select s;
	struct buf b = { 0 };

	select_all(&s, e);
	ck_assert_int_eq(select_text(&s, e, &b), 0);
	for (size_t i = 0; i < b.n; i++)
		ck_assert(b.p[i] >= 0x20 && b.p[i] != 0x7F);
	ck_assert_ptr_null(strstr(buf_cstr(&b), "\xE2\x80\xAE"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "d e\xCC\x81 "));
	buf_free(&b);
	emu_free(e);
}
END_TEST

#define LINK(uri, text) "\033]8;;" uri "\007" text "\033]8;;\007"

START_TEST(links_and_what_is_doubtful)
{
	static struct link l[8];
	struct emu *e = screen(30, 6,
		LINK("https://a.test/x", "https://a.test") " " LINK("http://evil.test/",
			"www.bank.test/in") "\r\n" LINK("https://b\xD0\xB0.test/",
			"plain") "\r\n"
				 "\033]8;id=7;file:///etc\007one\033]8;;\007 "
				 "\033]8;id=7;file:///etc\007two\033]8;;\007\r\n" LINK(
					 "https://a.test/long",
					 "a text that is so long that it is wrapped"));
	size_t n = links_of(e, l, 8);

	ck_assert_uint_eq(n, 5);
	ck_assert_str_eq(l[0].uri, "https://a.test/x");
	ck_assert_ptr_null(l[0].doubt);
	ck_assert_str_eq(l[1].text, "www.bank.test/in");
	ck_assert_ptr_nonnull(l[1].doubt);
	ck_assert_ptr_nonnull(l[2].doubt);
	ck_assert_int_eq(l[3].places, 2);
	ck_assert_str_eq(l[3].text, "one");
	ck_assert_int_eq(l[4].places, 1);
	ck_assert_str_eq(l[4].text, "a text that is so long that it is wrapped");
	ck_assert_uint_eq(links_of(e, l, 2), 2);
	emu_free(e);
}
END_TEST

/* The same place by other means is another place. */
START_TEST(schemes_of_links_count)
{
	static struct link l[8];
	struct emu *e = screen(60, 6,
		LINK("javascript://bank.test/%0Aalert(1)",
			"https://bank.test/") "\r\n" LINK("HTTPS://bank.test/x",
			"see https://bank.test") "\r\n" LINK("bank.test",
			"https://bank.test"));

	ck_assert_uint_eq(links_of(e, l, 8), 3);
	ck_assert_ptr_nonnull(l[0].doubt);
	ck_assert_ptr_null(l[1].doubt);
	ck_assert_ptr_nonnull(l[2].doubt);
	emu_free(e);
}
END_TEST

/* However small the place: inside of it, and every cell of the screen has its place. */
START_TEST(overview_stays_inside)
{
	static const int sizes[][2] = { { 200, 60 }, { 81, 24 }, { 1024, 512 },
		{ 80, 400 }, { 1024, 1 }, { 1, 512 } };
	int cols = sizes[_i][0], rows = sizes[_i][1];
	struct emu *e = screen(cols, rows, "x");
	struct style s;

	for (int h = 1; h <= 60; h += 7) {
		for (int w = 1; w <= 200; w += 13) {
			struct view_rect area = { 3, 5, h, w };
			struct overview o = overview_place(area, rows, cols);
			struct view_rect end = overview_of(
				&o, (struct view_rect){ rows - 1, cols - 1, 1, 1 });
			int row = o.at.row, col = o.at.col;

			ck_assert_int_ge(o.at.row, 3);
			ck_assert_int_ge(o.at.col, 5);
			ck_assert_int_le(o.at.row + o.at.rows, 3 + h);
			ck_assert_int_le(o.at.col + o.at.cols, 5 + w);
			ck_assert_int_eq(end.row + end.rows, o.at.row + o.at.rows);
			ck_assert_int_eq(end.col + end.cols, o.at.col + o.at.cols);
			end = overview_of(&o, (struct view_rect){ -99, -99, 2000, 2000 });
			ck_assert_mem_eq(&end, &o.at, sizeof end);
			end = overview_of(&o, (struct view_rect){ -5, 0, 5, cols });
			ck_assert_int_eq(end.rows, 0);
			ck_assert_int_ne(overview_dots(&o, e, 0, 0, &s) & 1, 0);
			overview_back(&o, &row, &col);
			ck_assert_int_ge(row, 0);
			ck_assert_int_ge(col, 0);
		}
	}
	emu_free(e);
}
END_TEST

START_TEST(ascii_reads_alike)
{
	static const struct {
		uint32_t ch;
		char as;
	} rows[] = { { 'a', 'a' }, { 0xE9, 'e' }, { 0xDF, 's' }, { 0x141, 'L' },
		{ 0x17E, 'z' }, { 0x2500, '-' }, { 0x2502, '|' }, { 0x253C, '+' },
		{ 0x2550, '=' }, { 0x2588, '#' }, { 0x2591, '.' }, { 0x2192, '>' },
		{ 0x2019, '\'' }, { 0x2026, '.' }, { 0x65E5, '?' }, { 0x1F680, '?' },
		{ 0x7F, '?' }, { 0x9B, '?' }, { 1, ' ' } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_msg(ascii_of(rows[i].ch) == rows[i].as, "%x became %c",
			rows[i].ch, ascii_of(rows[i].ch));
	for (uint32_t ch = 0; ch < 0x30000; ch++)
		ck_assert(ascii_of(ch) >= ' ' && ascii_of(ch) < 0x7F);
}
END_TEST

static TCase *
selecting(void)
{
	TCase *c = tcase_create("selecting");

	tcase_add_test(c, rows_and_blanks);
	tcase_add_test(c, wrapped_rows_are_joined);
	tcase_add_test(c, wrapping_ends_when_the_end_is_written_anew);
	tcase_add_test(c, wide_characters_are_whole);
	tcase_add_test(c, rows_that_left_the_screen);
	tcase_add_loop_test(
		c, moves_of_the_cursor, 0, (int)(sizeof moves / sizeof *moves));
	tcase_add_test(c, kinds_and_ends);
	tcase_add_test(c, only_text_comes_out);
	return c;
}

static TCase *
looking(void)
{
	TCase *c = tcase_create("looking");

	tcase_add_test(c, links_and_what_is_doubtful);
	tcase_add_test(c, schemes_of_links_count);
	tcase_add_loop_test(c, overview_stays_inside, 0, 6);
	tcase_add_test(c, ascii_reads_alike);
	return c;
}

UNIT_MAIN("select", selecting, looking)
