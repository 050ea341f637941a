/* SPDX-License-Identifier: ISC */
/* Requests against a server of our own on loopback: a thread that takes connections, reads one
 * request after the other and gives the answers that the test has put down. */
#include "tests/unit/unit.h"

#include "store/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)16 << 20)
#define OK_ANSWER   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two:  b \r\n\r\nhi"

static struct {
	int fd, port;
	pthread_t thread;
	const char
		*answers[4]; /* one a request; the connection is closed behind the last */
	bool early;          /* answers without reading the body */
	bool silent;         /* takes the connection, then nothing */
	int connections, requests;
	struct buf got[4];
} server;

/* --- the server --- */

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

static void
setup(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t n = sizeof to;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(&server, 0, sizeof server);
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

static void
teardown(void)
{
	http_stop();
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.fd);
	for (size_t i = 0; i < 4; i++)
		buf_free(&server.got[i]);
}

/* --- helpers --- */

static char *
url(const char *path)
{
	static char text[100];

	snprintf(text, sizeof text, "http://127.0.0.1:%d%s", server.port, path);
	return text;
}

static const char *
got(int i)
{
	return buf_cstr(&server.got[i]);
}

static void
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

static void
expect_answer(const struct http_request *r, int status)
{
	struct http_answer a;
	struct err e = { 0 };

	ck_assert_msg(http_do(r, &a, &e) == 0, "%s", e.text);
	ck_assert_int_eq(a.status, status);
	http_answer_free(&a);
}

/* --- what is asked and answered --- */

