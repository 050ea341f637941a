/* SPDX-License-Identifier: ISC */
/* What it will cost to emulate output, guessed from its bytes: no clock, so that key frames
 * stand at the same places in every run.  One unit is a byte of ordinary text, some 2 to 4 ns;
 * bench/bench_emu and bench/bench_reel tell how true that is. */
#ifndef REPLAY_COST_H
#define REPLAY_COST_H

#include "base/span.h"

#define READ_PER_UNIT 8            /* bytes read over in a unit */
#define COST_CELLS    8            /* cells moved or blanked in a unit */
#define COST_MESSAGE  UINT64_C(64) /* of any message, besides its bytes */

uint64_t cost_of_screen(int cols, int rows); /* of clearing all of it */
uint64_t cost_of_resize(int cols, int rows); /* to that size, or from it */
uint64_t cost_of_plain(struct span data); /* of which most is not drawn (term/lines.h) */
uint64_t cost_of_output(struct span data, int cols, int rows);

#endif
