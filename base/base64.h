/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648, with padding, without line ends). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

#define BASE64_BYTES(n) (((n) + 2) / 3 * 4) /* that N bytes become */

int base64_add(struct buf *out, struct span in);

#endif
