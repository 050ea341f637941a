/* SPDX-License-Identifier: ISC */
/* The status line: state, clock, time bar, speed and what else matters; a word to the
 * person in place of the bar; the prompt in place of everything. */
#include "play/paint.h"

#include "play/app_impl.h"

#include "base/clk.h"
#include "base/when.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BAR_COLS_MIN 8

static uint32_t
state_sign(const struct app *a, enum player_state s)
{
	switch (s) {
	case PLAYER_PLAYING:
		return paint_line(a, 0x25B8, '>');
	case PLAYER_PAUSED:
		return paint_line(a, 0x2016, '|');
	case PLAYER_SEEKING:
		return paint_line(a, 0x00BB, '~');
	case PLAYER_FINISHED:
		return paint_line(a, 0x25A0, '#');
	}
	return '?';
}

static void
speed_text(char *out, size_t size, double speed)
{
	if (speed < 1 && 1 / speed == (double)(int)(1 / speed))
		snprintf(out, size, "1/%dx", (int)(1 / speed));
	else
		snprintf(out, size, "%gx", speed);
}

static void
clock_text(const struct app *a, const struct player_view *v, char *out, size_t size)
{
	const struct tape_info *info = tape_info(reel_tape(player_reel(a->player)));
	char pos[WHEN_TEXT_MAX], all[WHEN_TEXT_MAX];
	int decimals = v->state == PLAYER_PAUSED ? 3 : 0;

	if (a->wall && info->has_wall) {
		int64_t at = ns_add(info->start_ns, v->pos_ns);

		snprintf(out, size, "%s",
			a->utc ? when_format_utc(pos, at, decimals)
			       : when_format_local(pos, at, decimals));
		return;
	}
	when_format(pos, v->pos_ns, decimals);
	when_format(all, v->duration_ns, 0);
	snprintf(out, size, "%s / %s%s", pos, all, v->duration_known ? "" : "+");
}

struct notes {
	char *p;
	size_t n, size;
};

static void __attribute__((format(printf, 2, 3)))
note(struct notes *out, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out->p + out->n, out->size - out->n, fmt, ap);
	va_end(ap);
	if (n > 0 && out->n + (size_t)n < out->size)
		out->n += (size_t)n;
}

/* How the recording ends, when that is no end; "" it is. */
static const char *
end_note(const struct app *a)
{
	struct tape_end end = tape_end(reel_tape(player_reel(a->player)));

	if (end.state == TAPE_TRUNCATED && a->o.growing)
		return "being recorded";
	if (end.state == TAPE_TRUNCATED || end.state == TAPE_DAMAGED)
		return tape_state_name(end.state);
	return "";
}

/* Which hit this is: "5/17"; a word about it says more. */
static void
hit_note(const struct app *a, struct notes *out)
{
	struct find_state st = find_state(&a->find);
	uint64_t number;

	if ((a->finding.telling && a->toast_end) || !find_at_hit(&a->find) ||
		!find_number(&a->find, &number))
		return;
	note(out, "%llu/%llu%s  ", (unsigned long long)number,
		(unsigned long long)st.hits, st.all && !st.full ? "" : "+");
}

static void
live_note(struct notes *out, const struct player_view *v)
{
	char behind[WHEN_TEXT_MAX];

	if (v->at_edge)
		note(out, "LIVE  ");
	else if (v->live)
		note(out, "live -%s  ",
			when_format(behind, ns_sub(v->duration_ns, v->pos_ns), 0));
}

static void
idle_note(const struct app *a, struct notes *out, const struct player_view *v)
{
	char cut[WHEN_TEXT_MAX];

	if (a->cut_end)
		note(out, "skipped %s  ", when_format(cut, v->last_cut_ns, 0));
	else if (v->idle_on)
		note(out, "idle %gs  ", (double)v->idle_limit_ns / (double)NS_PER_S);
}

