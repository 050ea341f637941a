/* SPDX-License-Identifier: ISC */
#include "render/palette.h"

static const uint32_t base16[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee,
	0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff,
	0xff00ff, 0x00ffff, 0xffffff };
static const uint8_t levels[6] = { 0, 95, 135, 175, 215, 255 };

uint32_t
palette_rgb(uint32_t colour)
{
	uint32_t i = COLOR_INDEX(colour), grey;

	if (COLOR_KIND(colour) == COLOR_TRUE)
		return COLOR_RGB24(colour);
	if (i < 16)
		return base16[i];
	if (i >= 232) {
		grey = 8 + (i - 232) * 10;
		return grey << 16 | grey << 8 | grey;
	}
	i -= 16;
	return (uint32_t)levels[i / 36] << 16 | (uint32_t)levels[i / 6 % 6] << 8 |
	       levels[i % 6];
}

uint32_t
palette_mix(uint32_t a, uint32_t b, int percent)
{
	uint32_t out = 0;

	for (int shift = 0; shift <= 16; shift += 8) {
		int x = (int)(a >> shift & 255), y = (int)(b >> shift & 255);

		out |= (uint32_t)((x * percent + y * (100 - percent)) / 100) << shift;
	}
	return out;
}
