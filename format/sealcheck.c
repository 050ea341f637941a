/* SPDX-License-Identifier: ISC */
/* Bytes are hashed up to where each seal goes when that seal is met.  A seal that is wrong is
 * told, and checking goes on behind it with what that seal says, so that one change is one
 * finding and the next is found too. */
#include "format/sealcheck.h"

#include "format/gzr.h"
#include "format/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP GZR_ONE_SHOT

struct sealcheck {
	struct src *src;
	bool checks;
	uint8_t public[SIGN_PUBLIC];
	sealcheck_found *found;
	void *ctx;
	uint64_t at;   /* bytes hashed, or passed over */
	uint64_t next; /* number of the next seal */
	uint8_t chain[SHA256_BYTES];
	int64_t latest_ns;             /* of all messages so far */
	uint64_t requests;             /* events of the daemon so far */
	bool last_good;                /* the last seal; its event ... */
	bool last_as_made;             /* ... is as the daemon writes it, ... */
	uint64_t last_plain, last_end; /* ... and stands at these inflated offsets */
	struct buf json, made, given;
	struct err
		failure; /* of reading, code 0: none; what comes then is not looked at */
	struct sealcheck_result r;
	uint8_t block[STEP];
};

struct sealcheck *
sealcheck_new(struct src *src, const uint8_t public[SIGN_PUBLIC], sealcheck_found *found,
	void *ctx)
{
	struct sealcheck *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->src = src;
	c->checks = public != NULL;
	if (public)
		memcpy(c->public, public, sizeof c->public);
	c->found = found;
	c->ctx = ctx;
	c->latest_ns = INT64_MIN;
	return c;
}

static void
finding(struct sealcheck *c, uint64_t from, uint64_t to, const char *text)
{
	c->r.wrong++;
	c->found(c->ctx, from, to, text);
}

/* Bytes that cannot be read are not bytes that were changed. */
static bool
fail(struct sealcheck *c, int code, const struct err *why)
{
	if (why)
		c->failure = *why;
	else
		err_set(&c->failure, code, "%s", err_name(code));
	return false;
}

/* False: the file ends before, or cannot be read. */
static bool
hash_up_to(struct sealcheck *c, uint64_t end, uint8_t out[SHA256_BYTES])
{
	struct sha256 h;
	struct err e;

	sha256_begin(&h);
	while (c->at < end) {
		size_t n = end - c->at < STEP ? (size_t)(end - c->at) : STEP;
		ssize_t got = src_read_at(c->src, c->at, c->block, n, &e);

		if (got <= 0)
			return got < 0 ? fail(c, (int)got, &e) : false;
		sha256_add(&h, span_of(c->block, (size_t)got));
		c->at += (uint64_t)got;
	}
	sha256_end(&h, out);
	return true;
}

/* What is wrong with S, which stands behind seals up to c->chain; NULL: nothing. */
static const char *
judge(struct sealcheck *c, const struct seal *s, struct span connection)
{
	enum seal_verdict v = seal_check(s, c->chain, connection, c->public);
	uint8_t hash[SHA256_BYTES];

	if (v == SEAL_OTHER_KEY)
		return "sealed with another key";
	if (v == SEAL_NO_SIGNATURE)
		return "the signature is wrong: the seal was changed, or is of another "
		       "session";
	if (s->n != c->next)
		return s->n > c->next ? "seals are missing" : "a seal stands here twice";
	if (v == SEAL_OTHER_CHAIN)
		return "the seal does not follow the one before it";
	if (s->offset < c->at)
		return "the seal goes back";
	if (!hash_up_to(c, s->offset, hash))
		return "bytes are missing";
	return memcmp(hash, s->sha256, sizeof hash) == 0 ? NULL : "bytes were changed";
}

static void
take_seal(struct sealcheck *c, const struct seal *s, struct span connection)
{
	uint64_t from = c->r.sealed_end;
	const char *wrong = c->checks ? judge(c, s, connection) : NULL;

	if (c->failure.code)
		return;
	c->r.seals++;
	if (wrong)
		finding(c, from, s->offset, wrong);
	else
		c->r.good++;
	c->next = s->n + 1;
	memcpy(c->chain, s->chain, sizeof c->chain);
	memcpy(c->r.key, s->key, sizeof c->r.key);
	c->last_good = c->checks && !wrong;
	c->r.final = s->final;
	c->r.sealed_ns = s->time_ns;
	c->r.behind = 0;
	if (s->offset > c->r.sealed_end)
		c->r.sealed_end = c->at = s->offset;
}

