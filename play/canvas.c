/* SPDX-License-Identifier: ISC */
#include "play/canvas.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <wchar.h>

static int
clamp(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

void
canvas_free(struct canvas *c)
{
	free(c->cell);
	free(c->pool);
	*c = (struct canvas){ 0 };
}

int
canvas_size(struct canvas *c, int cols, int rows)
{
	struct cell *cell;

	cols = clamp(cols, 1, CANVAS_COLS_MAX);
	rows = clamp(rows, 1, CANVAS_ROWS_MAX);
	if (!c->pool)
		c->pool = calloc(CANVAS_POOL, sizeof *c->pool);
	cell = calloc((size_t)rows * (size_t)cols, sizeof *cell);
	if (!cell || !c->pool) {
		free(cell);
		return ERR_NOMEM;
	}
	free(c->cell);
	c->cell = cell;
	c->cols = cols;
	c->rows = rows;
	c->cursor_row = -1;
	c->generation++;
	for (int r = 0; r < rows; r++)
		canvas_fill(c, r, 0, cols, (struct style){ 0 }, ' ');
	return 0;
}

void
canvas_begin(struct canvas *c)
{
	if (c->pooled < CANVAS_POOL / 2 && c->uls < CANVAS_ULS / 2)
		return;
	memset(c->pool, 0, CANVAS_POOL * sizeof *c->pool);
	c->pooled = 0;
	c->uls = 0;
	c->generation++;
}

struct cell *
canvas_row(const struct canvas *c, int row)
{
	return c->cell + (size_t)row * (size_t)c->cols;
}

static struct cell
make_cell(struct style s, uint32_t ch, int width)
{
	return (struct cell){
		.ch = ch, .fg = s.fg, .bg = s.bg, .attr = s.attr, .width = (uint8_t)width
	};
}

void
canvas_fill(struct canvas *c, int row, int col, int cols, struct style s, uint32_t ch)
{
	if (row < 0 || row >= c->rows)
		return;
	for (int i = col < 0 ? 0 : col; i < col + cols && i < c->cols; i++)
		canvas_row(c, row)[i] = make_cell(s, ch, 1);
}

/* Not marks on a character but orders to whoever shows the text: directions, joining of
 * words, tags.  They would turn around what stands beside them. */
static bool
is_order(uint32_t ch)
{
	return ch == 0x61C || (ch >= 0x200E && ch <= 0x200F) ||
	       (ch >= 0x2028 && ch <= 0x202E) || (ch >= 0x2060 && ch <= 0x206F) ||
	       ch == 0xFEFF || (ch >= 0xFFF9 && ch <= 0xFFFB) ||
	       (ch >= 0xE0000 && ch <= 0xE007F);
}

/* The next character of *TEXT as it may be shown, with its width; 0 at the end. */
static uint32_t
next_char(const char **text, int *width)
{
	uint32_t ch;
	size_t n = strlen(*text);

	do {
		int k = n ? utf8_get((const uint8_t *)*text, n, &ch, NULL) : 0;

		if (k == 0) { /* the end, or cut in the middle */
			*text += n;
			return 0;
		}
		*text += k;
		n -= (size_t)k;
		*width = ch < 32 || (ch >= 0x7F && ch < 0xA0) ? -1 : wcwidth((wchar_t)ch);
	} while (*width == 0 || is_order(ch)); /* lists do without combining marks */
	if (*width < 0) {
		*width = 1;
		return '?';
	}
	return ch;
}

int
canvas_text(
	struct canvas *c, int row, int col, int cols, struct style s, const char *text)
{
	int used = 0, width = 0;
	uint32_t ch;

	if (row < 0 || row >= c->rows || col < 0)
		return 0;
	if (cols > c->cols - col)
		cols = c->cols - col;
	while ((ch = next_char(&text, &width)) && used + width <= cols) {
		canvas_row(c, row)[col + used] = make_cell(s, ch, width);
		if (width == 2)
			canvas_row(c, row)[col + used + 1] = make_cell(s, 0, 0);
		used += width;
	}
	return used;
}

int
canvas_text_cols(const char *text)
{
	int n = 0, width = 0;

	while (next_char(&text, &width))
		n += width;
	return n;
}

size_t
canvas_text_fit(const char *text, size_t n, int cols)
{
	char piece[UTF8_MAX_LEN * CANVAS_COLS_MAX + 1];
	const char *at = piece;
	size_t fit = 0;
	int used = 0, width = 0;

	if (n >= sizeof piece)
		n = sizeof piece - 1;
	memcpy(piece, text, n);
	piece[n] = 0;
	while (next_char(&at, &width)) {
		used += width;
		if (used > cols && fit)
			return fit;
		fit = (size_t)(at - piece);
	}
	return n;
}

/* TEXT without orders; its new length. */
static int
drop_orders(char *text, int n)
{
	int out = 0, k;
	uint32_t ch;

	for (int i = 0; i < n; i += k) {
		k = utf8_get((const uint8_t *)text + i, (size_t)(n - i), &ch, NULL);
		if (k <= 0)
			break;
		if (is_order(ch))
			continue;
		memmove(text + out, text + i, (size_t)k);
		out += k;
	}
	return out;
}

/* Open addressing; a text that finds no place is refused. */
static int
intern(struct canvas *c, const char *text, int n)
{
	uint32_t h = 2166136261u;

	for (int i = 0; i < n; i++)
		h = (h ^ (uint8_t)text[i]) * 16777619u;
	for (uint32_t i = h % CANVAS_POOL;; i = (i + 1) % CANVAS_POOL) {
		if (!c->pool[i][0]) {
			if (c->pooled >= CANVAS_POOL / 4 * 3)
				return -1;
			memcpy(c->pool[i], text, (size_t)n);
			c->pooled++;
			return (int)i;
		}
		if (strlen(c->pool[i]) == (size_t)n &&
			memcmp(c->pool[i], text, (size_t)n) == 0)
			return (int)i;
	}
}

/* Most often it is that of the cell before: the newest first. */
static uint16_t
intern_underline(struct canvas *c, uint32_t ul)
{
	int i = c->uls;

	while (i > 0 && c->ul[i] != ul)
		i--;
	if (!ul || i > 0)
		return ul ? (uint16_t)i : 0;
	if (c->uls == CANVAS_ULS - 1)
		return 0;
	c->ul[++c->uls] = ul;
	return (uint16_t)c->uls;
}

void
canvas_emu_cell(
	struct canvas *c, int row, int col, const struct emu *e, const struct cell *from)
{
	struct cell *to = &canvas_row(c, row)[col];
	char text[EMU_CELL_TEXT_MAX] = "";
	int n, at;

	*to = *from;
	to->guard = to->wrap = 0;
	to->extra = from->extra ? intern_underline(c, emu_cell_underline(e, from)) : 0;
	if (emu_reversed(e))
		to->attr ^= CELL_REVERSE;
	if (from->width == 0)
		to->ch = 0;
	else if (from->ch == 0)
		to->ch = ' ';
	else if (is_order(from->ch))
		to->ch = UTF8_BAD;
	if (!(from->ch & CELL_CH_POOL) || from->width == 0)
		return;
	n = drop_orders(text, emu_cell_text(e, from, text));
	if (n >= EMU_CELL_TEXT_MAX)
		n = EMU_CELL_TEXT_MAX - 1;
	at = n > 0 ? intern(c, text, n) : -1;
	if (at >= 0)
		to->ch = CELL_CH_POOL | (uint32_t)at;
	else if (n <= 0 || utf8_get((const uint8_t *)text, (size_t)n, &to->ch, NULL) == 0)
		to->ch = UTF8_BAD;
}

int
canvas_cell_text(
	const struct canvas *c, const struct cell *cell, char out[EMU_CELL_TEXT_MAX])
{
	size_t n;

	if (cell->width == 0)
		return 0;
	if (!(cell->ch & CELL_CH_POOL))
		return utf8_put((uint8_t *)out, cell->ch ? cell->ch : ' ');
	n = strlen(c->pool[cell->ch & (CANVAS_POOL - 1)]);
	memcpy(out, c->pool[cell->ch & (CANVAS_POOL - 1)], n);
	return (int)n;
}

int
canvas_row_text(const struct canvas *c, int row, struct buf *out)
{
	const struct cell *cell = canvas_row(c, row);
	char text[EMU_CELL_TEXT_MAX];
	size_t keep = out->n;

	for (int i = 0; i < c->cols; i++) {
		int n = canvas_cell_text(c, &cell[i], text);

		buf_add(out, text, (size_t)n);
		if (n > 0 && !(n == 1 && text[0] == ' '))
			keep = out->n;
	}
	if (!buf_failed(out))
		buf_cut(out, keep);
	return buf_failed(out);
}
