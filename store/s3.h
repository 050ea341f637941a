/* SPDX-License-Identifier: ISC */
/* An object store that speaks S3: each function is one request and its answer, in the thread
 * that asks, and may be called by several at once.  Nothing is tried again here; what came of
 * a request stands in struct s3_result, with the row of s3_fault.h that says what to do.
 * Keys are whole: the prefix of the settings is the caller's business.
 *
 * Bytes that are sent carry their SHA-256 in the signature (x-amz-content-sha256) and as the
 * object's checksum (x-amz-checksum-sha256), so that nothing that changed on its way is kept. */
#ifndef STORE_S3_H
#define STORE_S3_H

#include "store/creds.h"
#include "store/meta.h"
#include "store/s3_fault.h"
#include "store/store.h"

#define S3_KEY_MAX    STORE_NAME_MAX
#define S3_UPLOAD_MAX 1024
#define S3_ETAG_MAX   80
#define S3_CODE_MAX   48
#define S3_STAMP_MAX  33
#define S3_PARTS_MAX  10000
#define S3_HASH       32 /* bytes of SHA-256 */

struct s3;

int s3_new(struct s3 **s, const struct s3_conf *conf, struct http_port http,
	const struct clk *clk, struct err *e);
void s3_free(struct s3 *s); /* may be NULL */
const struct s3_conf *s3_conf(const struct s3 *s);
void s3_keys_again(struct s3 *s);      /* they are looked for anew; never waits */
extern const struct http_port s3_http; /* http_do() */

struct s3_result {
	const struct s3_fault *fault; /* NULL: it went well */
	int status;
	char code[S3_CODE_MAX]; /* of the server's answer, "" none */
	char etag[S3_ETAG_MAX];
	uint64_t size;   /* of the object */
	bool has_sha256; /* of all of the object, by s3_head(): */
	uint8_t sha256[S3_HASH];
	char stamp[S3_STAMP_MAX]; /* of the object, by s3_head(); "" none */
	bool has_meta;            /* it has metadata that somebody chose */
	int64_t mtime_ns;         /* of the object, wall */
	int64_t retry_after_ns;   /* as the server asks, 0 none */
	int64_t skew_ns;          /* how far the server's clock is ahead, 0: hardly */
};

/* Ends a request when it is set; R->fault is then that of ERR_CANCELLED.  May be NULL. */
typedef bool s3_cancelled(void *ctx);
struct s3_cancel {
	s3_cancelled *is;
	void *ctx;
};

/* Bytes that are sent: SIZE of SRC from OFF on, and their SHA-256. */
struct s3_body {
	struct src *src;
	uint64_t off, size;
	uint8_t sha256[S3_HASH];
};
int s3_body_hash(struct s3_body *b, struct err *e);

/* --- objects --- */

/* What an object carries beside its bytes. */
struct s3_about {
	const struct meta *meta; /* may be NULL */
	const char *stamp;       /* a word by which who made it knows it again; "" none */
};

/* FRESH: fails with the fault "changed" where an object of that name is (servers that know no
 * conditions replace it, or say that they do not know). */
int s3_put(struct s3 *s, const char *key, const struct s3_about *about,
	const struct s3_body *b, bool fresh, const struct s3_cancel *c,
	struct s3_result *r, struct err *e);
/* Size, time and etag in R; META may be NULL. */
int s3_head(struct s3 *s, const char *key, struct meta *m, struct s3_result *r,
	struct err *e);
/* Up to N bytes from OFF on into OUT, which is emptied first; of ETAG when that is not NULL
 * and not "". */
int s3_get(struct s3 *s, const char *key, uint64_t off, size_t n, const char *etag,
	const struct s3_cancel *cancel, struct buf *out, struct s3_result *r,
	struct err *e);
int s3_delete(struct s3 *s, const char *key, struct s3_result *r, struct err *e);
/* One page of names behind PREFIX.  MORE: what the next page begins with, "" at first and
 * after the last one. */
#define S3_MORE_MAX 2048
int s3_list(struct s3 *s, const char *prefix, char more[S3_MORE_MAX], store_seen *seen,
	void *ctx, struct s3_result *r, struct err *e);

/* --- uploads in parts --- */

struct s3_part {
	unsigned number; /* from 1 */
	char etag[S3_ETAG_MAX];
	uint64_t size;
	uint8_t sha256[S3_HASH];
};
typedef int s3_seen_part(void *ctx, const struct s3_part *part);
struct s3_upload {
	const char *key, *id; /* hostile */
	int64_t begun_ns;
};
typedef int s3_seen_upload(void *ctx, const struct s3_upload *upload);

int s3_upload_begin(struct s3 *s, const char *key, const struct s3_about *about,
	char id[S3_UPLOAD_MAX], struct s3_result *r, struct err *e);
/* The part's etag in R. */
int s3_upload_part(struct s3 *s, const char *key, const char *id, unsigned number,
	const struct s3_body *b, const struct s3_cancel *c, struct s3_result *r,
	struct err *e);
int s3_upload_end(struct s3 *s, const char *key, const char *id,
	const struct s3_part *parts, size_t n, bool fresh, struct s3_result *r,
	struct err *e);
int s3_upload_abort(struct s3 *s, const char *key, const char *id, struct s3_result *r,
	struct err *e);
/* All pages; parts in order of their numbers. */
int s3_list_parts(struct s3 *s, const char *key, const char *id, s3_seen_part *seen,
	void *ctx, struct s3_result *r, struct err *e);
int s3_list_uploads(struct s3 *s, const char *prefix, s3_seen_upload *seen, void *ctx,
	struct s3_result *r, struct err *e);

#endif
