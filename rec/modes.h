/* SPDX-License-Identifier: ISC */
/* Terminal modes as the string of RFC 4254, section 8: opcode, 32-bit value, ..., 0. */
#ifndef REC_MODES_H
#define REC_MODES_H

#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#define MODES_MAX 320

size_t modes_encode(uint8_t out[MODES_MAX], const struct termios *t);

#endif
