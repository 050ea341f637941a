/* SPDX-License-Identifier: ISC */
#include "store/s3_src.h"

#include "store/blocks.h"
#include "store/retry.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TRIES     5
#define FIRST     BLOCKS_SIZE
#define PAGES_MAX 100000
#define NAP_NS    (100 * NS_PER_MS) /* how soon one who waits finds that nobody else does */

static const struct retry_policy policy = { 200 * NS_PER_MS, 5 * NS_PER_S };

static int
sleep_for(void *ctx, int64_t ns)
{
	struct timespec t = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	(void)ctx;
	return nanosleep(&t, NULL) < 0 && errno == EINTR;
}
const struct s3_patience s3_patience = { sleep_for, NULL, TRIES };

/* How long to wait before another try; negative: it is not worth one.  TRY counts from 1. */
static int64_t
wait_for(const struct s3_patience *p, const struct s3_result *r, unsigned try)
{
	int64_t ns;

	if (!r->fault || try >= p->tries)
		return -1;
	switch (r->fault->action) {
	case S3_RETRY:
	case S3_SLOW:
		ns = retry_delay(&policy, try, (uint32_t)try * 0x9e3779b9u);
		if (r->retry_after_ns > ns)
			ns = r->retry_after_ns < policy.most_ns ? r->retry_after_ns
								: policy.most_ns;
		return ns;
	case S3_KEYS:
	case S3_PERSON:
	case S3_RESTART:
	case S3_GONE:
	case S3_CHANGED:
	case S3_GIVE_UP:
		break;
	}
	return -1;
}

/* Waits.  Is it worth another try?  STOPPED may be NULL. */
static bool
again(const struct s3_patience *p, const struct s3_result *r, unsigned try,
	const atomic_bool *stopped)
{
	int64_t ns = wait_for(p, r, try);

	if (ns < 0)
		return false;
	while (ns > 0 && !(stopped && *stopped)) {
		int64_t nap = ns < NAP_NS ? ns : NAP_NS;

		if (p->wait(p->ctx, nap) != 0)
			return false;
		ns -= nap;
	}
	return !(stopped && *stopped);
}

struct object {
	struct s3 *s;
	const struct s3_patience *p;
	atomic_bool stopped;
	struct s3_cancel cancel;
	char key[S3_KEY_MAX + 1], etag[S3_ETAG_MAX];
};

static bool
is_stopped(void *ctx)
{
	return ((struct object *)ctx)->stopped;
}

static int
get(struct object *o, uint64_t off, size_t n, struct buf *out, struct s3_result *r,
	struct err *e)
{
	unsigned try = 0;
	int rc;

	do
		rc = s3_get(o->s, o->key, off, n, o->etag, &o->cancel, out, r, e);
	while (rc < 0 && again(o->p, r, ++try, &o->stopped));
	return rc;
}

static int
object_fetch(void *ctx, uint64_t off, size_t n, struct buf *out, struct err *e)
{
	struct s3_result r;

	return get(ctx, off, n, out, &r, e);
}

static void
object_stop(void *ctx)
{
	((struct object *)ctx)->stopped = true;
}

static void
object_close(void *ctx)
{
	free(ctx);
}

int
s3_src_open(struct src **src, struct s3 *s, const char *key, const struct s3_patience *p,
	struct err *e)
{
	static const struct blocks_ops ops = { object_fetch, object_stop, object_close };
	struct object *o = calloc(1, sizeof *o);
	struct buf first = { 0 };
	struct s3_result r = { 0 };
	int rc;

	*src = NULL;
	if (!o)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	o->s = s;
	o->p = p;
	o->cancel = (struct s3_cancel){ is_stopped, o };
	if (snprintf(o->key, sizeof o->key, "%s", key) >= (int)sizeof o->key)
		rc = err_set(e, ERR_USAGE, "no object has so long a name");
	else
		rc = get(o, 0, FIRST, &first, &r, e);
	if (rc < 0 && r.status == 416) { /* it is empty */
		r.size = 0;
		rc = 0;
	}
	if (rc < 0) {
		free(o);
	} else {
		memcpy(o->etag, r.etag, sizeof o->etag);
		rc = blocks_open(src, &ops, o, r.size, buf_span(&first), e);
	}
	buf_free(&first);
	return rc;
}

int
s3_src_head(struct s3 *s, const char *key, struct meta *m, struct s3_result *r,
	const struct s3_patience *p, struct err *e)
{
	unsigned try = 0;
	int rc;

	do
		rc = s3_head(s, key, m, r, e);
	while (rc < 0 && again(p, r, ++try, NULL));
	return rc;
}

int
s3_src_list(struct s3 *s, const char *prefix, store_seen *seen, void *ctx,
	const struct s3_patience *p, struct err *e)
{
	char more[S3_MORE_MAX] = "";
	struct s3_result r;
	unsigned try = 0;
	int rc, pages = 0;

	do {
		char from[S3_MORE_MAX];

		memcpy(from, more, sizeof from);
		rc = s3_list(s, prefix, more, seen, ctx, &r, e);
		if (rc < 0 && r.fault) {
			memcpy(more, from, sizeof more);
			if (!again(p, &r, ++try, NULL))
				break;
			rc = 0;
			continue;
		}
		try = 0;
		if (++pages == PAGES_MAX)
			rc = err_set(e, ERR_LIMIT, "the listing does not end");
	} while (rc == 0 && (more[0] || try));
	return rc;
}
