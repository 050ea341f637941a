/* SPDX-License-Identifier: ISC */
/* A server on loopback: a thread that takes connections, reads one request after the other and
 * gives the answers that the test has put down. */
#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H

#include "store/http.h"

#include <pthread.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two:  b \r\n\r\nhi"

struct http_server {
	int fd, port;
	pthread_t thread;
	const char
		*answers[4]; /* one a request; the connection is closed behind the last */
	bool early;          /* answers without reading the body */
	bool silent;         /* takes the connection, then nothing */
	int connections, requests;
	struct buf got[4];
};
extern struct http_server server;

void server_setup(void); /* starts it, and libcurl */
void server_teardown(void);
/* Of a path there; until the next call. */
char *server_url(const char *path);
/* The request with number I, from 0, as it came. */
const char *server_got(int i);

void expect_error(const struct http_request *r, int code);
void expect_answer(const struct http_request *r, int status);

#endif
