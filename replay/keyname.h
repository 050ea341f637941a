/* SPDX-License-Identifier: ISC */
/* What bytes from a keyboard are called: "<Up>", "^C", and a sign in one or few columns for where
 * room is scarce. */
#ifndef REPLAY_KEYNAME_H
#define REPLAY_KEYNAME_H

#include "base/span.h"

#define KEYNAME_MAX 24 /* bytes of a name or sign with the NUL */

/* A key that sends an escape sequence; SEQ is what stands behind the escape.  NULL: none. */
const char *keyname_of(struct span seq);

struct keyname {
	bool text; /* a character that stands for itself */
	char name[KEYNAME_MAX];
	char sign[KEYNAME_MAX]; /* valid UTF-8 */
};
/* The first key of IN (not empty), the bytes it takes. */
size_t keyname_next(struct span in, struct keyname *out);

#endif
