/* SPDX-License-Identifier: ISC */
#include "replay/cost.h"

#define CELLS_A_UNIT  8  /* cleared or moved */
#define RESIZE_PASSES 24 /* both screens and the rows above, read, written, cleared */
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

uint64_t
cost_of_resize(int cols, int rows)
{
	return RESIZE_PASSES * cost_of_screen(cols, rows);
}

uint64_t
cost_of_plain(struct span data)
{
	return data.n; /* reading it is most of that, the more so in an asciicast */
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

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* How many of the eight bytes of MARKS, each 0 or 1, are 1. */
static uint64_t
sum(uint64_t marks)
{
	return (marks * EACH(1)) >> 56;
}

/* Count line feeds and bytes outside ASCII, eight at a time. */
static void
count(struct span data, uint64_t *lines, uint64_t *wide)
{
	size_t i = 0;

	for (; i + 8 <= data.n; i += 8) {
		uint64_t w, x;

		memcpy(&w, data.p + i, 8);
		x = w ^ EACH('\n');
		x = ~(((x & EACH(0x7F)) + EACH(0x7F)) | x) & EACH(0x80);
		*lines += sum(x >> 7);
		*wide += sum(w >> 7 & EACH(1));
	}
	for (; i < data.n; i++) {
		*lines += data.p[i] == '\n';
		*wide += data.p[i] >> 7;
	}
}

uint64_t
cost_of_output(struct span data, int cols, int rows)
{
	const uint8_t *p = data.p, *end;
	uint64_t lines = 0, wide = 0, cost;

	if (!data.n)
		return 0;
	end = p + data.n;
	count(data, &lines, &wide);
	cost = data.n + wide * COST_WIDE +
	       lines * (COST_LINE + (uint64_t)cols / CELLS_A_UNIT);
	while (p < end && (p = memchr(p, ESC, (size_t)(end - p))))
		cost += cost_of_sequence(++p, end, cols, rows);
	return cost;
}
