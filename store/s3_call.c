/* SPDX-License-Identifier: ISC */
#include "store/s3_call.h"

#include "base/base64.h"
#include "format/sha256.h"
#include "store/s3_time.h"
#include "store/xml.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define PROVIDER        "aws:amz"
#define REGION          "us-east-1"
#define HEADERS_MAX     32
#define HASH_CHUNK      ((size_t)64 << 10)
#define SKEW_LEAST      (60 * NS_PER_S) /* less is nobody's business */
#define RETRY_AFTER_MAX 3600
#define NOTHING         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define UNRESERVED      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define MIME            "application/octet-stream"

struct s3 {
	const struct s3_conf *conf;
	struct http_port http;
	const struct clk *clk;
	struct creds *creds;
	struct buf base; /* URL of the bucket, ended by "/" */
};

static int
real_http(void *ctx, const struct http_request *r, struct http_answer *a, struct err *e)
{
	(void)ctx;
	return http_do(r, a, e);
}
const struct http_port s3_http = { real_http, NULL };

/* --- where --- */

/* An address instead of a name, or one name alone, has no room for the bucket's. */
static bool
is_bare_host(const char *host, size_t n)
{
	size_t name = strcspn(host, ":/");

	name = name < n ? name : n;
	return host[0] == '[' || strspn(host, "0123456789.") >= name ||
	       !memchr(host, '.', name);
}

static int
make_base(struct s3 *s, struct err *e)
{
	const struct s3_conf *c = s->conf;
	struct buf own = { 0 };
	const char *url = c->endpoint, *host;
	size_t n;

	if (!url) {
		buf_addf(&own, "https://s3.%s.amazonaws.com",
			c->region ? c->region : REGION);
		url = buf_cstr(&own);
	}
	if (!url)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	host = strstr(url, "://") + 3;
	n = strlen(host);
	while (n && host[n - 1] == '/')
		n--;
	if (c->path_style || is_bare_host(host, n) ||
		(strchr(c->bucket, '.') && strncmp(url, "https", 5) == 0))
		buf_addf(&s->base, "%.*s%.*s/%s/", (int)(host - url), url, (int)n, host,
			c->bucket);
	else
		buf_addf(&s->base, "%.*s%s.%.*s/", (int)(host - url), url, c->bucket,
			(int)n, host);
	buf_free(&own);
	return buf_failed(&s->base) ? err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM))
				    : 0;
}

int
s3_new(struct s3 **out, const struct s3_conf *conf, struct http_port http,
	const struct clk *clk, struct err *e)
{
	struct s3 *s;
	int rc = s3_conf_check(conf, e);

	*out = NULL;
	if (rc < 0)
		return rc;
	s = calloc(1, sizeof *s);
	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	*s = (struct s3){ .conf = conf, .http = http, .clk = clk };
	rc = creds_new(&s->creds, conf, http, e);
	if (rc == 0)
		rc = make_base(s, e);
	if (rc < 0)
		s3_free(s);
	else
		*out = s;
	return rc;
}

void
s3_free(struct s3 *s)
{
	if (!s)
		return;
	creds_free(s->creds);
	buf_free(&s->base);
	free(s);
}

void
s3_keys_again(struct s3 *s)
{
	creds_again(s->creds);
}

const struct s3_conf *
s3_conf(const struct s3 *s)
{
	return s->conf;
}

int64_t
s3_now(const struct s3 *s)
{
	return clk_wall(s->clk);
}

/* --- putting a request together --- */

void
s3_encode(struct buf *out, const char *text, const char *also)
{
	for (; *text; text++)
		if (strchr(UNRESERVED, *text) || strchr(also, *text))
			buf_add_byte(out, (uint8_t)*text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
}

void
s3_call_query(struct s3_call *c, const char *name, const char *value)
{
	if (c->query.n)
		buf_add_byte(&c->query, '&');
	s3_encode(&c->query, name, "");
	buf_add_byte(&c->query, '=');
	s3_encode(&c->query, value, "");
}

void
s3_call_header(struct s3_call *c, const char *name, const char *value)
{
	buf_addf(&c->headers, "%s: %s", name, value);
	buf_add_byte(&c->headers, 0);
}

static void
header_if(struct s3_call *c, const char *name, const char *value)
{
	if (value && *value)
		s3_call_header(c, name, value);
}

static void
header_text(struct s3_call *c, const char *name, const char *text)
{
	if (!*text)
		return;
	buf_addf(&c->headers, "%s: ", name);
	meta_header(&c->headers, text);
	buf_add_byte(&c->headers, 0);
}

static void
add_meta(struct s3_call *c, const struct s3_conf *conf, const struct meta *m)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, m->start_s);
	s3_call_header(c, "x-amz-meta-timestamp", text);
	s3_call_header(
		c, "x-amz-meta-authenticated", m->authenticated ? "true" : "false");
	header_text(c, "x-amz-meta-country", m->country);
	if (conf->meta_username && m->authenticated)
		header_text(c, "x-amz-meta-username", m->username);
	if (conf->meta_ip)
		header_text(c, "x-amz-meta-ip", m->remote_addr);
}

