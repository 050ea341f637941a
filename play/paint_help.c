/* SPDX-License-Identifier: ISC */
/* The help: keys by topic, in as many columns as the window has room for. */
#include "play/paint.h"

#define COLUMN_COLS 58 /* that a column should have */
#define COLUMNS_MAX 3
#define KEYS_COLS   21
#define HEAD_ROWS   2

/* Line I of the help: titles have an empty one above them; NULL: empty, or there is none. */
static const struct help_row *
line_row(const struct help *h, int i)
{
	for (int k = 0; k < h->n && i >= 0; k++) {
		if (h->row[k].title && k > 0 && i-- == 0)
			return NULL;
		if (i-- == 0)
			return &h->row[k];
	}
	return NULL;
}

static int
count_lines(const struct help *h)
{
	int n = h->n;

	for (int k = 1; k < h->n; k++)
		n += h->row[k].title;
	return n;
}

static void
help_line(enum theme_depth depth, struct canvas *c, int row, int col, int cols,
	const struct help_row *r)
{
	int keys = cols < 60 ? cols * 2 / 5 : KEYS_COLS;

	if (keys > KEYS_COLS)
		keys = KEYS_COLS;
	if (r->title) {
		canvas_text(c, row, col, cols, theme_style(depth, ROLE_TITLE), r->text);
		return;
	}
	canvas_text(c, row, col, keys - 1, theme_style(depth, ROLE_KEY), r->keys);
	canvas_text(c, row, col + keys, cols - keys, (struct style){ 0 }, r->text);
}

/* Lines TOP to TOP + ROWS of one column. */
static void
help_column(const struct help *h, enum theme_depth depth, struct canvas *c,
	struct view_rect area, int first, int end)
{
	for (int i = 0; i < area.rows && first + i < end; i++) {
		const struct help_row *r = line_row(h, first + i);

		if (r)
			help_line(depth, c, area.row + i, area.col, area.cols, r);
	}
}

void
paint_help_rows(
	struct help *h, enum theme_depth depth, struct canvas *c, struct view_rect area)
{
	int lines = count_lines(h), columns = area.cols / COLUMN_COLS, each, cols;

	columns = columns < 1 ? 1 : columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
	each = (lines + columns - 1) / columns;
	cols = area.cols / columns;
	h->page = area.rows > HEAD_ROWS ? area.rows - HEAD_ROWS : 1;
	if (h->top + (size_t)h->page > (size_t)each)
		h->top = each > h->page ? (size_t)(each - h->page) : 0;
	for (int i = 0; i < area.rows; i++)
		canvas_fill(
			c, area.row + i, area.col, area.cols, (struct style){ 0 }, ' ');
	canvas_text(c, area.row, area.col + 2, area.cols - 2,
		theme_style(depth, ROLE_TITLE),
		each > h->page ? "Keys (arrows scroll, h or Esc leaves)"
			       : "Keys (h or Esc leaves)");
	for (int i = 0; i < columns; i++)
		help_column(h, depth, c,
			(struct view_rect){ area.row + HEAD_ROWS, area.col + i * cols + 2,
				area.rows - HEAD_ROWS, cols - 3 },
			i * each + (int)h->top,
			(i + 1) * each < lines ? (i + 1) * each : lines);
}

void
paint_help(struct app *a, struct canvas *c, struct view_rect area)
{
	paint_help_rows(&a->help, a->o.depth, c, area);
}
