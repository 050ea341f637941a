/* SPDX-License-Identifier: ISC */
/* Output: the text of the stream, the strings in it, and the screen that it makes.  A line of the
 * screen is looked at whenever something is about to happen that may destroy it, all lines
 * that changed at the end of each message. */
#include "replay/redact_impl.h"

#include "base/err.h"
#include "term/width.h"

#define JOINED_MAX  2048 /* cells of a line that are looked at on each side of a row ... */
#define JOINED_NEAR 256  /* ... within a message, where nobody but a program sees it */
#define WINDOWS_MAX 8    /* beside each other; more borders are none */
#define ALL_CELLS   20000
#define ALL_BYTES   1024 /* of output after which all rows are looked at together */
#define BODY_MAX    ((size_t)64 << 10) /* of a string that are looked at together */
#define BODY_KEEP   ((size_t)8 << 10)

static struct hunt
hunt_in(struct redact *r, struct lane *l, enum redact_place place)
{
	return (struct hunt){ r, &l->out, place };
}

void
screen_free(struct screen *s)
{
	emu_free(s->emu);
	s->emu = NULL;
	flow_free(&s->flow);
	flow_free(&s->bytes);
	trail_free(&s->body);
}

static int
open_terminal(struct redact *r, struct lane *l)
{
	if (l->screen.emu)
		return 0;
	if (r->terminals >= REDACT_TERMINALS_MAX)
		return ERR_LIMIT;
	l->screen.emu = emu_new(SHOWN_COLS, SHOWN_ROWS);
	if (!l->screen.emu)
		return ERR_NOMEM;
	r->terminals++;
	shown_init(&l->screen.size, (int64_t)l->channel);
	return 0;
}

static bool
is_blank(const struct cell *c)
{
	return c->width == 1 && (c->ch == 0 || c->ch == ' ');
}

static bool
is_border(const struct cell *c)
{
	return c->ch == '|' || c->ch == 0x2502 || c->ch == 0x2503 || c->ch == 0x2551;
}

/* A part of the screen that is read as one line: rows TOP to BOTTOM, columns LEFT to RIGHT
 * (exclusive). */
struct stretch {
	int top, bottom, left, right;
};

/* How lines may be joined: as the terminal wrapped them, also as a program did that knows the
 * width, or as in a window of its own between two borders. */
enum joint { WRAPPED, FULL, WINDOW };

static bool
stands_between(const struct emu *e, int row, const struct stretch *s)
{
	const struct cell *c = emu_row(e, row);

	return (s->left == 0 || is_border(&c[s->left - 1])) &&
	       (s->right == emu_cols(e) || is_border(&c[s->right]));
}

/* Does the text of ROW go on in the row below? */
static bool
goes_on(const struct emu *e, int row, const struct stretch *s, enum joint joint)
{
	bool full = !is_blank(&emu_row(e, row)[s->right - 1]);

	if (joint == WINDOW)
		return full && stands_between(e, row, s) && stands_between(e, row + 1, s);
	return emu_wrapped(e, row) || (joint == FULL && full);
}

static int
add_cell(struct trail *t, const struct emu *e, const struct cell *c)
{
	char text[EMU_CELL_TEXT_MAX] = { (char)c->ch };
	int n = c->ch > 0 && c->ch < 0x80 ? 1 : emu_cell_text(e, c, text);

	if (!n && c->width)
		text[n++] = ' ';
	return trail_add(t, text, (size_t)n, emu_cell_mark(c));
}

/* Columns of a row; INDENTED: from the first that is not blank. */
static int
add_row(struct trail *t, const struct emu *e, int row, int left, int right, bool indented)
{
	const struct cell *c = emu_row(e, row);
	int col = left, r = 0;

	while (indented && col < right && is_blank(&c[col]))
		col++;
	for (; r == 0 && col < right; col++)
		if (c[col].width)
			r = add_cell(t, e, &c[col]);
	return r;
}

