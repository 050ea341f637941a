/* SPDX-License-Identifier: ISC */
/* Writing CBOR (RFC 8949) as the reference encoder does: shortest integers and lengths,
 * definite sizes only, no tags, no floats.  Errors stick in the buffer (buf_failed). */
#ifndef FORMAT_CBORW_H
#define FORMAT_CBORW_H

#include "base/buf.h"

void cborw_uint(struct buf *out, uint64_t v);
void cborw_int(struct buf *out, int64_t v);
void cborw_bool(struct buf *out, bool v);
void cborw_null(struct buf *out);
void cborw_bytes(struct buf *out, struct span s); /* p == NULL writes null */
void cborw_text(struct buf *out, struct span s);  /* cleaned to valid UTF-8 */
void cborw_key(struct buf *out, const char *key); /* a text known to be ASCII */
void cborw_map(struct buf *out, size_t pairs);
void cborw_array(struct buf *out, size_t items);

#endif
