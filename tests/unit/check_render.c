/* SPDX-License-Identifier: ISC */
/* Screens as documents: nothing of a recording but its text and its looks gets in. */
#include "base/base64.h"
#include "render/box.h"
#include "render/look.h"
#include "render/palette.h"
#include "render/render.h"
#include "render/sheet.h"

#include "tests/unit/unit.h"

#include <zlib.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

static struct emu *
screen(int cols, int rows, const char *text)
{
	struct emu *e = emu_new(cols, rows);

	ck_assert_ptr_nonnull(e);
	emu_write(e, span_of((const uint8_t *)text, strlen(text)));
	return e;
}

static char *
rendered(const struct emu *e, enum render_format f, const char *title)
{
	struct render_opts o = { .title = title, .cursor = true };
	struct buf b = { 0 };
	struct err err;
	char *text;

	ck_assert_int_eq(render_screen(&b, e, f, &o, &err), 0);
	text = strdup(buf_cstr(&b));
	buf_free(&b);
	return text;
}

/* Every mark-up is well formed: tags close in order, nothing stands raw. */
static void
expect_well_formed(const char *s, const char *kind)
{
	char open[32][24];
	int depth = 0;

	if (strncmp(s, "<!DOCTYPE html>", 15) == 0)
		s += 15;
	for (; *s; s++) {
		char name[24] = "";
		const char *end;

		ck_assert_msg(
			(unsigned char)*s >= 0x20 || *s == '\n', "%s: a control", kind);
		ck_assert_msg(*s != '>', "%s: a lonely >", kind);
		if (*s == '&')
			ck_assert_msg(
				s[1] == '#' && strchr(s, ';') - s < 8, "%s: &", kind);
		if (*s != '<')
			continue;
		end = strchr(s, '>');
		ck_assert_ptr_nonnull(end);
		sscanf(s + 1 + (s[1] == '/'), "%23[a-zA-Z]", name);
		if (s[1] == '/') {
			ck_assert_int_gt(depth, 0);
			ck_assert_str_eq(open[--depth], name);
		} else if (end[-1] != '/' && strcmp(name, "meta") != 0) {
			ck_assert_int_lt(depth, 32);
			strcpy(open[depth++], name);
		}
		s = end;
	}
	ck_assert_int_eq(depth, 0);
}

#define HOSTILE                                                                        \
	"<script>alert(1)</script> & \"quoted\" ]]> <!-- \033]0;</svg>\007"            \
	"\033[8mhidden\033[m \xE2\x80\xAEx\xEF\xBF\xBE\xEF\xBF\xBF\302\205 e\xCC\x81 " \
	"\xE6\x97\xA5 \033[4:3;58;5;9mwave\033[m \xE2\x94\xBC\xE2\x96\x93\xE2\xA3\xBF"

static const enum render_format marked_up[] = { RENDER_SVG, RENDER_HTML };

START_TEST(mark_up_is_well_formed)
{
	struct emu *e = screen(40, 6, HOSTILE);
	char *s = rendered(e, marked_up[_i], "</title><b>" HOSTILE);

	expect_well_formed(s, render_name(marked_up[_i]));
	ck_assert_ptr_null(strstr(s, "<script"));
	ck_assert_ptr_nonnull(strstr(s, "hidden"));
	ck_assert_ptr_null(strstr(s, "\xE2\x80\xAE"));
	ck_assert_ptr_null(strstr(s, "\xEF\xBF\xBE"));
	free(s);
	emu_free(e);
}
END_TEST

START_TEST(svg_says_how_wide)
{
	struct emu *e = screen(20, 2, "\033[1;31mred\033[m plain \033[7mrev\033[m");
	char *s = rendered(e, RENDER_SVG, "t");

	ck_assert_ptr_nonnull(strstr(s, "textLength=\"28.80\" fill=\"#e8606a\" "
					"font-weight=\"bold\">red</text>"));
	ck_assert_ptr_nonnull(strstr(s, ">rev"));
	free(s);
	emu_free(e);
}
END_TEST

/* A decimal comma would make nonsense of it. */
START_TEST(numbers_know_no_locale)
{
	struct emu *e = screen(10, 2, "abc");
	char *plain = rendered(e, RENDER_SVG, "t"), *other;

	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		setlocale(LC_ALL, "C.UTF-8");
	other = rendered(e, RENDER_SVG, "t");
	ck_assert_str_eq(plain, other);
	free(plain);
	free(other);
	emu_free(e);
}
END_TEST

