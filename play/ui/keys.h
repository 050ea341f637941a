/* SPDX-License-Identifier: ISC */
/* What the terminal sends for keys, as keys of keymap.h. */
#ifndef PLAY_UI_KEYS_H
#define PLAY_UI_KEYS_H

#include "play/mouse.h"

#include <stdint.h>

#define KEYS_MOUSE UINT32_C(0x80000000) /* no key: *M says what it is */

void keys_start(void); /* after curses has started */
/* The next key that has been pressed, K_NONE when there is none (never waits longer than
 * an escape sequence may take). */
uint32_t keys_next(struct mouse *m);

#endif
