/* SPDX-License-Identifier: ISC */
#include "recd/sealer.h"

#include <stdlib.h>

struct sealer_dst {
	struct dst dst;
	struct dst *inner;
	struct sealer *s;
};

void
sealer_init(struct sealer *s, const struct sign_key *key)
{
	memset(s, 0, sizeof *s);
	s->key = key;
	sha256_begin(&s->hash);
}

static ssize_t
sealer_write_at(struct dst *dst, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct sealer_dst *d = (struct sealer_dst *)dst;
	ssize_t k = dst_write_at(d->inner, off, p, n, e);

	if (k <= 0 || off != d->s->end)
		return k;
	sha256_add(&d->s->hash, span_of(p, (size_t)k));
	d->s->bytes += (uint64_t)k;
	d->s->end += (uint64_t)k;
	return k;
}

static int
sealer_truncate(struct dst *dst, uint64_t size, struct err *e)
{
	struct dst *inner = ((struct sealer_dst *)dst)->inner;

	if (!inner->ops->truncate)
		return err_set(e, ERR_UNSUPPORTED, "cannot be cut");
	return inner->ops->truncate(inner, size, e);
}

static int
sealer_close(struct dst *dst, struct err *e)
{
	struct sealer_dst *d = (struct sealer_dst *)dst;
	int rc = dst_close(d->inner, e);

	free(d);
	return rc;
}

struct dst *
sealer_dst(struct sealer *s, struct dst *inner)
{
	static const struct dst_ops ops = { sealer_write_at, sealer_truncate, NULL,
		sealer_close };
	struct sealer_dst *d = inner ? calloc(1, sizeof *d) : NULL;

	if (!d) {
		dst_close(inner, NULL);
		return NULL;
	}
	d->dst.ops = &ops;
	d->dst.seekable = inner->seekable;
	d->inner = inner;
	d->s = s;
	return &d->dst;
}

void
sealer_take(struct sealer *s, const struct seal *seal)
{
	s->n = seal->n + 1;
	s->sealed = seal->offset;
	memcpy(s->chain, seal->chain, sizeof s->chain);
}

int
sealer_catch_up(struct sealer *s, struct src *src, uint64_t size, struct err *e)
{
	uint8_t block[8192];
	uint64_t at = s->sealed;
	ssize_t n;

	sha256_begin(&s->hash);
	while (at < size) {
		n = src_read_at(src, at, block,
			size - at < sizeof block ? (size_t)(size - at) : sizeof block, e);
		if (n <= 0)
			return n < 0 ? (int)n : err_set(e, ERR_TRUNCATED, "it was cut");
		sha256_add(&s->hash, span_of(block, (size_t)n));
		at += (uint64_t)n;
	}
	s->bytes = size - s->sealed;
	s->end = size;
	return 0;
}

void
sealer_make(struct sealer *s, struct seal *seal, struct span connection, int64_t time_ns,
	bool final)
{
	*seal = (struct seal){
		.n = s->n, .offset = s->end, .time_ns = time_ns, .final = final
	};
	sha256_end(&s->hash, seal->sha256);
	seal_sign(seal, s->chain, connection, s->key);
	sealer_take(s, seal);
	sha256_begin(&s->hash);
	s->bytes = 0;
}
