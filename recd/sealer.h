/* SPDX-License-Identifier: ISC */
/* Seals (format/seal.h) in the making: bytes are hashed on their way into a file. */
#ifndef RECD_SEALER_H
#define RECD_SEALER_H

#include "base/io.h"
#include "format/seal.h"

struct sealer {
	const struct sign_key *key; /* NULL: nothing is sealed */
	struct sha256 hash;         /* of the bytes since the last seal */
	uint64_t bytes;             /* so many */
	uint64_t end;               /* of the file */
	uint64_t n;                 /* number of the next seal */
	uint64_t sealed;            /* offset of the last one, 0 none */
	uint8_t chain[SHA256_BYTES];
};

void sealer_init(struct sealer *s, const struct sign_key *key);
/* INNER with S looking on; S must live as long.  NULL: no memory (INNER is closed).  Bytes that
 * are written before the end of the file are not hashed: sealer_catch_up() has to come. */
struct dst *sealer_dst(struct sealer *s, struct dst *inner);
/* A recording is gone on with: a seal that is in it; then the bytes behind the last, SIZE being
 * that of the file. */
void sealer_take(struct sealer *s, const struct seal *seal);
int sealer_catch_up(struct sealer *s, struct src *src, uint64_t size, struct err *e);
/* The next seal, over all bytes so far. */
void sealer_make(struct sealer *s, struct seal *seal, struct span connection,
	int64_t time_ns, bool final);

#endif
