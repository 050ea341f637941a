/* SPDX-License-Identifier: ISC */
/* Sending a recording to an asciinema server and making sense of what it answers.  Only when
 * no answer came, and not all of the recording had been sent, is it tried again: what was sent
 * whole may have been published, and twice is worse than once more by hand. */
#ifndef LOG_DELIVER_H
#define LOG_DELIVER_H

#include "base/clk.h"
#include "format/castreply.h"
#include "log/account.h"
#include "store/http.h"

#define DELIVER_TRIES     4
#define DELIVER_WAIT_NS   NS_PER_S /* before the second try; doubled for each after it */
#define DELIVER_ERROR_MAX 1000     /* characters of a server's own text */

struct deliver {
	const struct account *account;
	struct src *cast;
	uint64_t size;
	const char *title, *description, *visibility; /* NULL: not said */
	const char *cacert;                           /* NULL: the system's */
	/* Bytes sent so far; false gives up.  May be NULL. */
	bool (*progress)(void *ctx, uint64_t sent, uint64_t received);
	/* A try failed for the reason in *E; the next one comes after NS, which passes in here. */
	void (*wait)(void *ctx, const struct err *e, int64_t ns);
	void *ctx;
	/* http_do(), or what a test has in its place. */
	int (*send)(const struct http_request *r, struct http_answer *a, struct err *e);
};

/* 0: it is published, and REPLY holds what the server said.  Otherwise a sentence is in WHY, and
 * the result is the exit status.  Both to be freed. */
int deliver(const struct deliver *d, struct castreply *reply, struct buf *why);

/* The sentence for an answer that is none of success. */
struct deliver_answer {
	int status;
	const char *type; /* NULL: any */
	/* What to print: %H the host, %L where it sends us, %F where the install id is from, %S
	 * the server for --server-url, %N the status. */
	const char *text;
};
/* The last has status 0: any other. */
extern const struct deliver_answer deliver_answers[];
const struct deliver_answer *deliver_find(int status, struct span type);

#endif
