/* SPDX-License-Identifier: ISC */
#include "term/core.h"

#define EVERY 8

void
tabs_set(struct core *c, int col, bool on)
{
	uint8_t bit = (uint8_t)(1u << col % 8);

	c->tabs = true;
	c->stops[col / 8] =
		(uint8_t)(on ? c->stops[col / 8] | bit : c->stops[col / 8] & ~bit);
}

void
tabs_clear(struct core *c)
{
	c->tabs = true;
	memset(c->stops, 0, sizeof c->stops);
}

bool
tabs_at(const struct core *c, int col)
{
	return c->tabs ? c->stops[col / 8] >> col % 8 & 1 : col % EVERY == 0;
}

bool
tabs_usual(const struct core *c)
{
	for (int col = 0; c->tabs && col < c->grid.cols; col++)
		if (tabs_at(c, col) != (col % EVERY == 0))
			return false;
	return true;
}

void
tabs_reset(struct core *c)
{
	c->tabs = false;
	memset(c->stops, 1, sizeof c->stops); /* one in eight */
}

void
tabs_resize(struct core *c, int cols)
{
	bool tabs = c->tabs;

	for (int col = c->grid.cols; col < cols; col++)
		tabs_set(c, col, col % EVERY == 0);
	c->tabs = tabs;
}
