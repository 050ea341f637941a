/* SPDX-License-Identifier: ISC */
/* The table of recordings: as many columns as there is room for, the file at the end. */
#include "play/picker.h"

#include "play/paint.h"

#include <stdio.h>

#define HEAD_ROWS 2
#define NAME_COLS 20 /* that the file should have */
#define GAP       2

/* Widths, and which columns go first when there is little room. */
static const struct {
	enum picker_column col;
	int cols;
	bool right;
} wanted[] = {
	{ PICKER_DATE, 16, false },
	{ PICKER_LENGTH, 8, true },
	{ PICKER_USER, 10, false },
	{ PICKER_COMMAND, 24, false },
	{ PICKER_END, 10, false },
	{ PICKER_HOST, 14, false },
	{ PICKER_SIZE, 6, true },
};
#define NWANTED ((int)(sizeof wanted / sizeof *wanted))

struct table {
	int cols[PICKER_COLUMNS]; /* 0: not shown */
	bool right[PICKER_COLUMNS];
	int name;
};

static struct table
fit(int cols)
{
	struct table t = { .name = cols };

	for (int i = 0; i < NWANTED; i++) {
		if (t.name - wanted[i].cols - GAP < NAME_COLS)
			continue;
		t.cols[wanted[i].col] = wanted[i].cols;
		t.right[wanted[i].col] = wanted[i].right;
		t.name -= wanted[i].cols + GAP;
	}
	t.cols[PICKER_NAME] = t.name;
	return t;
}

static struct style
style(const struct picker *p, enum theme_role role)
{
	return theme_style(p->depth, role);
}

static void
put(struct canvas *c, int row, int col, int cols, bool right, struct style s,
	const char *text)
{
	int n = right ? canvas_text_cols(text) : cols;

	canvas_text(c, row, col + (n < cols ? cols - n : 0), cols, s, text);
}

static void
paint_titles(const struct picker *p, struct canvas *c, const struct table *t, int row)
{
	char text[32];
	int col = 1;

	for (int i = 0; i < PICKER_COLUMNS; i++) {
		bool sort = i == (int)p->sort;

		if (!t->cols[i])
			continue;
		snprintf(text, sizeof text, "%s%s", picker_title((enum picker_column)i),
			!sort        ? ""
			: !p->utf8   ? (p->reverse ? " v" : " ^")
			: p->reverse ? " \u25BE"
				     : " \u25B4");
		put(c, row, col, t->cols[i], t->right[i],
			style(p, sort ? ROLE_KEY : ROLE_TITLE), text);
		col += t->cols[i] + GAP;
	}
}

static enum theme_role
cell_role(const struct catalog_entry *e, int i)
{
	if (e->known == CATALOG_BAD)
		return ROLE_LIST;
	if (i == PICKER_END && strncmp(e->end, "exit 0", 7) != 0 &&
		e->known == CATALOG_ALL)
		return ROLE_KIND_WARN;
	return i == PICKER_DATE || i == PICKER_SIZE ? ROLE_LIST_TIME : ROLE_LIST_PAST;
}

static void
paint_row(const struct picker *p, struct canvas *c, const struct table *t, int row,
	size_t i)
{
	const struct catalog_entry *e = &p->catalog.v[p->order[i]];
	bool selected = i == p->selected;
	char text[CATALOG_COMMAND_MAX];
	int col = 1;

	if (selected)
		canvas_fill(c, row, 0, c->cols, style(p, ROLE_LIST_SELECTED), ' ');
	for (int k = 0; k < PICKER_COLUMNS; k++) {
		if (!t->cols[k])
			continue;
		put(c, row, col, t->cols[k], t->right[k],
			style(p, selected ? ROLE_LIST_SELECTED : cell_role(e, k)),
			picker_text(e, (enum picker_column)k, text));
		col += t->cols[k] + GAP;
	}
}

/* How many there are, and how far they are known. */
static void
paint_head(const struct picker *p, struct canvas *c)
{
	const struct catalog *k = &p->catalog;
	char text[PROMPT_MAX + 128];
	size_t all = k->n - k->foreign;
	int n = 0;

	if (p->n < all)
		n = snprintf(text, sizeof text, "%zu of ", p->n);
	n += snprintf(text + n, sizeof text - (size_t)n, "%zu recording%s", all,
		all == 1 ? "" : "s");
	if (k->foreign && p->n == all)
		n += snprintf(text + n, sizeof text - (size_t)n, ", %zu other file%s",
			k->foreign, k->foreign == 1 ? "" : "s");
	if (k->left_out)
		n += snprintf(text + n, sizeof text - (size_t)n, " (%zu left out)",
			k->left_out);
	if (k->heads < k->n)
		n += snprintf(
			text + n, sizeof text - (size_t)n, ", reading: %zu", k->heads);
	if (p->filter_text[0])
		snprintf(text + n, sizeof text - (size_t)n, ": %s", p->filter_text);
	canvas_text(c, 0, 1, c->cols - 1, style(p, ROLE_TITLE), text);
}

static void
paint_foot(struct picker *p, struct canvas *c)
{
	const char *text = p->word[0]            ? p->word
			   : p->catalog.error[0] ? p->catalog.error
						 : "Enter plays, / filters, s sorts, r "
						   "reads again, h keys, q quits";
	int row = c->rows - 1, col;
	struct style s = style(p, ROLE_BAR);

	canvas_fill(c, row, 0, c->cols, s, ' ');
	if (!p->prompting) {
		canvas_text(c, row, 1, c->cols - 1, s, text);
		return;
	}
	col = 1 + canvas_text(c, row, 1, c->cols - 1, style(p, ROLE_BAR_STATE), "/");
	canvas_text(c, row, col, c->cols - col, s, p->prompt.text);
	col += prompt_cursor_chars(&p->prompt);
	c->cursor_row = row;
	c->cursor_col = col < c->cols ? col : c->cols - 1;
}

static void
place(struct picker *p, int rows)
{
	size_t page = rows > 0 ? (size_t)rows : 1;

	p->rows = (int)page;
	if (p->selected < p->top)
		p->top = p->selected;
	if (p->selected >= p->top + page)
		p->top = p->selected - page + 1;
	if (p->top + page > p->n)
		p->top = p->n > page ? p->n - page : 0;
}

void
paint_picker(struct picker *p, struct canvas *c)
{
	struct table t = fit(c->cols - 2);
	int rows = c->rows - HEAD_ROWS - 1;

	c->cursor_row = -1;
	for (int i = 0; i < c->rows; i++)
		canvas_fill(c, i, 0, c->cols, (struct style){ 0 }, ' ');
	if (p->help.shown) {
		paint_help_rows(&p->help, p->depth, c,
			(struct view_rect){ 0, 0, c->rows, c->cols });
		return;
	}
	place(p, rows);
	paint_head(p, c);
	paint_titles(p, c, &t, 1);
	for (int i = 0; i < rows && p->top + (size_t)i < p->n; i++)
		paint_row(p, c, &t, HEAD_ROWS + i, p->top + (size_t)i);
	paint_foot(p, c);
}
