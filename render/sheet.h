/* SPDX-License-Identifier: ISC */
/* A contact sheet: many screens made small, in one document, each with a line of text below it.
 * What it holds in memory are the small ones. */
#ifndef RENDER_SHEET_H
#define RENDER_SHEET_H

#include "render/render.h"

#define SHEET_SIDE_MAX 50  /* tiles in a row, and rows */
#define SHEET_TILE     384 /* width of a tile, in points */

struct sheet_opts {
	int cols, rows;            /* tiles; rows that stay empty are left out */
	const char *title;         /* UTF-8, anything */
	const struct theme *theme; /* NULL: the default */
};

struct sheet;

/* F: RENDER_SVG, RENDER_HTML or RENDER_PNG, else ERR_USAGE.  The strings of O are borrowed. */
int sheet_open(struct sheet **s, enum render_format f, const struct sheet_opts *o,
	struct err *err);
void sheet_close(struct sheet *s);
/* The next tile; ERR_LIMIT when the sheet is full. */
int sheet_add(struct sheet *s, const struct emu *e, const char *caption, struct err *err);
int sheet_put(struct sheet *s, struct buf *out, struct err *err); /* the document */

#endif