/* What ANSI gives back is the same screen: cells, colours, attributes. */
START_TEST(ansi_is_replayable)
{
	struct emu *e = screen(30, 4,
		"\033[1;38;2;1;2;3;48;5;99mA\033[0;4:3;58;5;9mB\033[0;2;3;9;53mC\033[m "
		"\xE6\x97\xA5 e\xCC\x81\r\n\033[44m  \033[m x");
	char *s = rendered(e, RENDER_ANSI, NULL), *p = s;
	struct emu *again = emu_new(30, 4);

	for (size_t n; *p; p += n + (p[n] != 0)) { /* cat and a terminal: CR LF */
		n = strcspn(p, "\n");
		emu_write(again, span_of((const uint8_t *)p, n));
		if (p[n] && p[n + 1])
			emu_write(again, SPAN_LIT("\r\n"));
	}
	for (int row = 0; row < 4; row++) {
		for (int col = 0; col < 30; col++) {
			const struct cell *a = &emu_row(e, row)[col];
			const struct cell *b = &emu_row(again, row)[col];

			ck_assert_uint_eq(a->fg, b->fg);
			ck_assert_uint_eq(a->bg, b->bg);
			ck_assert_uint_eq(a->attr, b->attr);
			ck_assert_uint_eq(
				emu_cell_underline(e, a), emu_cell_underline(again, b));
		}
	}
	free(s);
	emu_free(e);
	emu_free(again);
	e = screen(10, 1, "\033[8;31;41mhidden");
	s = rendered(e, RENDER_ANSI, NULL); /* cat does not hide it */
	ck_assert_ptr_nonnull(strstr(s, "mhidden"));
	ck_assert_ptr_null(strstr(s, ";8m"));
	ck_assert_ptr_null(strstr(s, ";8;"));
	free(s);
	emu_free(e);
}
END_TEST

START_TEST(looks)
{
	struct emu *e = screen(10, 1, "\033[7ma\033[0;8mb\033[0;2mc\033[0md");
	const struct cell *c = emu_row(e, 0);
	struct look plain = look_of(e, &c[3], theme_default(), false),
		    l = look_of(e, &c[0], theme_default(), false);

	ck_assert_uint_eq(plain.fg, theme_default()->fg);
	ck_assert(plain.on_default);
	ck_assert_uint_eq(l.fg, theme_default()->bg);
	ck_assert_uint_eq(l.bg, theme_default()->fg);
	ck_assert(!l.on_default);
	l = look_of(e, &c[1], theme_default(),
		false); /* concealed: never of the colour of its background */
	ck_assert_uint_ne(l.fg, l.bg);
	ck_assert(!l.on_default);
	l = look_of(e, &c[2], theme_default(), false);
	ck_assert_uint_lt(l.fg, theme_default()->fg);
	l = look_of(e, &c[0], theme_default(),
		true); /* the cursor turns it about once more */
	ck_assert_uint_eq(l.fg, theme_default()->fg);
	emu_write(e, SPAN_LIT("\033[?5h"));
	l = look_of(e, &emu_row(e, 0)[3], theme_default(), false);
	ck_assert_uint_eq(l.fg, theme_default()->bg);
	emu_free(e);
}
END_TEST

/* Parts stay in their cell, and every line reaches the edges it should. */
START_TEST(boxes_stay_in_their_cell)
{
	struct box b[BOX_PARTS];
	struct curve c[BOX_CURVES];
	int n, k;

	for (uint32_t ch = 0x2000; ch < 0x1FC00; ch++) {
		n = box_parts(ch, b);
		k = box_curves(ch, c);
		ck_assert_int_le(k, BOX_CURVES);
		if (ch >= 0x2500 && ch < 0x25A0)
			ck_assert_int_gt(n + k, 0);
		for (int i = 0; i < 3 * k; i++) {
			ck_assert(c[i / 3].x[i % 3] >= 0 && c[i / 3].x[i % 3] <= 1);
			ck_assert(c[i / 3].y[i % 3] >= 0 && c[i / 3].y[i % 3] <= 1);
		}
		ck_assert_int_le(n, BOX_PARTS);
		for (int i = 0; i < n; i++) {
			ck_assert(b[i].x >= 0 && b[i].x + b[i].w <= 1.0001);
			ck_assert(b[i].y >= 0 && b[i].y + b[i].h <= 1.0001);
			ck_assert(b[i].w > 0 && b[i].h > 0);
		}
	}
	ck_assert_int_eq(box_parts('a', b), 0);
	ck_assert_int_eq(box_parts(0x2502, b), 2);
	ck_assert(b[0].y == 0 && b[1].y + b[1].h > 0.999);
	ck_assert_int_eq(box_parts(0x2588, b), 1);
	ck_assert(b[0].h == 1);
	ck_assert_int_eq(box_parts(0x2504, b), 3);
	ck_assert_int_eq(box_parts(0x1FB00, b), 1); /* the first sixth, */
	ck_assert_int_eq(box_parts(0x1FB13, b), 2);
	ck_assert_int_eq(box_parts(0x1FB14, b), 3); /* the left half stands elsewhere */
	ck_assert_int_eq(box_parts(0x1FB3B, b), 5); /* all but the first */
	ck_assert(b[0].x == 0.5 && b[0].y == 0);
	ck_assert_int_eq(box_parts(0x1FB3C, b), 0);
	ck_assert_int_eq(box_curves(0x256D, c), 1);
	ck_assert_int_eq(box_curves(0x2573, c), 2);
	ck_assert(box_curves(0xE0B0, c) == 1 && c[0].thick == 0);
}
END_TEST

