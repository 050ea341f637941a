/* SPDX-License-Identifier: ISC */
#include "rec/digest.h"

static const struct {
	const char *bytes, *hash;
} names[3] = {
	{ "stdin_bytes", "stdin_sha256" },
	{ "stdout_bytes", "stdout_sha256" },
	{ "stderr_bytes", "stderr_sha256" },
};

void
digest_init(struct digest *d)
{
	for (int i = 0; i < 3; i++) {
		d->bytes[i] = 0;
		sha256_begin(&d->hash[i]);
	}
}

void
digest_add(struct digest *d, unsigned stream, struct span bytes)
{
	d->bytes[stream] += bytes.n;
	sha256_add(&d->hash[stream], bytes);
}

void
digest_put(struct digest *d, struct jsonw *w)
{
	uint8_t hash[SHA256_BYTES];
	char text[SHA256_TEXT];

	for (int i = 0; i < 3; i++) {
		sha256_end(&d->hash[i], hash);
		sha256_text(text, hash);
		jsonw_kuint(w, names[i].bytes, d->bytes[i]);
		jsonw_kstr(w, names[i].hash, text);
	}
}
