/* SPDX-License-Identifier: ISC */
#include "play/shade.h"

#include "render/palette.h"

#include <stdlib.h>

static const uint8_t levels[6] = { 0, 95, 135, 175, 215, 255 }; /* of the colour cube */

static uint32_t
rgb_of_index(uint32_t i)
{
	return palette_rgb(COLOR_OF_INDEX(i));
}

/* Weighted as the eye does, red more in light colours and blue more in dark ones. */
static int
distance(uint32_t a, uint32_t b)
{
	int mean = (int)((a >> 16 & 255) + (b >> 16 & 255)) / 2;
	int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
	int g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
	int d = (int)(a & 255) - (int)(b & 255);

	return ((512 + mean) * r * r >> 8) + 4 * g * g + ((767 - mean) * d * d >> 8);
}

static int
nearest_level(uint32_t v)
{
	int best = 0;

	for (int i = 1; i < 6; i++)
		if (abs(levels[i] - (int)v) < abs(levels[best] - (int)v))
			best = i;
	return best;
}

/* The nearest of the colour cube and the grey ramp. */
static int
to_256(uint32_t rgb)
{
	uint32_t grey = ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
	int ramp = grey < 8 ? 0 : grey > 238 ? 23 : ((int)grey - 3) / 10;
	int cube = 16 + 36 * nearest_level(rgb >> 16 & 255) +
		   6 * nearest_level(rgb >> 8 & 255) + nearest_level(rgb & 255);

	if (distance(rgb_of_index(232u + (uint32_t)ramp), rgb) <
		distance(rgb_of_index((uint32_t)cube), rgb))
		return 232 + ramp;
	return cube;
}

static int
to_base(uint32_t rgb, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++)
		if (distance(rgb_of_index((uint32_t)i), rgb) <
			distance(rgb_of_index((uint32_t)best), rgb))
			best = i;
	return best;
}

/* In direct mode numbers below 8 mean the palette: the darkest blues move up to 8, which no
 * eye tells from them.  The palette's bright half has no number there. */
static int
to_direct(uint32_t colour)
{
	uint32_t v = palette_rgb(colour);

	if (COLOR_KIND(colour) == COLOR_INDEXED && COLOR_INDEX(colour) < 8)
		return (int)COLOR_INDEX(colour);
	return v > 0 && v < 8 ? 8 : (int)v;
}

/* The number of a colour among N (8, 16, 256). */
static int
to_palette(uint32_t colour, int n)
{
	uint32_t i = COLOR_INDEX(colour);

	if (COLOR_KIND(colour) == COLOR_TRUE)
		return n == 256 ? to_256(COLOR_RGB24(colour))
				: to_base(COLOR_RGB24(colour), n);
	return (int)i < n ? (int)i : to_base(rgb_of_index(i), n);
}

static int
number(enum theme_depth depth, uint32_t colour)
{
	static const int sizes[THEME_DEPTHS] = {
		[THEME_8] = 8, [THEME_16] = 16, [THEME_256] = 256
	};

	if (COLOR_KIND(colour) == COLOR_DEFAULT)
		return -1;
	return depth == THEME_TRUE ? to_direct(colour) : to_palette(colour, sizes[depth]);
}

static bool
is_dark(uint32_t rgb)
{
	return 3 * (rgb >> 16 & 255) + 6 * (rgb >> 8 & 255) + (rgb & 255) < 5 * 255;
}

/* Eight colours have their bright half by bold.  Bold black is black to many: white. */
static void
brighten(struct shade *s, uint32_t fg)
{
	int n = COLOR_KIND(fg) == COLOR_DEFAULT ? -1 : to_palette(fg, 16);

	if (n < 8)
		return;
	s->fg = n == 8 ? 7 : n - 8;
	s->bold = n > 8;
}

struct shade
shade_of(enum theme_depth depth, uint32_t fg, uint32_t bg)
{
	struct shade s = { -1, -1, false };

	if (depth == THEME_MONO)
		return s;
	s.fg = number(depth, fg);
	s.bg = number(depth, bg);
	if (depth == THEME_8)
		brighten(&s, fg);
	if (s.fg == s.bg && fg != bg && s.bg >= 0) {
		bool dark = is_dark(palette_rgb(bg));

		s.fg = depth == THEME_TRUE ? (dark ? 0xffffff : 0) : dark ? 7 : 0;
		s.bold = false;
	}
	return s;
}
