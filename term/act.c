/* SPDX-License-Identifier: ISC */
/* What each sequence does: tables from final bytes to functions.  What is not in a table
 * does nothing; queries are among that, as there is nobody to answer. */
#include "term/act.h"

/* Areas: libvterm knows which */

static void
pass(struct core *c, const struct seq *s)
{
	bool two = s->args > 1;

	c->wrap = false;
	state_csi(c, s->leader, s->inter, s->final, act_arg(c, 0, -1),
		two ? act_arg(c, 1, -1) : -1);
}

/* Without guarded cells the area is plain. */
static void
erase_line(struct core *c, int what)
{
	struct rect r = { c->row, c->row + 1, what == 0 ? c->col : 0,
		what == 1 ? c->col + 1 : c->grid.cols };

	grid_erase(&c->grid, r, false, &c->pen);
}

static void
erase_display(struct core *c, int what)
{
	struct rect r = { what == 0 ? c->row + 1 : 0, what == 1 ? c->row : c->grid.rows,
		0, c->grid.cols };

	if (what != 2)
		erase_line(c, what);
	grid_erase(&c->grid, r, false, &c->pen);
}

static void
pass_erase(struct core *c, const struct seq *s)
{
	int what = act_arg(c, 0, 0);
	bool wrap = c->wrap && what != 0;
	int col = c->col; /* stays, beyond the end of a line of double size too */

	if (what == 3 && s->final == 'J')
		grid_forget(&c->grid);
	if (what > 2)
		return;
	if (s->final == 'J')
		grid_set_big(&c->grid, what == 0 ? c->row + 1 : 0,
			what == 1 ? c->row : c->grid.rows, false);
	if (c->slow || s->leader)
		pass(c, s);
	else if (s->final == 'K')
		erase_line(c, what);
	else
		erase_display(c, what);
	c->col = col;
	c->wrap = wrap;
}

static void
tab_clear(struct core *c, const struct seq *s)
{
	int what = act_arg(c, 0, 0);

	if (what == 0)
		tabs_set(c, c->col, false);
	else if (what == 3 || what == 5)
		tabs_clear(c);
	pass(c, s);
}

/* CSI T with more arguments is a kind of mouse tracking. */
static void
scroll_down(struct core *c, const struct seq *s)
{
	if (c->filter.nargs <= 1)
		pass(c, s);
}

static void
set_region(struct core *c, const struct seq *s)
{
	int top = act_count(c), bottom = act_arg(c, 1, 0);

	if (bottom == 0 || bottom > c->grid.rows)
		bottom = c->grid.rows;
	if (top >= bottom)
		return;
	c->top = top - 1;
	c->bottom = bottom;
	c->wrap = false;
	state_csi(c, 0, 0, s->final, top, bottom);
}

/* CSI s: left and right margin where these are on, else save the cursor. */
static void
set_margins(struct core *c, const struct seq *s)
{
	int left = act_count(c), right = act_arg(c, 1, 0);

	if (!c->margins) {
		move_save(c);
		return;
	}
	if (right == 0 || right > c->grid.cols)
		right = c->grid.cols;
	if (left >= right)
		return;
	c->left = left - 1;
	c->right = right;
	c->wrap = false;
	state_csi(c, 0, 0, s->final, left, right);
}

static void
restore(struct core *c, const struct seq *s)
{
	(void)s;
	move_restore(c);
}

/* Pen and cursor shape */

static void
sgr(struct core *c, const struct seq *s)
{
	uint32_t ul = c->pen.ul;

	(void)s;
	pen_sgr(&c->pen, &c->filter);
	if (c->pen.ul != ul)
		link_underline(c);
}

static void
guard(struct core *c, const struct seq *s)
{
	(void)s;
	c->pen.guard = act_arg(c, 0, 0) == 1;
}

static void
cursor_shape(struct core *c, const struct seq *s)
{
	int shape = act_arg(c, 0, 0);

	(void)s;
	if (shape > 6)
		return;
	c->shape = (uint8_t)(shape == 0 ? 1 : (shape + 1) / 2);
	c->blink = shape == 0 || shape % 2;
	c->chosen = shape != 0;
}

static void
repeat(struct core *c, const struct seq *s)
{
	(void)s;
	text_repeat(c, act_count(c));
}

