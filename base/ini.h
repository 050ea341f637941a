/* SPDX-License-Identifier: ISC */
/* Configuration text: "key = value" lines under "[section]" headings.
 *
 * A line that begins with '#' or ';' is a comment; there is none behind a value.  A value
 * that begins and ends with '"' loses these two and keeps its blanks.  "key! = value" is
 * told apart.  A line that is wrong is told with its number and left out; behind a heading
 * that is wrong everything up to the next heading is left out, because nobody knows for
 * whom it was meant.
 *
 * With ANY_KEY, as key bindings need it, a key is any word: '=', '[' and ';' too, when blanks
 * stand around the '=' that parts it from its value.  Then only '#' begins a comment, also
 * behind a value (" # "), and '"' and '!' are like all others. */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define INI_LINE_MAX 4096 /* bytes of a line */

struct ini {
	/* A heading: positive when its lines are wanted, 0 when not, negative with *E when it
	 * is wrong.  TEXT stands between the brackets. */
	int (*section)(void *ctx, int line, const char *text, struct err *e);
	/* A line of a wanted section.  Negative with *E: it is told to bad(). */
	int (*value)(void *ctx, int line, const char *key, bool bang, const char *value,
		struct err *e);
	/* KEY may be NULL. */
	void (*bad)(void *ctx, int line, const char *key, const char *why);
	void *ctx;
	bool any_key;
};

void ini_parse(const struct ini *ini, const char *text, size_t n);

#endif