/* Notes at the right: what is unusual, and the speed. */
static void
right_text(const struct app *a, const struct player_view *v, char *text, size_t size)
{
	const struct emu *e = reel_screen(player_reel(a->player));
	struct notes out = { text, 0, size };
	char speed[24];

	text[0] = 0;
	if (*end_note(a))
		note(&out, "%s  ", end_note(a));
	hit_note(a, &out);
	live_note(&out, v);
	if (view_is_part(&a->view, emu_rows(e), emu_cols(e)))
		note(&out, "%dx%d  ", emu_cols(e), emu_rows(e));
	if (v->loop_to >= 0)
		note(&out, "A-B  ");
	else if (v->loop)
		note(&out, "loop  ");
	idle_note(a, &out, v);
	speed_text(speed, sizeof speed, v->speed);
	note(&out, "%s", speed);
}

/* All of the selected event: the list has little room. */
static void
selected_text(const struct app *a, char *out, size_t size)
{
	const struct reel_event *e = app_list_event(a, a->list.selected);

	if (e)
		snprintf(out, size, "%zu of %zu: %s", a->list.selected + 1,
			app_list_count(a), e->text);
}

/* A word to the person, if there is one; what it is about decides how urgent it looks. */
static enum theme_role
word(const struct app *a, const struct player_view *v, char *out, size_t size)
{
	out[0] = 0;
	if (a->find.going)
		snprintf(out, size, "looking for %.80s: %d%% (any key cancels)",
			a->find.now.text, (int)(find_state(&a->find).done * 100));
	else if (v->state == PLAYER_SEEKING && app_seeks_long(a))
		snprintf(out, size, "reading on to that place: %d%% (any key cancels)",
			(int)(v->done * 100));
	else if (a->toast_end)
		snprintf(out, size, "%s", a->toast);
	else if (v->error) {
		snprintf(out, size, "%s", v->error);
		return ROLE_BAR_ALERT;
	} else if (v->late) {
		snprintf(out, size, "%s", v->late);
		return ROLE_BAR_ALERT;
	} else if (app_overview_shown(a))
		snprintf(out, size, "overview: arrows move the part, Enter shows it");
	else if (a->copy.on)
		snprintf(out, size, "copy: v, V, C-v select, y copies, Esc leaves");
	else if (a->list.shown && !a->list.follow)
		selected_text(a, out, size);
	else if (v->state == PLAYER_PAUSED && *player_step_text(a->player))
		snprintf(out, size, "%llu: %s",
			(unsigned long long)reel_ordinal(player_reel(a->player)),
			player_step_text(a->player));
	else if (v->state == PLAYER_FINISHED && *end_note(a)) {
		app_end_text(a, out, size); /* what is wrong with that end */
		return ROLE_BAR_ALERT;
	}
	return ROLE_BAR;
}

static void
bar_cell(struct app *a, struct canvas *c, int row, int col, double filled, bool indexed)
{
	struct style done = paint_style(a, ROLE_TIME_DONE);
	struct style rest = paint_style(a, indexed ? ROLE_TIME_REST : ROLE_TIME_DARK);
	int eighths = (int)(filled * 8 + 0.5);
	bool shade =
		a->o.depth < THEME_256; /* no second background to tell the rest by */

	if (!a->o.utf8)
		canvas_fill(c, row, col, 1, filled >= 0.5 ? done : rest,
			filled >= 0.5 ? '='
			: indexed     ? '-'
				      : '.');
	else if (eighths >= 8)
		canvas_fill(c, row, col, 1, done, 0x2588);
	else if (eighths <= 0)
		canvas_fill(c, row, col, 1, rest,
			!shade    ? ' '
			: indexed ? 0x2591
				  : 0x00B7);
	else
		canvas_fill(c, row, col, 1, (struct style){ done.fg, rest.bg, done.attr },
			0x2590 - (uint32_t)eighths);
}

/* U+2588 is a full block, U+258F one eighth: more eighths, smaller number. */
static void
time_bar(struct app *a, struct canvas *c, int row, int col, int cols,
	const struct player_view *v)
{
	double part = v->duration_ns > 0 ? (double)v->pos_ns / (double)v->duration_ns : 0;
	double full = part * cols, known = v->indexed * cols;

	for (int i = 0; i < cols; i++) {
		double filled = full - i;

		bar_cell(a, c, row, col + i,
			filled < 0   ? 0
			: filled > 1 ? 1
				     : filled,
			i < known);
	}
}

