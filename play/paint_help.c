/* SPDX-License-Identifier: ISC */
/* The help: keys by topic, in as many columns as the window has room for. */
#include "play/paint.h"

#include <stdio.h>
#include <string.h>

#define COLUMN_COLS 58 /* that a column should have */
#define COLUMNS_MAX 3
#define KEYS_COLS   21
#define HEAD_ROWS   2

/* Texts that are too long for their column go on in the next line. */
struct columns {
	int keys, text; /* their widths */
};

/* Line I (0 is the first) of TEXT in COLS columns; "" behind the last.  Returns its bytes. */
static int
wrapped(const char **text, int i, int cols)
{
	const char *s = *text;
	size_t n, all;

	for (;; i--) {
		all = strlen(s);
		n = all ? canvas_text_fit(s, all, cols) : 0;
		for (size_t k = n; n < all && k > 0; k--)
			if (s[k] == ' ') {
				n = k;
				break;
			}
		if (i == 0 || !all)
			break;
		s += n;
		s += strspn(s, " ");
	}
	*text = s;
	return (int)n;
}

/* Lines of a row; a title has an empty one above it. */
static int
lines_of(const struct help_row *r, struct columns w)
{
	const char *keys, *text;

	for (int n = 0;; n++) {
		keys = r->keys;
		text = r->text;
		if (wrapped(&keys, n, w.keys) + wrapped(&text, n, w.text) == 0)
			return n + r->title;
	}
}

static int
count_lines(const struct help *h, struct columns w)
{
	int n = 0;

	for (int k = 0; k < h->n; k++)
		n += lines_of(&h->row[k], w);
	return n - (h->n > 0); /* the first line is no empty one */
}

static void
put(struct canvas *c, int row, int col, int i, int cols, struct style s, const char *text)
{
	char line[COMMAND_TEXT_MAX];
	int n = wrapped(&text, i, cols);

	snprintf(line, sizeof line, "%.*s", n, text);
	canvas_text(c, row, col, cols, s, line);
}

/* Line I of what R is. */
static void
help_line(enum theme_depth depth, struct canvas *c, int row, int col, struct columns w,
	const struct help_row *r, int i)
{
	if (r->title) {
		put(c, row, col, i - 1, w.keys + 1 + w.text,
			theme_style(depth, ROLE_TITLE), i ? r->text : "");
		return;
	}
	put(c, row, col, i, w.keys, theme_style(depth, ROLE_KEY), r->keys);
	put(c, row, col + w.keys + 1, i, w.text, (struct style){ 0 }, r->text);
}

/* Lines FIRST to END of one column. */
static void
help_column(const struct help *h, enum theme_depth depth, struct canvas *c,
	struct view_rect area, struct columns w, int first, int end)
{
	int at = -1; /* of the line that is looked at; the first line is an empty one */

	for (int k = 0; k < h->n; k++) {
		for (int i = 0, n = lines_of(&h->row[k], w); i < n; i++, at++)
			if (at >= first && at < end && at - first < area.rows)
				help_line(depth, c, area.row + at - first, area.col, w,
					&h->row[k], i);
	}
}

static struct columns
widths(int cols)
{
	struct columns w = { .keys = cols < 60 ? cols * 2 / 5 : KEYS_COLS };

	if (w.keys > KEYS_COLS)
		w.keys = KEYS_COLS;
	w.keys = w.keys > 2 ? w.keys - 1 : 1;
	w.text = cols > w.keys + 2 ? cols - w.keys - 1 : 1;
	return w;
}

void
paint_help_rows(
	struct help *h, enum theme_depth depth, struct canvas *c, struct view_rect area)
{
	int columns = area.cols / COLUMN_COLS, lines, each, cols;
	struct columns w;

	columns = columns < 1 ? 1 : columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
	cols = area.cols / columns;
	w = widths(cols - 3);
	lines = count_lines(h, w);
	each = (lines + columns - 1) / columns;
	h->page = area.rows > HEAD_ROWS ? area.rows - HEAD_ROWS : 1;
	if (h->top > (size_t)(each > h->page ? each - h->page : 0))
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
			w, i * each + (int)h->top,
			(i + 1) * each < lines ? (i + 1) * each : lines);
}

void
paint_help(struct app *a, struct canvas *c, struct view_rect area)
{
	paint_help_rows(&a->help, a->o.depth, c, area);
}
