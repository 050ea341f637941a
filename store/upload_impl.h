/* SPDX-License-Identifier: ISC */
/* What the two sides of an upload share: what is asked next, and what came of it. */
#ifndef STORE_UPLOAD_IMPL_H
#define STORE_UPLOAD_IMPL_H

#include "store/upload.h"

/* The upload counts no more; requests that are still on their way do not, either.  What there
 * is of it is looked for, and aborted. */
void upload_begin_anew(struct upload *u);
/* Is part number I + 1 on the server? */
bool upload_was_sent(const struct upload *u, size_t i);

#endif
