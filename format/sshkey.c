/* SPDX-License-Identifier: ISC */
#include "format/sshkey.h"

#include "base/base64.h"
#include "base/octets.h"
#include "format/sha256.h"

#include <stdio.h>

#define CERT_SUFFIX "-cert-v01@openssh.com"

/* How many fields make up the key itself, behind the type (and a certificate's nonce). */
static const struct kind {
	const char *
		name; /* without "-cert-v01@openssh.com" and, of sk- keys, "@openssh.com" */
	int fields;
} kinds[] = {
	{ "ssh-rsa", 2 },
	{ "ssh-dss", 4 },
	{ "ssh-ed25519", 1 },
	{ "ecdsa-sha2-nistp256", 2 },
	{ "ecdsa-sha2-nistp384", 2 },
	{ "ecdsa-sha2-nistp521", 2 },
	{ "sk-ssh-ed25519", 2 },
	{ "sk-ecdsa-sha2-nistp256", 3 },
};

static bool
take(struct span *s, size_t n, struct span *out)
{
	if (s->n < n)
		return false;
	*out = span_of(s->p, n);
	*s = span_of(s->p + n, s->n - n);
	return true;
}

static bool
get_uint(struct span *s, size_t bytes, uint64_t *v)
{
	struct span raw;

	if (!take(s, bytes, &raw))
		return false;
	*v = get_be(raw.p, (int)bytes);
	return true;
}

static bool
get_string(struct span *s, struct span *out)
{
	uint64_t n;

	return get_uint(s, 4, &n) && take(s, (size_t)n, out);
}

static bool
copy_type(char out[SSHKEY_TYPE_MAX], struct span type)
{
	if (type.n == 0 || type.n >= SSHKEY_TYPE_MAX)
		return false;
	for (size_t i = 0; i < type.n; i++)
		if (type.p[i] <= ' ' || type.p[i] > '~')
			return false;
	memcpy(out, type.p, type.n);
	out[type.n] = 0;
	return true;
}

static void
put_fingerprint(char out[SSHKEY_FINGERPRINT_MAX], struct span blob)
{
	uint8_t hash[SHA256_BYTES];
	struct buf digits = { 0 };
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, blob);
	sha256_end(&h, hash);
	base64_put(&digits, span_of(hash, sizeof hash));
	snprintf(out, SSHKEY_FINGERPRINT_MAX, "SHA256:%.43s", /* no padding */
		buf_cstr(&digits) ? buf_cstr(&digits) : "");
	buf_free(&digits);
}

static const struct kind *
kind_of(const char *type, size_t n)
{
	static const char vendor[] = "@openssh.com";

	if (n > sizeof vendor - 1 &&
		memcmp(type + n - (sizeof vendor - 1), vendor, sizeof vendor - 1) == 0)
		n -= sizeof vendor - 1;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strlen(kinds[i].name) == n && memcmp(kinds[i].name, type, n) == 0)
			return &kinds[i];
	return NULL;
}

/* The fingerprint of a certificate is that of its key as a plain one: the same fields behind
 * the plain type. */
static bool
plain_fingerprint(struct sshkey *k, const char *plain, size_t plain_n, struct span fields)
{
	struct buf b = { 0 };
	uint8_t head[4] = { 0, 0, 0, (uint8_t)plain_n };
	bool ok;

	buf_add(&b, head, sizeof head);
	buf_add(&b, plain, plain_n);
	buf_add_span(&b, fields);
	ok = !buf_failed(&b);
	if (ok)
		put_fingerprint(k->fingerprint, buf_span(&b));
	buf_free(&b);
	return ok;
}

static bool
parse_ca(struct sshkey *k, struct span ca)
{
	struct span type, rest = ca;

	put_fingerprint(k->ca_fingerprint, ca);
	return get_string(&rest, &type) && copy_type(k->ca_type, type);
}

/* S stands behind the key's own fields. */
static bool
parse_claims(struct sshkey *k, struct span s)
{
	uint64_t user_or_host;
	struct span options, extensions, reserved, ca;

	if (!get_uint(&s, 8, &k->serial) || !get_uint(&s, 4, &user_or_host) ||
		!get_string(&s, &k->key_id) || !get_string(&s, &k->principals) ||
		!get_uint(&s, 8, &k->valid_after) || !get_uint(&s, 8, &k->valid_before) ||
		!get_string(&s, &options) || !get_string(&s, &extensions) ||
		!get_string(&s, &reserved) || !get_string(&s, &ca))
		return false;
	k->is_host = user_or_host == 2;
	return parse_ca(k, ca);
}

/* "sk-ssh-ed25519-cert-v01@openssh.com" is the certificate of "sk-ssh-ed25519@openssh.com". */
static bool
parse_cert(struct sshkey *k, struct span s)
{
	char plain[SSHKEY_TYPE_MAX + 16];
	size_t n = strlen(k->type) - strlen(CERT_SUFFIX);
	const struct kind *kind = kind_of(k->type, n);
	struct span nonce, field, fields;

	if (!kind || !get_string(&s, &nonce))
		return false;
	snprintf(plain, sizeof plain, "%s%s", kind->name,
		strncmp(kind->name, "sk-", 3) == 0 ? "@openssh.com" : "");
	fields = s;
	for (int i = 0; i < kind->fields; i++)
		if (!get_string(&s, &field))
			return false;
	fields.n -= s.n;
	k->is_cert = true;
	return plain_fingerprint(k, plain, strlen(plain), fields) && parse_claims(k, s);
}

static bool
is_cert(const char *type)
{
	size_t n = strlen(type), suffix = strlen(CERT_SUFFIX);

	return n > suffix && strcmp(type + n - suffix, CERT_SUFFIX) == 0;
}

static bool
parse_blob(struct sshkey *k)
{
	struct span s = buf_span(&k->blob), type;

	if (!get_string(&s, &type) || !span_is(type, k->type))
		return false;
	if (is_cert(k->type))
		return parse_cert(k, s);
	put_fingerprint(k->fingerprint, buf_span(&k->blob));
	return true;
}

static size_t
word_end(struct span s, size_t at)
{
	while (at < s.n && s.p[at] != ' ' && s.p[at] != '\t')
		at++;
	return at;
}

int
sshkey_parse(struct sshkey *k, struct span line, struct err *e)
{
	size_t type_end = word_end(line, 0), end;
	struct span digits;

	*k = (struct sshkey){ .blob.max = SSHKEY_TEXT_MAX };
	if (line.n > SSHKEY_TEXT_MAX || type_end + 1 >= line.n)
		return err_set(e, ERR_FORMAT, "no public key of SSH");
	end = word_end(line, type_end + 1);
	k->text = span_of(line.p, end);
	digits = span_of(line.p + type_end + 1, end - type_end - 1);
	if (!copy_type(k->type, span_of(line.p, type_end)) ||
		base64_take(&k->blob, digits) != digits.n || buf_failed(&k->blob) ||
		!parse_blob(k)) {
		sshkey_free(k);
		return err_set(e, ERR_FORMAT, "no public key of SSH");
	}
	return 0;
}

void
sshkey_free(struct sshkey *k)
{
	buf_free(&k->blob);
	*k = (struct sshkey){ 0 };
}

bool
sshkey_principal(struct span *rest, struct span *name)
{
	return rest->n && get_string(rest, name);
}
