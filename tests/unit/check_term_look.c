/* SPDX-License-Identifier: ISC */
/* The emulator: colours, attributes, underlines, links of what is written. */
#include "tests/unit/unit.h"

#include "term/emu.h"

#include <stdio.h>

#define ESC "\033"
#define CSI "\033["

static const struct {
	const char *in; /* before an X at the top left */
	uint32_t fg, bg;
	unsigned attr;
} looks[] = {
	{ "", 0, 0, 0 },
	{ CSI "1m", 0, 0, CELL_BOLD },
	{ CSI "2m", 0, 0, CELL_DIM },
	{ CSI "1;2m" CSI "22m", 0, 0, 0 },
	{ CSI "3;4;5;7;8;9m", 0, 0,
		CELL_ITALIC | CELL_UNDERLINE | CELL_BLINK | CELL_REVERSE | CELL_CONCEAL |
			CELL_STRIKE },
	{ CSI "6m", 0, 0, CELL_BLINK },
	{ CSI "9m", 0, 0, CELL_STRIKE },
	{ CSI "2m" CSI "1m", 0, 0, CELL_BOLD | CELL_DIM },
	{ CSI "2;9;53m" CSI "22m", 0, 0, CELL_STRIKE | CELL_OVERLINE },
	{ CSI "3;4;5;7;8;9m" CSI "23;24;25;27;28;29m", 0, 0, 0 },
	{ CSI "4:3m", 0, 0, CELL_UNDERLINE | CELL_UL_CURLY },
	{ CSI "4:2m", 0, 0, CELL_UNDERLINE | CELL_UL_DOUBLE },
	{ CSI "21m", 0, 0, CELL_UNDERLINE | CELL_UL_DOUBLE },
	{ CSI "4:1m", 0, 0, CELL_UNDERLINE },
	{ CSI "4:4m", 0, 0, CELL_UNDERLINE | CELL_UL_DOTTED },
	{ CSI "4:5m", 0, 0, CELL_UNDERLINE | CELL_UL_DASHED },
	{ CSI "4:4;4:3m", 0, 0, CELL_UNDERLINE | CELL_UL_CURLY },
	{ CSI "4:5;4m", 0, 0, CELL_UNDERLINE },
	{ CSI "4:5;24m", 0, 0, 0 },
	{ CSI "4:6m", 0, 0, 0 },
	{ CSI "4;4:6m", 0, 0, CELL_UNDERLINE },
	{ CSI "4:3m" CSI "4:0m", 0, 0, 0 },
	{ CSI "53m", 0, 0, CELL_OVERLINE },
	{ CSI "53m" CSI "55m", 0, 0, 0 },
	{ CSI "31;42m", COLOR_OF_INDEX(1), COLOR_OF_INDEX(2), 0 },
	{ CSI "91;102m", COLOR_OF_INDEX(9), COLOR_OF_INDEX(10), 0 },
	{ CSI "31;42m" CSI "39;49m", 0, 0, 0 },
	{ CSI "31m" CSI "m", 0, 0, 0 },
	{ CSI "31;m", 0, 0, 0 },
	{ CSI "38;5;200m", COLOR_OF_INDEX(200), 0, 0 },
	{ CSI "48:5:200m", 0, COLOR_OF_INDEX(200), 0 },
	{ CSI "38;2;1;2;3m", COLOR_OF_RGB(0x010203), 0, 0 },
	{ CSI "38:2:1:2:3m", COLOR_OF_RGB(0x010203), 0, 0 },
	{ CSI "38:2::1:2:3m", COLOR_OF_RGB(0x010203), 0, 0 },
	{ CSI "38:2:0:1:2:3:0:1m", COLOR_OF_RGB(0x010203), 0, 0 },
	{ CSI "38;2;1;2;3;48;5;7;1m", COLOR_OF_RGB(0x010203), COLOR_OF_INDEX(7),
		CELL_BOLD },
	{ CSI "58;5;1m", 0, 0, 0 },
	{ CSI "58;2;1;3;4m", 0, 0, 0 },
	{ CSI "58:2::1:3:4;4:3m", 0, 0, CELL_UNDERLINE | CELL_UL_CURLY },
	{ CSI "38;2;300;0;0m", 0, 0, 0 },
	{ CSI "38;5m", 0, 0, 0 },
	{ CSI "38:7:1m", 0, 0, 0 },
	{ CSI "38;2;1;2m", 0, 0, 0 },
	{ CSI "?4m" CSI ">4;1m", 0, 0, 0 },
	{ CSI "73m", 0, 0, 0 },
	{ CSI "1;31m" ESC "7" CSI "m" ESC "8", COLOR_OF_INDEX(1), 0, CELL_BOLD },
	{ CSI "1;31m" ESC "c", 0, 0, 0 },
	{ CSI "1;31m" CSI "!p", 0, 0, 0 },
	{ ESC "]8;;http://x/\a", 0, 0, CELL_LINK },
	{ ESC "]8;id=1;http://x/" ESC "\\" CSI "m", 0, 0, CELL_LINK },
	{ ESC "]8;;http://x/\a" ESC "]8;;\a", 0, 0, 0 },
	{ CSI "38:2:10:20:30;48:2:40:50:60;58:2:70:80:90;4:3m", COLOR_OF_RGB(0x0a141e),
		COLOR_OF_RGB(0x28323c), CELL_UNDERLINE | CELL_UL_CURLY },
};

