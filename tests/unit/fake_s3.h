/* SPDX-License-Identifier: ISC */
/* A small object store in memory, strict in what it takes, which can be made to fail: behind
 * struct http_port, for any number of threads. */
#ifndef TESTS_FAKE_S3_H
#define TESTS_FAKE_S3_H

#include "store/creds.h"

/* What happens to a request. */
enum fake_s3_fate {
	FAKE_S3_GOOD,
	FAKE_S3_LOST,    /* nobody got it */
	FAKE_S3_UNHEARD, /* it was done, but the answer got lost */
	FAKE_S3_SLOW_DOWN,
	FAKE_S3_ERROR,  /* 500 */
	FAKE_S3_DENIED, /* 403 */
	FAKE_S3_NO_BUCKET,
	FAKE_S3_NO_UPLOAD, /* forgets the upload first, if there is one */
	FAKE_S3_FORGETS,   /* the same, but says 500 */
	FAKE_S3_HALF,      /* done, but the answer is cut off */
	FAKE_S3_FATES,     /* that may come by chance */
	FAKE_S3_TOO_LARGE, /* 413, as from something in front of it */
	FAKE_S3_UNABLE     /* 501 */
};

struct fake_s3;
struct fake_s3 *fake_s3_new(void);
void fake_s3_free(struct fake_s3 *s);
struct http_port fake_s3_port(struct fake_s3 *s);
/* Asked before every request, with a lock held. */
void fake_s3_fate(struct fake_s3 *s,
	enum fake_s3_fate (*fate)(void *ctx, const char *method, const char *url),
	void *ctx);
/* What it tells of objects: metadata (it does), checksums (it does not). */
void fake_s3_tells(struct fake_s3 *s, bool meta, bool sums);
/* An object of somebody else. */
void fake_s3_put(struct fake_s3 *s, const char *key, struct span bytes);
/* The object's bytes, NULL when there is none; how often it was put; uploads not ended. */
const struct buf *fake_s3_object(struct fake_s3 *s, const char *key, unsigned *puts);
unsigned fake_s3_uploads(struct fake_s3 *s);
/* Part requests that were carried out. */
unsigned fake_s3_parts(struct fake_s3 *s);

#endif
