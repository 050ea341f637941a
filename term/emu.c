/* SPDX-License-Identifier: ISC */
/* A terminal is made, fed, resized and looked at.  Feeding takes token by token off the
 * filter; the order in which bytes are cut into writes does not matter. */
#include "term/emu.h"

#include "base/err.h"
#include "base/utf8.h"
#include "term/block.h"

#include <stdlib.h>
#include <sys/mman.h>

static size_t
grid_room(void)
{
	return (grid_need(EMU_ROWS_MAX, EMU_COLS_MAX) + 4095) & ~(size_t)4095;
}

static int
clamp(int64_t v, int max)
{
	return v < 1 ? 1 : v > max ? max : (int)v;
}

static void
set_bounds(struct core *c)
{
	c->top = c->left = 0;
	c->bottom = c->grid.rows;
	c->right = c->grid.cols;
}

static void
set_defaults(struct core *c)
{
	c->row = c->col = 0;
	c->wrap = c->insert = c->newline = c->origin = c->frame = c->margins = false;
	c->reversed = c->chosen = false;
	c->autowrap = c->visible = c->blink = true;
	c->big_lines = false;
	tabs_reset(c);
	c->quiet = 0;
	c->shape = 1;
	c->pen = (struct pen){ 0 };
	c->cs = (struct charsets){ 0 };
	memset(c->saved, 0, sizeof c->saved);
	c->last = 0;
	set_bounds(c);
}

void
core_reset(struct core *c)
{
	const struct rect all = { 0, c->grid.rows, 0, c->grid.cols };

	state_reset(c);
	set_defaults(c);
	grid_forget(&c->grid);
	grid_set_small(&c->grid);
	for (c->grid.alt = 1;; c->grid.alt = 0) {
		grid_erase(&c->grid, all, false, &c->pen);
		if (!c->grid.alt)
			break;
	}
	grid_reveal_all(&c->grid);
}

/* Build everything in the zeroed block. */
static int
build(struct emu *e, int cols, int rows)
{
	struct arena *a = arena_init(e->base, BLOCK_ARENA);
	struct core *c = arena_alloc(a, sizeof *c);

	c->arena = a;
	c->slow = e->slow;
	block_touch(e, grid_need(rows, cols));
	e->core = c;
	c->grid.dirty = e->dirty;
	c->grid.changed = e->changed;
	c->grid.gone = &e->gone;
	c->grid.work = &e->work;
	grid_init(&c->grid, block_grid(e), rows, cols);
	set_defaults(c);
	return state_init(c, rows, cols);
}

