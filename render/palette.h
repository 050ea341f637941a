/* SPDX-License-Identifier: ISC */
/* What the numbers of colours stand for: xterm's palette. */
#ifndef RENDER_PALETTE_H
#define RENDER_PALETTE_H

#include "term/cell.h"

uint32_t palette_rgb(uint32_t colour); /* 0xRRGGBB of a colour that is not the default */
/* PERCENT of A, the rest of B. */
uint32_t palette_mix(uint32_t a, uint32_t b, int percent);

#endif
