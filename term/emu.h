/* SPDX-License-Identifier: ISC */
/* A terminal: bytes of a recording go in, a grid of cells comes out.
 *
 *   bytes -> filter (tokenises, tames, never lets a half or hostile sequence through)
 *         -> pen, text, actions (ours) and libvterm's state layer (which areas are touched)
 *         -> our row-pointer grid
 *
 * Everything, libvterm's memory included, lives in one block (arena.h), so that copying the
 * used part of the block is an exact snapshot, a half-read escape sequence included.
 * Nothing is ever sent back to anybody: answers the emulation wants to give are dropped.
 * How the bytes are cut into writes does not matter.  Characters that draw nothing but turn
 * directions and the like are left out; unknown and broken bytes are shown as U+FFFD.
 * Not thread-safe; any number of emulators may exist. */
#ifndef TERM_EMU_H
#define TERM_EMU_H

#include "base/buf.h"
#include "term/cell.h"
#include "term/lines.h"

#define EMU_COLS_MAX  1024 /* larger sizes are clamped, see emu_resize */
#define EMU_ROWS_MAX  512
#define EMU_TITLE_MAX 256

struct emu;

struct emu_cursor {
	int row, col; /* within the grid */
	bool visible;
	bool blink;
	uint8_t shape; /* 1 block, 2 underline, 3 bar */
	bool chosen;   /* the program asked for shape and blinking (DECSCUSR) */
};

/* Sizes are clamped to 1..EMU_*_MAX.  NULL: no memory. */
struct emu *emu_new(int cols, int rows);
void emu_free(struct emu *e);
void emu_reset(struct emu *e, int cols, int rows); /* as new */

void emu_write(struct emu *e, struct span bytes);
/* The same where lines_scan() has found that all of it is plain output behind what was written
 * before: that is not found out again. */
void emu_write_plain(struct emu *e, struct span bytes);
/* Without short cuts, for tests: the result is the same.  Off at first; stays over resets. */
void emu_set_slow(struct emu *e, bool slow);
/* For who must know what wrote a cell: characters from now on carry MARK (EMU_MARK_BITS, not 0)
 * wherever they are moved, in place of their colour and looks.  Until the next reset. */
#define EMU_MARK_BITS 48
void emu_set_mark(struct emu *e, uint64_t mark);
static inline uint64_t
emu_cell_mark(const struct cell *c)
{
	return (uint64_t)c->attr << 32 | c->fg;
}
/* True when the wanted size had to be clamped. */
bool emu_resize(struct emu *e, int64_t cols, int64_t rows);

int emu_cols(const struct emu *e);
int emu_rows(const struct emu *e);
/* emu_cols() cells, valid until the next write, resize or restore. */
const struct cell *emu_row(const struct emu *e, int row);
/* Rows that left the screen at its top and can be had still: -1 is the last of them, down to
 * -emu_above().  None of the alternate screen. */
int emu_above(const struct emu *e);
/* The text went on to the row below because the line was full.  ROW as for emu_row(). */
bool emu_wrapped(const struct emu *e, int row);
struct emu_cursor emu_cursor(const struct emu *e);
const char *emu_title(const struct emu *e); /* valid UTF-8 without control characters */
bool emu_alt_screen(const struct emu *e);
/* True between ?2026 h and l: the program is in the middle of drawing a frame. */
bool emu_in_frame(const struct emu *e);
/* The whole screen is shown with foreground and background exchanged (?5). */
bool emu_reversed(const struct emu *e);
uint64_t emu_bells(const struct emu *e);

/* Rows changed since the last emu_clean(); a resize or restore changes all. */
bool emu_dirty(const struct emu *e, int row);
void emu_clean(struct emu *e);

/* Rows by identity, for who keeps books of their text.  A line keeps its number while it
 * scrolls; a resize and a reset number anew.  WRITTEN: perhaps other text since the last
 * emu_settle(); REVEALED: it was perhaps not shown before, or was blanked in between.  A
 * restore makes all written. */
