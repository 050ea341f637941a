/* SPDX-License-Identifier: ISC */
#include "render/box.h"

#include <stdbool.h>
#include <stddef.h>

/* Thickness of lines in widths of a cell, which is about twice as high as wide. */
#define LIGHT  0.125
#define HEAVY  0.25
#define APART  0.14 /* of the two lines of a double one, from the middle */
#define ASPECT 0.5

enum { NONE, ONE, THICK, TWO };

/* U+2500 on: two bits for each arm, up, right, down, left. */
static const uint8_t lines[128] = {
	0x44,
	0x88,
	0x11,
	0x22,
	0x44,
	0x88,
	0x11,
	0x22,
	0x44,
	0x88,
	0x11,
	0x22,
	0x14,
	0x18,
	0x24,
	0x28,
	0x50,
	0x90,
	0x60,
	0xa0,
	0x05,
	0x09,
	0x06,
	0x0a,
	0x41,
	0x81,
	0x42,
	0x82,
	0x15,
	0x19,
	0x16,
	0x25,
	0x26,
	0x1a,
	0x29,
	0x2a,
	0x51,
	0x91,
	0x52,
	0x61,
	0x62,
	0x92,
	0xa1,
	0xa2,
	0x54,
	0x94,
	0x58,
	0x98,
	0x64,
	0xa4,
	0x68,
	0xa8,
	0x45,
	0x85,
	0x49,
	0x89,
	0x46,
	0x86,
	0x4a,
	0x8a,
	0x55,
	0x95,
	0x59,
	0x99,
	0x56,
	0x65,
	0x66,
	0x96,
	0x5a,
	0xa5,
	0x69,
	0x9a,
	0xa9,
	0xa6,
	0x6a,
	0xaa,
	0x44,
	0x88,
	0x11,
	0x22,
	0xcc,
	0x33,
	0x1c,
	0x34,
	0x3c,
	0xd0,
	0x70,
	0xf0,
	0x0d,
	0x07,
	0x0f,
	0xc1,
	0x43,
	0xc3,
	0x1d,
	0x37,
	0x3f,
	0xd1,
	0x73,
	0xf3,
	0xdc,
	0x74,
	0xfc,
	0xcd,
	0x47,
	0xcf,
	0xdd,
	0x77,
	0xff,
	0x14,
	0x50,
	0x41,
	0x05,
	0x00,
	0x00,
	0x00,
	0x40,
	0x01,
	0x04,
	0x10,
	0x80,
	0x02,
	0x08,
	0x20,
	0x48,
	0x21,
	0x84,
	0x12,
};

static struct box *
add(struct box *b, double x, double y, double w, double h)
{
	*b = (struct box){ x, y, w, h, 100 };
	return b + 1;
}

/* A line of the thickness T from the edge to REACH behind the middle, SIDE off the middle. */
static struct box *
arm(struct box *b, int dir, double t, double side, double reach)
{
	double v = t * ASPECT, off = 0.5 + side * (dir % 2 ? ASPECT : 1);

	switch (dir) {
	case 0:
		return add(b, off - t / 2, 0, t, 0.5 + reach * ASPECT);
	case 1:
		return add(b, 0.5 - reach, off - v / 2, 0.5 + reach, v);
	case 2:
		return add(b, off - t / 2, 0.5 - reach * ASPECT, t, 0.5 + reach * ASPECT);
	default:
		return add(b, 0, off - v / 2, 0.5 + reach, v);
	}
}

/* How far an arm goes over the middle: to the outside of the lines that cross it. */
static double
reach_of(int arms, int dir)
{
	int a = arms >> (dir + 1) % 4 * 2 & 3, b = arms >> (dir + 3) % 4 * 2 & 3;

	if (a == TWO || b == TWO)
		return APART + LIGHT / 2;
	return (a == THICK || b == THICK ? HEAVY : LIGHT) / 2;
}

static int
line_parts(int arms, struct box *out)
{
	struct box *b = out;

	for (int dir = 0; dir < 4; dir++) {
		int kind = arms >> dir * 2 & 3;
		double reach = reach_of(arms, dir);

		if (kind == TWO) {
			b = arm(b, dir, LIGHT, -APART, reach);
			b = arm(b, dir, LIGHT, APART, reach);
		} else if (kind != NONE) {
			b = arm(b, dir, kind == THICK ? HEAVY : LIGHT, 0, reach);
		}
	}
	return (int)(b - out);
}

/* Lines in N pieces, each with a gap behind it. */
static int
dashes(int n, bool upright, bool heavy, struct box *out)
{
	double t = heavy ? HEAVY : LIGHT;

	for (int i = 0; i < n; i++) {
		if (upright)
			add(&out[i], 0.5 - t / 2, (i + 0.2) / n, t, 0.6 / n);
		else
			add(&out[i], (i + 0.2) / n, 0.5 - t * ASPECT / 2, 0.6 / n,
				t * ASPECT);
	}
	return n;
}

/* Dashed ones come in fours: light, heavy, both upright. */
static int
dashed_parts(uint32_t ch, struct box *out)
{
	int i = (int)ch & 3;

	if (ch >= 0x2504 && ch <= 0x250B)
		return dashes(ch < 0x2508 ? 3 : 4, i > 1, i & 1, out);
	if (ch >= 0x254C && ch <= 0x254F)
		return dashes(2, i > 1, i & 1, out);
	return 0;
}