/* The event of the last seal is among the bytes of none: what its signature does not cover must
 * be what the daemon would have written. */
static bool
is_as_made(struct sealcheck *c, const struct msg *m, const struct seal *s)
{
	struct msg made;

	buf_clear(&c->made);
	buf_clear(&c->given);
	if (seal_put(&made, s, &c->json) < 0)
		return fail(c, ERR_NOMEM, NULL);
	made.connection_id = m->connection_id;
	made.time_ns = c->latest_ns;
	made.p.channel_request_unknown.request_id = SEAL_REQUEST + c->requests;
	if (msg_encode(&c->made, &made) < 0 || msg_encode(&c->given, m) < 0)
		return fail(c, ERR_NOMEM, NULL);
	return span_eq(buf_span(&c->made), buf_span(&c->given));
}

void
sealcheck_message(struct sealcheck *c, const struct msg *m, uint64_t plain)
{
	struct seal s;

	if (vendor_of(m) == VENDOR_SEAL && seal_get(&s, m)) {
		take_seal(c, &s, m->connection_id);
		c->last_as_made = c->checks && is_as_made(c, m, &s);
		c->last_plain = plain;
		c->last_end = plain + c->made.n;
	} else {
		c->r.behind++;
	}
	if (m->time_ns > c->latest_ns)
		c->latest_ns = m->time_ns;
	c->requests += m->type == MSG_CHANNEL_REQUEST_UNKNOWN && !m->payload_null &&
		       m->p.channel_request_unknown.request_id >= SEAL_REQUEST;
}

/* ---- what the sealed bytes hold ---- */

/* The beginning of a file, as if it ended there. */
struct front {
	struct src src;
	struct src *of;
	uint64_t end;
};

static ssize_t
front_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct front *f = (struct front *)s;
	uint64_t left = off < f->end ? f->end - off : 0;

	return left ? src_read_at(f->of, off, p, n < left ? n : (size_t)left, e) : 0;
}

static int64_t
front_size(struct src *s)
{
	return (int64_t)((struct front *)s)->end;
}

/* Inflated bytes in front of offset END. */
static uint64_t
inflated_before(struct sealcheck *c, uint64_t end)
{
	static const struct src_ops ops = { front_read_at, front_size, NULL };
	struct front f = { { .ops = &ops }, c->src, end };
	uint64_t all = 0;
	struct err e = { 0 };
	struct gzr g;
	size_t n;
	int what;

	if (gzr_init(&g, &f.src) < 0) {
		fail(c, ERR_NOMEM, NULL);
		return 0;
	}
	gzr_at_header(&g, AUDIT_HEADER);
	do {
		n = 0;
		what = gzr_next(&g, c->block, sizeof c->block, &n, &e);
		all += what == GZR_DATA ? n : 0;
	} while (what > GZR_EOF && what != GZR_BROKEN);
	gzr_free(&g);
	if (what < 0)
		fail(c, what, e.code ? &e : NULL);
	return all;
}

/* Nobody vouches for what stands behind the sealed bytes, and in front of their seal it would
 * look as if it were part of them. */
static void
check_last(struct sealcheck *c, uint64_t end, uint64_t plain_end)
{
	uint64_t sealed;

	if (!c->last_good)
		return;
	sealed = inflated_before(c, c->r.sealed_end);
	if (c->failure.code)
		return;
	if (c->last_plain > sealed)
		finding(c, c->r.sealed_end, end,
			"messages that are not sealed stand in front of the last seal");
	else if (!c->last_as_made ||
		 (c->r.final && !c->r.behind && c->last_end != plain_end))
		finding(c, c->r.sealed_end, end,
			"the event of the last seal was changed");
}

int
sealcheck_end(struct sealcheck *c, uint64_t plain_end, struct sealcheck_result *r,
	struct err *e)
{
	int64_t size = c->checks ? src_size(c->src) : -1;
	uint64_t end = size < 0 ? c->r.sealed_end : (uint64_t)size;

	if (c->checks && !c->failure.code) {
		check_last(c, end, plain_end);
		if (!c->r.seals)
			finding(c, 0, end, "there is no seal");
		else if (c->r.final && c->r.behind)
			finding(c, c->r.sealed_end, end,
				"messages stand behind the final seal");
	}
	*r = c->r;
	if (c->failure.code && e)
		*e = c->failure;
	return c->failure.code;
}

void
sealcheck_free(struct sealcheck *c)
{
	if (!c)
		return;
	buf_free(&c->json);
	buf_free(&c->made);
	buf_free(&c->given);
	free(c);
}