/* By final byte; several rows of one final byte differ in leader and intermediate. */
static const struct seq sequences[] = {
	{ 0, 0, 'm', sgr, 0 },
	{ 0, 0, 'H', move_to_place, 0 },
	{ 0, 0, 'K', pass_erase, 1 },
	{ '?', 0, 'h', mode_set, 0 },
	{ '?', 0, 'l', mode_set, 0 },
	{ 0, 0, 'A', move_up, 0 },
	{ 0, 0, 'B', move_down, 0 },
	{ 0, 0, 'C', move_right, 0 },
	{ 0, 0, 'D', move_left, 0 },
	{ 0, 0, 'G', move_to_col, 0 },
	{ 0, 0, 'd', move_to_row, 0 },
	{ 0, 0, 'J', pass_erase, 1 },
	{ 0, 0, 'X', pass, 1 },
	{ 0, 0, 'P', pass, 1 },
	{ 0, 0, '@', pass, 1 },
	{ 0, 0, 'L', pass, 1 },
	{ 0, 0, 'M', pass, 1 },
	{ 0, 0, 'S', pass, 1 },
	{ 0, 0, 'T', scroll_down, 1 },
	{ 0, 0, 'r', set_region, 0 },
	{ 0, 0, 'b', repeat, 0 },
	{ 0, 0, 's', set_margins, 0 },
	{ 0, 0, 'u', restore, 0 },
	{ 0, 0, 'f', move_to_place, 0 },
	{ 0, 0, 'E', move_next_line, 0 },
	{ 0, 0, 'F', move_prev_line, 0 },
	{ 0, 0, 'a', move_right, 0 },
	{ 0, 0, 'e', move_down, 0 },
	{ 0, 0, 'j', move_left, 0 },
	{ 0, 0, 'k', move_up, 0 },
	{ 0, 0, '`', move_to_col, 0 },
	{ 0, 0, 'I', pass, 1 },
	{ 0, 0, 'Z', pass, 1 },
	{ 0, 0, 'g', tab_clear, 1 },
	{ 0, 0, 'h', mode_set, 0 },
	{ 0, 0, 'l', mode_set, 0 },
	{ '?', 0, 'J', pass_erase, 1 },
	{ '?', 0, 'K', pass_erase, 1 },
	{ 0, ' ', 'q', cursor_shape, 0 },
	{ 0, '"', 'q', guard, 0 },
	{ 0, '!', 'p', mode_soft_reset, 0 },
	{ 0, '\'', '}', pass, 1 },
	{ 0, '\'', '~', pass, 1 },
};

void
act_csi(struct core *c)
{
	const struct filter *f = &c->filter;

	for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
		const struct seq *s = &sequences[i];

		if (s->final == f->final && s->leader == f->leader &&
			s->inter == f->inter) {
			s->run(c, s);
			return;
		}
	}
}

/* Controls */

void
act_line_feed(struct core *c)
{
	struct rect r = { c->top, c->bottom, 0, c->grid.cols };
	int col = c->col; /* as in pass_erase() */

	if (c->slow || c->margins)
		state_control(c, '\n');
	else if (c->row == c->bottom - 1)
		grid_scroll(&c->grid, r, 1, 0, &c->pen);
	else if (c->row < c->grid.rows - 1)
		c->row++;
	c->col = col;
}

static void
line_feed(struct core *c)
{
	c->wrap = false;
	act_line_feed(c);
	if (c->newline)
		c->col = move_left_stop(c);
}

void
act_control(struct core *c, uint32_t ch)
{
	switch (ch) {
	case '\a':
		c->bells++;
		break;
	case '\b':
		move_cols(c, -1);
		break;
	case '\t':
		state_control(c, '\t');
		break;
	case '\n':
	case '\v':
	case '\f':
		line_feed(c);
		break;
	case '\r':
		c->col = move_left_stop(c);
		c->wrap = false;
		break;
	case 0x0e:
	case 0x0f:
		c->cs.locked = ch == 0x0e;
		break;
	default:
		break;
	}
}

/* Escapes */

static void
designate(struct core *c, int set, char final)
{
	c->cs.g[set] = final == '0'   ? CHARSET_DRAWING
		       : final == 'A' ? CHARSET_UK
				      : CHARSET_ASCII;
}

static void
alignment_test(struct core *c)
{
	mode_set_origin(c, false);
	mode_reset_region(c);
	move_to(c, 0, 0);
	grid_fill(&c->grid, 'E');
}

static void
line_size(struct core *c, char final)
{
	if (final == '8') {
		alignment_test(c);
		return;
	}
	if (final < '3' || final > '6' || c->grid.cols < 2 || c->margins)
		return;
	c->big_lines |= final != '5';
	grid_set_big(&c->grid, c->row, c->row + 1, final != '5');
	move_to(c, c->row, c->col);
}

static void
escape_plain(struct core *c, char final)
{
	switch (final) {
	case '7':
		move_save(c);
		break;
	case '8':
		move_restore(c);
		break;
	case 'D':
	case 'E':
	case 'H':
	case 'M':
		if (final == 'H')
			tabs_set(c, c->col, true);
		c->wrap = c->wrap && final == 'H';
		state_escape(c, 0, final);
		break;
	case 'N':
	case 'O':
		c->cs.single = final == 'N' ? 2 : 3;
		break;
	case 'c':
		if (!grid_owes(&c->grid)) /* libvterm's part is as dear */
			core_reset(c);
		break;
	case '=':
	case '>':
		quiet_set(c, QUIET_KEYPAD, final == '=');
		break;
	case 'n':
	case 'o':
		c->cs.locked = final == 'n' ? 2 : 3;
		break;
	default:
		break;
	}
}

void
act_escape(struct core *c)
{
	static const char sets[] = "()*+";
	const struct filter *f = &c->filter;
	const char *set = f->inter ? strchr(sets, f->inter) : NULL;

	if (!f->inter)
		escape_plain(c, f->final);
	else if (set)
		designate(c, (int)(set - sets), f->final);
	else if (f->inter == '#')
		line_size(c, f->final);
}
