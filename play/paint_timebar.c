/* SPDX-License-Identifier: ISC */
/* The time bar over the whole recording: what was put out when, what happened, what was
 * found, where we are and how far the index is; and the mouse on it. */
#include "play/app_impl.h"
#include "play/paint.h"

#include "base/clk.h"

#include <stdio.h>

#define COLS_MIN      20
#define WHEEL_SECONDS "5"

bool
timebar_shown(const struct app *a)
{
	return a->bar && a->timebar.rows != 0 && a->cols >= COLS_MIN;
}

/* Unless somebody wants it, it takes only rows that the recording leaves free. */
static int
rows_for(const struct app *a, int room)
{
	int rows = a->timebar.rows, spare = room - 3;

	if (rows == TIMEBAR_ROWS_AUTO) {
		rows = TIMEBAR_ROWS_MAX;
		spare = room - emu_rows(reel_screen(player_reel(a->player)));
	}
	if (rows > spare)
		rows = spare;
	return rows < 0 ? 0 : rows;
}

struct view_rect
timebar_cut(const struct app *a, struct view_rect *rest)
{
	struct view_rect r = *rest;

	r.rows = rows_for(a, rest->rows);
	rest->rows -= r.rows;
	r.row += rest->rows;
	return r;
}

/* Where things are, in columns of the bar. */
struct extent {
	int cols, head, indexed;
	int from, to; /* of a part that is repeated, negative: none */
	bool broken;  /* the recording does not end as it should */
};

static struct extent
extent(const struct app *a, int cols)
{
	enum tape_state end = tape_end(reel_tape(player_reel(a->player))).state;
	struct player_view v = player_view(a->player);
	struct extent x = { .cols = cols };

	x.head = timebar_column(&a->timebar, v.pos_ns, cols);
	x.from = v.loop_from < 0 ? -1 : timebar_column(&a->timebar, v.loop_from, cols);
	x.to = v.loop_to < 0 ? -1 : timebar_column(&a->timebar, v.loop_to, cols);
	x.broken = end == TAPE_DAMAGED || (end == TAPE_TRUNCATED && !a->o.growing);
	x.indexed = v.indexed >= 1 ? cols : (int)(v.indexed * cols);
	return x;
}

static enum theme_role
role_of(const struct extent *x, int i)
{
	return i < x->head      ? ROLE_TIME_PAST
	       : i < x->indexed ? ROLE_TIME_NEXT
				: ROLE_TIME_UNREAD;
}

static struct style
hit_style(const struct app *a)
{
	struct style s = paint_style(a, ROLE_FOUND);

	return (struct style){ s.bg, 0, s.attr };
}

static void
histogram(struct app *a, struct canvas *c, struct view_rect area, const struct extent *x)
{
	for (int i = 0; i < area.cols; i++) {
		const struct timebar_column *col = &a->timebar.column[i];
		struct style s = paint_style(a, role_of(x, i));
		uint32_t ch = ' ';

		if (col->level)
			ch = paint_line(a, 0x2580 + col->level,
				col->level > TIMEBAR_LEVELS / 2 ? '|' : '.');
		if (col->hit) {
			s = hit_style(a);
			ch = col->level ? ch : paint_line(a, 0x2581, '.');
		}
		canvas_fill(c, area.row, area.col + i, 1, s, ch);
	}
}

static void
line_cell(
	struct app *a, struct canvas *c, int row, int col, const struct extent *x, int i)
{
	struct style s = paint_style(a, role_of(x, i));

	if (i == x->head)
		canvas_fill(c, row, col, 1, paint_style(a, ROLE_TIME_HEAD),
			paint_line(a, 0x25CF, 'O'));
	else if (i < x->head)
		canvas_fill(c, row, col, 1, s, paint_line(a, 0x2501, '='));
	else
		canvas_fill(c, row, col, 1, s,
			i < x->indexed ? paint_line(a, 0x2500, '-')
				       : paint_line(a, 0x2508, '.'));
}

/* Without a histogram the line itself tells where something was found. */
static void
mark_cell(struct app *a, struct canvas *c, int row, int col)
{
	struct cell *cell = &canvas_row(c, row)[col];

	cell->fg = hit_style(a).fg;
	cell->attr |= hit_style(a).attr;
}

/* Of the part that is repeated: its ends. */
static uint32_t
loop_sign(const struct app *a, const struct extent *x, int i)
{
	if (x->from >= 0 && i == x->from)
		return paint_line(a, 0x2523, '[');
	return x->to >= 0 && i == x->to ? paint_line(a, 0x252B, ']') : 0;
}

