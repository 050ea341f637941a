/* SPDX-License-Identifier: ISC */
/* The only file that knows libvterm.  Its state layer is asked for what a sequence touches
 * (tab stops, margins, erased and scrolled areas) and calls back with areas of
 * the grid; it never sees text, attributes, strings, screens, lines of
 * double size (which its versions scroll differently) or anything unchecked.  Its
 * cursor is set before each sequence and read after it.
 *
 * 0.1.x and 0.3.x have the same library name and another ABI: what differs is only the
 * resize callback, which in 0.3.x has to bring the line table to its new size. */
#include "term/core.h"

#include "base/err.h"

#include <vterm.h>

static void *
on_malloc(size_t size, void *ctx)
{
	return arena_alloc(ctx, size);
}

static void
on_free(void *p, void *ctx)
{
	arena_free(ctx, p);
}

/* libvterm keeps a pointer to it. */
static VTermAllocatorFunctions allocator = { on_malloc, on_free };

static void
on_output(const char *s, size_t n, void *ctx)
{
	(void)s;
	(void)n;
	(void)ctx; /* answers go nowhere */
}

/* What comes from the library is cut to the grid. */
static struct rect
rect_of(const struct core *c, VTermRect r)
{
	const struct grid *g = &c->grid;
	struct rect out = { r.start_row, r.end_row, r.start_col, r.end_col };

	out.top = out.top < 0 ? 0 : out.top;
	out.left = out.left < 0 ? 0 : out.left;
	out.bottom = out.bottom > g->rows ? g->rows : out.bottom;
	out.right = out.right > g->cols ? g->cols : out.right;
	if (out.right < out.left)
		out.right = out.left;
	return out;
}

static int
on_erase(VTermRect r, int selective, void *ctx)
{
	struct core *c = ctx;

	if (!c->mute)
		grid_erase(&c->grid, rect_of(c, r), selective != 0, &c->pen);
	return 1;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static int
on_scrollrect(VTermRect r, int down, int right, void *ctx)
{
	struct core *c = ctx;
	struct rect area = rect_of(c, r);

	if (right && area.bottom == area.top + 1) /* to insert and delete in a line */
		area.right = least(area.right, grid_width(&c->grid, area.top));
	grid_scroll(&c->grid, area, down, right, &c->pen);
	return 1;
}

static int
on_settermprop(VTermProp prop, VTermValue *val, void *ctx)
{
	(void)prop;
	(void)val;
	(void)ctx;
	return 1;
}

static int
on_setlineinfo(int row, const VTermLineInfo *new, const VTermLineInfo *old, void *ctx)
{
	(void)row;
	(void)new;
	(void)old;
	(void)ctx;
	return 1;
}

#ifdef HAVE_VTERMSTATEFIELDS_LINEINFOS
static VTermLineInfo *
resize_lines(struct core *c, VTermLineInfo *old, int rows)
{
	VTermLineInfo *new = arena_alloc(c->arena, (size_t)rows * sizeof *new);
	int keep = rows < c->grid.rows ? rows : c->grid.rows;

	memcpy(new, old, (size_t)keep * sizeof *new);
	arena_free(c->arena, old);
	return new;
}

static int
on_resize(int rows, int cols, VTermStateFields *fields, void *ctx)
{
	(void)cols;
	for (int i = 0; i < 2; i++)
		if (fields->lineinfos[i])
			fields->lineinfos[i] =
				resize_lines(ctx, fields->lineinfos[i], rows);
	return 1;
}
#define ON_RESIZE on_resize
#else
#define ON_RESIZE NULL
#endif

static const VTermStateCallbacks callbacks = {
	.scrollrect = on_scrollrect,
	.erase = on_erase,
	.settermprop = on_settermprop,
	.resize = ON_RESIZE,
	.setlineinfo = on_setlineinfo,
};

int
state_init(struct core *c, int rows, int cols)
{
	VTERM_CHECK_VERSION;
	c->vt = vterm_new_with_allocator(rows, cols, &allocator, c->arena);
	if (!c->vt)
		return ERR_NOMEM;
	vterm_output_set_callback(c->vt, on_output, NULL);
	vterm_set_utf8(c->vt, 1);
	c->vstate = vterm_obtain_state(c->vt);
	vterm_state_set_callbacks(c->vstate, &callbacks, c);
	vterm_state_reset(c->vstate, 1);
	return 0;
}

static void
send(struct core *c, const char *s, int n)
{
	vterm_input_write(c->vt, s, (size_t)n);
}

static char *
put_number(char *s, int v)
{
	char digits[12];
	int n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*s++ = digits[--n];
	return s;
}

static void
send_csi(struct core *c, char leader, char inter, char final, int a, int b)
{
	char s[40] = "\033[", *p = s + 2;

	if (leader)
		*p++ = leader;
	if (a >= 0 || b >= 0)
		p = put_number(p, a < 0 ? 0 : a);
	if (b >= 0) {
		*p++ = ';';
		p = put_number(p, b);
	}
	if (inter)
		*p++ = inter;
	*p++ = final;
	send(c, s, (int)(p - s));
}

/* In origin mode absolute places are relative to the region; steps are not. */
static void
push_by_steps(struct core *c, VTermPos at)
{
	if (c->row != at.row)
		send_csi(c, 0, 0, c->row > at.row ? 'B' : 'A', abs(c->row - at.row), -1);
	vterm_state_get_cursorpos(c->vstate, &at);
	if (c->col != at.col)
		send_csi(c, 0, 0, c->col > at.col ? 'C' : 'D', abs(c->col - at.col), -1);
}

static void
push_cursor(struct core *c)
{
	VTermPos at;

	vterm_state_get_cursorpos(c->vstate, &at);
	if (at.row == c->row && at.col == c->col)
		return;
	if (c->origin)
		push_by_steps(c, at);
	else
		send_csi(c, 0, 0, 'H', c->row + 1, c->col + 1);
}

static int
within(int v, int limit)
{
	return v < 0 ? 0 : v >= limit ? limit - 1 : v;
}

static void
pull_cursor(struct core *c)
{
	VTermPos at;

	vterm_state_get_cursorpos(c->vstate, &at);
	c->row = within(at.row, c->grid.rows);
	c->col = within(at.col, grid_width(&c->grid, c->row));
}

void
state_reset(struct core *c)
{
	c->mute = true;
	vterm_state_reset(c->vstate, 1);
	c->mute = false;
}

/* The caller has reset margins and origin mode. */
void
state_resize(struct core *c, int rows, int cols)
{
	send_csi(c, 0, 0, 'H', 1, 1);
	vterm_set_size(c->vt, rows, cols);
}

void
state_control(struct core *c, char control)
{
	push_cursor(c);
	send(c, &control, 1);
	pull_cursor(c);
}

void
state_escape(struct core *c, char inter, char final)
{
	char s[3] = { 033, inter ? inter : final, final };

	push_cursor(c);
	send(c, s, inter ? 3 : 2);
	pull_cursor(c);
}

void
state_csi(struct core *c, char leader, char inter, char final, int a, int b)
{
	push_cursor(c);
	send_csi(c, leader, inter, final, a, b);
	pull_cursor(c);
}

const char *
state_version(void)
{
	return "libvterm " LIBVTERM_VERSION;
}
