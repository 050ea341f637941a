/* SPDX-License-Identifier: ISC */
/* The colours of a terminal: those of text and background, and the sixteen that have numbers
 * only.  All other colours are what they are. */
#ifndef BASE_THEME_H
#define BASE_THEME_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct theme {
	uint32_t fg, bg; /* 0xRRGGBB, as all */
	uint32_t colour[16];
};

#define THEME_COLOURS_TEXT (16 * 8) /* "#rrggbb:" ... */

/* The names that there are, for help texts. */
#define THEME_NAMES                                                    \
	"auditrec, asciinema, dracula, gruvbox-dark, monokai, nord,\n" \
	"solarized-dark, solarized-light, tango or xterm"

const struct theme *theme_default(void);
/* ERR_USAGE with the names that there are. */
int theme_named(const struct theme **t, const char *name, struct err *e);
const char *theme_name(size_t i); /* NULL behind the last */
/* As an asciicast has it: "#rrggbb" and 8 or 16 of them with colons.  false: it is none. */
bool theme_parse(struct theme *t, const char *fg, const char *bg, const char *palette);

#endif
