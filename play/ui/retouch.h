/* SPDX-License-Identifier: ISC */
/* What curses has no words for: struck out and overlined text, kinds and colours of
 * underlines, shapes of the cursor.  Where the terminal's description has them (smxx, Smol,
 * Smulx, Setulc, Ss), such cells are written once more behind curses' back, after it is done
 * with a frame and the terminal is in its plain state. */
#ifndef PLAY_UI_RETOUCH_H
#define PLAY_UI_RETOUCH_H

#include "base/buf.h"
#include "play/shade.h"

#include <wchar.h>

struct retouch {
	uint16_t can;  /* enum cell_attr that are drawn here */
	bool can_tint; /* colours of underlines */
	bool can_edge; /* the last cell of the last row */
	bool can_shape;
	int shape; /* of the cursor that was set last */
	struct buf out;
	bool active;
	struct retouch_look {
		uint16_t attr; /* enum cell_attr */
		struct shade shade;
		uint32_t ul; /* as in struct cell */
	} look;
	int row, col; /* where the terminal's cursor is */
};

void retouch_start(struct retouch *r); /* after curses has started */
void retouch_stop(struct retouch *r);  /* the cursor is as it was, memory is released */
/* Does a cell of that look need it? */
bool retouch_wants(const struct retouch *r, uint16_t attr, uint32_t ul);
/* A cell of COLS columns, TEXT as curses has it. */
void retouch_cell(struct retouch *r, int row, int col, int cols,
	const struct retouch_look *look, const wchar_t *text);
/* Back to where curses thinks the cursor is, with SHAPE as in struct canvas; all goes out. */
void retouch_end(struct retouch *r, int row, int col, int shape);

#endif