/* At the right, where the text leaves room for it. */
static void
paint_prompt_note(struct app *a, struct canvas *c, int row, int from)
{
	char note[APP_TOAST_MAX];
	int cols;

	app_prompt_note(a, note, sizeof note);
	cols = canvas_text_cols(note);
	if (from + 2 + cols < c->cols)
		canvas_text(c, row, c->cols - cols - 1, cols,
			paint_style(a, ROLE_BAR_FAINT), note);
}

static void
paint_prompt(struct app *a, struct canvas *c, int row, const struct prompt *p)
{
	struct style s = paint_style(a, ROLE_BAR);
	char before[PROMPT_MAX];
	const char *text = p->text;
	int col, room, used;

	canvas_fill(c, row, 0, c->cols, s, ' ');
	col = 1 + canvas_text(c, row, 1, c->cols, paint_style(a, ROLE_BAR_STATE),
			  app_prompt_label(a));
	room = c->cols - col - 1;
	memcpy(before, p->text, (size_t)p->at);
	before[p->at] = 0;
	used = canvas_text_cols(before);
	for (; used > room && *text; used = canvas_text_cols(before + (text - p->text)))
		text++; /* the end being written stays in sight */
	while (((unsigned char)*text & 0xC0) == 0x80)
		text++;
	paint_prompt_note(a, c, row, col + canvas_text(c, row, col, room, s, text));
	c->cursor_row = row;
	c->cursor_shape = 0;
	c->cursor_col = col + used < c->cols ? col + used : c->cols - 1;
}

/* The notes at the right; that the recording is not whole stands out. */
static void
paint_notes(struct app *a, struct canvas *c, int row, int col, const char *notes)
{
	const char *state = end_note(a);
	int used =
		canvas_text(c, row, col, c->cols - col, paint_style(a, ROLE_BAR), notes);

	if (*state && strncmp(notes, state, strlen(state)) == 0 &&
		used > (int)strlen(state))
		canvas_text(c, row, col, c->cols - col, paint_style(a, ROLE_BAR_ALERT),
			state);
}

/* Between the clock and the notes if it fits there, else over one or both of them. */
static void
paint_word(struct app *a, struct canvas *c, int row, const int between[2],
	enum theme_role role, const char *text)
{
	int need = canvas_text_cols(text), from = between[0], to = between[1];
	struct style s = paint_style(a, role);

	if (need > to - from)
		to = c->cols - 1;
	if (need > to - from)
		from = 3;
	if (to > between[1])
		canvas_fill(c, row, from, c->cols - from, s, ' ');
	canvas_text(c, row, from, to - from, s, text);
}

void
paint_status(struct app *a, struct canvas *c, struct view_rect area)
{
	int row = area.row;
	struct player_view v = player_view(a->player);
	struct style s = paint_style(a, ROLE_BAR);
	char clock[2 * WHEN_TEXT_MAX + 8], right[160], text[APP_TOAST_MAX + 64];
	enum theme_role role = word(a, &v, text, sizeof text);
	int left, end;

	if (app_prompt(a)) {
		paint_prompt(a, c, row, app_prompt(a));
		return;
	}
	clock_text(a, &v, clock, sizeof clock);
	right_text(a, &v, right, sizeof right);
	canvas_fill(c, row, 0, c->cols, s, ' ');
	canvas_fill(c, row, 1, 1, paint_style(a, ROLE_BAR_STATE), state_sign(a, v.state));
	a->timebar.own_cols = 0;
	left = 3 + canvas_text(c, row, 3, c->cols - 3, s, clock) + 2;
	end = c->cols - 1 - canvas_text_cols(right);
	if (end < left) { /* too narrow: what matters less goes */
		speed_text(right, sizeof right, v.speed);
		end = c->cols - 1 - canvas_text_cols(right);
	}
	if (end >= left)
		paint_notes(a, c, row, end, right);
	else
		end = c->cols;
	if (text[0])
		paint_word(a, c, row, (int[]){ left, end - 2 }, role, text);
	else if (end - 2 - left >= BAR_COLS_MIN && !app_layout(a).area[PANE_TIME].rows) {
		a->timebar.own_col = left;
		a->timebar.own_cols = end - 2 - left;
		time_bar(a, c, row, left, end - 2 - left, &v);
	}
}
