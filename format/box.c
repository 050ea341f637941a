/* SPDX-License-Identifier: ISC */
#include "format/box.h"

#include "base/hex.h"
#include "base/octets.h"
#include "format/sha256.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define MAGIC      "auditrec-box-1\n"
#define HEAD       32 /* magic, size, chunk, recipients */
#define ID         8
#define SEALED     (32 + crypto_box_SEALBYTES)
#define RECIPIENT  (ID + SEALED)
#define TAG        crypto_aead_chacha20poly1305_ietf_ABYTES
#define FILE_KEY   crypto_aead_chacha20poly1305_ietf_KEYBYTES
#define NONCE      crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define HEADER_MAX (HEAD + BOX_RECIPIENTS_MAX * RECIPIENT)

/* ---- keys ---- */

int
box_key_make(struct box_key *k, const uint8_t seed[KEYLINE_KEY], struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_STATE, "libsodium does not work here");
	memcpy(k->secret, seed, sizeof k->secret);
	crypto_scalarmult_base(k->public, k->secret);
	return 0;
}

int
box_key_read(struct box_key *k, struct span text, struct err *e)
{
	uint8_t seed[KEYLINE_KEY];
	int rc = keyline_read(seed, text, BOX_PRIVATE_WORD, e);

	if (rc == 0)
		rc = box_key_make(k, seed, e);
	sodium_memzero(seed, sizeof seed);
	return rc;
}

int
box_recipients_read(struct box_recipients *r, struct span text, struct err *e)
{
	uint8_t key[KEYLINE_KEY];
	int rc;

	r->n = 0;
	if (sodium_init() < 0)
		return err_set(e, ERR_STATE, "libsodium does not work here");
	while ((rc = keyline_next(key, &text, BOX_RECIPIENT_WORD, e)) > 0) {
		if (r->n == BOX_RECIPIENTS_MAX)
			return err_set(e, ERR_LIMIT, "holds more than %d keys",
				BOX_RECIPIENTS_MAX);
		memcpy(r->v[r->n++], key, sizeof key);
	}
	if (rc == 0 && r->n == 0)
		return err_set(
			e, ERR_FORMAT, "holds no key (" BOX_RECIPIENT_WORD " ...)");
	return rc;
}

static void
key_hash(uint8_t out[SHA256_BYTES], const uint8_t public[KEYLINE_KEY])
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, span_of(public, KEYLINE_KEY));
	sha256_end(&h, out);
}

static void
id_text(char out[BOX_KEY_ID], const uint8_t id[ID])
{
	hex_put(out, id, ID);
}

void
box_key_id(char out[BOX_KEY_ID], const uint8_t public[KEYLINE_KEY])
{
	uint8_t hash[SHA256_BYTES];

	key_hash(hash, public);
	id_text(out, hash);
}

/* ---- what both directions share ---- */

struct crypt {
	uint8_t key[FILE_KEY];
	uint8_t extra[SHA256_BYTES +
		      1]; /* additional data; the last byte says which is last */
};

static void
hash_header(struct crypt *c, const uint8_t *header, size_t n)
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, span_of(header, n));
	sha256_end(&h, c->extra);
}

static uint64_t
chunks_of(uint64_t size, uint32_t chunk)
{
	return size ? (size - 1) / chunk + 1 : 1;
}

static void
make_nonce(uint8_t nonce[NONCE], uint64_t number)
{
	memset(nonce, 0, NONCE);
	put_be(nonce + NONCE - 8, number, 8);
}

/* ---- into the box ---- */

