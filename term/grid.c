/* SPDX-License-Identifier: ISC */
/* Memory: cells of both screens, order and fill of their rows, pool.  All but the head
 * are plain numbers, so only struct grid holds pointers. */
#include "term/grid.h"

#include <string.h>

#define POOL_MIN   64
#define POOL_MAX   8192
#define POOL_SHARE 6 /* one cluster for so many cells of one screen */

static size_t
cell_count(int rows, int cols)
{
	return (size_t)rows * (size_t)cols;
}

static uint32_t
pool_size(int rows, int cols)
{
	size_t n = cell_count(rows, cols) / POOL_SHARE;

	return (uint32_t)(n < POOL_MIN ? POOL_MIN : n > POOL_MAX ? POOL_MAX : n);
}

/* Bytes of order and fill of both screens, rounded so that the pool is aligned. */
static size_t
lines_size(int rows)
{
	return ((size_t)rows * 4 * sizeof(uint16_t) + 15) & ~(size_t)15;
}

size_t
grid_need(int rows, int cols)
{
	return cell_count(rows, cols) * 2 * sizeof(struct cell) + lines_size(rows) +
	       pool_size(rows, cols) * sizeof(struct cluster);
}

static void
set_blank(struct cell *c, int n, uint32_t bg)
{
	const struct cell blank = { .bg = bg, .width = 1 };

	for (int i = 0; i < n; i++)
		c[i] = blank;
}

/* Point G at its parts inside BASE. */
static void
place(struct grid *g, uint8_t *base, int rows, int cols)
{
	g->rows = rows;
	g->cols = cols;
	g->base = base;
	g->used = grid_need(rows, cols);
	g->cells = (struct cell *)base;
	g->order[0] = (uint16_t *)(g->cells + cell_count(rows, cols) * 2);
	g->order[1] = g->order[0] + rows;
	g->fill = g->order[1] + rows;
	g->pool = (struct cluster *)((uint8_t *)g->order[0] + lines_size(rows));
	g->pool_size = pool_size(rows, cols);
}

void
grid_init(struct grid *g, uint8_t *base, uint8_t *dirty, int rows, int cols)
{
	*g = (struct grid){ .dirty = dirty };
	place(g, base, rows, cols);
	grid_blank(g);
	for (int i = 0; i < rows; i++)
		g->order[0][i] = g->order[1][i] = (uint16_t)i;
	grid_touch_all(g);
}

void
grid_blank(struct grid *g)
{
	set_blank(g->cells, g->rows * g->cols * 2, 0);
	memset(g->order[0], 0, lines_size(g->rows));
	memset(g->pool, 0, g->pool_size * sizeof *g->pool);
}

bool
grid_pieces(const struct grid *g, grid_piece *piece, void *ctx)
{
	if (!piece(ctx, g->order[0], lines_size(g->rows)) ||
		!piece(ctx, g->pool, g->pool_fresh * sizeof *g->pool))
		return false;
	for (int at = 0; at < g->rows * 2; at++) {
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
}

/* Chain cluster AT in front of the free ones: ch[1] is the next one's index + 1. */
static void
pool_give(struct grid *g, uint32_t at)
{
	memset(&g->pool[at], 0, sizeof g->pool[at]);
	g->pool[at].ch[1] = g->pool_free;
	g->pool_free = at + 1;
}

/* Free every cluster that no cell of either screen uses. */
static void
pool_collect(struct grid *g)
{
	uint8_t seen[POOL_MAX / 8] = { 0 };
	size_t cells = cell_count(g->rows, g->cols) * 2;

	for (size_t i = 0; i < cells; i++)
		if (g->cells[i].ch & CELL_CH_POOL) {
			uint32_t at = g->cells[i].ch & ~CELL_CH_POOL;

			seen[at / 8] |= (uint8_t)(1u << at % 8);
		}
	g->pool_free = 0;
	for (uint32_t at = g->pool_size; at-- > 0;)
		if (!(seen[at / 8] >> at % 8 & 1))
			pool_give(g, at);
	g->pool_tries = 0;
}

/* An unused cluster, NULL: none.  Garbage is looked for only after many takes since the last
 * time, or the cost of a mark would not be bounded. */
static struct cluster *
pool_take(struct grid *g)
{
	struct cluster *c;

	if (g->pool_tries <= g->pool_size)
		g->pool_tries++;
	if (g->pool_fresh < g->pool_size)
		return &g->pool[g->pool_fresh++];
	if (!g->pool_free && g->pool_tries > g->pool_size / 4)
		pool_collect(g);
	if (!g->pool_free)
		return NULL;
	c = &g->pool[g->pool_free - 1];
	g->pool_free = c->ch[1];
	c->ch[1] = 0;
	return c;
}

/* Column COL is about to become an edge of what is overwritten: a wide character that
 * lies across it loses both halves. */
static void
split(struct grid *g, struct cell *row, int col)
{
	if (col > 0 && col < g->cols && row[col].width == 0) {
		set_blank(&row[col - 1], 1, row[col - 1].bg);
		set_blank(&row[col], 1, row[col].bg);
	}
}

/* Columns before END of a row are (perhaps) written now. */
static void
filled(struct grid *g, int row, int end)
{
	uint16_t *fill = &g->fill[grid_at(g, row)];

	if (*fill < end)
		*fill = (uint16_t)end;
	g->dirty[row] = 1;
}

static struct cell
cell_of(uint32_t ch, int width, const struct pen *p)
{
	return (struct cell){ .ch = ch,
		.fg = p->fg,
		.bg = p->bg,
		.attr = p->attr,
		.width = (uint8_t)width,
		.pad = p->guard };
}

void
grid_put(struct grid *g, int row, int col, uint32_t ch, int width, const struct pen *p)
{
	struct cell *c = grid_row(g, row);

	split(g, c, col);
	split(g, c, col + width);
	c[col] = cell_of(ch, width, p);
	if (width == 2)
		c[col + 1] = cell_of(0, 0, p);
	filled(g, row, col + width);
}

void
grid_put_run(
	struct grid *g, int row, int col, const uint8_t *s, int n, const struct pen *p)
{
	struct cell *c = grid_row(g, row), proto = cell_of(0, 1, p);

	split(g, c, col);
	split(g, c, col + n);
	filled(g, row, col + n);
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
		k = &g->pool[c->ch & ~CELL_CH_POOL];
	} else {
		k = pool_take(g);
		if (!k)
			return;
		k->ch[0] = c->ch ? c->ch : ' ';
		c->ch = CELL_CH_POOL | (uint32_t)(k - g->pool);
	}
	while (n < CLUSTER_MAX && k->ch[n])
		n++;
	if (n < CLUSTER_MAX)
		k->ch[n] = mark;
	filled(g, row, col + 1);
}

