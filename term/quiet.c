/* SPDX-License-Identifier: ISC */
/* Modes that say what keys, mouse and paste send to the program.  They change nothing on the
 * screen and are only remembered. */
#include "term/core.h"

/* Of rivals only one is on at a time. */
static const struct {
	uint16_t number;
	uint8_t rivals; /* 0: has none */
	bool soft;      /* a soft reset takes it back */
} rows[] = {
	{ 1, 0, true },                             /* cursor keys */
	{ QUIET_KEYPAD, 0, true }, { 9, 1, false }, /* what the mouse tells ... */
	{ 1000, 1, false }, { 1002, 1, false }, { 1003, 1, false },
	{ 1005, 2, false }, /* ... and how */
	{ 1006, 2, false }, { 1015, 2, false }, { 1016, 2, false },
	{ 1004, 0, false }, /* focus */
	{ 1007, 0, false }, /* wheel as keys */
	{ 2004, 0, false }, /* marks around what is pasted */
};

#define NROWS (sizeof rows / sizeof *rows)

_Static_assert(NROWS <= 16, "a bit for each");

static uint16_t
rivals_of(size_t row)
{
	uint16_t mask = (uint16_t)(1u << row);

	for (size_t i = 0; rows[row].rivals && i < NROWS; i++)
		if (rows[i].rivals == rows[row].rivals)
			mask |= (uint16_t)(1u << i);
	return mask;
}

void
quiet_set(struct core *c, int number, bool on)
{
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].number == number) {
			c->quiet &= (uint16_t)~rivals_of(i);
			c->quiet |= (uint16_t)(on ? 1u << i : 0);
			return;
		}
}

void
quiet_soft_reset(struct core *c)
{
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].soft)
			c->quiet &= (uint16_t) ~(1u << i);
}

int
quiet_get(const struct core *c, int i)
{
	if (i < 0 || (size_t)i >= NROWS)
		return -1;
	return c->quiet >> i & 1 ? rows[i].number : 0;
}
