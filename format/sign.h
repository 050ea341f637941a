/* SPDX-License-Identifier: ISC */
/* Ed25519 (RFC 8032) by a library, and its keys as files of one line:
 *
 *	auditrec-secret-key-1 BASE64 of the 32 byte seed
 *	auditrec-public-key-1 BASE64 of the 32 byte key
 *
 * Lines that begin with '#' are comments. */
#ifndef FORMAT_SIGN_H
#define FORMAT_SIGN_H

#include "base/buf.h"
#include "base/err.h"

#define SIGN_SEED      32
#define SIGN_PUBLIC    32
#define SIGN_SIGNATURE 64
#define SIGN_KEY_ID    17   /* bytes of its text */
#define SIGN_FILE_MAX  4096 /* bytes of a key file */

struct sign_key {
	uint8_t secret[64];
	uint8_t public[SIGN_PUBLIC];
};

/* ERR_STATE: the library cannot be used on this machine. */
int sign_key_make(struct sign_key *k, const uint8_t seed[SIGN_SEED], struct err *e);
int sign_read_secret(struct sign_key *k, struct span text, struct err *e);
int sign_read_public(uint8_t public[SIGN_PUBLIC], struct span text, struct err *e);
void sign_write_secret(struct buf *out, const struct sign_key *k);
void sign_write_public(struct buf *out, const uint8_t public[SIGN_PUBLIC]);
void sign_key_forget(struct sign_key *k);
/* The first 16 hexadecimal digits of the SHA-256 of the public key. */
void sign_key_id(char out[SIGN_KEY_ID], const uint8_t public[SIGN_PUBLIC]);

void sign_bytes(
	uint8_t signature[SIGN_SIGNATURE], const struct sign_key *k, struct span bytes);
bool sign_is_good(const uint8_t signature[SIGN_SIGNATURE],
	const uint8_t public[SIGN_PUBLIC], struct span bytes);

#endif
