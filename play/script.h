/* SPDX-License-Identifier: ISC */
/* Drives the app from a text, against a clock of its own, and prints what a person would
 * see.  One step a line:
 *   key Left C-l 5     presses keys       text hello    types characters
 *   tick 2.5           lets time pass     index         reads the recording to its end
 *   size 80x24         resizes            screen        prints the window
 *   status             prints the state   colours 8     0, 8, 16, 256 or true
 *   mouse press 23,10  press, drag, release, wheel-up or wheel-down there
 * Lines that begin with # are comments.  The window begins with 80x24 and 256 colours. */
#ifndef PLAY_SCRIPT_H
#define PLAY_SCRIPT_H

#include "play/shell.h"

/* Appends to OUT what the steps of TEXT print.  ERR_USAGE names the line. */
int script_run(struct shell *sh, struct span text, struct buf *out, struct err *e);

#endif
