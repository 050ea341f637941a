/* SPDX-License-Identifier: ISC */
/* Bytes made small and large again: deflate at its fastest, for ourselves only. */
#ifndef REPLAY_PACK_H
#define REPLAY_PACK_H

#include "base/buf.h"

/* Append IN packed to OUT: 0 or ERR_NOMEM. */
int pack_deflate(struct buf *out, struct span in);
/* Append the N bytes that IN was made of: 0, ERR_NOMEM or ERR_DAMAGED. */
int pack_inflate(struct buf *out, struct span in, size_t n);
/* A checksum of what SUM is of, 0 at the beginning, and IN. */
uint32_t pack_sum(uint32_t sum, struct span in);

#endif