static void
erase_selective(struct cell *c, int n, uint32_t bg)
{
	for (int i = 0; i < n; i++)
		if (!(c[i].pad & CELL_GUARD))
			set_blank(&c[i], 1, bg);
}

/* Blank columns LEFT to RIGHT; those behind the fill are blank already. */
static void
erase_cells(struct grid *g, int row, int left, int right, uint32_t bg)
{
	uint16_t *fill = &g->fill[grid_at(g, row)];
	int end = !bg && *fill < right ? *fill : right;

	set_blank(grid_row(g, row) + left, end - left, bg);
	if (bg && *fill < right)
		*fill = (uint16_t)right;
	else if (!bg && *fill <= right && *fill > left)
		*fill = (uint16_t)left;
}

void
grid_erase(struct grid *g, struct rect r, bool selective, const struct pen *p)
{
	for (int row = r.top; row < r.bottom; row++) {
		struct cell *c = grid_row(g, row);

		split(g, c, r.left);
		split(g, c, r.right);
		if (selective) {
			erase_selective(c + r.left, r.right - r.left, p->bg);
			filled(g, row, p->bg ? r.right : 0);
		} else {
			erase_cells(g, row, r.left, r.right, p->bg);
		}
		g->dirty[row] = 1;
	}
}

static void
reverse(uint16_t *a, int n)
{
	for (int i = 0, k = n - 1; i < k; i++, k--) {
		uint16_t t = a[i];

		a[i] = a[k];
		a[k] = t;
	}
}

/* The first N of COUNT rows go behind the others. */
static void
rotate(uint16_t *a, int count, int n)
{
	uint16_t first = a[0];

	if (n == 1) {
		memmove(a, a + 1, (size_t)(count - 1) * sizeof *a);
		a[count - 1] = first;
		return;
	}
	reverse(a, n);
	reverse(a + n, count - n);
	reverse(a, count);
}

static void
scroll_lines(struct grid *g, struct rect r, int down, const struct pen *p)
{
	uint16_t *a = g->order[g->alt] + r.top;
	int count = r.bottom - r.top, n = down > 0 ? down : -down;
	struct rect blank = r;

	if (n < count)
		rotate(a, count, down > 0 ? n : count - n);
	else
		n = count;
	if (down > 0)
		blank.top = r.bottom - n;
	else
		blank.bottom = r.top + n;
	grid_erase(g, blank, false, p);
	memset(g->dirty + r.top, 1, (size_t)count);
}

/* Move the cells of R inside one row. */
static void
shift(struct grid *g, int row, struct rect r, int right)
{
	struct cell *c = grid_row(g, row) + r.left;
	size_t keep = (size_t)(r.right - r.left - (right > 0 ? right : -right));

	int fill = grid_fill_of(g, row);

	if (right > 0) {
		memmove(c, c + right, keep * sizeof *c);
	} else {
		memmove(c - right, c, keep * sizeof *c);
		if (fill > r.left)
			filled(g, row, fill - right < g->cols ? fill - right : g->cols);
	}
}