static void
trim(struct trail *t)
{
	size_t n = t->text.n;

	while (n && t->text.p[n - 1] == ' ')
		n--;
	trail_cut(t, n);
}

static struct stretch
line_around(
	const struct emu *e, int row, int left, int right, enum joint joint, int cells)
{
	struct stretch s = { row, row, left, right };
	int rows = cells / (right - left) + 1;

	while (s.top > -emu_above(e) && row - s.top < rows &&
		goes_on(e, s.top - 1, &s, joint))
		s.top--;
	while (s.bottom + 1 < emu_rows(e) && s.bottom - row < rows &&
		goes_on(e, s.bottom, &s, joint))
		s.bottom++;
	return s;
}

static int
look_at(struct redact *r, struct lane *l, struct stretch s)
{
	struct hunt h = hunt_in(r, l, REDACT_SHOWN);
	const struct emu *e = l->screen.emu;
	struct trail *t = &r->scratch;
	int rc = 0;

	trail_clear(t);
	for (int row = s.top; rc == 0 && row <= s.bottom; row++)
		rc = add_row(t, e, row, s.left, s.right,
			row > s.top && !emu_wrapped(e, row - 1));
	trim(t);
	return rc < 0 || !t->text.n ? rc : hunt_text(&h, RULE_SHOWN, false, t);
}

static int
count_borders(const struct emu *e, const struct cell *c)
{
	int n = 0;

	for (int col = 0; col < emu_cols(e); col++)
		n += is_border(&c[col]);
	return n;
}

/* Windows beside each other: those that ROW goes through, where its text is of several rows. */
static int
look_at_windows(struct redact *r, struct lane *l, int row, int cells)
{
	const struct emu *e = l->screen.emu;
	const struct cell *c = emu_row(e, row);
	int rc = 0, borders = count_borders(e, c);

	if (!borders || borders >= WINDOWS_MAX)
		return 0;
	for (int left = 0, right; rc == 0 && left < emu_cols(e); left = right + 1) {
		struct stretch s;

		for (right = left; right < emu_cols(e) && !is_border(&c[right]); right++)
			;
		if (right == left)
			continue;
		s = line_around(e, row, left, right, WINDOW, cells);
		if (s.top < s.bottom)
			rc = look_at(r, l, s);
	}
	return rc;
}

/* The line that ROW belongs to, in every way in which it may be one. */
static int
look_around(struct redact *r, struct lane *l, int row, int cells, struct stretch *seen)
{
	const struct emu *e = l->screen.emu;
	struct stretch full = line_around(e, row, 0, emu_cols(e), FULL, cells);
	int rc;

	*seen = line_around(e, row, 0, emu_cols(e), WRAPPED, cells);
	rc = look_at(r, l, *seen);
	if (rc == 0 && (full.top != seen->top || full.bottom != seen->bottom))
		rc = look_at(r, l, full);
	return rc < 0 ? rc : look_at_windows(r, l, row, cells);
}

static int
look_at_cursor(struct redact *r, struct lane *l)
{
	struct stretch seen;

	if (!l->screen.fresh)
		return 0;
	l->screen.fresh = false;
	return look_around(r, l, emu_cursor(l->screen.emu).row, JOINED_NEAR, &seen);
}

/* Rules for several lines: all that can be had. */
static int
look_at_all(struct redact *r, struct lane *l)
{
	struct hunt h = hunt_in(r, l, REDACT_SHOWN);
	const struct emu *e = l->screen.emu;
	struct trail *t = &r->scratch;
	int rc = 0;

	trail_clear(t);
	for (int row = -emu_above(e); rc == 0 && row < emu_rows(e); row++) {
		rc = add_row(t, e, row, 0, emu_cols(e), false);
		if (rc == 0 && !emu_wrapped(e, row)) {
			trim(t);
			rc = trail_add_char(t, '\n', TRAIL_NOWHERE);
		}
	}
	return rc < 0 ? rc : hunt_text(&h, RULE_SHOWN, true, t);
}

