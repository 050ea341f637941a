/* SPDX-License-Identifier: ISC */
/* What stands for a character on a terminal without UTF-8: something that reads as much like it
 * as one sign can. */
#ifndef PLAY_ASCII_H
#define PLAY_ASCII_H

#include <stdint.h>

char ascii_of(uint32_t ch); /* printable; '?': nothing does */

#endif