void
s3_call_new_object(
	struct s3_call *c, const struct s3 *s, const struct s3_about *about, int64_t now)
{
	const struct s3_conf *conf = s->conf;
	char text[32];

	s3_call_header(c, "Content-Type", MIME);
	header_if(c, "x-amz-acl", conf->acl);
	header_if(c, "x-amz-storage-class", conf->storage_class);
	header_if(c, "x-amz-server-side-encryption", conf->sse);
	header_if(c, "x-amz-server-side-encryption-aws-kms-key-id", conf->sse_key);
	if (conf->lock_mode) {
		int64_t days = (int64_t)conf->lock_days * 86400 * NS_PER_S;

		s3_call_header(c, "x-amz-object-lock-mode", conf->lock_mode);
		s3_time_iso_text(text, ns_add(now, days));
		s3_call_header(c, "x-amz-object-lock-retain-until-date", text);
	}
	if (conf->legal_hold)
		s3_call_header(c, "x-amz-object-lock-legal-hold", "ON");
	if (about->meta)
		add_meta(c, conf, about->meta);
	header_if(c, S3_STAMP_HEADER, about->stamp);
}

int
s3_body_hash(struct s3_body *b, struct err *e)
{
	uint8_t *chunk = malloc(HASH_CHUNK);
	struct sha256 h;
	ssize_t n = chunk ? 1 : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));

	sha256_begin(&h);
	for (uint64_t at = 0; n > 0 && at < b->size; at += (uint64_t)n) {
		uint64_t left = b->size - at;

		n = src_read_at(b->src, b->off + at, chunk,
			left < HASH_CHUNK ? (size_t)left : HASH_CHUNK, e);
		if (n == 0)
			n = err_set(e, ERR_TRUNCATED, "became shorter");
		if (n > 0)
			sha256_add(&h, span_of(chunk, (size_t)n));
	}
	sha256_end(&h, b->sha256);
	free(chunk);
	return n < 0 ? (int)n : 0;
}

static void
hash_headers(struct s3_call *c)
{
	char hex[SHA256_TEXT];

	if (!c->body) {
		s3_call_header(c, "x-amz-content-sha256", NOTHING);
		return;
	}
	sha256_text(hex, c->body->sha256);
	s3_call_header(c, "x-amz-content-sha256", hex);
	if (strcmp(c->method, "PUT") != 0)
		return;
	buf_add_str(&c->headers, "x-amz-checksum-sha256: ");
	base64_put(&c->headers, span_of(c->body->sha256, S3_HASH));
	buf_add_byte(&c->headers, 0);
}

static int
make_url(const struct s3 *s, const struct s3_call *c, struct buf *url)
{
	buf_add_span(url, buf_span(&s->base));
	if (c->key)
		s3_encode(url, c->key, "/");
	if (c->query.n) {
		buf_add_byte(url, '?');
		buf_add_span(url, buf_span(&c->query));
	}
	return buf_cstr(url) ? buf_failed(url) : ERR_NOMEM;
}

/* --- the answer --- */

static int64_t
retry_after(const struct http_answer *a)
{
	struct span s = http_header(a, "Retry-After");
	int64_t n = 0;

	for (size_t i = 0; i < s.n && n <= RETRY_AFTER_MAX; i++) {
		if (!isdigit(s.p[i]))
			return 0;
		n = n * 10 + s.p[i] - '0';
	}
	return (n < RETRY_AFTER_MAX ? n : RETRY_AFTER_MAX) * NS_PER_S;
}

static void
copy_header(const struct http_answer *a, const char *name, char *out, size_t size)
{
	struct span s = http_header(a, name);

	out[0] = 0;
	if (s.n >= size)
		return;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return;
	memcpy(out, s.p, s.n);
	out[s.n] = 0;
}

/* Its code, letters and digits only. */
static void
read_code(const struct http_answer *a, struct s3_result *r)
{
	static const struct xml_field fields[] = { { "Code", XML_TEXT,
		offsetof(struct s3_result, code), S3_CODE_MAX } };
	static const struct xml_form form = { "Error", fields, 1, NULL };

	if (xml_read(&form, buf_span(&a->body), r, NULL, NULL, NULL) < 0)
		r->code[0] = 0;
	for (char *p = r->code; *p; p++)
		if (!isalnum((unsigned char)*p))
			*p = '?';
}

