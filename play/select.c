/* SPDX-License-Identifier: ISC */
#include "play/select.h"

#include "render/look.h"

#include <string.h>

static int
clamp(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static int
first_row(const struct emu *e)
{
	return -emu_above(e);
}

static int
last_row(const struct emu *e)
{
	return emu_rows(e) - 1;
}

static bool
is_blank(const struct cell *c)
{
	return c->width == 1 && (c->ch == 0 || c->ch == ' ');
}

/* Behind the last character of a row. */
static int
text_end(const struct emu *e, int row)
{
	const struct cell *c = emu_row(e, row);
	int n = emu_cols(e);

	while (n > 0 && is_blank(&c[n - 1]))
		n--;
	return n;
}

void
select_to(struct select *s, const struct emu *e, int row, int col)
{
	s->row = clamp(row, first_row(e), last_row(e));
	s->col = clamp(col, 0, emu_cols(e) - 1);
	if (s->col > 0 && emu_row(e, s->row)[s->col].width == 0)
		s->col--;
}

void
select_start(struct select *s, const struct emu *e, int row, int col)
{
	s->kind = SELECT_NONE;
	select_to(s, e, row, col);
	s->from_row = s->row;
	s->from_col = s->col;
}

/* What words are made of: 0 blank, 1 letters, 2 other signs. */
static int
class_of(const struct emu *e, int row, int col)
{
	const struct cell *c = &emu_row(e, row)[col];
	uint32_t ch;

	if (c->width == 0 && col > 0)
		c--;
	ch = c->ch;
	if (is_blank(c))
		return 0;
	if (ch >= 0x80 || ch == '_' || (ch >= '0' && ch <= '9'))
		return 1;
	return (ch | 32) >= 'a' && (ch | 32) <= 'z' ? 1 : 2;
}

/* One place on (DIR 1) or back (-1), over the ends of rows; false at the end of all. */
static bool
next_place(const struct emu *e, int *row, int *col, int dir)
{
	if (*col + dir >= 0 && *col + dir < emu_cols(e)) {
		*col += dir;
		return true;
	}
	if (*row + dir < first_row(e) || *row + dir > last_row(e))
		return false;
	*row += dir;
	*col = dir > 0 ? 0 : emu_cols(e) - 1;
	return true;
}

static bool
joined(const struct emu *e, int row, int col, int dir)
{
	if (dir > 0 && col == emu_cols(e) - 1)
		return emu_wrapped(e, row);
	return dir > 0 || col > 0 || (row > first_row(e) && emu_wrapped(e, row - 1));
}

/* As long as what follows in that direction is of the same class. */
static void
run_on(const struct emu *e, int *row, int *col, int dir)
{
	int class = class_of(e, *row, *col), r = *row, c = *col;

	while (joined(e, r, c, dir) && next_place(e, &r, &c, dir) &&
		class_of(e, r, c) == class) {
		*row = r;
		*col = c;
	}
}

static void
skip_blanks(const struct emu *e, int *row, int *col, int dir)
{
	while (class_of(e, *row, *col) == 0 && next_place(e, row, col, dir))
		;
}

static void
next_word(struct select *s, const struct emu *e)
{
	if (class_of(e, s->row, s->col) != 0) {
		run_on(e, &s->row, &s->col, 1);
		next_place(e, &s->row, &s->col, 1);
	}
	skip_blanks(e, &s->row, &s->col, 1);
}

static void
word_back(struct select *s, const struct emu *e)
{
	next_place(e, &s->row, &s->col, -1);
	skip_blanks(e, &s->row, &s->col, -1);
	run_on(e, &s->row, &s->col, -1);
}

static void
word_end(struct select *s, const struct emu *e)
{
	next_place(e, &s->row, &s->col, 1);
	skip_blanks(e, &s->row, &s->col, 1);
	run_on(e, &s->row, &s->col, 1);
}

static void
right(struct select *s, const struct emu *e)
{
	s->col += emu_row(e, s->row)[s->col].width == 2 ? 2 : 1;
}

static void
line_text(struct select *s, const struct emu *e)
{
	s->col = 0;
	while (s->col < text_end(e, s->row) && is_blank(&emu_row(e, s->row)[s->col]))
		s->col++;
}

static void
line_end(struct select *s, const struct emu *e)
{
	s->col = text_end(e, s->row) - 1;
}

static const struct {
	const char *name;
	int rows, pages, cols;
	void (*go)(struct select *s, const struct emu *e);
} moves[] = {
	{ "left", 0, 0, -1, NULL },
	{ "right", 0, 0, 0, right },
	{ "up", -1, 0, 0, NULL },
	{ "down", 1, 0, 0, NULL },
	{ "word", 0, 0, 0, next_word },
	{ "word-back", 0, 0, 0, word_back },
	{ "word-end", 0, 0, 0, word_end },
	{ "line-start", 0, 0, -EMU_COLS_MAX, NULL },
	{ "line-text", 0, 0, 0, line_text },
	{ "line-end", 0, 0, 0, line_end },
	{ "page-up", 0, -1, 0, NULL },
	{ "page-down", 0, 1, 0, NULL },
	{ "history", -2 * EMU_ROWS_MAX, 0, 0, NULL },
	{ "bottom", 2 * EMU_ROWS_MAX, 0, 0, NULL },
};

bool
select_move(struct select *s, const struct emu *e, const char *where, int page)
{
	if (strcmp(where, "top") == 0) {
		select_to(s, e, 0, s->col);
		return true;
	}
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		if (strcmp(moves[i].name, where) != 0)
			continue;
		if (moves[i].go)
			moves[i].go(s, e);
		select_to(s, e, s->row + moves[i].rows + moves[i].pages * page,
			s->col + moves[i].cols);
		return true;
	}
	return false;
}

