/* SPDX-License-Identifier: ISC */
/* The terminal's mouse: asked for by its own sequences, since curses knows either no drags
 * or no columns beyond 223, by terminal. */
#ifndef PLAY_UI_MOUSE_H
#define PLAY_UI_MOUSE_H

#include "play/mouse.h"

#include <stdbool.h>

void mouse_ask(bool on); /* nothing, when the terminal has none */
#define MOUSE_OFF "\033[?1006l\033[?1002l"

/* What "CSI < TEXT" (up to and with its last character, 'M' or 'm') means; false: nothing. */
bool mouse_parse(struct mouse *m, const char *text);
/* The same of the three bytes behind "CSI M". */
bool mouse_parse_old(struct mouse *m, const int byte[3]);

#endif
