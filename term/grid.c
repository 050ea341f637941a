/* SPDX-License-Identifier: ISC */
/* Memory: cells of all lines, order and fill of the lines, pool.  Only struct grid holds
 * pointers.  Lines at first: history and main screen, then the alternate screen. */
#include "term/grid.h"

#include <string.h>

#define HISTORY_MIN 64
#define ROW_CELLS   8 /* work of a row, besides its cells */

static size_t
cell_count(int rows, int cols)
{
	return (size_t)rows * (size_t)cols;
}

/* Small screens keep more, so that a window made small for a while comes back whole. */
int
grid_history(int rows)
{
	return rows > HISTORY_MIN ? rows : HISTORY_MIN;
}

static int
line_count(int rows)
{
	return 2 * rows + grid_history(rows);
}

static size_t
all_cells(const struct grid *g)
{
	return cell_count(line_count(g->rows), g->cols);
}

/* Bytes of order, fill, tint and big, rounded so that the pool is aligned. */
static size_t
lines_size(int rows)
{
	size_t one = 2 * sizeof(uint16_t) + sizeof(uint32_t) + 1;

	return ((size_t)line_count(rows) * one + 15) & ~(size_t)15;
}

size_t
grid_need(int rows, int cols)
{
	return cell_count(line_count(rows), cols) * sizeof(struct cell) +
	       lines_size(rows) +
	       pool_size_for(cell_count(rows, cols)) * sizeof(struct cluster) +
	       EXTRA_ROOM;
}

size_t
grid_used(const struct grid *g)
{
	return (size_t)((uint8_t *)g->extras.at - g->base) + extra_used(&g->extras);
}

static void
set_blank(struct cell *c, int n, uint32_t bg)
{
	const struct cell blank = { .bg = bg, .width = 1 };

	for (int i = 0; i < n; i++)
		c[i] = blank;
}

/* Where order and fill begin. */
static uint16_t *
lines_begin(const struct grid *g)
{
	return g->order[0] - grid_history(g->rows);
}

/* Point G at its parts inside BASE. */
static void
place(struct grid *g, uint8_t *base, int rows, int cols)
{
	uint16_t *lines = (uint16_t *)(base + cell_count(line_count(rows), cols) *
						      sizeof(struct cell));

	g->rows = rows;
	g->cols = cols;
	g->base = base;
	g->cells = (struct cell *)base;
	g->order[0] = lines + grid_history(rows);
	g->order[1] = g->order[0] + rows;
	g->fill = g->order[1] + rows;
	g->tint = (uint32_t *)(g->fill + line_count(rows));
	g->big = (uint8_t *)(g->tint + line_count(rows));
	g->pool.at = (struct cluster *)((uint8_t *)lines + lines_size(rows));
	g->pool.size = pool_size_for(cell_count(rows, cols));
	g->extras.at = (struct extra *)(g->pool.at + g->pool.size);
	g->extras.text = (char *)(g->extras.at + EXTRA_MAX + 1);
}

void
grid_init(struct grid *g, uint8_t *base, int rows, int cols)
{
	*g = (struct grid){
		.dirty = g->dirty, .changed = g->changed, .gone = g->gone, .work = g->work
	};
	place(g, base, rows, cols);
	grid_blank(g);
	for (int i = 0; i < line_count(rows); i++)
		lines_begin(g)[i] = (uint16_t)i;
	grid_reveal_all(g);
}

void
grid_blank(struct grid *g)
{
	set_blank(g->cells, (int)all_cells(g), 0);
	memset(lines_begin(g), 0, lines_size(g->rows));
	memset(g->pool.at, 0, g->pool.size * sizeof *g->pool.at);
	memset(g->extras.at, 0, extra_used(&g->extras));
}

