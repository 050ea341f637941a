/* SPDX-License-Identifier: ISC */
/* One cell of a terminal's grid: an open value, known to everybody who draws. */
#ifndef TERM_CELL_H
#define TERM_CELL_H

#include <stdbool.h>
#include <stdint.h>

/* Colours: kind in the top byte, value below. */
#define COLOR_KIND(c)  ((c) >> 24)
#define COLOR_INDEX(c) ((c)&0xFFu)     /* COLOR_INDEXED: 0 to 255 */
#define COLOR_RGB24(c) ((c)&0xFFFFFFu) /* COLOR_TRUE: 0xRRGGBB */
enum { COLOR_DEFAULT = 0, COLOR_INDEXED = 1, COLOR_TRUE = 2 };
#define COLOR_OF_INDEX(i) ((uint32_t)COLOR_INDEXED << 24 | (uint32_t)(i))
#define COLOR_OF_RGB(v)   ((uint32_t)COLOR_TRUE << 24 | (uint32_t)(v))

enum cell_attr {
	CELL_BOLD = 1 << 0,
	CELL_DIM = 1 << 1,
	CELL_ITALIC = 1 << 2,
	CELL_UNDERLINE = 1 << 3, /* with at most one of CELL_UL_KINDS */
	CELL_BLINK = 1 << 4,
	CELL_REVERSE = 1 << 5,
	CELL_CONCEAL = 1 << 6,
	CELL_STRIKE = 1 << 7,
	CELL_OVERLINE = 1 << 8,
	CELL_UL_DOUBLE = 1 << 9,
	CELL_UL_CURLY = 1 << 10,
	CELL_LINK = 1 << 11, /* part of a hyperlink */
	CELL_UL_DOTTED = 1 << 12,
	CELL_UL_DASHED = 1 << 13,
};
#define CELL_UL_KINDS (CELL_UL_DOUBLE | CELL_UL_CURLY | CELL_UL_DOTTED | CELL_UL_DASHED)

struct cell {
	uint32_t
		ch; /* 0: never written; CELL_CH_POOL set: combining text in the emulator's pool */
	uint32_t fg, bg;
	uint16_t attr;      /* enum cell_attr */
	uint16_t width : 2; /* 1, 2; 0: right half of the wide character before it */
	uint16_t guard : 1; /* protected against selective erase */
	uint16_t wrap : 1;  /* the text went on to the row below; see emu_wrapped() */
	uint16_t
		extra : 12; /* colour of the underline, link: the owner of the cell knows */
};

#define CELL_CH_POOL UINT32_C(0x80000000)

#endif
