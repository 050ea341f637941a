/* SPDX-License-Identifier: ISC */
/* Bytes that stand in a message, as rows for a person (format/explain.h). */
#ifndef FORMAT_EXPLAIN_BYTES_H
#define FORMAT_EXPLAIN_BYTES_H

#include "base/buf.h"

void explain_bytes(struct buf *out, const char *label, struct span s);
void explain_modes(struct buf *out, struct span s); /* terminal modes of RFC 4254 */
void explain_key(struct buf *out, struct span s);   /* a public key: its kind and size */

#endif
