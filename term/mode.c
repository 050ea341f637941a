/* SPDX-License-Identifier: ISC */
/* Modes, screens, soft reset.  libvterm is told of origin mode and margins only. */
#include "term/act.h"

void
mode_set_origin(struct core *c, bool on)
{
	c->origin = on;
	state_csi(c, '?', 0, on ? 'h' : 'l', 6, -1);
	c->wrap = false;
}

static void
erase_screen(struct core *c)
{
	struct rect all = { 0, c->grid.rows, 0, c->grid.cols };

	grid_erase(&c->grid, all, false, &c->pen);
}

static void
show_screen(struct core *c, int alt)
{
	if (c->grid.alt != alt)
		grid_reveal_all(&c->grid);
	c->grid.alt = alt;
}

static void
mode_alt_1047(struct core *c, bool on)
{
	if (!on && c->grid.alt)
		erase_screen(c);
	show_screen(c, on);
}

static void
mode_save(struct core *c, bool on)
{
	if (on)
		move_save(c);
	else
		move_restore(c);
}

static void
mode_alt_1049(struct core *c, bool on)
{
	if (on)
		move_save(c);
	show_screen(c, on);
	if (on)
		erase_screen(c);
	else
		move_restore(c);
}

static void
mode_alt_47(struct core *c, bool on)
{
	show_screen(c, on);
}

static void
mode_autowrap(struct core *c, bool on)
{
	c->autowrap = on;
	if (!on)
		c->wrap = false;
}

/* Left and right margins; while they are off they span the screen. */
static void
mode_margins(struct core *c, bool on)
{
	int row = c->row, col = c->col;

	if (!on && c->margins)
		state_csi(c, 0, 0, 's', 1, c->grid.cols);
	c->margins = on;
	c->left = 0;
	c->right = c->grid.cols;
	c->row = row;
	c->col = col;
	state_csi(c, '?', 0, on ? 'h' : 'l', 69, -1);
	if (on) {
		state_csi(c, 0, 0, 's', 1, c->grid.cols); /* they may have been on */
		c->row = row;
		c->col = col;
		grid_set_small(&c->grid);
		c->big_lines = false;
	}
}

static void
mode_blink(struct core *c, bool on)
{
	c->blink = on;
}

static void
mode_visible(struct core *c, bool on)
{
	c->visible = on;
}

static void
mode_frame(struct core *c, bool on)
{
	c->frame = on;
}

/* Colours turned around, the whole screen's: only how it is drawn changes. */
static void
mode_reversed(struct core *c, bool on)
{
	if (c->reversed != on)
		memset(c->grid.dirty, 1, (size_t)c->grid.rows);
	c->reversed = on;
}

static void
mode_insert(struct core *c, bool on)
{
	c->insert = on;
}

static void
mode_newline(struct core *c, bool on)
{
	c->newline = on;
}

static const struct {
	char leader;
	int number;
	void (*set)(struct core *c, bool on);
} modes[] = {
	{ 0, 4, mode_insert },
	{ 0, 20, mode_newline },
	{ '?', 5, mode_reversed },
	{ '?', 6, mode_set_origin },
	{ '?', 7, mode_autowrap },
	{ '?', 12, mode_blink },
	{ '?', 25, mode_visible },
	{ '?', 47, mode_alt_47 },
	{ '?', 69, mode_margins },
	{ '?', 1047, mode_alt_1047 },
	{ '?', 1048, mode_save },
	{ '?', 1049, mode_alt_1049 },
	{ '?', 2026, mode_frame },
};

void
mode_set(struct core *c, const struct seq *s)
{
	for (int i = 0; i < c->filter.nargs; i++) {
		if (s->leader)
			quiet_set(c, act_arg(c, i, 0), s->final == 'h');
		for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
			if (modes[m].leader == s->leader &&
				modes[m].number == act_arg(c, i, 0))
				modes[m].set(c, s->final == 'h');
	}
}

void
mode_reset_region(struct core *c)
{
	if (c->margins)
		mode_margins(c, false);
	c->top = 0;
	c->bottom = c->grid.rows;
	state_csi(c, 0, 0, 'r', 1, c->grid.rows);
}

void
mode_soft_reset(struct core *c, const struct seq *s)
{
	int row = c->row, col = c->col;

	(void)s;
	mode_set_origin(c, false);
	mode_reset_region(c);
	c->row = row;
	c->col = col;
	c->autowrap = c->visible = true;
	c->insert = c->newline = c->wrap = c->frame = false;
	quiet_soft_reset(c);
	c->pen = (struct pen){ 0 };
	c->cs = (struct charsets){ 0 };
	c->saved[c->grid.alt] = (struct saved_cursor){ 0 };
}