static int
write_all(struct dst *out, uint64_t *off, const uint8_t *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t k = dst_write_at(out, *off, p, n, e);

		if (k <= 0)
			return k < 0 ? (int)k : err_set(e, ERR_NOSPACE, "no space left");
		*off += (uint64_t)k;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static int
read_all(struct src *in, uint64_t off, uint8_t *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t k = src_read_at(in, off, p, n, e);

		if (k <= 0)
			return k < 0 ? (int)k
				     : err_set(e, ERR_TRUNCATED,
					       "the encrypted file ends too early");
		off += (uint64_t)k;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static int
write_header(struct crypt *c, struct dst *out, uint64_t *off, uint64_t size,
	const struct box_recipients *r, struct err *e)
{
	uint8_t header[HEADER_MAX], hash[SHA256_BYTES], *p = header + HEAD;

	memcpy(header, MAGIC, BOX_MAGIC);
	put_be(header + 16, size, 8);
	put_be(header + 24, BOX_CHUNK, 4);
	put_be(header + 28, (uint64_t)r->n, 4);
	for (int i = 0; i < r->n; i++, p += RECIPIENT) {
		key_hash(hash, r->v[i]);
		memcpy(p, hash, ID);
		if (crypto_box_seal(p + ID, c->key, FILE_KEY, r->v[i]) != 0)
			return err_set(e, ERR_FORMAT, "a recipient's key is no key");
	}
	hash_header(c, header, (size_t)(p - header));
	return write_all(out, off, header, (size_t)(p - header), e);
}

static int
write_chunks(struct crypt *c, struct dst *out, uint64_t off, struct src *in,
	uint64_t size, uint8_t *work, struct err *e)
{
	uint64_t n = chunks_of(size, BOX_CHUNK), at = 0;
	uint8_t *sealed = work + BOX_CHUNK, nonce[NONCE];
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < n; i++) {
		size_t k = size - at < BOX_CHUNK ? (size_t)(size - at) : BOX_CHUNK;

		rc = read_all(in, at, work, k, e);
		if (rc < 0)
			return rc;
		c->extra[SHA256_BYTES] = i == n - 1;
		make_nonce(nonce, i);
		crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, work, k, c->extra,
			sizeof c->extra, NULL, nonce, c->key);
		rc = write_all(out, &off, sealed, k + TAG, e);
		at += k;
	}
	return rc;
}

int
box_put(struct dst *out, struct src *in, uint64_t size, const struct box_recipients *r,
	struct err *e)
{
	uint8_t *work = malloc(2 * (BOX_CHUNK + TAG));
	uint64_t off = 0;
	struct crypt c;
	int rc;

	if (!work)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	crypto_aead_chacha20poly1305_ietf_keygen(c.key);
	rc = write_header(&c, out, &off, size, r, e);
	if (rc == 0)
		rc = write_chunks(&c, out, off, in, size, work, e);
	sodium_memzero(&c, sizeof c);
	sodium_memzero(work, BOX_CHUNK);
	free(work);
	return rc;
}

/* ---- out of it ---- */

struct box_src {
	struct src src;
	struct src *in;
	struct crypt c;
	uint64_t size, first, nchunks; /* first: offset of the first chunk */
	uint32_t chunk;
	uint64_t have; /* number of the chunk that is in PLAIN, + 1 */
	size_t have_n;
	uint8_t *plain, *sealed;
};

bool
box_is(const uint8_t head[BOX_MAGIC])
{
	return memcmp(head, MAGIC, BOX_MAGIC) == 0;
}

static int
load_chunk(struct box_src *b, uint64_t i, struct err *e)
{
	uint64_t left = b->size - i * b->chunk;
	size_t n = left < b->chunk ? (size_t)left : b->chunk;
	uint8_t nonce[NONCE];
	int rc;

	if (b->have == i + 1)
		return 0;
	b->have = 0;
	rc = read_all(b->in, b->first + i * (b->chunk + TAG), b->sealed, n + TAG, e);
	if (rc < 0)
		return rc;
	make_nonce(nonce, i);
	b->c.extra[SHA256_BYTES] = i == b->nchunks - 1;
	if (crypto_aead_chacha20poly1305_ietf_decrypt(b->plain, NULL, NULL, b->sealed,
		    n + TAG, b->c.extra, sizeof b->c.extra, nonce, b->c.key) != 0)
		return err_set_at(e, ERR_DAMAGED,
			(int64_t)(b->first + i * (b->chunk + TAG)),
			"the encrypted file was changed at offset %llu",
			(unsigned long long)(b->first + i * (b->chunk + TAG)));
	b->have = i + 1;
	b->have_n = n;
	return 0;
}