START_TEST(look)
{
	struct emu *e = emu_new(10, 4);
	const struct cell *c;

	emu_write(e, span_str(looks[_i].in));
	emu_write(e, span_str("X"));
	c = emu_row(e, 0);
	ck_assert_uint_eq(c->ch, 'X');
	ck_assert_msg(c->fg == looks[_i].fg, "%s: fg %08x", looks[_i].in + 1, c->fg);
	ck_assert_msg(c->bg == looks[_i].bg, "%s: bg %08x", looks[_i].in + 1, c->bg);
	ck_assert_msg(
		c->attr == looks[_i].attr, "%s: attr %x", looks[_i].in + 1, c->attr);
	emu_free(e);
}
END_TEST

static const struct {
	const char *in;
	uint32_t ul;
} underlines[] = {
	{ "", 0 },
	{ CSI "4;31m", 0 },
	{ CSI "58;5;1m", COLOR_OF_INDEX(1) },
	{ CSI "58:5:200m", COLOR_OF_INDEX(200) },
	{ CSI "58;2;1;2;3m", COLOR_OF_RGB(0x010203) },
	{ CSI "58:2:1:2:3m", COLOR_OF_RGB(0x010203) },
	{ CSI "58:2::1:2:3m", COLOR_OF_RGB(0x010203) },
	{ CSI "58:2::1:2:3;4:3m", COLOR_OF_RGB(0x010203) },
	{ CSI "58;5;1m" CSI "59m", 0 },
	{ CSI "58;5;1m" CSI "m", 0 },
	{ CSI "58;5;1m" CSI "4:0m", COLOR_OF_INDEX(1) },
	{ CSI "58;5;1m" ESC "7" CSI "59m" ESC "8", COLOR_OF_INDEX(1) },
	{ CSI "58;5;1m" CSI "!p", 0 },
	{ CSI "58;5;1m" ESC "c", 0 },
	{ CSI "58;2;300;0;0m", 0 },
	{ CSI "58;5;1m" ESC "]8;;http://x/\a", COLOR_OF_INDEX(1) },
	{ ESC "]8;;http://x/\a" CSI "58;5;1m" ESC "]8;;\a", COLOR_OF_INDEX(1) },
};

START_TEST(underline_colour)
{
	struct emu *e = emu_new(10, 4);

	emu_write(e, span_str(underlines[_i].in));
	emu_write(e, span_str("X"));
	ck_assert_msg(emu_cell_underline(e, emu_row(e, 0)) == underlines[_i].ul,
		"%s: %08x", underlines[_i].in, emu_cell_underline(e, emu_row(e, 0)));
	ck_assert_uint_eq(emu_cell_underline(e, emu_row(e, 0) + 1), 0);
	emu_free(e);
}
END_TEST

