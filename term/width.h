/* SPDX-License-Identifier: ISC */
/* How many columns a character takes: 0 (joins the one before), 1 or 2.  One table of ours,
 * so that the result depends neither on a locale nor on a library's age. */
#ifndef TERM_WIDTH_H
#define TERM_WIDTH_H

#include <stdint.h>

int width_of(uint32_t ch);

#endif