START_TEST(get_answer)
{
	const char *const headers[] = { "X-One: a", NULL };
	struct http_request r = {
		.method = "GET", .url = url("/x?y=1"), .headers = headers
	};
	struct http_answer a;

	ck_assert_int_eq(http_do(&r, &a, NULL), 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert(span_is(buf_span(&a.body), "hi"));
	ck_assert(span_is(http_header(&a, "x-two"), "b"));
	ck_assert_uint_eq(http_header(&a, "x-tw").n, 0);
	ck_assert_int_eq(strncmp(got(0), "GET /x?y=1 HTTP/1.1\r\n", 21), 0);
	ck_assert_ptr_nonnull(strstr(got(0), "\r\nX-One: a\r\n"));
	ck_assert_ptr_nonnull(
		strstr(got(0), "\r\nUser-Agent: auditrec/" PACKAGE_VERSION));
	http_answer_free(&a);
}
END_TEST

START_TEST(head_has_no_body)
{
	struct http_request r = { .method = "HEAD", .url = url("/") };
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
	struct http_request r = {
		.method = "PUT", .url = url("/"), .body = s, .body_off = 3, .body_size = 5
	};

	expect_answer(&r, 200);
	ck_assert_int_eq(strncmp(got(0), "PUT ", 4), 0);
	ck_assert_str_eq(strstr(got(0), "\r\n\r\n") + 4, "34567");
	src_close(s);
}
END_TEST

START_TEST(post_without_body)
{
	struct http_request r = { .method = "POST", .url = url("/?uploads=") };

	expect_answer(&r, 200);
	ck_assert_int_eq(strncmp(got(0), "POST /?uploads= ", 16), 0);
	ck_assert_ptr_nonnull(strstr(got(0), "\r\nContent-Length: 0\r\n"));
}
END_TEST

START_TEST(delete_without_body)
{
	struct http_request r = { .method = "DELETE", .url = url("/k") };

	server.answers[0] = "HTTP/1.1 204 No Content\r\n\r\n";
	expect_answer(&r, 204);
	ck_assert_int_eq(strncmp(got(0), "DELETE /k ", 10), 0);
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
		.method = "POST", .url = url("/"), .parts = parts, .nparts = 2
	};
	const char *file, *title;

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(strstr(got(0), "multipart/form-data; boundary="));
	file = strstr(got(0), "name=\"file\"; filename=\"a%22b.cast\"");
	if (!file)
		file = strstr(got(0), "name=\"file\"; filename=\"a\\\"b.cast\"");
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
		.url = url("/"),
		.auth = { HTTP_AUTH_BASIC, "joe", "secret", NULL, NULL, NULL, NULL } };

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(
		strstr(got(0), "\r\nAuthorization: Basic am9lOnNlY3JldA==\r\n"));
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
		.url = url("/test.txt"),
		.headers = headers,
		.auth = { HTTP_AUTH_SIGV4, "AKIAIOSFODNN7EXAMPLE",
			"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL, "aws:amz",
			"us-east-1", "s3" } };

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(strstr(got(0),
		"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature="
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}
END_TEST

START_TEST(sigv4_token_is_signed)
{
	struct http_request r = { .method = "GET",
		.url = url("/"),
		.auth = { HTTP_AUTH_SIGV4, "k", "s", "t0ken", "aws:amz", "eu", "s3" } };

	expect_answer(&r, 200);
	ck_assert_ptr_nonnull(strstr(got(0), "\r\nX-Amz-Security-Token: t0ken\r\n"));
	ck_assert_ptr_nonnull(strstr(got(0), ";x-amz-security-token, "));
}
END_TEST

START_TEST(redirection_is_an_answer)
{
	struct http_request r = { .method = "GET", .url = url("/") };

	server.answers[0] = "HTTP/1.1 302 Found\r\nLocation: /else\r\n"
			    "Content-Length: 0\r\n\r\n";
	server.answers[1] = OK_ANSWER;
	expect_answer(&r, 302);
	ck_assert_int_eq(server.requests, 1);
}
END_TEST

START_TEST(connections_are_used_again)
{
	struct http_request r = { .method = "GET", .url = url("/") };

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
	struct http_request r = { .method = "GET", .url = url("/") };

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

	setenv("http_proxy", url(""), 1);
	expect_answer(&r, 200);
	ck_assert_int_eq(strncmp(got(0), "GET http://server.invalid/x ", 28), 0);
}
END_TEST

/* Passwords that lie about are for other programs. */
START_TEST(no_netrc)
{
	struct http_request r = { .method = "GET", .url = url("/") };
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
	ck_assert_ptr_null(strstr(got(0), "Authorization"));
}
END_TEST

START_TEST(continue_is_no_answer)
{
	size_t size = (size_t)3 << 20;
	uint8_t *p = calloc(1, size);
	struct src *s = src_mem(span_of(p, size));
	struct http_request r = {
		.method = "PUT", .url = url("/"), .body = s, .body_size = size
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
		.method = "PUT", .url = url("/"), .body = s, .body_size = size
	};

	server.early = true;
	server.answers[0] = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n"
			    "Connection: close\r\n\r\nno";
	expect_answer(&r, 413);
	src_close(s);
	free(p);
}
END_TEST

/* --- what goes wrong --- */

START_TEST(answer_over_limit)
{
	struct http_request r = { .method = "GET", .url = url("/"), .answer_max = 1 };

	expect_error(&r, ERR_LIMIT);
}
END_TEST

START_TEST(headers_over_limit)
{
	static char big[HTTP_HEADERS_MAX + 200];
	struct http_request r = { .method = "GET", .url = url("/") };
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
	struct http_request r = { .method = "GET", .url = url("/") };

	server.answers[0] = "";
	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(half_an_answer)
{
	struct http_request r = { .method = "GET", .url = url("/") };

	server.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf";
	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(stands_still)
{
	struct http_request r = { .method = "GET", .url = url("/"), .stall_ns = 1 };

	server.silent = true;
	expect_error(&r, ERR_NET);
}
END_TEST

START_TEST(source_gets_shorter)
{
	struct src *s = src_mem(SPAN_LIT("0123"));
	struct http_request r = {
		.method = "PUT", .url = url("/"), .body = s, .body_size = 5
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
	struct http_request r = {
		.method = "GET", .url = url("/"), .progress = stop_at_once, .ctx = &calls
	};

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
		{ .method = "GET", .url = url("/"), .headers = split },
	};

	expect_error(&bad[_i], ERR_USAGE);
	ck_assert_int_eq(server.connections, 0);
}
END_TEST

static TCase *
case_asked(void)
{
	TCase *t = tcase_create("asked");

	tcase_add_checked_fixture(t, setup, teardown);
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

static TCase *
case_wrong(void)
{
	TCase *t = tcase_create("wrong");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, answer_over_limit);
	tcase_add_test(t, headers_over_limit);
	tcase_add_test(t, nobody_listens);
	tcase_add_test(t, hangs_up);
	tcase_add_test(t, half_an_answer);
	tcase_add_test(t, stands_still);
	tcase_add_test(t, source_gets_shorter);
	tcase_add_test(t, progress_can_stop_it);
	tcase_add_loop_test(t, not_sent, 0, 5);
	return t;
}

UNIT_MAIN("http", case_asked, case_wrong)
