/* SPDX-License-Identifier: ISC */
#include "tests/unit/http_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)16 << 20)

struct http_server server;

static size_t
body_length(const char *head)
{
	const char *p = strstr(head, "Content-Length: ");

	return p ? (size_t)strtoull(p + 16, NULL, 10) : 0;
}

/* Until all of a request is there; false when the other side went away. */
static bool
read_request(int fd, struct buf *b)
{
	char chunk[65536];
	size_t want = 0;
	const char *end;
	ssize_t n;

	buf_init(b, REQUEST_MAX);
	while (!want || b->n < want) {
		n = read(fd, chunk, sizeof chunk);
		if (n <= 0 || buf_add(b, chunk, (size_t)n) < 0)
			return false;
		end = want ? NULL : strstr(buf_cstr(b), "\r\n\r\n");
		if (!end)
			continue;
		want = (size_t)(end + 4 - (const char *)b->p);
		if (server.early)
			return true;
		if (strstr(buf_cstr(b), "Expect: 100-continue"))
			dprintf(fd, "HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n");
		want += body_length(buf_cstr(b));
	}
	return true;
}

static void
serve_connection(int fd)
{
	char c;

	while (server.silent && read(fd, &c, 1) > 0)
		continue;
	while (server.answers[server.requests]) {
		if (!read_request(fd, &server.got[server.requests]))
			break;
		dprintf(fd, "%s", server.answers[server.requests++]);
	}
	close(fd);
}

static void *
serve(void *ctx)
{
	int fd;

	while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
		server.connections++;
		serve_connection(fd);
	}
	return ctx;
}

void
server_setup(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t n = sizeof to;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(&server, 0, sizeof server);
	signal(SIGPIPE, SIG_IGN); /* a client may be gone before its answer */
	unsetenv("http_proxy");
	unsetenv("HTTP_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	server.fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(server.fd, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(listen(server.fd, 4), 0);
	ck_assert_int_eq(getsockname(server.fd, (struct sockaddr *)&to, &n), 0);
	server.port = ntohs(to.sin_port);
	server.answers[0] = OK_ANSWER;
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
	ck_assert_int_eq(http_start(NULL), 0);
}

void
server_teardown(void)
{
	http_stop();
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.fd);
	for (size_t i = 0; i < 4; i++)
		buf_free(&server.got[i]);
}

char *
server_url(const char *path)
{
	static char text[100];

	snprintf(text, sizeof text, "http://127.0.0.1:%d%s", server.port, path);
	return text;
}

const char *
server_got(int i)
{
	return buf_cstr(&server.got[i]);
}

void
expect_error(const struct http_request *r, int code)
{
	struct http_answer a;
	struct err e = { 0 };

	ck_assert_int_eq(http_do(r, &a, &e), code);
	ck_assert_int_eq(e.code, code);
	ck_assert_str_ne(e.text, "");
	ck_assert_int_eq(a.status, 0);
	http_answer_free(&a);
}

void
expect_answer(const struct http_request *r, int status)
{
	struct http_answer a;
	struct err e = { 0 };

	ck_assert_msg(http_do(r, &a, &e) == 0, "%s", e.text);
	ck_assert_int_eq(a.status, status);
	http_answer_free(&a);
}
