/* SPDX-License-Identifier: ISC */
/* SGR as ECMA-48, xterm and ITU T.416 write it: "38;5;N", "38;2;R;G;B" and the forms with
 * colons, with or without a colour space.  */
#include "term/pen.h"

#define UNDERLINE (CELL_UNDERLINE | CELL_UL_KINDS)

/* One row a number: attributes to take away, then attributes to put on. */
static const struct {
	uint8_t sgr;
	uint16_t off, on;
} attrs[] = {
	{ 1, 0, CELL_BOLD },
	{ 2, 0, CELL_DIM },
	{ 3, 0, CELL_ITALIC },
	{ 4, UNDERLINE, CELL_UNDERLINE },
	{ 5, 0, CELL_BLINK },
	{ 6, 0, CELL_BLINK },
	{ 7, 0, CELL_REVERSE },
	{ 8, 0, CELL_CONCEAL },
	{ 9, 0, CELL_STRIKE },
	{ 21, UNDERLINE, CELL_UNDERLINE | CELL_UL_DOUBLE },
	{ 22, CELL_BOLD | CELL_DIM, 0 },
	{ 23, CELL_ITALIC, 0 },
	{ 24, UNDERLINE, 0 },
	{ 25, CELL_BLINK, 0 },
	{ 27, CELL_REVERSE, 0 },
	{ 28, CELL_CONCEAL, 0 },
	{ 29, CELL_STRIKE, 0 },
	{ 53, 0, CELL_OVERLINE },
	{ 55, CELL_OVERLINE, 0 },
};

/* The kinds of underline of 4:N. */
static const uint16_t underlines[] = {
	0,
	CELL_UNDERLINE,
	CELL_UNDERLINE | CELL_UL_DOUBLE,
	CELL_UNDERLINE | CELL_UL_CURLY,
	CELL_UNDERLINE | CELL_UL_DOTTED,
	CELL_UNDERLINE | CELL_UL_DASHED,
};

static void
reset(struct pen *p)
{
	p->fg = p->bg = p->ul = 0;
	p->attr &= CELL_LINK; /* links have their own end */
}

static void
set_attr(struct pen *p, int sgr)
{
	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
		if (attrs[i].sgr == sgr)
			p->attr = (uint16_t)((p->attr & ~attrs[i].off) | attrs[i].on);
}

/* Number of arguments that hang on argument I by colons. */
static int
subs(const struct filter *f, int i)
{
	int n = 0;

	while (i + n + 1 < f->nargs && f->joined >> (i + n + 1) & 1)
		n++;
	return n;
}

static bool
byte_args(const struct filter *f, int i, int n)
{
	if (i + n > f->nargs)
		return false;
	while (n-- > 0)
		if (filter_arg(f, i + n, 0) > 255)
			return false;
	return true;
}

/* A colour whose kind (2, 5) is argument I; RGB values at VALUES.  False: none. */
static bool
color(const struct filter *f, int i, int values, uint32_t *out)
{
	if (filter_arg(f, i, 0) == 5 && byte_args(f, i + 1, 1)) {
		*out = COLOR_OF_INDEX(filter_arg(f, i + 1, 0));
		return true;
	}
	if (filter_arg(f, i, 0) == 2 && byte_args(f, values, 3)) {
		*out = COLOR_OF_RGB((uint32_t)filter_arg(f, values, 0) << 16 |
				    (uint32_t)filter_arg(f, values + 1, 0) << 8 |
				    (uint32_t)filter_arg(f, values + 2, 0));
		return true;
	}
	return false;
}

/* 38, 48 or 58 at argument I; returns the arguments used behind it. */
static int
extended(struct pen *p, const struct filter *f, int i)
{
	int n = subs(f, i), sgr = filter_arg(f, i, 0), used;
	uint32_t c;
	bool ok;

	if (n) { /* 38:2:R:G:B or 38:2:SPACE:R:G:B */
		ok = color(f, i + 1, n >= 5 ? i + 3 : i + 2, &c) && n >= 2 &&
		     (filter_arg(f, i + 1, 0) == 5 || n >= 4);
		used = n;
	} else {
		ok = color(f, i + 1, i + 2, &c);
		used = filter_arg(f, i + 1, 0) == 2   ? 4
		       : filter_arg(f, i + 1, 0) == 5 ? 2
						      : 1;
	}
	if (ok && sgr == 38)
		p->fg = c;
	else if (ok && sgr == 48)
		p->bg = c;
	else if (ok)
		p->ul = c;
	return used;
}

static void
set_color(struct pen *p, int sgr)
{
	if (sgr >= 30 && sgr <= 37)
		p->fg = COLOR_OF_INDEX(sgr - 30);
	else if (sgr >= 90 && sgr <= 97)
		p->fg = COLOR_OF_INDEX(sgr - 90 + 8);
	else if (sgr >= 40 && sgr <= 47)
		p->bg = COLOR_OF_INDEX(sgr - 40);
	else if (sgr >= 100 && sgr <= 107)
		p->bg = COLOR_OF_INDEX(sgr - 100 + 8);
	else if (sgr == 39)
		p->fg = 0;
	else if (sgr == 49)
		p->bg = 0;
	else if (sgr == 59)
		p->ul = 0;
}

/* One number with what hangs on it; returns the arguments used behind it. */
static int
apply(struct pen *p, const struct filter *f, int i)
{
	int sgr = filter_arg(f, i, 0), n = subs(f, i);

	if (sgr == 38 || sgr == 48 || sgr == 58)
		return extended(p, f, i);
	if (sgr == 4 && n) {
		int kind = filter_arg(f, i + 1, 0);

		if (kind < (int)(sizeof underlines / sizeof *underlines))
			p->attr = (uint16_t)((p->attr & ~UNDERLINE) | underlines[kind]);
	} else if (n) {
		/* no other number has parts: leave it alone */
	} else if (sgr == 0) {
		reset(p);
	} else if (sgr >= 30 && sgr != 53 && sgr != 55) {
		set_color(p, sgr);
	} else {
		set_attr(p, sgr);
	}
	return n;
}

void
pen_sgr(struct pen *p, const struct filter *f)
{
	if (!f->nargs)
		reset(p);
	for (int i = 0; i < f->nargs; i++)
		i += apply(p, f, i);
}