/* What stands on the line in column I; 0 nothing. */
static uint32_t
sign(const struct app *a, const struct extent *x, int i, struct style *s)
{
	const struct timebar_column *col = &a->timebar.column[i];
	const struct event_kind *k = kind_row((enum kind_id)col->kind);
	uint32_t ch = loop_sign(a, x, i);

	*s = paint_style(a, ROLE_TIME_HEAD);
	if (ch)
		return ch;
	if (x->broken && i == x->cols - 1)
		k = kind_row(KIND_GAP);
	else if (!col->event)
		return 0;
	*s = paint_style(a, theme_kind(k->group));
	return paint_line(a, k->sign, k->ascii);
}

/* The line, with signs on it; the place where we are is on top of everything. */
static void
line(struct app *a, struct canvas *c, struct view_rect area, int row,
	const struct extent *x)
{
	for (int i = 0; i < area.cols; i++) {
		struct style s;
		uint32_t ch = i == x->head ? 0 : sign(a, x, i, &s);

		if (ch) {
			canvas_fill(c, row, area.col + i, 1, s, ch);
			continue;
		}
		line_cell(a, c, row, area.col + i, x, i);
		if (i != x->head && a->timebar.column[i].hit && area.rows == 1)
			mark_cell(a, c, row, area.col + i);
	}
}

void
paint_timebar(struct app *a, struct canvas *c, struct view_rect area)
{
	struct extent x;

	timebar_update(&a->timebar, player_reel(a->player), area.cols);
	timebar_mark(&a->timebar, &a->find, area.cols);
	x = extent(a, area.cols);
	if (area.rows > 1)
		histogram(a, c, area, &x);
	line(a, c, area, area.row + area.rows - 1, &x);
}

static unsigned
seek_column(struct app *a, int column, int cols)
{
	struct when w = { .kind = WHEN_NS };

	if (column >= cols - 1)
		w.kind = WHEN_END;
	w.ns = timebar_time(&a->timebar, column, cols);
	return app_answer(a, player_seek(a->player, &w, a->now), "");
}

/* Steps of the wheel: a column each. */
static unsigned
seek_step(struct app *a, int dir, int cols)
{
	struct player_view v = player_view(a->player);
	int64_t step = a->timebar.duration_ns / (cols > 1 ? cols - 1 : 1);
	int64_t at = ns_add(v.pos_ns, dir * step);
	struct when w = { .kind = WHEN_NS, .ns = at < 0 ? 0 : at };

	return app_answer(a, player_seek(a->player, &w, a->now), "");
}

static unsigned
seek_by(struct app *a, int dir)
{
	struct command c = { .id = dir < 0 ? CMD_BACK : CMD_FORWARD,
		.arg = WHEEL_SECONDS };

	return app_answer(a, player_command(a->player, &c, a->now), "");
}

unsigned
timebar_wheel(struct app *a, const struct mouse *m)
{
	if (m->kind != MOUSE_WHEEL_UP && m->kind != MOUSE_WHEEL_DOWN)
		return 0;
	return seek_by(a, m->kind == MOUSE_WHEEL_UP ? -1 : 1);
}

/* The bar in the status line. */
unsigned
status_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	const struct timebar *b = &a->timebar;

	if (!b->own_cols)
		return timebar_wheel(a, m);
	if (m->kind == MOUSE_PRESS &&
		(m->col < b->own_col || m->col >= b->own_col + b->own_cols))
		return 0;
	area.col = b->own_col;
	area.cols = b->own_cols;
	timebar_update(&a->timebar, player_reel(a->player), area.cols);
	return timebar_mouse(a, m, area);
}

unsigned
timebar_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	switch (m->kind) {
	case MOUSE_PRESS:
	case MOUSE_DRAG:
		return seek_column(a, m->col - area.col, area.cols);
	case MOUSE_WHEEL_UP:
		return seek_step(a, -1, area.cols);
	case MOUSE_WHEEL_DOWN:
		return seek_step(a, 1, area.cols);
	case MOUSE_RELEASE:
	case MOUSE_KINDS:
		break;
	}
	return 0;
}

unsigned
app_timebar(struct app *a, const char *arg)
{
	int shown = app_layout(a).area[PANE_TIME].rows;

	(void)arg;
	a->timebar.rows = shown > 0 ? shown - 1 : TIMEBAR_ROWS_MAX;
	return APP_PAINT;
}