/* Erased and scrolled-in cells: background only, no other attribute. */
START_TEST(erased_cells)
{
	static const char *const ways[] = { CSI "K", CSI "2J", CSI "X", CSI "P", CSI "@",
		CSI "L", CSI "S", CSI "T", CSI "M" };
	struct emu *e = emu_new(3, 1);
	const struct cell *c;

	emu_write(e, span_str("abc\r" CSI "1;4;7;31;44m"));
	emu_write(e, span_str(ways[_i]));
	c = emu_row(e, 0) + (_i == 3 ? 2 : 0);
	ck_assert_uint_eq(c->ch, 0);
	ck_assert_uint_eq(c->fg, 0);
	ck_assert_uint_eq(c->attr, 0);
	ck_assert_uint_eq(c->width, 1);
	ck_assert_uint_eq(c->bg, COLOR_OF_INDEX(4));
	emu_free(e);
}
END_TEST

#define LINK(uri)       ESC "]8;;" uri "\a"
#define LINKID(id, uri) ESC "]8;" id ";" uri ESC "\\"

static const struct {
	const char *in, *links; /* "row,col+cols #number id uri" each */
} links[] = {
	{ "abc", "" },
	{ "a" LINK("http://x/") "bc" LINK("") "d", "0,1+2 #1  http://x/\n" },
	/* over the end of a line, and twice the same */
	{ CSI "1;9H" LINK("u") "abcd" LINK("") " " LINK("u") "e" LINK("v") "f",
		"0,8+2 #1  u\n1,0+2 #1  u\n1,3+1 #1  u\n1,4+1 #2  v\n" },
	/* the id tells links with one URI apart */
	{ LINKID("id=1", "u") "a" LINKID("x=y:id=2", "u") "b" LINKID("id=1", "u") "c",
		"0,0+1 #1 1 u\n0,1+1 #2 2 u\n0,2+1 #1 1 u\n" },
	{ LINK("u") "ab" CSI "58;5;1m"
		    "c" CSI "m"
		    "d",
		"0,0+4 #1  u\n" },
	{ LINK("u") "\xe4\xb8\x96" LINK(""), "0,0+2 #1  u\n" },
	{ LINK("u") "abc" LINK("") "\rX" CSI "K", "" },
	{ LINK("u") "abc" LINK("") CSI "2GX", "0,0+1 #1  u\n0,2+1 #1  u\n" },
	{ LINK("u") ESC "7" LINK("v") ESC "8"
					  "a",
		"0,0+1 #1  u\n" },
	{ LINK("u") ESC "c"
			"a",
		"" },
	{ LINK("u") CSI "!p"
			"a",
		"" },
	{ LINK("u") CSI "?1049h"
			"a" CSI "?1049l",
		"" },
	{ LINK("u;v?a=b;c") "a", "0,0+1 #1  u;v?a=b;c\n" },
	{ LINK("a\xff\xe2\x80\xae"
	       "b") "x",
		"0,0+1 #1  a\xef\xbf\xbd"
		"b\n" },
	{ ESC "]8;http://x/\a"
	      "a",
		"" },
	{ ESC "]8\a"
	      "a",
		"" },
};

static void
print_links(const struct emu *e, struct buf *b)
{
	struct emu_link l[64];
	size_t n = emu_links(e, l, 64);

	ck_assert_uint_le(n, 64);
	ck_assert_uint_eq(emu_links(e, NULL, 0), n);
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%d,%d+%d #%d %s %s\n", l[i].row, l[i].col, l[i].cols,
			l[i].number, l[i].id, l[i].uri);
}

START_TEST(link_list)
{
	struct emu *e = emu_new(10, 4);
	struct buf b = { 0 }, packed = { 0 };

	emu_write(e, span_str(links[_i].in));
	print_links(e, &b);
	ck_assert_str_eq(buf_cstr(&b), links[_i].links);
	/* a resize and a snapshot keep them */
	emu_resize(e, 30, 9);
	ck_assert_int_eq(emu_pack(e, &packed), 0);
	emu_resize(e, 5, 2);
	emu_reset(e, 12, 3);
	ck_assert_int_eq(emu_unpack(e, buf_span(&packed)), 0);
	buf_clear(&b);
	print_links(e, &b);
	ck_assert_str_eq(buf_cstr(&b), links[_i].links);
	buf_free(&b);
	buf_free(&packed);
	emu_free(e);
}
END_TEST

