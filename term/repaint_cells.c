/* SPDX-License-Identifier: ISC */
/* Rows are painted from the top to the bottom on a blank screen.  Cells that were never written
 * are left alone, those that were erased in a colour are erased again.  A row whose text goes
 * on in the next one is made to by printing one character more, which lands there and is
 * painted over. */
#include "term/repaint.h"

#include "base/utf8.h"
#include "term/sgr.h"
#include "term/width.h"

#define JOINER   0x200d
#define WIDE     0x3000 /* a blank of two columns */
#define WRAP_MIN 6      /* columns a screen must have for text that goes on */

/* ---- the pen ---- */

static struct span
link_of(const struct brush *b, const struct pen *p)
{
	return p->attr & CELL_LINK ? extra_link(&b->c->grid.extras, p->extra)
				   : span_of(NULL, 0);
}

static bool
same_link(const struct brush *b, const struct pen *p, const struct pen *q)
{
	return !((p->attr ^ q->attr) & CELL_LINK) &&
	       span_eq(link_of(b, p), link_of(b, q));
}

#define BROKEN   "\xef\xbf\xbd" /* U+FFFD, which any byte that is broken becomes */
#define ELLIPSIS "\xe2\x80\xa6"

/* Bytes of S as they may have come: a broken one is one. */
static size_t
tight_length(const char *s)
{
	size_t n = strlen(s);

	for (; (s = strstr(s, BROKEN)); s += 3)
		n -= 2;
	return n;
}

static void
put_tight(struct buf *out, const char *s, size_t n)
{
	for (const char *end = s + n; s < end;) {
		bool broken = strncmp(s, BROKEN, 3) == 0;

		buf_add_byte(out, broken ? 0xff : (uint8_t)*s);
		s += broken ? 3 : 1;
	}
}

/* "ID NUL URI NUL".  A cut one ends with an ellipsis, which the reader must add itself: then the
 * string is made as long as what is kept, by empty parameters, and a byte more. */
static void
put_link(struct brush *b, struct span s)
{
	const char *id = s.n ? (const char *)s.p : "",
		   *uri = s.n ? id + strlen(id) + 1 : "";
	size_t n = strlen(uri),
	       all = strlen("8;;") + tight_length(id) + tight_length(uri);
	bool cut;

	all += *id ? strlen("id=") : 0;
	cut = n >= 3 && strcmp(uri + n - 3, ELLIPSIS) == 0 && all > FILTER_STRING;
	n -= cut ? 3 : 0;
	buf_add_str(b->out, "\033]8;");
	for (size_t i = all - 3; cut && i < FILTER_STRING; i++)
		buf_add_byte(b->out, ':');
	buf_add_str(b->out, *id ? "id=" : "");
	put_tight(b->out, id, strlen(id));
	buf_add_byte(b->out, ';');
	put_tight(b->out, uri, n);
	/* a link that was not kept, or whose bytes were all left out */
	buf_add_str(b->out, cut ? "x" : n ? "" : "\x7f");
	buf_add_str(b->out, "\033\\");
}

static void
set_link(struct brush *b, const struct pen *p)
{
	if (same_link(b, &b->pen, p))
		return;
	if (p->attr & CELL_LINK)
		put_link(b, link_of(b, p));
	else
		buf_add_str(b->out, "\033]8;;\033\\");
}

static struct sgr
sgr_of(const struct pen *p)
{
	return (struct sgr){ p->fg, p->bg, p->ul, p->attr & (uint16_t)~CELL_LINK };
}

void
brush_pen(struct brush *b, const struct pen *p)
{
	struct sgr now = sgr_of(&b->pen), then = sgr_of(p);

	set_link(b, p);
	if (!sgr_same(&now, &then))
		sgr_put(b->out, &then);
	if (b->pen.guard != p->guard)
		buf_addf(b->out, "\033[%d\"q", p->guard);
	b->pen = *p;
}

static struct pen
pen_of(const struct brush *b, const struct cell *c)
{
	return (struct pen){ .fg = c->fg,
		.bg = c->bg,
		.attr = c->attr,
		.guard = c->guard,
		.ul = b->c->grid.extras.at[c->extra].ul,
		.extra = c->extra };
}

/* ---- cells ---- */