START_TEST(themes)
{
	struct emu *e = screen(10, 1, "\033[31ma\033[38;5;196mb\033[91mc");
	const char *eight =
		"#010203:#111111:#222222:#333333:#444444:#555555:#666666:#777777";
	const struct cell *c = emu_row(e, 0);
	const struct theme *t;
	struct theme own;
	struct err err;

	ck_assert(theme_parse(&own, "#A0b1C2", "#000000", eight));
	ck_assert_uint_eq(own.fg, 0xa0b1c2);
	ck_assert_uint_eq(own.colour[8], 0x010203);
	ck_assert_uint_eq(look_of(e, &c[0], &own, false).fg, 0x111111);
	ck_assert_uint_eq(look_of(e, &c[1], &own, false).fg, 0xff0000);
	ck_assert_uint_eq(look_of(e, &c[2], &own, false).fg, 0x111111);
	ck_assert(!theme_parse(&own, "#A0b1C2", "#000000", "#010203"));
	ck_assert(!theme_parse(&own, "#A0b1C", "#000000", eight));
	ck_assert(!theme_parse(&own, "#A0b1C2", "#0000000", eight));
	ck_assert(!theme_parse(&own, "#A0b1C2", NULL, eight));
	ck_assert(!theme_parse(&own, "", "#000000", eight));
	for (size_t i = 0; theme_name(i); i++) {
		ck_assert_int_eq(theme_named(&t, theme_name(i), &err), 0);
		ck_assert_ptr_nonnull(strstr(THEME_NAMES, theme_name(i)));
	}
	ck_assert_ptr_eq(theme_name(SIZE_MAX), NULL);
	ck_assert_int_eq(theme_named(&t, "none", &err), ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "nord"));
	emu_free(e);
}
END_TEST

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Chunk by chunk, with their checksums; the points inflate to the size that is told. */
static void
expect_png(const struct buf *b)
{
	size_t at = 8, data = 0, points;
	uint8_t *all = malloc(b->n), *out;
	uLongf n;

	ck_assert_int_eq(memcmp(b->p, "\x89PNG\r\n\x1a\n", 8), 0);
	points = ((size_t)be32(b->p + 16) * 4 + 1) * be32(b->p + 20);
	while (at + 12 <= b->n) {
		size_t len = be32(b->p + at);

		ck_assert_uint_le(at + 12 + len, b->n);
		ck_assert_uint_eq(crc32(0, b->p + at + 4, (uInt)len + 4),
			be32(b->p + at + 8 + len));
		if (memcmp(b->p + at + 4, "IDAT", 4) == 0) {
			memcpy(all + data, b->p + at + 8, len);
			data += len;
		}
		at += len + 12;
	}
	ck_assert_uint_eq(at, b->n);
	out = malloc(points + 1);
	n = points + 1;
	ck_assert_int_eq(uncompress(out, &n, all, data), Z_OK);
	ck_assert_uint_eq(n, points);
	ck_assert_uint_eq(out[4], 0); /* the corners are cut off, */
	ck_assert_uint_eq(out[points - 1], 0);
	ck_assert_uint_eq(
		out[points / be32(b->p + 20) / 8 * 4 + 4], 255); /* the edge is not */
	free(out);
	free(all);
}

START_TEST(png_is_one)
{
	static const int sizes[][2] = { { 80, 24 }, { 1, 1 }, { 300, 100 } };
	struct emu *e = screen(sizes[_i][0], sizes[_i][1], HOSTILE);
	struct buf b = { 0 };
	struct err err;
	int rc = render_screen(&b, e, RENDER_PNG, NULL, &err);

	if (rc != ERR_UNSUPPORTED) { /* no FreeType, or no font: said */
		ck_assert_int_eq(rc, 0);
		expect_png(&b);
	} else {
		ck_assert_uint_eq(b.n, 0);
	}
	buf_free(&b);
	emu_free(e);
}
END_TEST

