/* SPDX-License-Identifier: ISC */
/* The only file that knows libsodium. */
#include "format/sign.h"

#include "base/base64.h"
#include "format/sha256.h"

#include <sodium.h>
#include <stdio.h>

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

/* The line that is no comment. */
static struct span
only_line(struct span text)
{
	while (text.n) {
		const uint8_t *nl = memchr(text.p, '\n', text.n);
		size_t n = nl ? (size_t)(nl - text.p) : text.n;

		if (n && text.p[0] != '#')
			return span_of(text.p, n);
		n += nl ? 1 : 0;
		text = span_of(text.p + n, text.n - n);
	}
	return text;
}

static int
read_key(uint8_t out[32], struct span text, const char *word, struct err *e)
{
	struct span line = only_line(text);
	size_t n = strlen(word);
	struct buf raw;
	int rc = 0;

	buf_init(&raw, 64);
	if (line.n < n + 2 || memcmp(line.p, word, n) != 0 || line.p[n] != ' ')
		rc = err_set(e, ERR_FORMAT, "is no key file (%s ...)", word);
	else if (base64_take(&raw, span_of(line.p + n + 1, line.n - n - 1)) !=
			 line.n - n - 1 ||
		 raw.n != 32)
		rc = err_set(e, ERR_FORMAT, "does not hold a key of 32 bytes");
	else
		memcpy(out, raw.p, 32);
	if (raw.p)
		sodium_memzero(raw.p, raw.n);
	buf_free(&raw);
	return rc;
}

int
sign_read_secret(struct sign_key *k, struct span text, struct err *e)
{
	uint8_t seed[SIGN_SEED];
	int rc = read_key(seed, text, SECRET_WORD, e);

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
	return read_key(public, text, PUBLIC_WORD, e);
}

static void
write_key(struct buf *out, const char *word, const uint8_t key[32])
{
	buf_addf(out, "%s ", word);
	base64_put(out, span_of(key, 32));
	buf_add_byte(out, '\n');
}

void
sign_write_secret(struct buf *out, const struct sign_key *k)
{
	write_key(out, SECRET_WORD, k->secret); /* its first half is the seed */
}

void
sign_write_public(struct buf *out, const uint8_t public[SIGN_PUBLIC])
{
	write_key(out, PUBLIC_WORD, public);
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
	for (int i = 0; i < 8; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
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
