/* SPDX-License-Identifier: ISC */
/* What each sequence does: tables from final bytes to functions.  What is not in a table
 * does nothing; queries are among that, as there is nobody to answer.  Moves of the cursor
 * follow xterm: they stop at the margins when they begin inside. */
#include "term/core.h"

#include "base/utf8.h"

struct seq {
	char leader, inter, final;
	void (*run)(struct core *c, const struct seq *s);
	uint8_t args; /* passed on to libvterm */
};

static int
arg(const struct core *c, int i, int def)
{
	return filter_arg(&c->filter, i, def);
}

static int
count(const struct core *c)
{
	return filter_count(&c->filter, 0);
}

static int
clamp(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Cursor */

static void
move_to(struct core *c, int row, int col)
{
	c->row = clamp(row, 0, c->grid.rows - 1);
	c->col = clamp(col, 0, state_row_width(c, c->row) - 1);
	c->wrap = false;
}

static void
move_rows(struct core *c, int by)
{
	int top = c->row >= c->top ? c->top : 0;
	int bottom = c->row < c->bottom ? c->bottom : c->grid.rows;

	move_to(c, clamp(c->row + by, top, bottom - 1), c->col);
}

static int
left_stop(const struct core *c)
{
	return c->margins && c->col >= c->left ? c->left : 0;
}

static void
move_cols(struct core *c, int by)
{
	int right = c->margins && c->col < c->right ? c->right : c->grid.cols;

	move_to(c, c->row, clamp(c->col + by, left_stop(c), right - 1));
}

static void
place_row(struct core *c, int row)
{
	if (c->origin)
		row = clamp(row + c->top, c->top, c->bottom - 1);
	move_to(c, row, c->col);
}

static void
place_col(struct core *c, int col)
{
	if (c->origin && c->margins)
		col = clamp(col + c->left, c->left, c->right - 1);
	move_to(c, c->row, col);
}

static void
place(struct core *c, int row, int col)
{
	place_row(c, row);
	place_col(c, col);
}

static void
cursor_up(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, -count(c));
}

static void
cursor_down(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, count(c));
}

static void
cursor_right(struct core *c, const struct seq *s)
{
	(void)s;
	move_cols(c, count(c));
}

static void
cursor_left(struct core *c, const struct seq *s)
{
	(void)s;
	move_cols(c, -count(c));
}

static void
next_line(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, count(c));
	c->col = left_stop(c);
}

static void
prev_line(struct core *c, const struct seq *s)
{
	(void)s;
	move_rows(c, -count(c));
	c->col = left_stop(c);
}

static void
cursor_col(struct core *c, const struct seq *s)
{
	(void)s;
	place_col(c, count(c) - 1);
}

static void
cursor_row(struct core *c, const struct seq *s)
{
	(void)s;
	place_row(c, count(c) - 1);
}

static void
cursor_place(struct core *c, const struct seq *s)
{
	(void)s;
	place(c, count(c) - 1, filter_count(&c->filter, 1) - 1);
}

/* Saved cursor */

void
act_set_origin(struct core *c, bool on)
{
	c->origin = on;
	state_csi(c, '?', 0, on ? 'h' : 'l', 6, -1);
	c->wrap = false;
}

static void
save_cursor(struct core *c)
{
	c->saved[c->grid.alt] = (struct saved_cursor){ .set = true,
		.row = c->row,
		.col = c->col,
		.wrap = c->wrap,
		.origin = c->origin,
		.pen = c->pen,
		.cs = c->cs };
}

static void
restore_cursor(struct core *c)
{
	const struct saved_cursor *s = &c->saved[c->grid.alt];

	if (c->origin != s->origin)
		act_set_origin(c, s->origin);
	c->pen = s->pen;
	c->cs = s->cs;
	if (c->origin)
		move_to(c, clamp(s->row, c->top, c->bottom - 1), s->col);
	else
		move_to(c, s->row, s->col);
	c->wrap = s->wrap && c->col == s->col;
}

/* Areas: libvterm knows which */

static void
pass(struct core *c, const struct seq *s)
{
	bool two = s->args > 1;

	c->wrap = false;
	state_csi(c, s->leader, s->inter, s->final, arg(c, 0, -1),
		two ? arg(c, 1, -1) : -1);
}

/* Without lines of double size and guarded cells the area is plain. */
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
	int what = arg(c, 0, 0);
	bool wrap = c->wrap && what != 0;

	if (what == 3 && s->final == 'J')
		grid_forget(&c->grid);
	if (what > 2)
		return;
	if (c->slow || c->big_lines || s->leader)
		pass(c, s);
	else if (s->final == 'K')
		erase_line(c, what);
	else
		erase_display(c, what);
	c->wrap = wrap;
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
	int top = count(c), bottom = arg(c, 1, 0);

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
	int left = count(c), right = arg(c, 1, 0);

	if (!c->margins) {
		save_cursor(c);
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
	restore_cursor(c);
}

