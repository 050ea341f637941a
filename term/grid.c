/* SPDX-License-Identifier: ISC */
/* Memory and what is written: see grid_impl.h for how it is laid out. */
#include "term/grid_impl.h"

#define HISTORY_MIN 64

/* Small screens keep more, so that a window made small for a while comes back whole. */
int
grid_history(int rows)
{
	return rows > HISTORY_MIN ? rows : HISTORY_MIN;
}

int
grid_lines(int rows)
{
	return 2 * rows + grid_history(rows);
}

/* Bytes of order, fill, tint and big, rounded so that the pool is aligned. */
static size_t
lines_size(int rows)
{
	size_t one = 2 * sizeof(uint16_t) + sizeof(uint32_t) + 1;

	return ((size_t)grid_lines(rows) * one + 15) & ~(size_t)15;
}

size_t
grid_need(int rows, int cols)
{
	return grid_cell_count(grid_lines(rows), cols) * sizeof(struct cell) +
	       lines_size(rows) +
	       pool_size_for(grid_cell_count(rows, cols)) * sizeof(struct cluster) +
	       EXTRA_ROOM;
}

size_t
grid_used(const struct grid *g)
{
	return (size_t)((uint8_t *)g->extras.at - g->base) + extra_used(&g->extras);
}

void
grid_place(struct grid *g, uint8_t *base, int rows, int cols)
{
	uint16_t *lines = (uint16_t *)(base + grid_cell_count(grid_lines(rows), cols) *
						      sizeof(struct cell));

	g->rows = rows;
	g->cols = cols;
	g->base = base;
	g->cells = (struct cell *)base;
	g->order[0] = lines + grid_history(rows);
	g->order[1] = g->order[0] + rows;
	g->fill = g->order[1] + rows;
	g->tint = (uint32_t *)(g->fill + grid_lines(rows));
	g->big = (uint8_t *)(g->tint + grid_lines(rows));
	g->pool.at = (struct cluster *)((uint8_t *)lines + lines_size(rows));
	g->pool.size = pool_size_for(grid_cell_count(rows, cols));
	g->extras.at = (struct extra *)(g->pool.at + g->pool.size);
	g->extras.text = (char *)(g->extras.at + EXTRA_MAX + 1);
}

void
grid_init(struct grid *g, uint8_t *base, int rows, int cols)
{
	*g = (struct grid){
		.dirty = g->dirty, .changed = g->changed, .gone = g->gone, .work = g->work
	};
	grid_place(g, base, rows, cols);
	grid_blank(g);
	for (int i = 0; i < grid_lines(rows); i++)
		grid_lines_begin(g)[i] = (uint16_t)i;
	grid_reveal_all(g);
}

void
grid_blank(struct grid *g)
{
	grid_set_blank(g->cells, (int)grid_all_cells(g), 0);
	memset(grid_lines_begin(g), 0, lines_size(g->rows));
	memset(g->pool.at, 0, g->pool.size * sizeof *g->pool.at);
	memset(g->extras.at, 0, extra_used(&g->extras));
}

bool
grid_pieces(const struct grid *g, grid_piece *piece, void *ctx)
{
	if (!piece(ctx, grid_lines_begin(g), lines_size(g->rows)) ||
		!piece(ctx, g->pool.at, g->pool.fresh * sizeof *g->pool.at) ||
		!piece(ctx, g->extras.at,
			extra_entries(&g->extras) * sizeof *g->extras.at) ||
		!piece(ctx, g->extras.text, g->extras.ntext))
		return false;
	for (int at = 0; at < grid_lines(g->rows); at++) {
		size_t n = g->fill[at] < g->cols ? g->fill[at] : (size_t)g->cols;

		if (!piece(ctx, g->cells + (size_t)at * (size_t)g->cols,
			    n * sizeof *g->cells))
			return false;
	}
	return true;
}