void
select_mark(struct select *s, enum select_kind kind)
{
	if (s->kind == SELECT_NONE) {
		s->from_row = s->row;
		s->from_col = s->col;
	}
	s->kind = s->kind == kind ? SELECT_NONE : kind;
}

void
select_other_end(struct select *s)
{
	int row = s->row, col = s->col;

	if (s->kind == SELECT_NONE)
		return;
	s->row = s->from_row;
	s->col = s->from_col;
	s->from_row = row;
	s->from_col = col;
}

void
select_word(struct select *s, const struct emu *e, int row, int col)
{
	select_start(s, e, row, col);
	if (class_of(e, s->row, s->col) == 0)
		return;
	s->kind = SELECT_CHARS;
	run_on(e, &s->from_row, &s->from_col, -1);
	run_on(e, &s->row, &s->col, 1);
	select_to(s, e, s->row, s->col);
}

void
select_line(struct select *s, const struct emu *e, int row)
{
	select_start(s, e, row, 0);
	s->kind = SELECT_LINES;
	while (s->from_row > first_row(e) && emu_wrapped(e, s->from_row - 1))
		s->from_row--;
	while (s->row < last_row(e) && emu_wrapped(e, s->row))
		s->row++;
}

void
select_all(struct select *s, const struct emu *e)
{
	select_start(s, e, 0, 0);
	s->kind = SELECT_LINES;
	s->row = last_row(e);
}

struct part { /* rows and columns inclusive; of the first and the last row when it flows */
	int top, bottom, left, right;
};

static struct part
part_of(const struct select *s)
{
	struct part p = { s->from_row, s->row, s->from_col, s->col };
	bool back =
		s->row < s->from_row || (s->row == s->from_row && s->col < s->from_col);
	bool block = s->kind == SELECT_BLOCK;

	if (back) {
		p.top = s->row;
		p.bottom = s->from_row;
	}
	if (block ? s->col < s->from_col : back) {
		p.left = s->col;
		p.right = s->from_col;
	}
	return p;
}

/* The columns of ROW that are selected, characters whole; false: none. */
static bool
columns(const struct select *s, const struct emu *e, int row, int *from, int *to)
{
	struct part p = part_of(s);
	const struct cell *c;
	int last = emu_cols(e) - 1;

	if (s->kind == SELECT_NONE || row < p.top || row > p.bottom)
		return false;
	*from = s->kind == SELECT_LINES || (s->kind == SELECT_CHARS && row > p.top)
			? 0
			: p.left;
	*to = s->kind == SELECT_LINES || (s->kind == SELECT_CHARS && row < p.bottom)
		      ? last
		      : p.right;
	*from = clamp(*from, 0, last);
	*to = clamp(*to, *from, last);
	c = emu_row(e, row);
	*from -= *from > 0 && c[*from].width == 0;
	*to += *to < last && c[*to].width == 2;
	return true;
}

bool
select_has(const struct select *s, const struct emu *e, int row, int col)
{
	int from, to;

	return columns(s, e, row, &from, &to) && col >= from && col <= to;
}

static void
put_row(struct buf *out, const struct emu *e, int row, int from, int to, bool whole)
{
	const struct cell *c = emu_row(e, row);
	size_t start = out->n;

	for (int i = from; i <= to; i++)
		if (c[i].width > 0)
			look_text(out, e, &c[i]);
	while (!whole && out->n > start && out->p[out->n - 1] == ' ')
		buf_cut(out, out->n - 1);
}

int
select_text(const struct select *s, const struct emu *e, struct buf *out)
{
	struct part p = part_of(s);
	int from, to, top = clamp(p.top, first_row(e), last_row(e));
	int bottom = clamp(p.bottom, top, last_row(e));

	size_t start = out->n;

	for (int row = top; row <= bottom; row++) {
		bool wrapped =
			s->kind != SELECT_BLOCK && row < bottom && emu_wrapped(e, row);

		if (!columns(s, e, row, &from, &to))
			break;
		if (wrapped) /* a wide character that did not fit leaves a blank */
			to = clamp(text_end(e, row) - 1, from, to);
		put_row(out, e, row, from, to, wrapped);
		if (row < bottom && !wrapped)
			buf_add_byte(out, '\n');
	}
	while (out->n > start && out->p[out->n - 1] == '\n')
		buf_cut(out, out->n - 1);
	return buf_failed(out);
}