/* Screens and modes */

static void
erase_screen(struct core *c)
{
	struct rect all = { 0, c->grid.rows, 0, c->grid.cols };

	grid_erase(&c->grid, all, false, &c->pen);
}

static void
show_screen(struct core *c, int alt)
{
	if (c->grid.alt != alt)
		grid_touch_all(&c->grid);
	c->grid.alt = alt;
}

static void
mode_alt_1047(struct core *c, bool on)
{
	if (!on && c->grid.alt)
		erase_screen(c);
	show_screen(c, on);
}

static void
mode_save(struct core *c, bool on)
{
	if (on)
		save_cursor(c);
	else
		restore_cursor(c);
}

static void
mode_alt_1049(struct core *c, bool on)
{
	if (on)
		save_cursor(c);
	show_screen(c, on);
	if (on)
		erase_screen(c);
	else
		restore_cursor(c);
}

static void
mode_alt_47(struct core *c, bool on)
{
	show_screen(c, on);
}

static void
mode_autowrap(struct core *c, bool on)
{
	c->autowrap = on;
	if (!on)
		c->wrap = false;
}

/* Left and right margins; while they are off they span the screen. */
static void
mode_margins(struct core *c, bool on)
{
	int row = c->row, col = c->col;

	if (!on && c->margins)
		state_csi(c, 0, 0, 's', 1, c->grid.cols);
	c->margins = on;
	c->left = 0;
	c->right = c->grid.cols;
	c->row = row;
	c->col = col;
	state_csi(c, '?', 0, on ? 'h' : 'l', 69, -1);
	if (on)
		c->big_lines = false;
}

static void
mode_blink(struct core *c, bool on)
{
	c->blink = on;
}

static void
mode_visible(struct core *c, bool on)
{
	c->visible = on;
}

static void
mode_frame(struct core *c, bool on)
{
	c->frame = on;
}

static void
mode_insert(struct core *c, bool on)
{
	c->insert = on;
}

static void
mode_newline(struct core *c, bool on)
{
	c->newline = on;
}

static const struct {
	char leader;
	int number;
	void (*set)(struct core *c, bool on);
} modes[] = {
	{ 0, 4, mode_insert },
	{ 0, 20, mode_newline },
	{ '?', 6, act_set_origin },
	{ '?', 7, mode_autowrap },
	{ '?', 12, mode_blink },
	{ '?', 25, mode_visible },
	{ '?', 47, mode_alt_47 },
	{ '?', 69, mode_margins },
	{ '?', 1047, mode_alt_1047 },
	{ '?', 1048, mode_save },
	{ '?', 1049, mode_alt_1049 },
	{ '?', 2026, mode_frame },
};

static void
set_modes(struct core *c, const struct seq *s)
{
	for (int i = 0; i < c->filter.nargs; i++)
		for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
			if (modes[m].leader == s->leader &&
				modes[m].number == arg(c, i, 0))
				modes[m].set(c, s->final == 'h');
}

void
act_reset_region(struct core *c)
{
	if (c->margins)
		mode_margins(c, false);
	c->top = 0;
	c->bottom = c->grid.rows;
	state_csi(c, 0, 0, 'r', 1, c->grid.rows);
}

static void
soft_reset(struct core *c, const struct seq *s)
{
	int row = c->row, col = c->col;

	(void)s;
	act_set_origin(c, false);
	act_reset_region(c);
	c->row = row;
	c->col = col;
	c->autowrap = c->visible = true;
	c->insert = c->newline = c->wrap = c->frame = false;
	c->pen = (struct pen){ 0 };
	c->cs = (struct charsets){ 0 };
	c->saved[c->grid.alt] = (struct saved_cursor){ 0 };
}

/* Pen and cursor shape */

static void
sgr(struct core *c, const struct seq *s)
{
	(void)s;
	pen_sgr(&c->pen, &c->filter);
}

static void
guard(struct core *c, const struct seq *s)
{
	(void)s;
	c->pen.guard = arg(c, 0, 0) == 1 ? CELL_GUARD : 0;
}

static void
cursor_shape(struct core *c, const struct seq *s)
{
	int shape = arg(c, 0, 0);

	(void)s;
	if (shape > 6)
		return;
	c->shape = (uint8_t)(shape == 0 ? 1 : (shape + 1) / 2);
	c->blink = shape == 0 || shape % 2;
}

static void
repeat(struct core *c, const struct seq *s)
{
	(void)s;
	text_repeat(c, count(c));
}