/* Is it time to look at all rows together?  Not for every key that is echoed, and not for a few
 * bytes when there are very many cells. */
static bool
is_due(struct screen *s)
{
	bool small = emu_cols(s->emu) * emu_rows(s->emu) <= ALL_CELLS;
	bool due = (s->acted && small) || s->strip.at - s->all_at >= ALL_BYTES;

	if (due)
		s->all_at = s->strip.at;
	s->acted = false;
	return due;
}

static int
look_at_changes(struct redact *r, struct lane *l)
{
	struct emu *e = l->screen.emu;
	struct stretch seen = { 0, -1, 0, 0 };
	bool changed = false;
	int rc = 0;

	for (int row = 0; rc == 0 && row < emu_rows(e); row++) {
		if (!emu_change(e, row))
			continue;
		changed = true;
		if (row > seen.bottom)
			rc = look_around(r, l, row, JOINED_MAX, &seen);
	}
	l->screen.fresh = false;
	emu_settle(e);
	return rc == 0 && changed && r->has_lines && is_due(&l->screen)
		       ? look_at_all(r, l)
		       : rc;
}

static int
end_body(struct redact *r, struct lane *l, size_t keep)
{
	struct hunt h = hunt_in(r, l, REDACT_STRING);
	struct trail *t = &l->screen.body;
	int rc = 0;

	for (int lines = 0; rc == 0 && t->text.n && lines < 2; lines++)
		rc = hunt_text(&h, RULE_SHOWN, lines, t);
	if (rc == 0 && t->text.n)
		rc = flow_decoded(t, &h, RULE_SHOWN);
	trail_shorten(t, keep);
	return rc;
}

/* Is all of T, if there is any, a number? */
static bool
is_number(const struct trail *t)
{
	for (size_t i = 0; i < t->text.n; i++)
		if (t->text.p[i] < '0' || t->text.p[i] > '9')
			return false;
	return true;
}

static int
add_body(struct redact *r, struct lane *l, const struct piece *p)
{
	struct hunt h = hunt_in(r, l, REDACT_STRING);
	struct trail *t = &l->screen.body;
	/* kind and parts of the string must stay what they are */
	bool frame = p->ch == ';' || (p->ch >= '0' && p->ch <= '9' && is_number(t));
	int rc = trail_add_char(t, p->ch, frame ? TRAIL_NOWHERE : p->origin);

	if (rc == 0 && t->text.n >= BODY_MAX)
		rc = end_body(r, l, BODY_KEEP);
	if (rc == 0)
		rc = flow_char(&l->screen.bytes, &h, RULE_BYTES, p->ch,
			frame ? TRAIL_NOWHERE : p->origin);
	return rc;
}

static int
add_text(struct redact *r, struct lane *l, const struct piece *p)
{
	struct hunt h = hunt_in(r, l, REDACT_SHOWN);
	struct screen *s = &l->screen;
	uint8_t utf8[UTF8_MAX_LEN];
	int rc;

	if (width_of(p->ch) &&
		!width_hidden(p->ch)) /* what takes no room is never repeated */
		s->mark = p->origin;
	s->fresh = true;
	emu_set_mark(s->emu, s->mark);
	emu_write(s->emu, span_of(utf8, (size_t)utf8_put(utf8, p->ch)));
	rc = flow_char(&s->bytes, &h, RULE_BYTES, p->ch, p->origin);
	if (rc < 0 ||
		(p->ch >= 0x300 &&
			width_hidden(p->ch))) /* shows nothing and must hide nothing */
		return rc;
	return flow_char(&s->flow, &h, RULE_SHOWN, p->ch, p->origin);
}

/* May T change more than the look of what comes? */
static bool
acts(const struct strip *s, const struct tok *t)
{
	switch (t->kind) {
	case TOK_C0:
		return t->ch >= '\b' && t->ch <= '\r';
	case TOK_CSI:
		return s->filter.final != 'm';
	case TOK_ESC:
		return true;
	case TOK_END:
	case TOK_RUN:
	case TOK_CHAR:
	case TOK_OSC:
		break;
	}
	return false;
}

