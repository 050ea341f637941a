/* SPDX-License-Identifier: ISC */
/* The inside of a terminal; lies in the arena.  Who decides what:
 *   filter  where a sequence begins and ends
 *   pen     colours and attributes
 *   text    where characters go: widths, wrapping, marks, character sets
 *   act     what a sequence does; cursor, modes, saved cursors, screens
 *   state   libvterm: tab stops, line sizes, and which cells an erase, an insert, a
 *           delete or a scroll touches; it sees the cursor we tell it and no text
 *   grid    the cells */
#ifndef TERM_CORE_H
#define TERM_CORE_H

#include "term/arena.h"
#include "term/emu.h"
#include "term/filter.h"
#include "term/grid.h"
#include "term/pen.h"

struct VTerm;
struct VTermState;

enum charset { CHARSET_ASCII, CHARSET_DRAWING, CHARSET_UK };

struct charsets {
	uint8_t g[4];   /* enum charset of G0 to G3 */
	uint8_t locked; /* which of them is used: 0 to 3 */
	uint8_t single; /* 2, 3: for the next character only; 0: none */
};

/* What DECSC keeps; all zero is what DECRC finds when nothing was saved. */
struct saved_cursor {
	int row, col;
	bool set, wrap, origin;
	struct pen pen;
	struct charsets cs;
};

struct core {
	struct arena *arena;
	struct VTerm *vt;
	struct VTermState *vstate;
	struct filter filter;
	struct grid grid;

	int row, col;
	bool wrap; /* the last column is written, the next character goes to a new line */
	struct pen pen;
	struct charsets cs;
	struct saved_cursor saved[2]; /* one a screen */
	uint32_t last;                /* last character, for REP */

	bool autowrap, insert, newline, origin, visible, blink, frame, reversed;
	bool margins;                 /* DECLRMM: left and right count */
	int top, bottom, left, right; /* scrolling region, ends exclusive */
	bool big_lines;               /* lines of double size may exist */
	bool tabs;                    /* tab stops may not be every eight columns ... */
	uint8_t stops[EMU_COLS_MAX / 8]; /* ... but here; as libvterm has them */
	bool marked;                     /* cells get the mark instead of the pen */
	bool mute;                       /* libvterm's erases do not reach the grid */
	bool slow;                       /* no short cuts (tests) */
	uint8_t shape;
	bool chosen;    /* by DECSCUSR, not the default */
	uint16_t quiet; /* modes that are only remembered, a bit a row of quiet.c */
	uint64_t bells;
	char title[EMU_TITLE_MAX];
	struct pen mark; /* seldom looked at, so behind all others */
};

/* emu.c */
void core_reset(struct core *c); /* as RIS does it; keeps title and bells */

/* text.c */
/* What characters are written with. */
static inline const struct pen *
core_ink(const struct core *c)
{
	return c->marked ? &c->mark : &c->pen;
}

void text_run(struct core *c, const uint8_t *s, size_t n);
void text_char(struct core *c, uint32_t ch);
void text_repeat(struct core *c, int count);

/* act.c */
void act_control(struct core *c, uint32_t ch);
void act_escape(struct core *c);
void act_csi(struct core *c);
void act_line_feed(struct core *c); /* index: down, at the bottom of the region scroll */

/* mode.c */
void mode_set_origin(struct core *c, bool on); /* homes the cursor */
void mode_reset_region(struct core *c);        /* and the left and right margins; homes */

/* link.c: cells written from now on have the link (URI empty: none; CUT: not whole), or the
 * pen's new colour of underlines */
void link_set(struct core *c, struct span id, struct span uri, bool cut);
void link_underline(struct core *c);

/* tabs.c: libvterm goes to tab stops, but does not tell where they are */
void tabs_reset(struct core *c);
void tabs_resize(
	struct core *c, int cols); /* before the grid is: new columns get the usual */
void tabs_set(struct core *c, int col, bool on);
void tabs_clear(struct core *c);
bool tabs_at(const struct core *c, int col);
bool tabs_usual(const struct core *c); /* every eight columns */

/* quiet.c: modes of keys, mouse and paste */
void quiet_set(struct core *c, int number, bool on);
void quiet_soft_reset(struct core *c);
int quiet_get(const struct core *c,
	int i);         /* number of row I when it is on, 0: off; -1: none */
#define QUIET_KEYPAD 66 /* also ESC = and ESC > */

/* plain.c */
bool plain_state(
	const struct core *c); /* text only adds to rows: no modes, margins ... */
/* Gone before seen: behind the place that plain_skip_until() names nothing of S can be left
 * out, NULL: nothing of it at all.  plain_skip() moves *IN behind text that is certain to
 * scroll off, as if it were written; returns a place in front of which trying again is no use. */
const uint8_t *plain_skip_until(const struct core *c, struct span s);
const uint8_t *plain_skip(struct core *c, struct span *in);
void plain_skip_all(struct core *c, struct span *in); /* all of it is plain */

/* osc.c */
void osc_run(struct core *c); /* the string in the filter */

/* state.c: libvterm gets the cursor, then one whole sequence; the cursor is read back. */
int state_init(struct core *c, int rows, int cols); /* 0 or ERR_NOMEM */
void state_reset(struct core *c);
void state_resize(struct core *c, int rows, int cols);
void state_control(struct core *c, char control);
void state_escape(struct core *c, char inter, char final);
void state_csi(
	struct core *c, char leader, char inter, char final, int a, int b); /* -1: none */
const char *state_version(void);

#endif