bool
grid_pieces(const struct grid *g, grid_piece *piece, void *ctx)
{
	if (!piece(ctx, lines_begin(g), lines_size(g->rows)) ||
		!piece(ctx, g->pool.at, g->pool.fresh * sizeof *g->pool.at) ||
		!piece(ctx, g->extras.at,
			extra_entries(&g->extras) * sizeof *g->extras.at) ||
		!piece(ctx, g->extras.text, g->extras.ntext))
		return false;
	for (int at = 0; at < line_count(g->rows); at++) {
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
	memset(g->changed, GRID_WRITTEN, (size_t)line_count(g->rows));
}

void
grid_reveal_all(struct grid *g)
{
	memset(g->dirty, 1, (size_t)g->rows);
	memset(g->changed, GRID_REVEALED, (size_t)line_count(g->rows));
}

int
grid_lines(int rows)
{
	return line_count(rows);
}

static void
touch(struct grid *g, int row)
{
	g->dirty[row] = 1;
	g->changed[grid_at(g, row)] |= GRID_WRITTEN;
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
	touch(g, row);
}

/* May so much be done?  Counted is the area, not what of it is blank already: how much that is
 * depends on short cuts. */
static bool
afford(struct grid *g, int rows, int cols)
{
	uint64_t cells = cell_count(rows, cols + ROW_CELLS);

	if (rows > 1 && grid_owes(g))
		return false;
	*g->work += cells;
	if (rows > 1)
		g->debt += cells;
	return true;
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

	split(g, c, col);
	split(g, c, col + width);
	c[col] = cell_of(ch, width, p);
	if (width == 2)
		c[col + 1] = cell_of(0, 0, p);
	filled(g, row, col + width);
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
		k = pool_of(&g->pool, c);
	} else {
		k = pool_take(&g->pool, g->cells, all_cells(g));
		if (!k)
			return;
		k->ch[0] = c->ch ? c->ch : ' ';
		c->ch = CELL_CH_POOL | (uint32_t)(k - g->pool.at);
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
		if (!c[i].guard)
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
grid_wash(const struct grid *g, size_t line)
{
	uint32_t bg = g->tint[line] & ~GRID_TINT;

	g->tint[line] = 0;
	set_blank(g->cells + line * (size_t)g->cols, g->cols, bg);
}

void
grid_wash_all(const struct grid *g)
{
	for (int line = 0; line < line_count(g->rows); line++)
		if (g->tint[line])
			grid_wash(g, (size_t)line);
}

/* A whole row; its cells wait until somebody wants them. */
static void
erase_row(struct grid *g, int row, uint32_t bg)
{
	size_t line = grid_at(g, row);

	if (bg || g->tint[line]) {
		g->tint[line] = GRID_TINT | bg;
		g->fill[line] = (uint16_t)(bg ? g->cols : 0);
	} else {
		erase_cells(g, row, 0, g->cols, 0);
	}
	touch(g, row);
}

static void
erase(struct grid *g, struct rect r, bool selective, const struct pen *p)
{
	bool whole = !selective && r.left == 0 && r.right == g->cols;

	for (int row = r.top; row < r.bottom; row++) {
		struct cell *c;

		if (whole) {
			erase_row(g, row, p->bg);
			continue;
		}
		c = grid_row(g, row);
		split(g, c, r.left);
		split(g, c, r.right);
		if (selective) {
			erase_selective(c + r.left, r.right - r.left, p->bg);
			filled(g, row, p->bg ? r.right : 0);
		} else {
			erase_cells(g, row, r.left, r.right, p->bg);
		}
		touch(g, row);
	}
}

void
grid_erase(struct grid *g, struct rect r, bool selective, const struct pen *p)
{
	bool whole = !selective && r.left == 0 && r.right == g->cols;
	int cols = whole ? 0 : r.right - r.left; /* whole rows wait */

	if (r.top < r.bottom && afford(g, r.bottom - r.top, cols))
		erase(g, r, selective, p);
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

/* The topmost N rows of the main screen become the newest of its history. */
static void
scroll_history(struct grid *g, int bottom, int n)
{
	int room = grid_history(g->rows);

	rotate(lines_begin(g), room + bottom, n);
	g->history = g->history + n < room ? g->history + n : room;
}

static void
tell_gone(const struct grid *g, int row, int n, int above)
{
	for (; n > 0; row++, n--)
		if (g->changed[grid_at(g, row)])
			g->gone->call(
				g->gone->ctx, row, g->changed[grid_at(g, row)] | above);
}

static void
scroll_lines(struct grid *g, struct rect r, int down, const struct pen *p)
{
	uint16_t *a = g->order[g->alt] + r.top;
	int count = r.bottom - r.top, n = down > 0 ? down : -down;
	bool above = down > 0 && r.top == 0 && g->alt == 0;
	struct rect blank = r;

	if (n > count)
		n = count;
	if (g->gone->call)
		tell_gone(g, down > 0 ? r.top : r.bottom - n, n, above ? GRID_ABOVE : 0);
	if (above)
		scroll_history(g, r.bottom, n);
	else if (n < count)
		rotate(a, count, down > 0 ? n : count - n);
	if (down > 0)
		blank.top = r.bottom - n;
	else
		blank.bottom = r.top + n;
	erase(g, blank, false, p);
	grid_set_big(g, blank.top, blank.bottom, false);
	memset(g->dirty + r.top, 1, (size_t)count);
	for (int row = blank.top; row < blank.bottom; row++)
		g->changed[grid_at(g, row)] |= GRID_REVEALED;
}

void
grid_set_big(struct grid *g, int top, int bottom, bool big)
{
	for (int row = top; row < bottom; row++)
		g->big[grid_at(g, row)] = big;
}

void
grid_set_small(struct grid *g)
{
	memset(g->big, 0, (size_t)line_count(g->rows));
}

void
grid_forget(struct grid *g)
{
	int alt = g->alt;

	g->alt = 0;
	for (int row = -g->history; row < 0; row++) {
		erase_cells(g, row, 0, g->cols, 0);
		g->big[grid_at(g, row)] = false;
	}
	g->history = 0;
	g->alt = alt;
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

/* Rows that become blank. */
static int
least_rows(struct rect r, int down)
{
	int n = down > 0 ? down : -down;

	return n < r.bottom - r.top ? n : r.bottom - r.top;
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
		if (afford(g, least_rows(r, down), 0))
			scroll_lines(g, r, down, p);
		return;
	}
	if (!afford(g, r.bottom - r.top, r.right - r.left))
		return;
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
	erase(g, rows, false, p);
	erase(g, cols, false, p);
	for (int row = r.top; row < r.bottom; row++)
		touch(g, row);
}

void
grid_fill(struct grid *g, uint32_t ch)
{
	const struct cell full = { .ch = ch, .width = 1 };

	if (!afford(g, g->rows, g->cols))
		return;
	for (int row = 0; row < g->rows; row++) {
		struct cell *c = grid_row(g, row);

		for (int col = 0; col < g->cols; col++)
			c[col] = full;
		filled(g, row, g->cols);
	}
}

static void
copy_row(struct grid *to, int row, const struct grid *from, int old)
{
	int cols = to->cols < from->cols ? to->cols : from->cols;
	const struct cell *src = grid_row(from, old);
	struct cell *dst = grid_row(to, row);
	int fill = grid_fill_of(from, old);

	to->big[grid_at(to, row)] = from->big[grid_at(from, old)] && to->cols > 1;
	to->fill[grid_at(to, row)] = (uint16_t)(fill < cols ? fill : cols);
	memcpy(dst, src, (size_t)cols * sizeof *dst);
	if (cols < from->cols && src[cols].width == 0)
		set_blank(&dst[cols - 1], 1, dst[cols - 1].bg);
}

/* Row 0 of TO is row SKIP of FROM; what lies above goes to the history. */
static void
copy_screen(struct grid *to, const struct grid *from, int alt, int skip)
{
	struct grid old = *from;
	int above = alt ? 0 : old.history + skip;

	if (above > grid_history(to->rows))
		above = grid_history(to->rows);
	to->alt = old.alt = alt;
	for (int row = -above; row < to->rows && row + skip < old.rows; row++)
		copy_row(to, row, &old, row + skip);
	if (!alt)
		to->history = above;
}

/* Move the clusters in use over into the (perhaps smaller) pool of TO. */
static void
copy_pool(struct grid *to, const struct grid *from)
{
	for (size_t i = 0; i < all_cells(to); i++) {
		struct cell *c = &to->cells[i];

		if (c->ch & CELL_CH_POOL) {
			const struct cluster *k = pool_of(&from->pool, c);
			struct cluster *mine = pool_take(&to->pool, NULL, 0);

			c->ch = mine ? CELL_CH_POOL | (uint32_t)(mine - to->pool.at)
				     : k->ch[0];
			if (mine)
				*mine = *k;
		}
	}
	to->pool.takes = 0;
}

static void
copy_extras(struct extras *to, const struct extras *from)
{
	struct extra *at = to->at;
	char *text = to->text;

	memcpy(at, from->at, extra_used(from));
	*to = *from;
	to->at = at;
	to->text = text;
}

void
grid_resize(struct grid *g, int rows, int cols, const int skip[2], uint8_t *scratch)
{
	struct grid old = *g;

	size_t used = grid_used(g);

	*g->work += all_cells(g) + cell_count(line_count(rows), cols);
	memcpy(scratch, g->base, used);
	memset(g->base, 0, used);
	place(&old, scratch, g->rows, g->cols);
	grid_init(g, g->base, rows, cols);
	copy_extras(&g->extras, &old.extras);
	copy_screen(g, &old, 0, skip[0]);
	copy_screen(g, &old, 1, skip[1]);
	copy_pool(g, &old);
	g->alt = old.alt;
	grid_reveal_all(g);
}

uint16_t
grid_extra(
	struct grid *g, uint32_t ul, struct span link, const uint32_t *pens, size_t npens)
{
	struct extra_users users = { g->cells, all_cells(g), pens, npens };

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
