/* SPDX-License-Identifier: ISC */
/* ttyrec: records of seconds, microseconds and length (32 bits each, little end first) with so
 * many bytes of output behind them.  A record that is nothing but the order to change the size
 * of the terminal (CSI 8 ; rows ; columns t, as termrec writes it) tells its size.  Internal to
 * reader and writer. */
#ifndef FORMAT_TTYREC_H
#define FORMAT_TTYREC_H

#include "base/span.h"

#define TTYREC_HEAD       ((size_t)12)
#define TTYREC_RECORD_MAX ((size_t)16 << 20) /* bytes of one record that are read */
#define TTYREC_SIDE_MAX   UINT16_MAX

struct ttyrec_head {
	uint32_t seconds, micros, length;
};

/* False when this can be no head: a second has fewer microseconds, or it is too long. */
bool ttyrec_head_get(struct ttyrec_head *h, const uint8_t p[TTYREC_HEAD]);
void ttyrec_head_put(uint8_t p[TTYREC_HEAD], const struct ttyrec_head *h);
/* S is a size and nothing else. */
bool ttyrec_size_get(struct span s, uint32_t *cols, uint32_t *rows);

#endif
