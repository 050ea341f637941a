/* SPDX-License-Identifier: ISC */
#include "format/seal.h"

#include "base/base64.h"
#include "base/octets.h"

#define DOMAIN "auditrec-seal-1"

static void
add_number(struct sha256 *h, uint64_t v)
{
	uint8_t b[8];

	put_be(b, v, 8);
	sha256_add(h, span_of(b, 8));
}

static void
make_chain(uint8_t out[SHA256_BYTES], const struct seal *s,
	const uint8_t before[SHA256_BYTES])
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, span_of(before, SHA256_BYTES));
	sha256_add(&h, span_of(s->sha256, SHA256_BYTES));
	add_number(&h, s->n);
	add_number(&h, s->offset);
	add_number(&h, (uint64_t)s->time_ns);
	add_number(&h, s->final);
	sha256_end(&h, out);
}

/* What is signed: a word that no other use of the key has, whose session, the chain. */
static void
make_text(uint8_t out[SHA256_BYTES], const struct seal *s, struct span connection)
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, span_of(DOMAIN, sizeof DOMAIN)); /* with its NUL */
	add_number(&h, connection.n);
	sha256_add(&h, connection);
	sha256_add(&h, span_of(s->chain, SHA256_BYTES));
	sha256_end(&h, out);
}

void
seal_sign(struct seal *s, const uint8_t before[SHA256_BYTES], struct span connection,
	const struct sign_key *key)
{
	uint8_t text[SHA256_BYTES];

	make_chain(s->chain, s, before);
	make_text(text, s, connection);
	sign_bytes(s->signature, key, span_of(text, sizeof text));
	sign_key_id(s->key, key->public);
}

enum seal_verdict
seal_check(const struct seal *s, const uint8_t before[SHA256_BYTES],
	struct span connection, const uint8_t public[SIGN_PUBLIC])
{
	uint8_t text[SHA256_BYTES], chain[SHA256_BYTES];
	char id[SIGN_KEY_ID];

	sign_key_id(id, public);
	if (strcmp(id, s->key) != 0)
		return SEAL_OTHER_KEY;
	make_text(text, s, connection);
	if (!sign_is_good(s->signature, public, span_of(text, sizeof text)))
		return SEAL_NO_SIGNATURE;
	make_chain(chain, s, before);
	return memcmp(chain, s->chain, sizeof chain) == 0 ? SEAL_GOOD : SEAL_OTHER_CHAIN;
}

static void
put_bytes(struct jsonw *w, const char *key, const uint8_t *p, size_t n)
{
	jsonw_key(w, key);
	jsonw_base64(w, span_of(p, n));
}

int
seal_put(struct msg *m, const struct seal *s, struct buf *json)
{
	struct jsonw w;

	vendor_begin(m, VENDOR_SEAL, &w, json);
	jsonw_kuint(&w, "n", s->n);
	jsonw_kuint(&w, "offset", s->offset);
	jsonw_kint(&w, "time", s->time_ns);
	if (s->final)
		jsonw_kbool(&w, "final", true);
	put_bytes(&w, "sha256", s->sha256, sizeof s->sha256);
	put_bytes(&w, "chain", s->chain, sizeof s->chain);
	jsonw_kstr(&w, "key", s->key);
	put_bytes(&w, "signature", s->signature, sizeof s->signature);
	return vendor_end(m, &w);
}

static bool
get_bytes(const struct msg *m, const char *key, uint8_t *out, size_t n)
{
	struct buf text, raw;
	bool good;

	buf_init(&text, 256);
	buf_init(&raw, 256);
	good = vendor_get_text(m, key, &text) &&
	       base64_take(&raw, buf_span(&text)) == text.n && raw.n == n;
	if (good)
		memcpy(out, raw.p, n);
	buf_free(&text);
	buf_free(&raw);
	return good;
}

bool
seal_get(struct seal *s, const struct msg *m)
{
	struct buf key;
	int64_t n, offset;
	bool good;

	memset(s, 0, sizeof *s);
	if (vendor_of(m) != VENDOR_SEAL)
		return false;
	buf_init(&key, 256);
	good = vendor_get_int(m, "n", &n) && vendor_get_int(m, "offset", &offset) &&
	       vendor_get_int(m, "time", &s->time_ns) && n >= 0 && offset >= 0 &&
	       vendor_get_text(m, "key", &key) && key.n == SIGN_KEY_ID - 1;
	if (good) {
		memcpy(s->key, key.p, key.n);
		s->n = (uint64_t)n;
		s->offset = (uint64_t)offset;
	}
	buf_free(&key);
	s->final = vendor_get_true(m, "final");
	return good && get_bytes(m, "sha256", s->sha256, sizeof s->sha256) &&
	       get_bytes(m, "chain", s->chain, sizeof s->chain) &&
	       get_bytes(m, "signature", s->signature, sizeof s->signature);
}
