/* SPDX-License-Identifier: ISC */
/* A request to an object store being put together, signed and sent, and its answer sorted. */
#ifndef STORE_S3_CALL_H
#define STORE_S3_CALL_H

#include "store/s3.h"

#define S3_STAMP_HEADER "x-amz-meta-auditrec-stamp"
#define S3_ANSWER_MAX   ((uint64_t)16 << 20) /* bytes of a listing */

struct s3_call {
	const char *method;
	const char *key;    /* NULL: the bucket */
	struct buf query;   /* encoded and sorted; starts empty */
	struct buf headers; /* lines, each ended by NUL */
	const struct s3_body *body;
	const struct s3_cancel *cancel;
	bool once;           /* as in struct http_request */
	uint64_t answer_max; /* 0: S3_ANSWER_MAX */
	struct http_answer answer;
};

/* Adds NAME=VALUE; names must come sorted. */
void s3_call_query(struct s3_call *c, const char *name, const char *value);
void s3_call_header(struct s3_call *c, const char *name, const char *value);
/* Content type, metadata, encryption and lock of a new object. */
void s3_call_new_object(
	struct s3_call *c, const struct s3 *s, const struct s3_about *about, int64_t now);
/* Status 2xx is 0; everything else is an error, sorted into R.  The caller ends C. */
int s3_call_do(struct s3 *s, struct s3_call *c, struct s3_result *r, struct err *e);
/* What looked like success has an error in it, or makes no sense. */
int s3_call_failed(
	struct s3 *s, const struct s3_call *c, struct s3_result *r, struct err *e);
void s3_call_end(struct s3_call *c);
int64_t s3_now(const struct s3 *s); /* wall time */
void s3_encode(struct buf *out, const char *text, const char *also);

#endif