/* By final byte; several rows of one final byte differ in leader and intermediate. */
static const struct seq sequences[] = {
	{ 0, 0, 'm', sgr, 0 },
	{ 0, 0, 'H', cursor_place, 0 },
	{ 0, 0, 'K', pass_erase, 1 },
	{ '?', 0, 'h', set_modes, 0 },
	{ '?', 0, 'l', set_modes, 0 },
	{ 0, 0, 'A', cursor_up, 0 },
	{ 0, 0, 'B', cursor_down, 0 },
	{ 0, 0, 'C', cursor_right, 0 },
	{ 0, 0, 'D', cursor_left, 0 },
	{ 0, 0, 'G', cursor_col, 0 },
	{ 0, 0, 'd', cursor_row, 0 },
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
	{ 0, 0, 'f', cursor_place, 0 },
	{ 0, 0, 'E', next_line, 0 },
	{ 0, 0, 'F', prev_line, 0 },
	{ 0, 0, 'a', cursor_right, 0 },
	{ 0, 0, 'e', cursor_down, 0 },
	{ 0, 0, 'j', cursor_left, 0 },
	{ 0, 0, 'k', cursor_up, 0 },
	{ 0, 0, '`', cursor_col, 0 },
	{ 0, 0, 'I', pass, 1 },
	{ 0, 0, 'Z', pass, 1 },
	{ 0, 0, 'g', pass, 1 },
	{ 0, 0, 'h', set_modes, 0 },
	{ 0, 0, 'l', set_modes, 0 },
	{ '?', 0, 'J', pass_erase, 1 },
	{ '?', 0, 'K', pass_erase, 1 },
	{ 0, ' ', 'q', cursor_shape, 0 },
	{ 0, '"', 'q', guard, 0 },
	{ 0, '!', 'p', soft_reset, 0 },
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

	if (c->slow || c->margins || c->big_lines)
		state_control(c, '\n');
	else if (c->row == c->bottom - 1)
		grid_scroll(&c->grid, r, 1, 0, &c->pen);
	else if (c->row < c->grid.rows - 1)
		c->row++;
}

static void
line_feed(struct core *c)
{
	c->wrap = false;
	act_line_feed(c);
	if (c->newline)
		c->col = left_stop(c);
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
		c->col = left_stop(c);
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
	act_set_origin(c, false);
	act_reset_region(c);
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
	if (final < '3' || final > '6' || c->grid.cols < 2)
		return;
	if (final != '5')
		c->big_lines = true;
	state_escape(c, '#', final);
	move_to(c, c->row, c->col);
}

static void
escape_plain(struct core *c, char final)
{
	switch (final) {
	case '7':
		save_cursor(c);
		break;
	case '8':
		restore_cursor(c);
		break;
	case 'D':
	case 'E':
	case 'H':
	case 'M':
		c->wrap = c->wrap && final == 'H';
		state_escape(c, 0, final);
		break;
	case 'N':
	case 'O':
		c->cs.single = final == 'N' ? 2 : 3;
		break;
	case 'c':
		core_reset(c);
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

/* Strings */

/* Characters that would change how the line around a title is shown. */
static bool
unwanted(uint32_t ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || (ch >= 0x200b && ch <= 0x200f) ||
	       (ch >= 0x2028 && ch <= 0x202e) || (ch >= 0x2060 && ch <= 0x206f) ||
	       ch == 0xfeff || ch >= 0xe0000;
}

static void
set_title(struct core *c, struct span s)
{
	size_t n = 0;

	while (s.n) {
		uint32_t ch;
		int used = utf8_get(s.p, s.n, &ch, NULL);

		if (!used || n + UTF8_MAX_LEN >= sizeof c->title)
			break;
		if (!unwanted(ch))
			n += (size_t)utf8_put((uint8_t *)c->title + n, ch);
		s.p += used;
		s.n -= (size_t)used;
	}
	memset(c->title + n, 0, sizeof c->title - n);
}

/* OSC 8 ; PARAMS ; URI: a link begins, an empty URI ends it. */
static void
set_link(struct core *c, struct span s)
{
	const uint8_t *uri = memchr(s.p, ';', s.n);

	if (uri && (uri + 1 < s.p + s.n || c->filter.cut))
		c->pen.attr |= CELL_LINK;
	else
		c->pen.attr &= (uint16_t)~CELL_LINK;
}

void
act_osc(struct core *c)
{
	struct span s = { (const uint8_t *)c->filter.str, c->filter.nstr };
	char kind;

	if (s.n < 2 || s.p[1] != ';')
		return;
	kind = (char)s.p[0];
	s = span_of(s.p + 2, s.n - 2);
	if (kind == '0' || kind == '2')
		set_title(c, s);
	else if (kind == '8')
		set_link(c, s);
}
