/* SPDX-License-Identifier: ISC */
/* A screen as a document: what the cells of an emulator hold, in the forms that other programs
 * take.  Nothing of a recording goes out as it came in: only characters, colours and attributes
 * of cells, written anew.  Concealed text is shown and marked: whoever looks at a recording
 * must see it. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "base/err.h"
#include "base/theme.h"
#include "term/emu.h"

enum render_format {
	RENDER_TEXT,
	RENDER_ANSI, /* SGR sequences of our own: for cat */
	RENDER_SVG,
	RENDER_HTML,
	RENDER_PNG,
	RENDER_FORMATS
};

struct render_opts {
	const char *title;         /* UTF-8, anything; NULL: none */
	bool cursor;               /* show it where it is visible */
	const struct theme *theme; /* NULL: the default */
};

const char *render_name(enum render_format f);   /* "text" */
const char *render_suffix(enum render_format f); /* ".txt" */
const char *render_suffixes(void); /* all that can be written, for a person */
/* By the end of a file's name; false: none of ours. */
bool render_format_of(const char *file, enum render_format *f);
/* Appends to OUT.  ERR_UNSUPPORTED: left out of this build. */
int render_screen(struct buf *out, const struct emu *e, enum render_format f,
	const struct render_opts *o, struct err *err);

#endif
