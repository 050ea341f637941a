/* SPDX-License-Identifier: ISC */
/* What requests are made and how answers are read. */
#include "tests/unit/unit.h"

#include "tests/unit/http_server.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(get_answer)
{
	const char *const headers[] = { "X-One: a", NULL };
	struct http_request r = {
		.method = "GET", .url = server_url("/x?y=1"), .headers = headers
	};
	struct http_answer a;

	ck_assert_int_eq(http_do(&r, &a, NULL), 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert(span_is(buf_span(&a.body), "hi"));
	ck_assert(span_is(http_header(&a, "x-two"), "b"));
	ck_assert_uint_eq(http_header(&a, "x-tw").n, 0);
	ck_assert_int_eq(strncmp(server_got(0), "GET /x?y=1 HTTP/1.1\r\n", 21), 0);
	ck_assert_ptr_nonnull(strstr(server_got(0), "\r\nX-One: a\r\n"));
	ck_assert_ptr_nonnull(
		strstr(server_got(0), "\r\nUser-Agent: auditrec/" PACKAGE_VERSION));
	http_answer_free(&a);
}
END_TEST

START_TEST(head_has_no_body)
{
	struct http_request r = { .method = "HEAD", .url = server_url("/") };
	struct http_answer a;

	server.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
	ck_assert_int_eq(http_do(&r, &a, NULL), 0);
	ck_assert(span_is(http_header(&a, "Content-Length"), "1000"));
	http_answer_free(&a);
}
END_TEST

START_TEST(put_part_of_source)
{
	struct src *s = src_mem(SPAN_LIT("0123456789"));
	struct http_request r = { .method = "PUT",
		.url = server_url("/"),
		.body = s,
		.body_off = 3,
		.body_size = 5 };

	expect_answer(&r, 200);
	ck_assert_int_eq(strncmp(server_got(0), "PUT ", 4), 0);
	ck_assert_str_eq(strstr(server_got(0), "\r\n\r\n") + 4, "34567");
	src_close(s);
}
END_TEST

START_TEST(post_without_body)
{
	struct http_request r = { .method = "POST", .url = server_url("/?uploads=") };

	expect_answer(&r, 200);
	ck_assert_int_eq(strncmp(server_got(0), "POST /?uploads= ", 16), 0);
	ck_assert_ptr_nonnull(strstr(server_got(0), "\r\nContent-Length: 0\r\n"));
}
END_TEST

START_TEST(delete_without_body)
{
	struct http_request r = { .method = "DELETE", .url = server_url("/k") };

	server.answers[0] = "HTTP/1.1 204 No Content\r\n\r\n";
	expect_answer(&r, 204);
	ck_assert_int_eq(strncmp(server_got(0), "DELETE /k ", 10), 0);
}
END_TEST

START_TEST(form_in_order)
{
	struct src *s = src_mem(SPAN_LIT("{\"version\": 2}\n"));
	const struct http_part parts[] = {
		{ .name = "file", .filename = "a\"b.cast", .file = s, .file_size = 15 },
		{ .name = "title", .text = SPAN_LIT("caf\xc3\xa9") },
	};
	struct http_request r = {
		.method = "POST", .url = server_url("/"), .parts = parts, .nparts = 2
	};
	const char *file, *title;

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(strstr(server_got(0), "multipart/form-data; boundary="));
	file = strstr(server_got(0), "name=\"file\"; filename=\"a%22b.cast\"");
	if (!file)
		file = strstr(server_got(0), "name=\"file\"; filename=\"a\\\"b.cast\"");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(strstr(file, "\r\n\r\n{\"version\": 2}\n\r\n"));
	title = strstr(file, "name=\"title\"\r\n\r\ncaf\xc3\xa9\r\n");
	ck_assert_ptr_nonnull(title);
	src_close(s);
}
END_TEST

START_TEST(basic_auth)
{
	struct http_request r = { .method = "GET",
		.url = server_url("/"),
		.auth = { HTTP_AUTH_BASIC, "joe", "secret", NULL, NULL, NULL, NULL } };

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(
		strstr(server_got(0), "\r\nAuthorization: Basic am9lOnNlY3JldA==\r\n"));
}
END_TEST

/* The example of Amazon's own description of Signature Version 4 for S3: GET Object. */
START_TEST(sigv4_published_vector)
{
	const char *const headers[] = { "Host: examplebucket.s3.amazonaws.com",
		"Range: bytes=0-9", "X-Amz-Date: 20130524T000000Z",
		"x-amz-content-sha256: "
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		NULL };
	struct http_request r = { .method = "GET",
		.url = server_url("/test.txt"),
		.headers = headers,
		.auth = { HTTP_AUTH_SIGV4, "AKIAIOSFODNN7EXAMPLE",
			"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL, "aws:amz",
			"us-east-1", "s3" } };

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(strstr(server_got(0),
		"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature="
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}
END_TEST

START_TEST(sigv4_token_is_signed)
{
	struct http_request r = { .method = "GET",
		.url = server_url("/"),
		.auth = { HTTP_AUTH_SIGV4, "k", "s", "t0ken", "aws:amz", "eu", "s3" } };

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(
		strstr(server_got(0), "\r\nX-Amz-Security-Token: t0ken\r\n"));
	ck_assert_ptr_nonnull(strstr(server_got(0), ";x-amz-security-token, "));
}
END_TEST

START_TEST(redirection_is_an_answer)
{
	struct http_request r = { .method = "GET", .url = server_url("/") };

	server.answers[0] = "HTTP/1.1 302 Found\r\nLocation: /else\r\n"
			    "Content-Length: 0\r\n\r\n";
	server.answers[1] = OK_ANSWER;
	expect_answer(&r, 302);
	ck_assert_int_eq(server.requests, 1);
}
END_TEST

START_TEST(connections_are_used_again)
{
	struct http_request r = { .method = "GET", .url = server_url("/") };

	server.answers[1] = server.answers[2] = OK_ANSWER;
	for (int i = 0; i < 3; i++)
		expect_answer(&r, 200);
	ck_assert_int_eq(server.requests, 3);
	ck_assert_int_eq(server.connections, 1);
}
END_TEST

static void *
ask_once(void *ctx)
{
	struct http_request r = { .method = "GET", .url = server_url("/") };

	expect_answer(&r, 200);
	return ctx;
}

/* Its connection goes away with it. */
START_TEST(another_thread)
{
	pthread_t t;

	server.answers[1] = server.answers[2] = OK_ANSWER;
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_create(&t, NULL, ask_once, NULL), 0);
		pthread_join(t, NULL);
	}
	ask_once(NULL);
	ck_assert_int_eq(server.connections, 3);
}
END_TEST

START_TEST(proxy_of_the_environment)
{
	struct http_request r = { .method = "GET", .url = "http://server.invalid/x" };

	setenv("http_proxy", server_url(""), 1);
	expect_answer(&r, 200);
	ck_assert_int_eq(strncmp(server_got(0), "GET http://server.invalid/x ", 28), 0);
}
END_TEST

/* Passwords that lie about are for other programs. */
START_TEST(no_netrc)
{
	struct http_request r = { .method = "GET", .url = server_url("/") };
	FILE *f;

	ck_assert_int_eq(mkdir("check_http.home", 0700), 0);
	f = fopen("check_http.home/.netrc", "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "machine 127.0.0.1 login joe password secret\n");
	fclose(f);
	setenv("HOME", "check_http.home", 1);
	expect_answer(&r, 200);
	unlink("check_http.home/.netrc");
	rmdir("check_http.home");
	ck_assert_ptr_null(strstr(server_got(0), "Authorization"));
}
END_TEST

START_TEST(continue_is_no_answer)
{
	size_t size = (size_t)3 << 20;
	uint8_t *p = calloc(1, size);
	struct src *s = src_mem(span_of(p, size));
	struct http_request r = {
		.method = "PUT", .url = server_url("/"), .body = s, .body_size = size
	};
	struct http_answer a;

	ck_assert_int_eq(http_do(&r, &a, NULL), 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_uint_eq(a.sent, size);
	ck_assert_uint_eq(http_header(&a, "X-Early").n, 0);
	ck_assert(span_is(http_header(&a, "X-Two"), "b"));
	http_answer_free(&a);
	src_close(s);
	free(p);
}
END_TEST

START_TEST(refused_before_all_is_sent)
{
	size_t size = (size_t)8 << 20;
	uint8_t *p = calloc(1, size);
	struct src *s = src_mem(span_of(p, size));
	struct http_request r = {
		.method = "PUT", .url = server_url("/"), .body = s, .body_size = size
	};

	server.early = true;
	server.answers[0] = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n"
			    "Connection: close\r\n\r\nno";
	expect_answer(&r, 413);
	src_close(s);
	free(p);
}
END_TEST

static TCase *
case_asked(void)
{
	TCase *t = tcase_create("asked");

	tcase_add_checked_fixture(t, server_setup, server_teardown);
	tcase_add_test(t, get_answer);
	tcase_add_test(t, head_has_no_body);
	tcase_add_test(t, put_part_of_source);
	tcase_add_test(t, post_without_body);
	tcase_add_test(t, delete_without_body);
	tcase_add_test(t, form_in_order);
	tcase_add_test(t, basic_auth);
	tcase_add_test(t, sigv4_published_vector);
	tcase_add_test(t, sigv4_token_is_signed);
	tcase_add_test(t, redirection_is_an_answer);
	tcase_add_test(t, connections_are_used_again);
	tcase_add_test(t, another_thread);
	tcase_add_test(t, proxy_of_the_environment);
	tcase_add_test(t, no_netrc);
	tcase_add_test(t, continue_is_no_answer);
	tcase_add_test(t, refused_before_all_is_sent);
	return t;
}

UNIT_MAIN("http", case_asked)