/* Three of at most four screens of different sizes, with hostile captions. */
static int
make_sheet(enum render_format f, struct buf *b, struct err *err)
{
	static const int sizes[][2] = { { 80, 24 }, { 1, 1 }, { 30, 90 } };
	struct sheet_opts o = { .cols = 2, .rows = 2, .title = "</h1><b>" HOSTILE };
	struct sheet *s;
	int rc = 0;

	ck_assert_int_eq(sheet_open(&s, f, &o, err), 0);
	for (int i = 0; rc == 0 && i < 4; i++) {
		struct emu *e = screen(sizes[i % 3][0], sizes[i % 3][1], HOSTILE);

		rc = sheet_add(s, e, "0:01 " HOSTILE, err);
		emu_free(e);
	}
	if (rc == 0) {
		struct emu *e = screen(2, 2, "");

		ck_assert_int_eq(sheet_add(s, e, "", err), ERR_LIMIT);
		emu_free(e);
		rc = sheet_put(s, b, err);
	}
	sheet_close(s);
	return rc;
}

START_TEST(sheets_are_well_formed)
{
	struct buf b = { 0 };
	struct err err;
	const char *s;
	int n = 0;

	ck_assert_int_eq(make_sheet(marked_up[_i], &b, &err), 0);
	expect_well_formed(buf_cstr(&b), render_name(marked_up[_i]));
	for (s = buf_cstr(&b); (s = strstr(s, "<clipPath id=\"window")); s += 20, n++)
		ck_assert_int_eq(s[20], '1' + n); /* no two are the same */
	ck_assert_int_eq(n, 4);
	ck_assert_ptr_null(strstr(buf_cstr(&b), "<script"));
	buf_free(&b);
}
END_TEST

START_TEST(sheet_as_png)
{
	struct buf b = { 0 };
	struct err err;
	int rc = make_sheet(RENDER_PNG, &b, &err);

	if (rc != ERR_UNSUPPORTED) {
		uint32_t cols;

		ck_assert_int_eq(rc, 0);
		cols = be32(b.p + 16);
		ck_assert_uint_gt(cols, 2 * SHEET_TILE);
		ck_assert_uint_lt(cols, 3 * SHEET_TILE);
	}
	buf_free(&b);
}
END_TEST

START_TEST(sheet_limits)
{
	struct sheet_opts o = { .cols = SHEET_SIDE_MAX, .rows = SHEET_SIDE_MAX };
	struct emu *e = screen(80, 24, "x");
	struct sheet *s;
	struct err err;
	int rc;

	ck_assert_int_eq(sheet_open(&s, RENDER_PNG, &o, &err), 0);
	rc = sheet_add(s, e, "", &err); /* would be a gigabyte of points */
	ck_assert(rc == ERR_LIMIT || rc == ERR_UNSUPPORTED);
	sheet_close(s);
	o.cols++;
	ck_assert_int_eq(sheet_open(&s, RENDER_SVG, &o, &err), ERR_USAGE);
	o.cols = 1;
	ck_assert_int_eq(sheet_open(&s, RENDER_TEXT, &o, &err), ERR_USAGE);
	emu_free(e);
}
END_TEST

START_TEST(suffixes)
{
	enum render_format f = RENDER_FORMATS;

	ck_assert(render_format_of("a.SVG", &f));
	ck_assert_int_eq(f, RENDER_SVG);
	ck_assert(render_format_of("dir.x/a.ans", &f));
	ck_assert_int_eq(f, RENDER_ANSI);
	ck_assert(!render_format_of(".txt", &f));
	ck_assert(!render_format_of("a.jpg", &f));
	ck_assert(!render_format_of("", &f));
	for (int i = 0; i < RENDER_FORMATS; i++) {
		char name[16];

		snprintf(name, sizeof name, "x%s", render_suffix((enum render_format)i));
		ck_assert(render_format_of(name, &f));
		ck_assert_int_eq(f, i);
	}
}
END_TEST

START_TEST(base64)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "\xff\xfe\xfd", "//79" } };
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		buf_clear(&b);
		base64_put(
			&b, span_of((const uint8_t *)pairs[i][0], strlen(pairs[i][0])));
		ck_assert_str_eq(buf_cstr(&b), pairs[i][1]);
		ck_assert_uint_eq(b.n, BASE64_BYTES(strlen(pairs[i][0])));
	}
	buf_free(&b);
}
END_TEST

static TCase *
documents(void)
{
	TCase *c = tcase_create("documents");

	tcase_add_loop_test(c, mark_up_is_well_formed, 0, 2);
	tcase_add_test(c, svg_says_how_wide);
	tcase_add_test(c, numbers_know_no_locale);
	tcase_add_test(c, ansi_is_replayable);
	tcase_add_test(c, looks);
	tcase_add_test(c, boxes_stay_in_their_cell);
	tcase_add_test(c, themes);
	tcase_add_loop_test(c, png_is_one, 0, 3);
	tcase_add_loop_test(c, sheets_are_well_formed, 0, 2);
	tcase_add_test(c, sheet_as_png);
	tcase_add_test(c, sheet_limits);
	tcase_add_test(c, suffixes);
	tcase_add_test(c, base64);
	return c;
}

UNIT_MAIN("render", documents)
