/* SPDX-License-Identifier: ISC */
/* Colours of cells where the terminal has fewer. */
#include "tests/unit/unit.h"

#include "play/shade.h"
#include "render/palette.h"

#define I(i)   COLOR_OF_INDEX(i)
#define RGB(v) COLOR_OF_RGB(v)

static const struct {
	enum theme_depth depth;
	uint32_t fg, bg;
	struct shade want;
} shades[] = {
	{ THEME_MONO, RGB(0xff0000), I(4), { -1, -1, false } },
	{ THEME_TRUE, 0, 0, { -1, -1, false } },
	{ THEME_TRUE, RGB(0x123456), RGB(0xfedcba), { 0x123456, 0xfedcba, false } },
	{ THEME_TRUE, RGB(0x000003), RGB(0), { 8, 0, false } },
	{ THEME_TRUE, I(1), I(7), { 1, 7, false } },
	{ THEME_TRUE, I(9), I(255), { 0xff0000, 0xeeeeee, false } },
	{ THEME_TRUE, I(16), I(21), { 0, 0x0000ff, false } },
	{ THEME_256, I(200), I(9), { 200, 9, false } },
	{ THEME_256, RGB(0xff0000), RGB(0x00ff00), { 196, 46, false } },
	{ THEME_256, RGB(0x808080), RGB(0x5f87af), { 244, 67, false } },
	{ THEME_256, RGB(0x0a0a0a), RGB(0xfefefe), { 232, 231, false } },
	{ THEME_256, RGB(0x010203), 0, { 16, -1, false } },
	{ THEME_16, I(12), I(3), { 12, 3, false } },
	{ THEME_16, I(196), I(244), { 9, 8, false } },
	{ THEME_16, RGB(0x00c800), RGB(0x101010), { 2, 0, false } },
	{ THEME_16, I(231), 0, { 15, -1, false } },
	{ THEME_8, I(1), I(2), { 1, 2, false } },
	{ THEME_8, I(9), I(10), { 1, 2, true } },
	{ THEME_8, I(8), 0, { 7, -1, false } },
	{ THEME_8, RGB(0xffff20), 0, { 3, -1, true } },
	{ THEME_8, I(15), I(4), { 7, 4, true } },
	/* what was apart stays apart */
	{ THEME_8, RGB(0x200000), RGB(0x000000), { 7, 0, false } },
	{ THEME_8, I(9), I(1), { 7, 1, false } },
	{ THEME_16, RGB(0xf0f0f0), RGB(0xffffff), { 7, 15, false } },
	{ THEME_256, RGB(0xffffff), RGB(0xfefefe), { 0, 231, false } },
	{ THEME_TRUE, RGB(0x000001), RGB(0x000002), { 0xffffff, 8, false } },
	/* what was the same stays the same */
	{ THEME_256, I(4), I(4), { 4, 4, false } },
	{ THEME_8, RGB(0x111111), RGB(0x111111), { 0, 0, false } },
};

START_TEST(shade)
{
	struct shade s = shade_of(shades[_i].depth, shades[_i].fg, shades[_i].bg);

	ck_assert_int_eq(s.fg, shades[_i].want.fg);
	ck_assert_int_eq(s.bg, shades[_i].want.bg);
	ck_assert_int_eq(s.bold, shades[_i].want.bold);
}
END_TEST

static int
apart(uint32_t a, uint32_t b)
{
	int d = 0;

	for (int i = 0; i < 24; i += 8)
		d += abs((int)(a >> i & 255) - (int)(b >> i & 255));
	return d;
}

/* Every colour of the palette is its own nearest, and none is far from what stands for it. */
START_TEST(nearest)
{
	for (uint32_t i = 16; i < 256; i++) {
		uint32_t rgb = palette_rgb(I(i));
		struct shade s = shade_of(THEME_256, RGB(rgb), 0);

		ck_assert_msg(palette_rgb(I(s.fg)) == rgb, "%u became %d", i, s.fg);
	}
	for (uint32_t v = 0; v < 0x1000000; v += 0x030507) {
		struct shade s = shade_of(THEME_256, RGB(v), 0);

		ck_assert_msg(
			apart(palette_rgb(I(s.fg)), v) < 110, "%06x became %d", v, s.fg);
	}
}
END_TEST

/* Text that can be told from its background can be so at any depth. */
START_TEST(never_hidden)
{
	uint32_t x = 12345;

	for (int i = 0; i < 20000; i++) {
		uint32_t c[2];

		for (int k = 0; k < 2; k++) {
			x = x * 1664525 + 1013904223;
			c[k] = x & 0x80 ? RGB(x >> 8) : I(x >> 24);
		}
		for (int d = THEME_8; d < THEME_DEPTHS && c[0] != c[1]; d++) {
			struct shade s = shade_of((enum theme_depth)d, c[0], c[1]);

			ck_assert_msg(s.fg != s.bg, "%08x on %08x at %d", c[0], c[1], d);
		}
	}
}
END_TEST

/* Without colours, what the player marks is told from what programs draw: plain, bold,
 * reversed or underlined. */
START_TEST(marked_without_colours)
{
	static const enum theme_role roles[] = { ROLE_FOUND, ROLE_FOUND_TOO,
		ROLE_SELECTED, ROLE_CONCEAL };
	static const unsigned common[] = { 0, CELL_BOLD, CELL_REVERSE, CELL_UNDERLINE,
		CELL_REVERSE | CELL_BOLD };

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		unsigned attr = theme_style(THEME_MONO, roles[i]).attr;

		for (size_t k = 0; k < sizeof common / sizeof *common; k++)
			ck_assert_uint_ne(attr, common[k]);
		for (size_t k = 0; k < i; k++)
			ck_assert_uint_ne(attr, theme_style(THEME_MONO, roles[k]).attr);
	}
}
END_TEST

static TCase *
colours(void)
{
	TCase *c = tcase_create("colours");

	tcase_add_loop_test(c, shade, 0, (int)(sizeof shades / sizeof *shades));
	tcase_add_test(c, nearest);
	tcase_add_test(c, never_hidden);
	tcase_add_test(c, marked_without_colours);
	return c;
}

UNIT_MAIN("shade", colours)
