/* SPDX-License-Identifier: ISC */
/* The keys that requests are signed with, from wherever the settings say, fetched again before
 * they expire.  May be used by several threads. */
#ifndef STORE_CREDS_H
#define STORE_CREDS_H

#include "base/clk.h"
#include "store/http.h"
#include "store/s3_conf.h"

#define CREDS_KEY_MAX   256
#define CREDS_TOKEN_MAX 8192

struct creds_keys {
	char access[CREDS_KEY_MAX], secret[CREDS_KEY_MAX];
	char token[CREDS_TOKEN_MAX]; /* "" none */
	int64_t expires_ns;          /* wall; 0: never */
};

/* What does requests: http_do() or a stand-in. */
struct http_port {
	int (*call)(void *ctx, const struct http_request *r, struct http_answer *a,
		struct err *e);
	void *ctx;
};

struct creds;
/* CONF is borrowed. */
int creds_new(struct creds **c, const struct s3_conf *conf, struct http_port http,
	struct err *e);
void creds_free(struct creds *c); /* wipes them; C may be NULL */
/* Are there keys in the file that CONF names, and is it nobody else's to read? */
int creds_check_file(const struct s3_conf *conf, struct err *e);
/* The keys for NOW (wall ns) in *OUT; 1: requests are not to be signed. */
int creds_get(struct creds *c, int64_t now, struct creds_keys *out, struct err *e);
/* The server did not take them: the next creds_get() looks again, though not twice a minute. */
void creds_refused(struct creds *c, int64_t now);
/* Somebody may have changed them: the next creds_get() looks again.  Never waits. */
void creds_again(struct creds *c);

#endif
