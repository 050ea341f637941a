/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648, section 4), without line ends. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

#define BASE64_BYTES(n) (((n) + 2) / 3 * 4) /* that N bytes become */

void base64_put(struct buf *out, struct span s); /* with padding; errors stick in OUT */
/* Decodes as far as it goes, with padding or without: how much of IN that was. */
size_t base64_take(struct buf *out, struct span in);

#endif
