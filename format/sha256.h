/* SPDX-License-Identifier: ISC */
/* SHA-256, as it comes from a library; the only file that knows which. */
#ifndef FORMAT_SHA256_H
#define FORMAT_SHA256_H

#include "base/span.h"

#define SHA256_BYTES 32
#define SHA256_TEXT  (2 * SHA256_BYTES + 1)

struct sha256 {
	_Alignas(16) uint8_t state[128];
};

void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, struct span s);
void sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES]);
void sha256_text(char out[SHA256_TEXT], const uint8_t hash[SHA256_BYTES]);

#endif
