/* SPDX-License-Identifier: ISC */
/* "match user=LIST group=LIST host=LIST tty=yes|no": for whom the lines of a section are.
 * All conditions must hold; of a list of patterns (as file names, separated by commas) one
 * must, and none of those that begin with '!'. */
#ifndef REC_MATCH_H
#define REC_MATCH_H

#include "base/err.h"

#include <stdbool.h>

struct match_who {
	const char *user, *host;
	bool tty;
	bool (*in_group)(const char *name); /* of the user of this process */
};

/* 1 yes, 0 no, ERR_USAGE. */
int match_section(const char *text, const struct match_who *who, struct err *e);
/* Whether USER or one of its groups (as "@NAME") stands in a list. */
bool match_member(const char *list, const struct match_who *who);

#endif
