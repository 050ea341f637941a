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
	if (!has_colors() || start_color() == ERR)
		return THEME_MONO;
	if (COLORS > 256)
		return THEME_TRUE;
	if (COLORS >= 256)
		return THEME_256;
	return COLORS >= 16 ? THEME_16 : COLORS >= 8 ? THEME_8 : THEME_MONO;
}

static int
wish_of_environment(void)
{
	const char *no_color = getenv("NO_COLOR");

	return no_color && *no_color ? THEME_MONO : THEME_TRUE;
}

void
colour_start(struct colour *c, int wish)
{
	if (wish < 0)
		wish = wish_of_environment();
	memset(c, 0, sizeof *c);
	c->plain.shade.fg = c->plain.shade.bg = -1;
	/* where no colours are wanted, curses must not begin with them: it would have its own */
	c->depth = wish == THEME_MONO ? THEME_MONO : depth_of_terminal();
	if ((int)c->depth > wish)
		c->depth = (enum theme_depth)wish;
	if (c->depth != THEME_MONO)
		use_default_colors();
}

static struct shade
make_pair(struct colour *c, struct colour_pair *p)
{
	struct shade s = shade_of(c->depth, p->fg, p->bg);

	p->pair = find_pair(s.fg, s.bg);
	if (p->pair < 0) {
		p->pair = alloc_pair(s.fg, s.bg);
		c->pairs++;
	}
	if (p->pair < 0)
		p->pair = 0;
	return s;
}

const struct colour_pair *
colour_pair(struct colour *c, uint32_t fg, uint32_t bg, bool *reset)
{
	uint32_t h = (fg * 2654435761u ^ (bg * 2246822519u + 0x9E3779B9u)) >> 16;
	struct colour_pair *p = &c->cache[h % COLOUR_CACHE];

	if (c->depth == THEME_MONO || (fg == 0 && bg == 0))
		return &c->plain;
	if (p->pair > 0 && p->fg == fg && p->bg == bg)
		return p;
	if (c->pairs >= PAIRS_MAX) {
		reset_color_pairs();
		memset(c->cache, 0, sizeof c->cache);
		c->pairs = 0;
		*reset = true;
	}
	p->fg = fg;
	p->bg = bg;
	p->shade = make_pair(c, p);
	return p;
}
