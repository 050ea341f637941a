/* SPDX-License-Identifier: ISC */
/* libsodium is known here and in box.c. */
#include "format/sign.h"

#include "base/hex.h"
#include "format/keyline.h"
#include "format/sha256.h"

#include <sodium.h>

#define SECRET_WORD "auditrec-secret-key-1"
#define PUBLIC_WORD "auditrec-public-key-1"

int
sign_key_make(struct sign_key *k, const uint8_t seed[SIGN_SEED], struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_STATE, "libsodium does not work here");
	crypto_sign_seed_keypair(k->public, k->secret, seed);
	return 0;
}

int
sign_read_secret(struct sign_key *k, struct span text, struct err *e)
{
	uint8_t seed[SIGN_SEED];
	int rc = keyline_read(seed, text, SECRET_WORD, e);

	if (rc == 0)
		rc = sign_key_make(k, seed, e);
	sodium_memzero(seed, sizeof seed);
	return rc;
}

int
sign_read_public(uint8_t public[SIGN_PUBLIC], struct span text, struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_STATE, "libsodium does not work here");
	return keyline_read(public, text, PUBLIC_WORD, e);
}

void
sign_write_secret(struct buf *out, const struct sign_key *k)
{
	keyline_write(out, SECRET_WORD, k->secret); /* its first half is the seed */
}

void
sign_write_public(struct buf *out, const uint8_t public[SIGN_PUBLIC])
{
	keyline_write(out, PUBLIC_WORD, public);
}

void
sign_key_forget(struct sign_key *k)
{
	sodium_memzero(k, sizeof *k);
}

void
sign_key_id(char out[SIGN_KEY_ID], const uint8_t public[SIGN_PUBLIC])
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, span_of(public, SIGN_PUBLIC));
	sha256_end(&h, hash);
	hex_put(out, hash, (SIGN_KEY_ID - 1) / 2);
}

void
sign_bytes(uint8_t signature[SIGN_SIGNATURE], const struct sign_key *k, struct span bytes)
{
	crypto_sign_detached(signature, NULL, bytes.p, bytes.n, k->secret);
}

bool
sign_is_good(const uint8_t signature[SIGN_SIGNATURE], const uint8_t public[SIGN_PUBLIC],
	struct span bytes)
{
	return crypto_sign_verify_detached(signature, bytes.p, bytes.n, public) == 0;
}
