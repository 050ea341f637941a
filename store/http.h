/* SPDX-License-Identifier: ISC */
/* One HTTP request and its answer, through libcurl, in the thread that asks.  http and https
 * only, certificates are verified, redirections are answers like any other.  Time limits are
 * for connecting and for standing still, never for a transfer that moves. */
#ifndef STORE_HTTP_H
#define STORE_HTTP_H

#include "base/buf.h"
#include "base/io.h"

#define HTTP_HEADERS_MAX ((size_t)64 << 10) /* bytes of an answer's headers */
#define HTTP_PARTS_MAX   16                 /* of a form */

/* How the request proves who asks; at most one kind.  SigV4 signs path and query as they stand
 * in the URL: encoded, the query sorted, with "=" behind every name.  A body is not signed,
 * unless its hash is among the headers (x-amz-content-sha256). */
struct http_auth {
	enum { HTTP_AUTH_NONE, HTTP_AUTH_BASIC, HTTP_AUTH_SIGV4 } kind;
	const char *user, *password;             /* basic; the two keys of SigV4 */
	const char *token;                       /* SigV4: session token, may be NULL */
	const char *provider, *region, *service; /* SigV4: "aws:amz", "us-east-1", "s3" */
};

/* A part of multipart/form-data, in order. */
struct http_part {
	const char *name;
	const char *filename, *type; /* may be NULL */
	struct span text;            /* the value, or: */
	struct src *file;            /* borrowed, FILE_SIZE bytes from its beginning */
	uint64_t file_size;
};

struct http_request {
	const char *method, *url;
	const char *const *headers; /* "Name: value", ended by NULL; may be NULL */
	struct http_auth auth;
	/* The body: nothing, BODY_SIZE bytes of BODY (borrowed) from BODY_OFF on, or a form. */
	struct src *body;
	uint64_t body_off, body_size;
	const struct http_part *parts;
	size_t nparts;
	const char *cacert;           /* file; NULL: the system's */
	const char *user_agent;       /* NULL: auditrec/VERSION */
	int64_t connect_ns, stall_ns; /* limits; 0: 15 and 60 s */
	/* On a new connection.  Over one that was kept libcurl sends again by itself when the
	 * server turns out to have closed it, perhaps after doing what was asked. */
	bool once;
	uint64_t answer_max; /* of the body; 0: 64 MiB */
	/* Called now and then with what was sent and received; false ends the request with
	 * ERR_CANCELLED.  May be NULL. */
	bool (*progress)(void *ctx, uint64_t sent, uint64_t received);
	void *ctx;
};

struct http_answer {
	int status;         /* 0: none came, the error says why */
	struct buf headers; /* lines as they came, of the last answer only */
	struct buf body;
	uint64_t sent; /* bytes of the body, as far as known */
};

/* Before threads begin, and at the end; as often the one as the other. */
int http_start(struct err *e);
void http_stop(void);

/* 0 when an answer came, whatever its status.  ERR_NET: none came, and trying again may help;
 * ERR_USAGE, ERR_LIMIT, ERR_CANCELLED and others: it would not.  The caller frees the answer
 * in every case. */
int http_do(const struct http_request *r, struct http_answer *a, struct err *e);
/* The value of a header of the answer, spaces around it cut; empty when it is not there. */
struct span http_header(const struct http_answer *a, const char *name);
void http_answer_free(struct http_answer *a);

#endif
