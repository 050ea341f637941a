/* SPDX-License-Identifier: ISC */
/* A server that is only a list of answers: what was asked is kept, the next answer is given. */
#ifndef TESTS_FAKE_HTTP_H
#define TESTS_FAKE_HTTP_H

#include "base/clk.h"
#include "store/creds.h"

#define FAKE_MAX 64

struct fake_answer {
	int err;    /* negative: none comes */
	int status; /* 0: the list is at its end, which is a failure of the test */
	const char *headers, *body;
};
struct fake_asked {
	char text[4096]; /* "METHOD URL\nheader\n...\n" */
	char body[4096]; /* its beginning */
	bool is_signed;
};
struct fake {
	const struct fake_answer *answers;
	struct fake_asked asked[FAKE_MAX];
	int n;
	int64_t wall, mono;
	struct clk clk;
};

void fake_init(struct fake *f, const struct fake_answer *answers);
struct http_port fake_port(struct fake *f);
/* TEXT is in request N (from 0). */
bool fake_has(const struct fake *f, int n, const char *text);

#endif