static ssize_t
box_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct box_src *b = (struct box_src *)s;
	size_t at;
	int rc;

	if (off >= b->size || n == 0)
		return 0;
	rc = load_chunk(b, off / b->chunk, e);
	if (rc < 0)
		return rc;
	at = (size_t)(off % b->chunk);
	n = n < b->have_n - at ? n : b->have_n - at;
	memcpy(p, b->plain + at, n);
	return (ssize_t)n;
}

static int64_t
box_size(struct src *s)
{
	return (int64_t)((struct box_src *)s)->size;
}

static void
box_wait_at_most(struct src *s, int64_t ns)
{
	src_wait_at_most(((struct box_src *)s)->in, ns);
}

static void
box_close(struct src *s)
{
	struct box_src *b = (struct box_src *)s;

	src_close(b->in);
	if (b->plain)
		sodium_memzero(b->plain, b->chunk);
	free(b->plain);
	free(b->sealed);
	sodium_memzero(b, sizeof *b);
	free(b);
}

/* Tries every key on every recipient's row; the file's key into C. */
static int
find_key(struct crypt *c, const uint8_t *rows, uint32_t n, const struct box_key *keys,
	int nkeys, struct err *e)
{
	char text[BOX_KEY_ID];
	uint8_t hash[SHA256_BYTES];

	for (int k = 0; k < nkeys; k++) {
		key_hash(hash, keys[k].public);
		for (uint32_t i = 0; i < n; i++) {
			const uint8_t *row = rows + i * RECIPIENT;

			if (memcmp(row, hash, ID) == 0 &&
				crypto_box_seal_open(c->key, row + ID, SEALED,
					keys[k].public, keys[k].secret) == 0)
				return 0;
		}
	}
	id_text(text, rows);
	return err_set(e, ERR_STATE, "is encrypted for key %s%s", text,
		n > 1 ? " and others" : "");
}

static int
read_header(struct box_src *b, const struct box_key *keys, int nkeys, struct err *e)
{
	uint8_t header[HEADER_MAX];
	uint64_t n;
	int rc = read_all(b->in, 0, header, HEAD, e);

	if (rc < 0)
		return rc;
	b->size = get_be(header + 16, 8);
	b->chunk = (uint32_t)get_be(header + 24, 4);
	n = get_be(header + 28, 4);
	if (!box_is(header) || b->size > INT64_MAX / 2 || b->chunk != BOX_CHUNK ||
		n < 1 || n > BOX_RECIPIENTS_MAX)
		return err_set(e, ERR_FORMAT, "is no box that is known");
	b->first = HEAD + n * RECIPIENT;
	rc = read_all(b->in, HEAD, header + HEAD, (size_t)b->first - HEAD, e);
	if (rc < 0)
		return rc;
	b->nchunks = chunks_of(b->size, b->chunk);
	hash_header(&b->c, header, (size_t)b->first);
	return find_key(&b->c, header + HEAD, (uint32_t)n, keys, nkeys, e);
}

int
box_open(struct src **out, struct src *in, const struct box_key *keys, int nkeys,
	struct err *e)
{
	static const struct src_ops ops = {
		.read_at = box_read_at, .size = box_size, .close = box_close
	};
	struct box_src *b = calloc(1, sizeof *b);
	int rc;

	*out = NULL;
	if (!b) {
		src_close(in);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	b->src.ops = &ops;
	b->src.wait_at_most = box_wait_at_most;
	b->in = in;
	rc = sodium_init() < 0 ? err_set(e, ERR_STATE, "libsodium does not work here")
			       : read_header(b, keys, nkeys, e);
	if (rc == 0) {
		b->plain = malloc(b->chunk);
		b->sealed = malloc(b->chunk + TAG);
		if (!b->plain || !b->sealed)
			rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	/* its end is looked at now: a box that was cut off is none */
	if (rc == 0)
		rc = load_chunk(b, b->nchunks - 1, e);
	if (rc < 0) {
		box_close(&b->src);
		return rc;
	}
	*out = &b->src;
	return 0;
}