/* Move a part of rows up (DOWN > 0) or down by whole cells. */
static void
move_rows(struct grid *g, struct rect r, int down)
{
	int count = r.bottom - r.top - (down > 0 ? down : -down);

	for (int i = 0; i < count; i++) {
		int to = down > 0 ? r.top + i : r.bottom - 1 - i;

		memcpy(grid_row(g, to) + r.left, grid_row(g, to + down) + r.left,
			(size_t)(r.right - r.left) * sizeof(struct cell));
		filled(g, to, grid_fill_of(g, to + down));
	}
}

static int
clamp(int v, int limit)
{
	return v > limit ? limit : v < -limit ? -limit : v;
}

void
grid_scroll(struct grid *g, struct rect r, int down, int right, const struct pen *p)
{
	struct rect rows = r, cols = r;

	if (r.top >= r.bottom || r.left >= r.right)
		return;
	if (!right && r.left == 0 && r.right == g->cols) {
		scroll_lines(g, r, down, p);
		return;
	}
	down = clamp(down, r.bottom - r.top);
	right = clamp(right, r.right - r.left);
	for (int row = r.top; row < r.bottom; row++) {
		split(g, grid_row(g, row), r.left);
		split(g, grid_row(g, row), r.right);
		split(g, grid_row(g, row), right > 0 ? r.left + right : r.right + right);
	}
	move_rows(g, r, down);
	for (int row = r.top; row < r.bottom; row++)
		shift(g, row, r, right);
	*(down > 0 ? &rows.top : &rows.bottom) =
		down > 0 ? r.bottom - down : r.top - down;
	*(right > 0 ? &cols.left : &cols.right) =
		right > 0 ? r.right - right : r.left - right;
	grid_erase(g, rows, false, p);
	grid_erase(g, cols, false, p);
	memset(g->dirty + r.top, 1, (size_t)(r.bottom - r.top));
}

void
grid_fill(struct grid *g, uint32_t ch)
{
	for (int row = 0; row < g->rows; row++) {
		for (int col = 0; col < g->cols; col++)
			grid_row(g, row)[col] = (struct cell){ .ch = ch, .width = 1 };
		filled(g, row, g->cols);
	}
}

static void
copy_screen(struct grid *to, const struct grid *from, int alt, int skip)
{
	int cols = to->cols < from->cols ? to->cols : from->cols;

	struct grid old = *from;

	to->alt = old.alt = alt;
	for (int row = 0; row < to->rows && row + skip < old.rows; row++) {
		const struct cell *src = grid_row(&old, row + skip);
		struct cell *dst = grid_row(to, row);
		int fill = grid_fill_of(&old, row + skip);

		filled(to, row, fill < cols ? fill : cols);
		memcpy(dst, src, (size_t)cols * sizeof *dst);
		if (cols < old.cols && src[cols].width == 0)
			set_blank(&dst[cols - 1], 1, dst[cols - 1].bg);
	}
}

/* Move the clusters in use over into the (perhaps smaller) pool of TO. */
static void
copy_pool(struct grid *to, const struct grid *from)
{
	size_t cells = cell_count(to->rows, to->cols) * 2;

	for (size_t i = 0; i < cells; i++) {
		struct cell *c = &to->cells[i];

		if (c->ch & CELL_CH_POOL) {
			const struct cluster *k = &from->pool[c->ch & ~CELL_CH_POOL];
			struct cluster *mine = pool_take(to);

			c->ch = mine ? CELL_CH_POOL | (uint32_t)(mine - to->pool)
				     : k->ch[0];
			if (mine)
				*mine = *k;
		}
	}
	to->pool_tries = 0;
}

void
grid_resize(struct grid *g, int rows, int cols, const int skip[2], uint8_t *scratch)
{
	struct grid old = *g;

	memcpy(scratch, g->base, g->used);
	memset(g->base, 0, g->used);
	place(&old, scratch, g->rows, g->cols);
	grid_init(g, g->base, g->dirty, rows, cols);
	copy_screen(g, &old, 0, skip[0]);
	copy_screen(g, &old, 1, skip[1]);
	copy_pool(g, &old);
	g->alt = old.alt;
	grid_touch_all(g);
}

int
grid_chars(const struct grid *g, const struct cell *c, uint32_t out[CLUSTER_MAX])
{
	int n = 0;

	if (!(c->ch & CELL_CH_POOL)) {
		out[0] = c->ch;
		return c->ch != 0;
	}
	while (n < CLUSTER_MAX && g->pool[c->ch & ~CELL_CH_POOL].ch[n]) {
		out[n] = g->pool[c->ch & ~CELL_CH_POOL].ch[n];
		n++;
	}
	return n;
}
