/* SPDX-License-Identifier: ISC */
/* Where output is plain (lines.h) most of it need not be drawn: a line with more line feeds
 * behind it than the screen and its history have rows is gone before anybody sees it.  What it
 * leaves behind is known: colours, bells, the cursor at the front of the last row. */
#include "term/emu.h"

#include "term/block.h"

bool
plain_state(const struct core *c)
{
	const struct filter *f = &c->filter;
	bool text = c->autowrap && !c->wrap && !c->insert && !c->newline &&
		    !c->cs.single && c->cs.g[c->cs.locked] == CHARSET_ASCII;

	return text && !f->state && !f->nheld && !c->margins && !c->big_lines &&
	       !c->tabs && c->top == 0 && c->bottom == c->grid.rows && c->grid.cols > 1;
}

/* Rows that a line must leave behind it to be forgotten. */
static int
rows_kept(const struct core *c)
{
	return c->grid.rows + (c->grid.alt ? 0 : grid_history(c->grid.rows));
}

/* Behind the last line end before END with at least N line feeds behind it in front of END;
 * NULL: none behind START. */
static const uint8_t *
cut_before(const uint8_t *start, const uint8_t *end, int n)
{
	while (end > start + 1) {
		const uint8_t *lf = memrchr(start, '\n', (size_t)(end - start));

		if (!lf || lf == start)
			return NULL;
		if (n-- <= 0 && lf[-1] == '\r')
			return lf + 1;
		end = lf;
	}
	return NULL;
}

static bool
has_lines(const uint8_t *p, const uint8_t *end, int n)
{
	for (; n > 0; n--) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return false;
		p++;
	}
	return true;
}

/* A line begins with a character, so that there is a last one for REP. */
static bool
has_text(const uint8_t *p, const uint8_t *end)
{
	while (p && p < end) {
		if (*p >= 0x20 && *p < 0x7F)
			return true;
		p = memchr(p, '\n', (size_t)(end - p));
		if (p)
			p++;
	}
	return false;
}

static bool
forgets_pen(const uint8_t *p)
{
	return p[2] == 'm' || (p[2] == '0' && p[3] == 'm');
}

/* The pen after whole plain output: only what stands behind the last reset counts. */
static void
follow_pen(struct core *c, const uint8_t *start, const uint8_t *end)
{
	const uint8_t *p, *from = start, *stop = end;

	while ((p = memrchr(start, 0x1B, (size_t)(stop - start)))) {
		from = p;
		if (forgets_pen(p))
			break;
		stop = p;
	}
	while (from < end && (from = memchr(from, 0x1B, (size_t)(end - from)))) {
		struct span s = span_of(from, (size_t)(end - from));

		filter_next(&c->filter, &s);
		if (c->filter.final == 'm')
			pen_sgr(&c->pen, &c->filter);
		from = s.p;
	}
}

static void
ring(struct core *c, const uint8_t *p, const uint8_t *end)
{
	while (p < end && (p = memchr(p, '\a', (size_t)(end - p)))) {
		c->bells++;
		p++;
	}
}

/* Where the plain output at the front of S ends. */
static const uint8_t *
plain_end(const struct core *c, struct span s)
{
	struct lines l = { .cols = c->grid.cols, .len = c->col };

	return s.p + lines_scan(&l, s);
}

const uint8_t *
plain_skip_until(const struct core *c, struct span s)
{
	int kept = rows_kept(c);

	if (c->slow || c->grid.gone->call || s.n < 2 * (size_t)kept)
		return NULL;
	return cut_before(s.p, s.p + s.n, kept);
}

/* Up to END all is plain. */
static void
skip_before(struct core *c, struct span *in, const uint8_t *end)
{
	const uint8_t *cut = cut_before(in->p, end, rows_kept(c));

	if (!cut || !has_text(cut, end) ||
		!(c->row == c->grid.rows - 1 || has_lines(in->p, cut, c->grid.rows)))
		return;
	follow_pen(c, in->p, cut);
	ring(c, in->p, cut);
	grid_repay(&c->grid, (size_t)(cut - in->p));
	c->row = c->grid.rows - 1;
	c->col = 0;
	*in = span_of(cut, in->n - (size_t)(cut - in->p));
}

const uint8_t *
plain_skip(struct core *c, struct span *in)
{
	const uint8_t *end;

	if (!plain_state(c) || c->pen.ul)
		return in->p + 1;
	end = plain_end(c, *in);
	skip_before(c, in, end);
	return end + 1;
}

void
plain_skip_all(struct core *c, struct span *in)
{
	if (plain_state(c) && !c->pen.ul)
		skip_before(c, in, in->p + in->n);
}

/* Columns up to the last one that is not blank. */
static int
text_cols(const struct core *c)
{
	const struct cell *cell = grid_row(&c->grid, c->row);
	int n = grid_fill_of(&c->grid, c->row);

	while (n > 0 && cell[n - 1].width == 1 &&
		(cell[n - 1].ch == 0 || cell[n - 1].ch == ' '))
		n--;
	return n;
}

static bool
nothing_below(const struct core *c)
{
	for (int row = c->row + 1; row < c->grid.rows; row++)
		if (grid_fill_of(&c->grid, row))
			return false;
	return true;
}

bool
emu_plain(const struct emu *e, struct lines *l, struct buf *text)
{
	const struct core *c = e->core;
	int used;

	if (!plain_state(c) || !nothing_below(c))
		return false;
	used = text_cols(c);
	if (used > c->col || emu_row_text(e, c->row, text, NULL) < 0)
		return false;
	for (; used < c->col; used++)
		buf_add_byte(text, ' ');
	*l = (struct lines){ .cols = c->grid.cols, .len = c->col };
	return !buf_failed(text);
}