/* How far the server's clock is ahead, when that is worth a word. */
static int64_t
skew(const struct s3 *s, const struct http_answer *a)
{
	int64_t theirs = s3_time_http(http_header(a, "Date"));
	int64_t ns = theirs ? ns_sub(theirs, s3_now(s)) : 0;

	return ns > -SKEW_LEAST && ns < SKEW_LEAST ? 0 : ns;
}

static int
failed(struct s3 *s, const struct s3_call *c, struct s3_result *r, struct err *e)
{
	r->fault = s3_fault_find(span_str(r->code), r->status);
	r->skew_ns = skew(s, &c->answer);
	if (r->fault->action == S3_KEYS)
		creds_refused(s->creds, s3_now(s));
	err_set(e, r->fault->err, "%s (%s%sstatus %d)", r->fault->text, r->code,
		r->code[0] ? ", " : "", r->status);
	if (r->skew_ns)
		err_prefix(e, "this clock is %lld seconds %s the server's",
			(long long)llabs(r->skew_ns / NS_PER_S),
			r->skew_ns > 0 ? "behind" : "before");
	return r->fault->err;
}

int
s3_call_failed(struct s3 *s, const struct s3_call *c, struct s3_result *r, struct err *e)
{
	read_code(&c->answer, r);
	return failed(s, c, r, e);
}

static int
take_answer(struct s3 *s, struct s3_call *c, struct s3_result *r, struct err *e)
{
	const struct http_answer *a = &c->answer;

	r->status = a->status;
	r->retry_after_ns = retry_after(a);
	copy_header(a, "ETag", r->etag, sizeof r->etag);
	if (a->status >= 200 && a->status < 300)
		return 0;
	read_code(a, r);
	return failed(s, c, r, e);
}

/* --- sending --- */

static bool
go_on(void *ctx, uint64_t sent, uint64_t received)
{
	const struct s3_cancel *c = ctx;

	(void)sent;
	(void)received;
	return !c->is(c->ctx);
}

static int
send(struct s3 *s, struct s3_call *c, const struct creds_keys *keys, bool sign,
	const char *url, struct err *e)
{
	const char *lines[HEADERS_MAX + 1];
	size_t n = 0;
	struct http_request r = { .method = c->method,
		.url = url,
		.headers = lines,
		.cacert = s->conf->cacert,
		.once = c->once,
		.answer_max = c->answer_max ? c->answer_max : S3_ANSWER_MAX };

	for (size_t at = 0; at < c->headers.n && n < HEADERS_MAX; n++) {
		lines[n] = (const char *)c->headers.p + at;
		at += strlen(lines[n]) + 1;
	}
	lines[n] = NULL;
	if (sign)
		r.auth = (struct http_auth){ HTTP_AUTH_SIGV4, keys->access, keys->secret,
			keys->token[0] ? keys->token : NULL, PROVIDER,
			s->conf->region ? s->conf->region : REGION, "s3" };
	if (c->body) {
		r.body = c->body->src;
		r.body_off = c->body->off;
		r.body_size = c->body->size;
	}
	if (c->cancel) {
		r.progress = go_on;
		r.ctx = (void *)(uintptr_t)c->cancel;
	}
	return s->http.call(s->http.ctx, &r, &c->answer, e);
}

int
s3_call_do(struct s3 *s, struct s3_call *c, struct s3_result *r, struct err *e)
{
	struct creds_keys keys;
	struct buf url = { 0 };
	int rc = creds_get(s->creds, clk_wall(s->clk), &keys, e);
	bool sign = rc == 0, sent = false;

	*r = (struct s3_result){ 0 };
	hash_headers(c);
	if (rc >= 0 && (make_url(s, c, &url) < 0 || buf_failed(&c->query) ||
			       buf_failed(&c->headers)))
		rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	sent = rc >= 0;
	if (sent)
		rc = send(s, c, &keys, sign, (const char *)url.p, e);
	explicit_bzero(&keys, sizeof keys);
	buf_free(&url);
	if (rc < 0) {
		r->fault = s3_fault_of_error(rc);
		/* libcurl knows what is wrong, but not what a person is to do */
		if (sent && r->fault->action == S3_PERSON)
			err_prefix(e, "%s", r->fault->text);
		return rc;
	}
	return take_answer(s, c, r, e);
}

void
s3_call_end(struct s3_call *c)
{
	buf_free(&c->query);
	buf_free(&c->headers);
	http_answer_free(&c->answer);
}
