/* SPDX-License-Identifier: ISC */
/* Recorded text as it may be shown in a line: control characters as ^X, what moves text about
 * and damage as U+FFFD. */
#ifndef FORMAT_SEEMLY_H
#define FORMAT_SEEMLY_H

#include "base/buf.h"

#define SEEMLY_ALL SIZE_MAX

/* Up to MAX characters of S, then "...". */
int seemly_put(struct buf *out, struct span s, size_t max);

#endif
