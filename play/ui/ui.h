/* SPDX-License-Identifier: ISC */
/* The player on a terminal.  Only this folder knows curses; no header in it shows it. */
#ifndef PLAY_UI_UI_H
#define PLAY_UI_UI_H

#include "base/clk.h"
#include "play/shell.h"

/* Can there be a picture at all?  ERR_USAGE says what is missing (a terminal, TERM). */
int ui_check(struct err *e);
/* Runs until the person quits or the terminal goes away; the terminal is as it was then. */
int ui_run(struct shell *s, const struct clk *clk, struct err *e);

#endif