/* Quarters: upper left 1, upper right 2, lower left 4, lower right 8. */
static int
quarters(int mask, struct box *out)
{
	struct box *b = out;

	for (int i = 0; i < 4; i++) {
		int row = i / 2, col = i % 2;

		if (mask >> i & 1)
			b = add(b, col * 0.5, row * 0.5, 0.5, 0.5);
	}
	return (int)(b - out);
}

static int
block_parts(int i, struct box *out)
{
	static const uint8_t masks[] = { 4, 8, 1, 13, 9, 7, 11, 2, 6, 14 };
	double part;

	if (i >= 0x16)
		return quarters(masks[i - 0x16], out);
	if (i >= 1 && i <= 8) {
		part = i / 8.0;
		add(out, 0, 1 - part, 1, part);
	} else if (i >= 9 && i <= 0xF) {
		add(out, 0, 0, (16 - i) / 8.0, 1);
	} else if (i >= 0x11 && i <= 0x13) {
		add(out, 0, 0, 1, 1);
		out->percent = (i - 0x10) * 25;
	} else if (i == 0) {
		add(out, 0, 0, 1, 0.5);
	} else if (i == 0x10) {
		add(out, 0.5, 0, 0.5, 1);
	} else if (i == 0x14) {
		add(out, 0, 0, 1, 0.125);
	} else {
		add(out, 0.875, 0, 0.125, 1);
	}
	return 1;
}

static int
dots(int mask, struct box *out)
{
	static const uint8_t place[8] = { 0, 2, 4, 1, 3, 5, 6, 7 }; /* row * 2 + column */
	struct box *b = out;

	for (int i = 0; i < 8; i++) {
		int row = place[i] / 2, col = place[i] % 2;

		if (mask >> i & 1)
			b = add(b, 0.15 + col * 0.5, 0.07 + row * 0.25, 0.2, 0.11);
	}
	return (int)(b - out);
}

/* Sixths in two columns, the upper left one in the lowest bit; the masks that are blocks already
 * are left out in Unicode. */
static int
sixths(int mask, struct box *out)
{
	struct box *b = out;

	mask += 1 + (mask >= 20) + (mask >= 40);
	for (int i = 0; i < 6; i++) {
		int row = i / 2, col = i % 2;

		if (mask >> i & 1)
			b = add(b, col * 0.5, row / 3.0, 0.5, 1 / 3.0);
	}
	return (int)(b - out);
}

static const struct {
	uint32_t ch;
	struct curve curve;
} curves[] = {
	{ 0x256D, { { 0.5, 0.5, 1 }, { 1, 0.5, 0.5 }, LIGHT } },
	{ 0x256E, { { 0, 0.5, 0.5 }, { 0.5, 0.5, 1 }, LIGHT } },
	{ 0x256F, { { 0, 0.5, 0.5 }, { 0.5, 0.5, 0 }, LIGHT } },
	{ 0x2570, { { 0.5, 0.5, 1 }, { 0, 0.5, 0.5 }, LIGHT } },
	{ 0x2571, { { 0, 0.5, 1 }, { 1, 0.5, 0 }, LIGHT } },
	{ 0x2572, { { 0, 0.5, 1 }, { 0, 0.5, 1 }, LIGHT } },
	{ 0x2573, { { 0, 0.5, 1 }, { 1, 0.5, 0 }, LIGHT } },
	{ 0x2573, { { 0, 0.5, 1 }, { 0, 0.5, 1 }, LIGHT } },
	/* of prompts, from the private area */
	{ 0xE0B0, { { 0, 1, 0 }, { 0, 0.5, 1 }, 0 } },
	{ 0xE0B1, { { 0, 0.5, 1 }, { 0, 0.25, 0.5 }, LIGHT } },
	{ 0xE0B1, { { 1, 0.5, 0 }, { 0.5, 0.75, 1 }, LIGHT } },
	{ 0xE0B2, { { 1, 0, 1 }, { 0, 0.5, 1 }, 0 } },
	{ 0xE0B3, { { 1, 0.5, 0 }, { 0, 0.25, 0.5 }, LIGHT } },
	{ 0xE0B3, { { 0, 0.5, 1 }, { 0.5, 0.75, 1 }, LIGHT } },
};

int
box_curves(uint32_t ch, struct curve out[BOX_CURVES])
{
	int n = 0;

	if (ch < 0x256D || (ch > 0x2573 && ch < 0xE0B0) || ch > 0xE0B3)
		return 0;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (curves[i].ch == ch)
			out[n++] = curves[i].curve;
	return n;
}

int
box_parts(uint32_t ch, struct box out[BOX_PARTS])
{
	int n = dashed_parts(ch, out);

	if (n)
		return n;
	if (ch >= 0x256D && ch <= 0x2573)
		return 0;
	if (ch >= 0x2500 && ch < 0x2580)
		return line_parts(lines[ch - 0x2500], out);
	if (ch >= 0x2580 && ch < 0x25A0)
		return block_parts((int)(ch - 0x2580), out);
	if (ch >= 0x1FB00 && ch < 0x1FB3C)
		return sixths((int)(ch - 0x1FB00), out);
	if (ch >= 0x2800 && ch < 0x2900)
		return dots((int)(ch - 0x2800), out);
	return 0;
}
