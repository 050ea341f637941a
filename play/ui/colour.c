/* SPDX-License-Identifier: ISC */
#include "play/ui/colour.h"

#include <curses.h>

#include <stdlib.h>
#include <string.h>

/* ncurses has 65536 pairs and never gets one back by itself. */
#define PAIRS_MAX 45000

static enum theme_depth
depth_of_terminal(void)
{
	const char *no_color = getenv("NO_COLOR");

	if (no_color && *no_color)
		return THEME_MONO;
	if (!has_colors() || start_color() == ERR)
		return THEME_MONO;
	if (COLORS > 256)
		return THEME_TRUE;
	if (COLORS >= 256)
		return THEME_256;
	return COLORS >= 16 ? THEME_16 : COLORS >= 8 ? THEME_8 : THEME_MONO;
}

void
colour_start(struct colour *c)
{
	memset(c, 0, sizeof *c);
	c->depth = depth_of_terminal();
	if (c->depth != THEME_MONO)
		use_default_colors();
}

/* xterm's palette. */
static const uint32_t base16[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee,
	0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff,
	0xff00ff, 0x00ffff, 0xffffff };
static const uint8_t levels[6] = { 0, 95, 135, 175, 215, 255 };

static uint32_t
rgb_of_index(uint32_t i)
{
	if (i < 16)
		return base16[i];
	if (i >= 232) {
		uint32_t g = 8 + (i - 232) * 10;

		return g << 16 | g << 8 | g;
	}
	i -= 16;
	return (uint32_t)levels[i / 36] << 16 | (uint32_t)levels[i / 6 % 6] << 8 |
	       levels[i % 6];
}

static int
distance(uint32_t a, uint32_t b)
{
	int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
	int g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
	int d = (int)(a & 255) - (int)(b & 255);

	return 3 * r * r + 6 * g * g + d * d;
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
		if (distance(base16[i], rgb) < distance(base16[best], rgb))
			best = i;
	return best;
}

/* In direct mode numbers below 8 mean the palette: the darkest blues move up to 8. */
static int
to_direct(uint32_t rgb)
{
	return rgb > 0 && rgb < 8 ? 8 : (int)rgb;
}

static int
number(enum theme_depth depth, uint32_t colour)
{
	bool rgb = COLOR_KIND(colour) == COLOR_TRUE;
	uint32_t v = rgb ? COLOR_RGB24(colour) : COLOR_INDEX(colour);
	int n = depth == THEME_8 ? 8 : 16;

	if (COLOR_KIND(colour) == COLOR_DEFAULT)
		return -1;
	if (depth == THEME_TRUE)
		return rgb ? to_direct(v) : v < 8 ? (int)v : to_direct(rgb_of_index(v));
	if (depth == THEME_256)
		return rgb ? to_256(v) : (int)v;
	if (!rgb && v < 16)
		return (int)v < n ? (int)v : (int)v - 8;
	return to_base(rgb ? v : rgb_of_index(v), n);
}

int
colour_pair(struct colour *c, uint32_t fg, uint32_t bg, bool *reset)
{
	uint32_t h = (fg * 2654435761u ^ (bg * 2246822519u + 0x9E3779B9u)) >> 16;
	int pair, f, b;

	if (c->depth == THEME_MONO || (fg == 0 && bg == 0))
		return 0;
	h %= COLOUR_CACHE;
	if (c->cache[h].pair > 0 && c->cache[h].fg == fg && c->cache[h].bg == bg)
		return c->cache[h].pair;
	if (c->pairs >= PAIRS_MAX) {
		reset_color_pairs();
		memset(c->cache, 0, sizeof c->cache);
		c->pairs = 0;
		*reset = true;
	}
	pair = find_pair(f = number(c->depth, fg), b = number(c->depth, bg));
	if (pair < 0) {
		pair = alloc_pair(f, b);
		c->pairs++;
	}
	if (pair < 0)
		return 0;
	c->cache[h].fg = fg;
	c->cache[h].bg = bg;
	c->cache[h].pair = pair;
	return pair;
}