void
brush_to(struct brush *b, int row, int col)
{
	if (b->row != row || b->col != col)
		buf_addf(b->out, "\033[%d;%dH", row - b->top + 1, col - b->left + 1);
	b->row = row;
	b->col = col;
}

static const struct cell *
cell_at(const struct brush *b, int row, int col)
{
	return &grid_row(&b->g, row)[col];
}

static bool
is_blank(const struct cell *c)
{
	return c->ch == 0 && c->width == 1;
}

void
brush_clear(struct brush *b, int row, int col, int n)
{
	static const struct pen plain;

	brush_to(b, row, col);
	brush_pen(b, &plain);
	buf_addf(b->out, "\033[%dX", n);
}

static void
put_char(struct brush *b, uint32_t ch)
{
	uint8_t s[UTF8_MAX_LEN];
	int n = utf8_put(s, ch);

	buf_add(b->out, s, (size_t)n);
}

/* The cell C at COL of the reader's row ROW. */
static void
put_cell(struct brush *b, const struct cell *c, int row, int col)
{
	struct pen pen = pen_of(b, c);
	uint32_t ch[CLUSTER_MAX];
	int n = grid_chars(&b->g, c, ch);

	brush_to(b, row, col);
	brush_pen(b, &pen);
	for (int i = 0; i < n; i++)
		put_char(b, ch[i]);
	b->last = ch[0];
	b->col += c->width;
	if (b->col >= b->g.cols)
		b->row = -1;
}

/* A wide character printed behind it would join it. */
static bool
waits(const struct brush *b, const struct cell *c)
{
	uint32_t ch[CLUSTER_MAX];
	int n = grid_chars(&b->g, c, ch);

	return n > 1 && ch[n - 1] == JOINER;
}

/* Does the character left of C, which stands at COL, wait? */
static bool
waits_before(const struct brush *b, const struct cell *c, int col)
{
	if (col == 0)
		return false;
	return waits(b, col > 1 && c[-1].width == 0 ? c - 2 : c - 1);
}

bool
brush_joins(const struct brush *b, int row, int col)
{
	const struct cell *c = cell_at(b, row, col);

	if (c->width == 0 && col > 0)
		c = cell_at(b, row, --col);
	return c->width == 2 && waits_before(b, c, col);
}

bool
brush_cell(struct brush *b, int row, int col)
{
	const struct cell *c = cell_at(b, row, col);

	if (c->width == 0 && col > 0)
		c = cell_at(b, row, --col);
	if (is_blank(c))
		return false;
	put_cell(b, c, row, col);
	return true;
}

/* Cells from COL on that were erased in one colour, which is none. */
static int
erased(const struct cell *row, int col, int cols)
{
	int n = 0;

	while (col + n < cols && is_blank(&row[col + n]) &&
		row[col + n].bg == row[col].bg)
		n++;
	return n;
}

static void
erase(struct brush *b, int row, int col, int n, uint32_t bg)
{
	struct pen pen = { .bg = bg };

	brush_to(b, row, col);
	brush_pen(b, &pen);
	buf_addf(b->out, "\033[%dX", n);
}

/* Columns FROM to TO of FROM_ROW at ROW. */
static void
put_cells(struct brush *b, int from_row, int row, int from, int to)
{
	const struct cell *c = grid_row(&b->g, from_row);
	bool late = false;

	for (int col = from, n = 1; col < to; col += n) {
		n = 1;
		if (is_blank(&c[col])) {
			n = erased(c, col, to);
			if (c[col].bg)
				erase(b, row, col, n, c[col].bg);
		} else if (waits(b, &c[col])) {
			late = true;
		} else if (c[col].width) {
			put_cell(b, &c[col], row, col);
		}
	}
	for (int col = to - 1; late && col >= from; col--)
		if (c[col].width && waits(b, &c[col]))
			put_cell(b, &c[col], row, col);
}

/* ---- text that goes on ---- */

/* Prints the cell at COL once more and a character of WIDTH that has no room behind it. */
static void
run_over(struct brush *b, int from_row, int row, int col, int width)
{
	static const struct pen plain;
	const struct cell *c = grid_row(&b->g, from_row) + col;

	if (c->width == 0 && col > 0)
		c = grid_row(&b->g, from_row) + --col;
	if (c->width == 2 && waits_before(b, c, col))
		return;
	put_cell(b, c, row, col);
	brush_pen(b, &plain);
	put_char(b, width == 2 ? WIDE : 'x');
	b->last = width == 2 ? WIDE : 'x';
	b->row = -1;
	b->spill = 2;
}

