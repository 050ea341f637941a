/* SPDX-License-Identifier: ISC */
/* How many columns a character takes: 0 (joins the one before), 1 or 2.  One table of ours,
 * so that the result depends neither on a locale nor on a library's age. */
#ifndef TERM_WIDTH_H
#define TERM_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

int width_of(uint32_t ch);
/* Draws nothing, but changes how what is around it is drawn (directions, tags, invisible
 * signs): has no place in a cell or a title. */
bool width_hidden(uint32_t ch);

#endif