#define EMU_LINES_MAX (3 * EMU_ROWS_MAX)
enum emu_change { EMU_WRITTEN = 1, EMU_REVEALED = 2, EMU_ABOVE = 4 };
int emu_line(const struct emu *e, int row);
int emu_change(const struct emu *e, int row); /* of the line that stands there */
void emu_settle(struct emu *e);

/* Cells moved or blanked so far, besides characters: what bytes do not tell about the time that
 * they take. */
uint64_t emu_work(const struct emu *e);

/* Text of the characters of a cell as UTF-8; returns its length (0: never written or the
 * right half of a wide character). */
#define EMU_CELL_TEXT_MAX 32
int emu_cell_text(const struct emu *e, const struct cell *c, char out[EMU_CELL_TEXT_MAX]);
/* A row as UTF-8 without blanks at its end.  COLMAP (may be NULL, EMU_COLS_MAX + 1 entries) gets
 * the byte offset at which each column begins. */
int emu_row_text(const struct emu *e, int row, struct buf *out, uint32_t *colmap);

/* Links (OSC 8) and colours of underlines.  A stretch is a run of cells of one row with one
 * link; stretches of the same link (equal id and URI) have the same number, counted from 1
 * in the order in which they stand.  URI and ID are valid UTF-8 without control characters
 * (a cut one ends with an ellipsis) and live until the next write, resize or restore; URI is
 * "" and the number 0 when there were too many links to keep it. */
struct emu_link {
	int row, col, cols;
	int number;
	const char *uri, *id;
};
/* Fills OUT with up to MAX stretches of the screen; returns how many there are. */
size_t emu_links(const struct emu *e, struct emu_link *out, size_t max);
const char *emu_cell_link(const struct emu *e, const struct cell *c); /* NULL: no link */
/* A colour as in struct cell; 0: that of the text. */
uint32_t emu_cell_underline(const struct emu *e, const struct cell *c);

/* Is the terminal in a state from which plain output (lines.h) can be followed without it?
 * Then *L continues the cursor's row, whose text is appended to TEXT, blanks up to the cursor
 * included. */
bool emu_plain(const struct emu *e, struct lines *l, struct buf *text);

/* Whoever wants to know the rows that leave the screen by scrolling, changed since the last
 * emu_settle(): CHANGE as emu_change() would tell, with EMU_ABOVE when it is the main screen
 * that they leave at its top; the row is one of E until GONE returns.  NULL:
 * nobody.  A write may leave out (emu_write) what nobody sees only while nobody asks. */
typedef void emu_gone(void *ctx, int row, int change);
void emu_watch_gone(struct emu *e, emu_gone *gone, void *ctx);

/* Exact snapshots, valid for this emulator in this process only (they hold pointers).  Raw:
 * emu_save_size() bytes (640 KB at 200x60), copied in microseconds.  Packed: deflated
 * without what is blank, for key frames; some KB and tens of microseconds. */
size_t emu_save_size(const struct emu *e);
void emu_save(const struct emu *e, void *out);
void emu_load(struct emu *e, const void *saved, size_t n);
int emu_pack(const struct emu *e, struct buf *out);
int emu_unpack(struct emu *e, struct span packed);
/* A hash of everything that can be seen or will matter: for tests. */
uint64_t emu_hash(const struct emu *e);
uint64_t emu_hash_told(const struct emu *e); /* without what output cannot bring about */

/* Output that brings a new terminal of the same size to the state of E: both screens, the rows
 * above, cursor, modes and what else matters for output that follows; a half-read sequence
 * stands at its end.  Appended to OUT; 0 or the buffer's error.  What it cannot bring about is
 * in repaint.h.  */
int emu_repaint(const struct emu *e, struct buf *out);

const char *emu_version(void); /* "libvterm 0.1.4" */

#endif
