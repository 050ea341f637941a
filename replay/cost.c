/* SPDX-License-Identifier: ISC */
#include "replay/cost.h"

#define CELLS_A_UNIT  8  /* cleared or moved */
#define COST_LINE     16 /* line feed, besides clearing a row */
#define COST_SEQUENCE 24 /* escape sequence */
#define COST_MOVE     96 /* one that moves cells or rows */
#define COST_WIDE     2  /* byte outside ASCII */

#define ESC 0x1B

uint64_t
cost_of_screen(int cols, int rows)
{
	return (uint64_t)cols * (uint64_t)rows / CELLS_A_UNIT;
}

/* P is behind the ESC.  Only CSI sequences can be dear, and their end tells which. */
static uint64_t
cost_of_sequence(const uint8_t *p, const uint8_t *end, int cols, int rows)
{
	const uint8_t *start = p + 1;

	if (p == end || *p != '[')
		return COST_SEQUENCE;
	for (p++; p < end && *p >= 0x20 && *p < 0x40;)
		p++;
	if (p == end)
		return COST_SEQUENCE;
	switch (*p) {
	case 'J':
		return COST_SEQUENCE + cost_of_screen(cols, rows);
	case 'h':
	case 'l': /* ?1049 and its like change the screen */
		return COST_SEQUENCE + (p - start >= 5 ? cost_of_screen(cols, rows) : 0);
	case 'L':
	case 'M':
	case 'S':
	case 'T':
	case '@':
	case 'P':
	case 'b':
		return COST_MOVE + (uint64_t)cols / CELLS_A_UNIT;
	default:
		return COST_SEQUENCE;
	}
}

static uint64_t
cost_of_lines(struct span data, int cols)
{
	uint64_t n = 0;

	for (size_t i = 0; i < data.n; i++)
		n += data.p[i] == '\n';
	return n * (COST_LINE + (uint64_t)cols / CELLS_A_UNIT);
}

static uint64_t
cost_of_wide(struct span data)
{
	uint64_t n = 0;

	for (size_t i = 0; i < data.n; i++)
		n += data.p[i] >> 7;
	return n * COST_WIDE;
}

uint64_t
cost_of_output(struct span data, int cols, int rows)
{
	const uint8_t *p = data.p, *end = p + data.n;
	uint64_t cost = data.n + cost_of_lines(data, cols) + cost_of_wide(data);

	while (p < end && (p = memchr(p, ESC, (size_t)(end - p))))
		cost += cost_of_sequence(++p, end, cols, rows);
	return cost;
}