/* In the last row, what runs over must not scroll: outside of the region it comes to the front
 * of the same row. */
static void
wrap_last_row(struct brush *b, int from_row, int row, int col, int width)
{
	if (b->g.rows < 3)
		return;
	buf_addf(b->out, "\033[1;%dr", row);
	b->row = -1;
	run_over(b, from_row, row, col, width);
	brush_clear(b, row, 0, 2);
	/* a wide character may begin in the second and was cut */
	put_cells(b, from_row, row, 0, 3);
	buf_add_str(b->out, "\033[r");
	b->row = -1;
	b->spill = 0;
}

static void
wrap(struct brush *b, int from_row, int row)
{
	const struct cell *c = grid_row(&b->g, from_row);
	int cols = b->g.cols;

	if (cols < WRAP_MIN)
		return;
	for (int col = cols - 2; col < cols; col++) {
		if (!c[col].wrap || is_blank(&c[col]))
			continue;
		if (row == b->g.rows - 1)
			wrap_last_row(b, from_row, row, col, cols - col);
		else
			run_over(b, from_row, row, col, cols - col);
	}
}

/* ---- rows ---- */

static void
put_row(struct brush *b, int from_row, int row)
{
	if (b->spill)
		brush_clear(b, row, 0, b->spill < b->g.cols ? b->spill : b->g.cols);
	b->spill = 0;
	put_cells(b, from_row, row, 0, b->g.cols);
	wrap(b, from_row, row);
	if (b->g.big[grid_at(&b->g, from_row)]) {
		brush_to(b, row, 0);
		buf_add_str(b->out, "\033#6");
		b->row = -1;
	}
}

/* The rows above: as many at a time as there is room for, then all are scrolled out. */
static void
put_history(struct brush *b)
{
	static const struct pen plain;
	int room = b->g.rows > 1 ? b->g.rows - 1 : 1;

	for (int left = b->g.history; left > 0;) {
		int n = left < room ? left : room;

		for (int i = 0; i < n; i++)
			put_row(b, i - left, i);
		brush_pen(b, &plain);
		buf_addf(b->out, "\033[%dS", n);
		b->row = -1;
		left -= n;
	}
}

void
brush_screen(struct brush *b, int alt)
{
	b->g.alt = alt;
	if (!alt)
		put_history(b);
	for (int row = 0; row < b->g.rows; row++)
		put_row(b, row, row);
}

/* ---- the last character ---- */

static bool
may_repeat(const struct brush *b, int row, int col, uint32_t ch)
{
	const struct cell *c = cell_at(b, row, col);
	uint32_t has[CLUSTER_MAX];

	if (!c->width || c->wrap || (col + c->width < b->g.cols && c[c->width].wrap))
		return false;
	if (c->width == 2 && c[1].wrap)
		return false;
	return grid_chars(&b->g, c, has) > 0 && has[0] == ch && !waits_before(b, c, col);
}

/* WIDTH blanks of one colour. */
static bool
has_room(const struct brush *b, int row, int col, int width)
{
	const struct cell *c = cell_at(b, row, col);

	return col + width <= grid_width(&b->g, row) && is_blank(c) &&
	       erased(c - col, col, col + width) == width && (col == 0 || !c[-1].wrap) &&
	       (width == 1 || !waits_before(b, c, col));
}

static bool
try_last(struct brush *b, int row, int col, uint32_t ch)
{
	static const struct pen plain;
	int width = width_of(ch);

	if (may_repeat(b, row, col, ch))
		return brush_cell(b, row, col);
	if (!has_room(b, row, col, width))
		return false;
	brush_to(b, row, col);
	brush_pen(b, &plain);
	put_char(b, ch);
	b->row = -1;
	b->last = ch;
	erase(b, row, col, width, cell_at(b, row, col)->bg);
	return true;
}

void
brush_last(struct brush *b, uint32_t ch)
{
	if (!ch || ch == b->last)
		return;
	for (int row = 0; row < b->g.rows; row++)
		for (int col = 0; col < grid_width(&b->g, row); col++)
			if (try_last(b, row, col, ch))
				return;
}
