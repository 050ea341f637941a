/* SPDX-License-Identifier: ISC */
/* The place of recordings without -o: a new name in a folder. */
#ifndef REC_PLACE_H
#define REC_PLACE_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct place {
	const char
		*folder; /* with %u user, %U its number, %h home; "": the state folder */
	const char *user, *home; /* of the password database */
	uid_t uid;
	bool env; /* by hand: HOME and XDG_STATE_HOME count, whose the folder is does not */
};

/* P->folder with %u, %U, %h replaced; ERR_NOTFOUND when that is no absolute path. */
int place_expand(char *out, size_t size, const struct place *p, struct err *e);
/* "PLACE/20261121T140211Z-0123abcd.audit"; the folder is made (0700) when missing. */
int place_new(char path[PATH_MAX], const struct place *p, const char *id, int64_t wall_ns,
	const char *suffix, struct err *e);

#endif
