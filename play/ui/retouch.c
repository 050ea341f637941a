/* SPDX-License-Identifier: ISC */
#include "play/ui/retouch.h"

#include "render/palette.h"

#include <curses.h>
#include <term.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* tputs() takes no context. */
static struct buf *sink;

static int
put_byte(int c)
{
	buf_add_byte(sink, (uint8_t)c);
	return c;
}

static void
put(struct retouch *r, const char *s)
{
	if (!s || s == (char *)-1)
		return;
	sink = &r->out;
	tputs(s, 1, put_byte);
}

static const char *
extended(const char *name)
{
	const char *s = tigetstr(name);

	return s == (char *)-1 ? NULL : s;
}

/* A wcs string of the locale is the terminal's encoding. */
static void
put_text(struct retouch *r, const wchar_t *text)
{
	char s[MB_LEN_MAX];
	mbstate_t state = { 0 };

	for (; *text; text++) {
		size_t n = wcrtomb(s, *text, &state);

		buf_add(&r->out, n == (size_t)-1 ? "?" : s, n == (size_t)-1 ? 1 : n);
	}
}

void
retouch_start(struct retouch *r)
{
	*r = (struct retouch){ .can_tint = extended("Setulc") != NULL,
		.can_edge = !auto_right_margin || eat_newline_glitch,
		.can_shape = extended("Ss") != NULL };
	if (extended("smxx"))
		r->can |= CELL_STRIKE;
	if (extended("Smol"))
		r->can |= CELL_OVERLINE;
	if (extended("Smulx"))
		r->can |= CELL_UL_KINDS;
	if (!exit_attribute_mode || !cursor_address)
		r->can = r->can_tint = false;
}

bool
retouch_wants(const struct retouch *r, uint16_t attr, uint32_t ul)
{
	return attr & r->can || (r->can_tint && ul && attr & CELL_UNDERLINE);
}

static int
underline_kind(uint16_t attr)
{
	return attr & CELL_UL_DOUBLE   ? 2
	       : attr & CELL_UL_CURLY  ? 3
	       : attr & CELL_UL_DOTTED ? 4
	       : attr & CELL_UL_DASHED ? 5
				       : 1;
}

static void
put_underline(struct retouch *r, const struct retouch_look *l)
{
	if (!(l->attr & CELL_UNDERLINE))
		return;
	if (l->attr & r->can & CELL_UL_KINDS)
		put(r, tiparm(extended("Smulx"), underline_kind(l->attr)));
	else
		put(r, enter_underline_mode);
	if (r->can_tint && l->ul)
		put(r, tiparm(extended("Setulc"), (int)palette_rgb(l->ul)));
}

static void
put_colours(struct retouch *r, const struct shade *s)
{
	if (s->bold)
		put(r, enter_bold_mode);
	if (s->fg >= 0 && set_a_foreground)
		put(r, tiparm(set_a_foreground, s->fg));
	if (s->bg >= 0 && set_a_background)
		put(r, tiparm(set_a_background, s->bg));
}

static void
put_look(struct retouch *r, const struct retouch_look *l)
{
	const struct {
		uint16_t attr;
		const char *on;
	} rows[] = {
		{ CELL_BOLD, enter_bold_mode },
		{ CELL_DIM, enter_dim_mode },
		{ CELL_ITALIC, enter_italics_mode },
		{ CELL_BLINK, enter_blink_mode },
		{ CELL_REVERSE, enter_reverse_mode },
		{ CELL_STRIKE, extended("smxx") },
		{ CELL_OVERLINE, extended("Smol") },
	};

	put(r, exit_attribute_mode);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (l->attr & rows[i].attr)
			put(r, rows[i].on);
	put_underline(r, l);
	put_colours(r, &l->shade);
}

static bool
same_look(const struct retouch_look *a, const struct retouch_look *b)
{
	return a->attr == b->attr && a->ul == b->ul && a->shade.fg == b->shade.fg &&
	       a->shade.bg == b->shade.bg && a->shade.bold == b->shade.bold;
}

void
retouch_cell(struct retouch *r, int row, int col, int cols,
	const struct retouch_look *look, const wchar_t *text)
{
	if (!r->can_edge && row == LINES - 1 && col + cols == COLS)
		return;
	if (!r->active || r->row != row || r->col != col)
		put(r, tiparm(cursor_address, row, col));
	if (!r->active || !same_look(&r->look, look))
		put_look(r, look);
	put_text(r, text);
	r->look = *look;
	r->row = row;
	r->col = col + cols < COLS ? col + cols : -1; /* there it waits for a new line */
	r->active = true;
}

static void
flush(struct retouch *r)
{
	fwrite(r->out.p, 1, r->out.n, stdout);
	fflush(stdout);
	buf_clear(&r->out);
}

static void
set_shape(struct retouch *r, int shape)
{
	if (!r->can_shape || r->shape == shape)
		return;
	put(r, tiparm(extended("Ss"), shape)); /* 0: the terminal's own */
	r->shape = shape;
}

void
retouch_end(struct retouch *r, int row, int col, int shape)
{
	if (r->active) {
		put(r, exit_attribute_mode);
		put(r, tiparm(cursor_address, row, col));
	}
	set_shape(r, shape);
	r->active = false;
	if (r->out.n)
		flush(r);
}

void
retouch_stop(struct retouch *r)
{
	set_shape(r, 0);
	if (r->out.n)
		flush(r);
	buf_free(&r->out);
}
