/* SPDX-License-Identifier: ISC */
/* What an asciinema server answers to an upload: one JSON object, hostile as everything from
 * outside.  Texts are as they came; whoever shows them cleans them. */
#ifndef FORMAT_CASTREPLY_H
#define FORMAT_CASTREPLY_H

#include "base/buf.h"

#define CASTREPLY_MAX     ((size_t)256 << 10) /* bytes of an answer */
#define CASTREPLY_DETAILS 16                  /* details that are kept */

struct castreply {
	/* Empty when not there.  TYPE: kind of a refusal, "validation_failed"; DETAILS: "field:
	 * message" of each, with "; " between. */
	struct buf url, message, title, visibility, type, details;
};

/* False when BODY is no such object (R is empty then).  To be freed in both cases. */
bool castreply_parse(struct castreply *r, struct span body);
void castreply_free(struct castreply *r);

#endif
