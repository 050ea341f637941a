/* SPDX-License-Identifier: ISC */
/* Requests that end without an answer, each with its own error. */
#include "tests/unit/unit.h"

#include "tests/unit/http_server.h"

#include <stdio.h>
#include <string.h>

START_TEST(answer_over_limit)
{
	struct http_request r = {
		.method = "GET", .url = server_url("/"), .answer_max = 1
	};

	expect_error(&r, ERR_LIMIT);
}
END_TEST

START_TEST(headers_over_limit)
{
	static char big[HTTP_HEADERS_MAX + 200];
	struct http_request r = { .method = "GET", .url = server_url("/") };
	size_t n = (size_t)sprintf(big, "HTTP/1.1 200 OK\r\n");

	while (n < HTTP_HEADERS_MAX)
		n += (size_t)sprintf(big + n, "X-%064zu: %064d\r\n", n, 0);
	strcpy(big + n, "\r\n");
	server.answers[0] = big;
	expect_error(&r, ERR_LIMIT);
}
END_TEST

START_TEST(nobody_listens)
{
	struct http_request r = { .method = "GET", .url = "http://127.0.0.1:1/" };

	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(hangs_up)
{
	struct http_request r = { .method = "GET", .url = server_url("/") };

	server.answers[0] = "";
	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(half_an_answer)
{
	struct http_request r = { .method = "GET", .url = server_url("/") };

	server.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf";
	expect_error(&r, ERR_NET);
}
END_TEST

/* Cut off before the empty line: what would have followed is not known. */
START_TEST(half_of_the_headers)
{
	static const char *const cut[] = {
		"HTTP/1.1 200 OK\r\nX-Amz-Id: 1\r\nContent-Le",
		"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n",
		"HTTP/1.1 404 Not Found\r\nX-Amz-Id: 1\r\n",
		"HTTP/1.1 200 OK\r\nETag: \"abc\"\r\n\r",
		"HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 412 Prec",
	};
	struct http_request r = { .method = _i % 2 ? "HEAD" : "GET",
		.url = server_url("/") };

	server.answers[0] = cut[_i / 2];
	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(stands_still)
{
	struct http_request r = {
		.method = "GET", .url = server_url("/"), .stall_ns = 1
	};

	server.silent = true;
	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(source_gets_shorter)
{
	struct src *s = src_mem(SPAN_LIT("0123"));
	struct http_request r = {
		.method = "PUT", .url = server_url("/"), .body = s, .body_size = 5
	};

	expect_error(&r, ERR_TRUNCATED);
	src_close(s);
}
END_TEST

static bool
stop_at_once(void *ctx, uint64_t sent, uint64_t received)
{
	(void)sent;
	(void)received;
	*(int *)ctx += 1;
	return false;
}

START_TEST(progress_can_stop_it)
{
	int calls = 0;
	struct http_request r = { .method = "GET",
		.url = server_url("/"),
		.progress = stop_at_once,
		.ctx = &calls };

	expect_error(&r, ERR_CANCELLED);
	ck_assert_int_eq(calls, 1);
}
END_TEST

/* What is refused before anything is sent. */
START_TEST(not_sent)
{
	static const char *const split[] = { "X: a\r\nY: b", NULL };
	static const char with_user[] = "http://joe:secret@127.0.0.1:1/";
	const struct http_request bad[] = {
		{ .method = "GET", .url = "file:///etc/passwd" },
		{ .method = "GET", .url = "ftp://127.0.0.1/" },
		{ .method = "GET", .url = "http://127.0.0.1:99999/" },
		{ .method = "GET", .url = with_user },
		{ .method = "GET", .url = server_url("/"), .headers = split },
	};

	expect_error(&bad[_i], ERR_USAGE);
	ck_assert_int_eq(server.connections, 0);
}
END_TEST

static TCase *
case_wrong(void)
{
	TCase *t = tcase_create("wrong");

	tcase_add_checked_fixture(t, server_setup, server_teardown);
	tcase_add_test(t, answer_over_limit);
	tcase_add_test(t, headers_over_limit);
	tcase_add_test(t, nobody_listens);
	tcase_add_test(t, hangs_up);
	tcase_add_test(t, half_an_answer);
	tcase_add_loop_test(t, half_of_the_headers, 0, 12);
	tcase_add_test(t, stands_still);
	tcase_add_test(t, source_gets_shorter);
	tcase_add_test(t, progress_can_stop_it);
	tcase_add_loop_test(t, not_sent, 0, 5);
	return t;
}

UNIT_MAIN("http_wrong", case_wrong)
