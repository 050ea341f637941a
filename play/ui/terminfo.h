/* SPDX-License-Identifier: ISC */
/* Which description of the terminal to use, and whether it will do. */
#ifndef PLAY_UI_TERMINFO_H
#define PLAY_UI_TERMINFO_H

#include "base/err.h"
#include "play/theme.h"

#include <stdbool.h>
#include <stddef.h>

/* The name to start curses with: TERM, or the sister of it that has as many colours as are
 * wished for (enum theme_depth); WISH -1: direct colours where the terminal says it has them.
 * BUF may be used for it. */
const char *terminfo_name(char *buf, size_t size, int wish);
/* Can this terminal show a screen?  ERR_USAGE says why not. */
int terminfo_check(struct err *e);

/* Of the terminal that curses was started on. */
bool terminfo_has_mouse(void);
/* What puts it back to how a shell expects it, ending with 0; cut to SIZE. */
void terminfo_goodbye(char *buf, size_t size);

#endif
