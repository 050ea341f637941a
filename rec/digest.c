/* SPDX-License-Identifier: ISC */
#include "rec/digest.h"

#include "rec/recorder.h"

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

static void
put_streams(struct digest *d, struct jsonw *w)
{
	uint8_t hash[SHA256_BYTES];
	char text[SHA256_TEXT];

	for (int i = d->input ? 0 : 1; i < 3; i++) {
		sha256_end(&d->hash[i], hash);
		sha256_text(text, hash);
		jsonw_kuint(w, names[i].bytes, d->bytes[i]);
		jsonw_kstr(w, names[i].hash, text);
	}
}

void
digest_record(struct digest *d, struct ring *ring, int64_t mono_ns)
{
	struct ring_head h = {
		.kind = REC_VENDOR, .stream = VENDOR_STREAMS, .mono_ns = mono_ns
	};
	struct buf json = { 0 };
	struct jsonw w;

	jsonw_init(&w, &json);
	jsonw_object(&w);
	put_streams(d, &w);
	jsonw_object_end(&w);
	h.n = (uint32_t)json.n;
	if (!buf_failed(&json))
		ring_put(ring, RING_LAST, &h, json.p);
	buf_free(&json);
}