START_TEST(long_link)
{
	struct emu *e = emu_new(10, 4);
	struct emu_link l;
	size_t n;

	emu_write(e, span_str(ESC "]8;;"));
	for (int i = 0; i < 5000; i++)
		emu_write(e, span_str("\xff"));
	emu_write(e, span_str("\aX"));
	ck_assert_uint_eq(emu_links(e, &l, 1), 1);
	n = strlen(l.uri);
	ck_assert_uint_gt(n, 3000);
	ck_assert_str_eq(l.uri + n - 3, "\xe2\x80\xa6");
	ck_assert_str_eq(emu_cell_link(e, emu_row(e, 0)), l.uri);
	ck_assert_ptr_null(emu_cell_link(e, emu_row(e, 0) + 1));
	emu_free(e);
}
END_TEST

/* Many links: memory stays bounded, those on the screen are right or said to be unknown. */
START_TEST(links_are_bounded)
{
	struct emu *e = emu_new(40, 10);
	struct emu_link l[64];
	char s[64];

	for (int i = 0; i < 20000; i++) {
		snprintf(s, sizeof s, "%s" ESC "]8;;http://host/%d\a%d" ESC "]8;;\a ",
			i % 4 ? "" : "\r\n", i, i);
		emu_write(e, span_str(s));
		if (i % 37 == 0)
			emu_write(e, span_str(CSI "58;5;3;4m_" CSI "m"));
	}
	ck_assert_uint_eq(emu_links(e, l, 64), 40);
	for (int i = 0; i < 40; i++) {
		snprintf(s, sizeof s, "http://host/%d", 20000 - 40 + i);
		ck_assert_str_eq(l[i].uri, s);
	}
	ck_assert_uint_lt(emu_save_size(e), 300000);
	emu_free(e);
}
END_TEST

START_TEST(too_many_links)
{
	struct emu *e = emu_new(200, 60);
	struct emu_link *l = calloc(12000, sizeof *l);
	int known = 0, unknown = 0;
	char s[64];

	for (int i = 0; i < 12000; i++) {
		snprintf(s, sizeof s, "%s" ESC "]8;;http://%d\aX", i % 200 ? "" : CSI "E",
			i);
		emu_write(e, span_str(s));
	}
	ck_assert_uint_gt(emu_links(e, l, 12000), 2000);
	for (int i = 0; i < 2000; i++)
		*(l[i].uri[0] ? &known : &unknown) += 1;
	ck_assert_int_gt(known, 1000);
	/* when they are gone there is room again */
	emu_write(e, span_str(CSI "3J" CSI "2J" CSI "H"));
	for (int i = 0; i < 1000; i++) {
		snprintf(s, sizeof s, ESC "]8;;http://new/%d\aX" CSI "D", i);
		emu_write(e, span_str(s));
	}
	ck_assert_uint_eq(emu_links(e, l, 12000), 1);
	ck_assert_str_eq(l[0].uri, "http://new/999");
	free(l);
	emu_free(e);
}
END_TEST

#define LOOP(c, test, table) \
	tcase_add_loop_test(c, test, 0, (int)(sizeof table / sizeof *table))

static TCase *
looks_case(void)
{
	TCase *c = tcase_create("looks");

	LOOP(c, look, looks);
	LOOP(c, underline_colour, underlines);
	tcase_add_loop_test(c, erased_cells, 0, 9);
	return c;
}

static TCase *
links_case(void)
{
	TCase *c = tcase_create("links");

	LOOP(c, link_list, links);
	tcase_add_test(c, long_link);
	tcase_add_test(c, links_are_bounded);
	tcase_add_test(c, too_many_links);
	return c;
}

UNIT_MAIN("term_look", looks_case, links_case)