struct emu *
emu_new(int cols, int rows)
{
	struct emu *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->size = BLOCK_ARENA + 2 * grid_room();
	e->base = mmap(NULL, e->size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (e->base == MAP_FAILED) {
		free(e);
		return NULL;
	}
	if (build(e, clamp(cols, EMU_COLS_MAX), clamp(rows, EMU_ROWS_MAX))) {
		emu_free(e);
		return NULL;
	}
	return e;
}

void
emu_free(struct emu *e)
{
	if (!e)
		return;
	munmap(e->base, e->size);
	free(e);
}

void
emu_reset(struct emu *e, int cols, int rows)
{
	memset(e->base, 0, BLOCK_ARENA);
	if (e->touched > (size_t)1 << 20)
		madvise(block_grid(e), grid_room(), MADV_DONTNEED); /* zero again */
	else
		memset(block_grid(e), 0, e->touched);
	e->touched = 0;
	build(e, clamp(cols, EMU_COLS_MAX), clamp(rows, EMU_ROWS_MAX));
}

void
emu_set_slow(struct emu *e, bool slow)
{
	e->slow = e->core->slow = slow;
}

void
emu_set_mark(struct emu *e, uint64_t mark)
{
	struct core *c = e->core;

	c->marked = true;
	c->mark = c->pen;
	c->mark.fg = (uint32_t)mark;
	c->mark.attr = (uint16_t)(mark >> 32);
}

void
emu_write_plain(struct emu *e, struct span bytes)
{
	if (plain_skip_until(e->core, bytes))
		plain_skip_all(e->core, &bytes);
	emu_write(e, bytes);
}

void
emu_write(struct emu *e, struct span bytes)
{
	struct core *c = e->core;
	const uint8_t *until = plain_skip_until(c, bytes), *tried = NULL;

	for (;;) {
		const uint8_t *before;
		struct tok t;

		if (bytes.p < until && bytes.p >= tried)
			tried = plain_skip(c, &bytes);
		before = bytes.p;
		t = filter_next(&c->filter, &bytes);
		grid_repay(&c->grid,
			(size_t)(bytes.p - before) - (t.kind == TOK_RUN ? t.run.n : 0));
		switch (t.kind) {
		case TOK_RUN:
			text_run(c, t.run.p, t.run.n);
			break;
		case TOK_CHAR:
			text_char(c, t.ch);
			break;
		case TOK_C0:
			act_control(c, t.ch);
			break;
		case TOK_ESC:
			act_escape(c);
			break;
		case TOK_CSI:
			act_csi(c);
			break;
		case TOK_OSC:
			osc_run(c);
			break;
		case TOK_END:
			return;
		}
	}
}

/* Row of screen ALT that becomes its first: a smaller screen loses the rows below the
 * cursor, then those at the top; a larger one gets rows back from the history. */
static int
first_row(const struct core *c, int alt, int cursor, int rows)
{
	int more = rows - c->grid.rows, over = cursor + 1 - rows;

	if (more > 0 && alt == 0)
		return more < c->grid.history ? -more : -c->grid.history;
	return more < 0 && over > 0 ? over : 0;
}

static int
at_least_0(int v)
{
	return v < 0 ? 0 : v;
}

static void
resize(struct emu *e, int cols, int rows)
{
	struct core *c = e->core;
	int at[2], first[2], row = c->row, col = c->col;
	bool origin = c->origin, wrap = c->wrap;

	at[c->grid.alt] = row;
	at[!c->grid.alt] = c->saved[!c->grid.alt].row;
	for (int i = 0; i < 2; i++)
		first[i] = first_row(c, i, at[i], rows);
	block_touch(e, grid_need(rows, cols));
	mode_set_origin(c, false);
	mode_reset_region(c);
	tabs_resize(c, cols);
	state_resize(c, rows, cols);
	grid_resize(&c->grid, rows, cols, first, block_grid(e) + grid_room());
	set_bounds(c);
	mode_set_origin(c, origin);
	for (int i = 0; i < 2; i++)
		if (c->saved[i].set)
			c->saved[i].row = at_least_0(c->saved[i].row - first[i]);
	c->row = row - first[c->grid.alt];
	c->col = clamp(col + 1, grid_width(&c->grid, c->row)) - 1;
	c->wrap = wrap && c->col == col;
}

bool
emu_resize(struct emu *e, int64_t cols, int64_t rows)
{
	int w = clamp(cols, EMU_COLS_MAX), h = clamp(rows, EMU_ROWS_MAX);

	if (w != e->core->grid.cols || h != e->core->grid.rows)
		resize(e, w, h);
	return w != cols || h != rows;
}

int
emu_cols(const struct emu *e)
{
	return e->core->grid.cols;
}

int
emu_rows(const struct emu *e)
{
	return e->core->grid.rows;
}

const struct cell *
emu_row(const struct emu *e, int row)
{
	return grid_row(&e->core->grid, row);
}

int
emu_above(const struct emu *e)
{
	return e->core->grid.alt ? 0 : e->core->grid.history;
}

bool
emu_wrapped(const struct emu *e, int row)
{
	return grid_wrapped(&e->core->grid, row);
}

struct emu_cursor
emu_cursor(const struct emu *e)
{
	const struct core *c = e->core;

	return (struct emu_cursor){ c->row, c->col, c->visible, c->blink, c->shape,
		c->chosen };
}

const char *
emu_title(const struct emu *e)
{
	return e->core->title;
}

bool
emu_alt_screen(const struct emu *e)
{
	return e->core->grid.alt != 0;
}

bool
emu_in_frame(const struct emu *e)
{
	return e->core->frame;
}

bool
emu_reversed(const struct emu *e)
{
	return e->core->reversed;
}

uint64_t
emu_bells(const struct emu *e)
{
	return e->core->bells;
}

bool
emu_dirty(const struct emu *e, int row)
{
	return e->dirty[row] != 0;
}

void
emu_clean(struct emu *e)
{
	memset(e->dirty, 0, sizeof e->dirty);
}

int
emu_line(const struct emu *e, int row)
{
	return (int)grid_at(&e->core->grid, row);
}

int
emu_change(const struct emu *e, int row)
{
	return e->changed[grid_at(&e->core->grid, row)];
}

uint64_t
emu_work(const struct emu *e)
{
	return e->work;
}

void
emu_settle(struct emu *e)
{
	memset(e->changed, 0, (size_t)grid_lines(emu_rows(e)));
}

void
emu_watch_gone(struct emu *e, emu_gone *gone, void *ctx)
{
	e->gone = (struct grid_gone){ gone, ctx };
}

int
emu_cell_text(const struct emu *e, const struct cell *c, char out[EMU_CELL_TEXT_MAX])
{
	uint32_t ch[CLUSTER_MAX];
	int n = grid_chars(&e->core->grid, c, ch), len = 0;

	for (int i = 0; i < n; i++)
		len += utf8_put((uint8_t *)out + len, ch[i]);
	out[len] = 0;
	return len;
}

/* The cells up to the first that is more than ASCII; OUT has room. */
static int
add_ascii(const struct cell *c, int n, struct buf *out)
{
	size_t from = out->n;
	int i = 0;

	for (; i < n && c[i].ch < 0x80 && c[i].width == 1; i++)
		out->p[from + (size_t)i] = c[i].ch ? (uint8_t)c[i].ch : ' ';
	out->n += (size_t)i;
	return i;
}

int
emu_row_text(const struct emu *e, int row, struct buf *out, uint32_t *colmap)
{
	const struct cell *c = emu_row(e, row);
	size_t start = out->n;
	int end = grid_fill_of(&e->core->grid, row);
	char text[EMU_CELL_TEXT_MAX];

	while (end > 0 && c[end - 1].width == 1 &&
		(c[end - 1].ch == 0 || c[end - 1].ch == ' '))
		end--;
	if (buf_reserve(out, (size_t)end) < 0)
		return buf_failed(out);
	for (int col = colmap ? 0 : add_ascii(c, end, out); col < end; col++) {
		int n = emu_cell_text(e, &c[col], text);

		if (colmap)
			colmap[col] = (uint32_t)(out->n - start);
		if (n)
			buf_add(out, text, (size_t)n);
		else if (c[col].width)
			buf_add_byte(out, ' ');
	}
	for (int col = end; colmap && col <= emu_cols(e); col++)
		colmap[col] = (uint32_t)(out->n - start);
	return buf_failed(out);
}

const char *
emu_version(void)
{
	return state_version();
}
