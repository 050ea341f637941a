/* SPDX-License-Identifier: ISC */
/* Files that are part of the program: C made of them by tools/embed. */
#ifndef LOG_EMBED_H
#define LOG_EMBED_H

#include <stddef.h>

struct embed {
	const char *name; /* without its folder; NULL ends a table */
	const unsigned char *data;
	size_t n;
};

extern const struct embed embed_page[];   /* log/page/ */
extern const struct embed embed_player[]; /* asciinema's web player; empty: left out */

#endif
