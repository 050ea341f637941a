/* SPDX-License-Identifier: ISC */
#include "format/sha256.h"

#include "base/hex.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct sha256), "state is too small");

static struct sha256_ctx *
ctx(struct sha256 *h)
{
	return (struct sha256_ctx *)(void *)h->state;
}

void
sha256_begin(struct sha256 *h)
{
	sha256_init(ctx(h));
}

void
sha256_add(struct sha256 *h, struct span s)
{
	if (s.n)
		sha256_update(ctx(h), s.n, s.p);
}

void
sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES])
{
	sha256_digest(ctx(h), SHA256_BYTES, out);
}

void
sha256_text(char out[SHA256_TEXT], const uint8_t hash[SHA256_BYTES])
{
	hex_put(out, hash, SHA256_BYTES);
}