/* Does it bring together what stood apart, on the cursor's line? */
static bool
moves_text(const struct strip *s, const struct tok *t)
{
	return t->kind == TOK_CSI && (strchr("@Pb", s->filter.final) || s->filter.inter);
}

static bool
ends_line(const struct tok *t)
{
	return t->kind == TOK_C0 && (t->ch == '\n' || t->ch == '\r');
}

/* Bytes that are no text may stand beside some that are. */
static int
add_bytes(struct redact *r, struct lane *l, const struct piece *p)
{
	struct hunt h = hunt_in(r, l, REDACT_SHOWN);
	struct flow *f = &l->screen.bytes;

	if (ends_line(&p->tok))
		return flow_break(f, &h, RULE_BYTES);
	return flow_char(f, &h, RULE_BYTES, p->raw[p->nraw - 1], TRAIL_NOWHERE);
}

static int
control(struct redact *r, struct lane *l, const struct piece *p)
{
	struct hunt h = hunt_in(r, l, REDACT_SHOWN);
	struct screen *s = &l->screen;
	int rc = 0;

	if (s->body.text.n && !filter_in_string(&s->strip.filter))
		rc = end_body(r, l, 0);
	if (rc == 0 && acts(&s->strip, &p->tok))
		rc = look_at_cursor(r, l);
	if (rc == 0 && ends_line(&p->tok))
		rc = flow_break(&s->flow, &h, RULE_SHOWN);
	if (rc == 0)
		rc = add_bytes(r, l, p);
	emu_set_mark(s->emu, s->mark);
	/* output without a terminal has bare line feeds */
	if (p->tok.kind == TOK_C0 && p->tok.ch == '\n' && !s->size.pty)
		emu_write(s->emu, SPAN_LIT("\r"));
	emu_write(s->emu, span_of(p->raw, p->nraw));
	s->fresh |= moves_text(&s->strip, &p->tok);
	s->acted |= p->tok.kind != TOK_C0 && acts(&s->strip, &p->tok);
	return rc;
}

/* A character of any kind.  A mask needs no other. */
static int
take_char(struct redact *r, struct lane *l, struct piece *p)
{
	struct zone *z = &l->out;
	int rc = 0;

	if (p->breaks)
		rc = spots_add(&z->breaks, trail_place(p->origin), 1);
	if (redact_is_mask(r, p->ch))
		p->origin = TRAIL_NOWHERE;
	else if (r->blank && rc >= 0)
		rc = zone_add(z, p->origin);
	if (rc < 0)
		return rc;
	return p->kind == PIECE_TEXT ? add_text(r, l, p) : add_body(r, l, p);
}

int
screen_size(struct redact *r, struct lane *l, const struct msg *m)
{
	int rc = open_terminal(r, l);

	if (rc < 0)
		return rc;
	shown_apply(&l->screen.size, l->screen.emu, m);
	return look_at_changes(r, l);
}

int
screen_write(struct redact *r, struct lane *l, struct span data)
{
	struct piece p;
	int rc = open_terminal(r, l);

	while (rc == 0 && strip_next(&l->screen.strip, &data, &p))
		rc = p.kind == PIECE_CONTROL ? control(r, l, &p) : take_char(r, l, &p);
	return rc < 0 ? rc : look_at_changes(r, l);
}

int
screen_end(struct redact *r, struct lane *l)
{
	struct hunt h = hunt_in(r, l, REDACT_SHOWN);
	int rc;

	if (!l->screen.emu)
		return 0;
	rc = end_body(r, l, 0);
	if (rc == 0 && r->has_lines)
		rc = look_at_all(r, l);
	if (rc == 0)
		rc = flow_end(&l->screen.flow, &h, RULE_SHOWN);
	if (rc == 0)
		rc = flow_end(&l->screen.bytes, &h, RULE_BYTES);
	screen_free(&l->screen);
	r->terminals--;
	return rc;
}
