/* SPDX-License-Identifier: ISC */
/* Cells of an emulator on a canvas: looks that need more than the cell, hidden text. */
#include "tests/unit/unit.h"

#include "play/canvas.h"

#include <stdio.h>

static struct canvas canvas;
static struct emu *emu;

static void
open_both(void)
{
	emu = emu_new(40, 3);
	ck_assert_int_eq(canvas_size(&canvas, 40, 3), 0);
}

static void
close_both(void)
{
	emu_free(emu);
	canvas_free(&canvas);
}

static const struct cell *
shown(int col)
{
	canvas_emu_cell(&canvas, 0, col, emu, emu_row(emu, 0) + col);
	return canvas_row(&canvas, 0) + col;
}

START_TEST(reversed)
{
	emu_write(emu, SPAN_LIT("a\033[7mb\033[m\033[?5h"));
	ck_assert(shown(0)->attr == CELL_REVERSE);
	ck_assert(shown(1)->attr == 0);
	ck_assert(shown(2)->attr == CELL_REVERSE);
	emu_write(emu, SPAN_LIT("\033[?5l"));
	ck_assert(shown(0)->attr == 0 && shown(1)->attr == CELL_REVERSE);
}
END_TEST

/* Equal colours have equal indices, whatever the emulator's; too many have none. */
START_TEST(underlines)
{
	unsigned first = canvas.generation;
	char s[64];

	emu_write(
		emu, SPAN_LIT("\033[4;58:5:9ma\033]8;;http://x/\ab\033[58:5:3mc\033[md"));
	ck_assert_uint_eq(canvas.ul[shown(0)->extra], COLOR_OF_INDEX(9));
	ck_assert_uint_eq(shown(0)->extra, shown(1)->extra);
	ck_assert_uint_eq(canvas.ul[shown(2)->extra], COLOR_OF_INDEX(3));
	ck_assert_uint_eq(shown(3)->extra, 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(s, sizeof s, "\r\033[4;58:2::1:%d:%dmx", i / 256, i % 256);
		emu_write(emu, span_str(s));
		shown(0);
	}
	ck_assert_uint_eq(shown(0)->extra, 0);
	ck_assert_uint_eq(canvas.generation, first);
	canvas_begin(&canvas);
	ck_assert_uint_ne(canvas.generation, first);
	ck_assert_uint_eq(canvas.ul[shown(0)->extra], COLOR_OF_RGB(0x010000 | 999));
}
END_TEST

static TCase *
cells(void)
{
	TCase *c = tcase_create("cells");

	tcase_add_checked_fixture(c, open_both, close_both);
	tcase_add_test(c, reversed);
	tcase_add_test(c, underlines);
	return c;
}

UNIT_MAIN("canvas", cells)
