/* SPDX-License-Identifier: ISC */
/* A box is a file encrypted for whoever has one of some private keys; who puts it in the box
 * cannot take it out again.  Any place in it can be read without what stands before.
 *
 *	"auditrec-box-1\n" and a NUL
 *	u64 bytes of what is inside, u32 bytes of a chunk, u32 recipients n; big-endian
 *	n times: the first 8 bytes of the SHA-256 of the recipient's public key,
 *	  the file's key in a sealed box (X25519, XSalsa20-Poly1305: crypto_box_seal), 80 bytes
 *	chunks, each with 16 bytes behind it: ChaCha20-Poly1305 (RFC 8439), nonce its number,
 *	  additional data the SHA-256 of all of the above and a byte that is 1 in the last one
 *
 * The last chunk holds the rest, at least one byte unless all is empty. */
#ifndef FORMAT_BOX_H
#define FORMAT_BOX_H

#include "base/io.h"
#include "format/keyline.h"

#define BOX_RECIPIENTS_MAX 16
#define BOX_CHUNK          65536
#define BOX_KEY_ID         17
#define BOX_PRIVATE_WORD   "auditrec-private-key-1"
#define BOX_RECIPIENT_WORD "auditrec-recipient-1"

struct box_key {
	uint8_t secret[KEYLINE_KEY], public[KEYLINE_KEY];
};
struct box_recipients {
	int n;
	uint8_t v[BOX_RECIPIENTS_MAX][KEYLINE_KEY];
};

int box_key_make(struct box_key *k, const uint8_t seed[KEYLINE_KEY], struct err *e);
/* The private key in the text of a file (BOX_PRIVATE_WORD). */
int box_key_read(struct box_key *k, struct span text, struct err *e);
/* All public keys in the text of a file (BOX_RECIPIENT_WORD); ERR_LIMIT, and ERR_FORMAT also
 * when there is none. */
int box_recipients_read(struct box_recipients *r, struct span text, struct err *e);
void box_key_id(char out[BOX_KEY_ID], const uint8_t public[KEYLINE_KEY]);

/* The first SIZE bytes of IN into OUT, which stays open. */
int box_put(struct dst *out, struct src *in, uint64_t size,
	const struct box_recipients *r, struct err *e);
/* Is HEAD, the first BOX_MAGIC bytes of a file, the beginning of a box? */
#define BOX_MAGIC 16
bool box_is(const uint8_t head[BOX_MAGIC]);
/* What is inside of IN, which is taken over in every case.  ERR_STATE: none of the keys is one
 * of its recipients'; the text names those. */
int box_open(struct src **out, struct src *in, const struct box_key *keys, int nkeys,
	struct err *e);

#endif
