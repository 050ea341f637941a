/* SPDX-License-Identifier: ISC */
#include "tests/unit/fake_http.h"

#include <check.h>
#include <stdio.h>

static int64_t
wall_ns(void *ctx)
{
	return ((struct fake *)ctx)->wall;
}

static int64_t
mono_ns(void *ctx)
{
	return ((struct fake *)ctx)->mono;
}

void
fake_init(struct fake *f, const struct fake_answer *answers)
{
	memset(f, 0, sizeof *f);
	f->answers = answers;
	f->wall = 1700000000 * NS_PER_S;
	f->clk = (struct clk){ wall_ns, mono_ns, f };
}

static void
note(struct fake_asked *a, const struct http_request *r)
{
	size_t n =
		(size_t)snprintf(a->text, sizeof a->text, "%s %s\n", r->method, r->url);

	for (const char *const *h = r->headers; h && *h && n < sizeof a->text; h++)
		n += (size_t)snprintf(a->text + n, sizeof a->text - n, "%s\n", *h);
	if (r->auth.token && n < sizeof a->text)
		snprintf(a->text + n, sizeof a->text - n, "token %s\n", r->auth.token);
	a->is_signed = r->auth.kind == HTTP_AUTH_SIGV4;
	if (r->body) {
		ssize_t k = src_read_at(r->body, r->body_off, a->body,
			r->body_size < sizeof a->body - 1 ? (size_t)r->body_size
							  : sizeof a->body - 1,
			NULL);

		a->body[k > 0 ? k : 0] = 0;
	}
}

static int
call(void *ctx, const struct http_request *r, struct http_answer *a, struct err *e)
{
	struct fake *f = ctx;
	const struct fake_answer *answer = &f->answers[f->n];

	*a = (struct http_answer){ 0 };
	ck_assert_int_lt(f->n, FAKE_MAX);
	note(&f->asked[f->n], r);
	ck_assert_msg(answer->err || answer->status, "one request too many: %s",
		f->asked[f->n].text);
	f->n++;
	if (answer->err)
		return err_set(e, answer->err, "as the test has it");
	a->status = answer->status;
	buf_add_str(&a->headers, answer->headers ? answer->headers : "");
	buf_add_str(&a->body, answer->body ? answer->body : "");
	return 0;
}

struct http_port
fake_port(struct fake *f)
{
	return (struct http_port){ call, f };
}

bool
fake_has(const struct fake *f, int n, const char *text)
{
	return n < f->n && strstr(f->asked[n].text, text);
}
