/* SPDX-License-Identifier: ISC */
/* A row of cells as text that gives a terminal the same characters, colours and attributes.
 * Only SGR sequences of our own and printable characters come out, whatever the cells say. */
#ifndef RENDER_ANSI_H
#define RENDER_ANSI_H

#include "base/buf.h"
#include "term/emu.h"

/* Without blanks at the end that look like nothing, without a line end, attributes reset.
 * LOOKS: with colours and attributes. */
int ansi_row(struct buf *out, const struct emu *e, int row, bool looks);

#endif