void
grid_touch_all(struct grid *g)
{
	memset(g->dirty, 1, (size_t)g->rows);
	memset(g->changed, GRID_WRITTEN, (size_t)grid_lines(g->rows));
}

void
grid_reveal_all(struct grid *g)
{
	memset(g->dirty, 1, (size_t)g->rows);
	memset(g->changed, GRID_REVEALED, (size_t)grid_lines(g->rows));
}

static struct cell
cell_of(uint32_t ch, int width, const struct pen *p)
{
	return (struct cell){ .ch = ch,
		.fg = p->fg,
		.bg = p->bg,
		.attr = p->attr,
		.width = (uint8_t)width,
		.guard = p->guard,
		.extra = (uint16_t)p->extra };
}

void
grid_put(struct grid *g, int row, int col, uint32_t ch, int width, const struct pen *p)
{
	struct cell *c = grid_row(g, row);

	grid_split(g, c, col);
	grid_split(g, c, col + width);
	c[col] = cell_of(ch, width, p);
	if (width == 2)
		c[col + 1] = cell_of(0, 0, p);
	grid_filled(g, row, col + width);
}

void
grid_wrap(struct grid *g, int row, int col)
{
	if (col < grid_fill_of(g, row))
		grid_row(g, row)[col].wrap = 1;
}

/* A wide character that found no room leaves the last column as it was. */
bool
grid_wrapped(const struct grid *g, int row)
{
	const struct cell *end = grid_row(g, row) + g->cols - 1;

	return end->wrap || (g->cols > 1 && end[-1].wrap);
}

void
grid_put_run(
	struct grid *g, int row, int col, const uint8_t *s, int n, const struct pen *p)
{
	struct cell *c = grid_row(g, row), proto = cell_of(0, 1, p);

	grid_split(g, c, col);
	grid_split(g, c, col + n);
	grid_filled(g, row, col + n);
	c += col;
	for (int i = 0; i < n; i++) {
		proto.ch = s[i];
		c[i] = proto;
	}
}

void
grid_combine(struct grid *g, int row, int col, uint32_t mark)
{
	struct cell *c = grid_row(g, row) + col;
	struct cluster *k;
	int n = 0;

	if (c->ch & CELL_CH_POOL) {
		k = pool_of(&g->pool, c);
	} else {
		k = pool_take(&g->pool, g->cells, grid_all_cells(g));
		if (!k)
			return;
		k->ch[0] = c->ch ? c->ch : ' ';
		c->ch = CELL_CH_POOL | (uint32_t)(k - g->pool.at);
	}
	while (n < CLUSTER_MAX && k->ch[n])
		n++;
	if (n < CLUSTER_MAX)
		k->ch[n] = mark;
	grid_filled(g, row, col + 1);
}

void
grid_wash(const struct grid *g, size_t line)
{
	uint32_t bg = g->tint[line] & ~GRID_TINT;

	g->tint[line] = 0;
	grid_set_blank(g->cells + line * (size_t)g->cols, g->cols, bg);
}

void
grid_wash_all(const struct grid *g)
{
	for (int line = 0; line < grid_lines(g->rows); line++)
		if (g->tint[line])
			grid_wash(g, (size_t)line);
}

uint16_t
grid_extra(
	struct grid *g, uint32_t ul, struct span link, const uint32_t *pens, size_t npens)
{
	struct extra_users users = { g->cells, grid_all_cells(g), pens, npens };

	return extra_take(&g->extras, ul, link, &users);
}

int
grid_chars(const struct grid *g, const struct cell *c, uint32_t out[CLUSTER_MAX])
{
	const struct cluster *k;
	int n = 0;

	if (!(c->ch & CELL_CH_POOL)) {
		out[0] = c->ch;
		return c->ch != 0;
	}
	for (k = pool_of(&g->pool, c); n < CLUSTER_MAX && k->ch[n]; n++)
		out[n] = k->ch[n];
	return n;
}
