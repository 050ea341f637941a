/* SPDX-License-Identifier: ISC */
/* Files that the player writes.  None is ever overwritten unless it is the player's own. */
#ifndef PLAY_SAVE_H
#define PLAY_SAVE_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

#define SAVE_NAME_MAX 512

/* Writes BYTES to a file of that name ("~/" is the home), or as "NAME (2).SUFFIX" and so on
 * when that is there; OUT says which it became.  OWN: the name is ours, replace it. */
int save_file(char out[SAVE_NAME_MAX], const char *name, struct span bytes, bool own,
	struct err *e);

#endif
