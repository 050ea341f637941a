/* SPDX-License-Identifier: ISC */
/* Whole objects: put, look at, read ranges, list, remove. */
#include "store/s3_call.h"

#include "base/base64.h"
#include "base/hex.h"
#include "store/s3_time.h"
#include "store/xml.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define RANGE_SLACK 65536 /* an answer that is an error may be longer than the range */

int
s3_put(struct s3 *s, const char *key, const struct s3_about *about,
	const struct s3_body *b, bool fresh, const struct s3_cancel *cancel,
	struct s3_result *r, struct err *e)
{
	struct s3_call c = { .method = "PUT", .key = key, .body = b, .cancel = cancel };
	int rc;

	s3_call_new_object(&c, s, about, s3_now(s));
	if (fresh)
		s3_call_header(&c, "If-None-Match", "*");
	rc = s3_call_do(s, &c, r, e);
	s3_call_end(&c);
	return rc;
}

int
s3_delete(struct s3 *s, const char *key, struct s3_result *r, struct err *e)
{
	struct s3_call c = { .method = "DELETE", .key = key };
	int rc = s3_call_do(s, &c, r, e);

	s3_call_end(&c);
	return rc;
}

/* --- looking --- */

static uint64_t
number(struct span s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.n && isdigit(s.p[i]) && n < INT64_MAX / 10; i++)
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	return n;
}

static void
read_meta(const struct http_answer *a, struct meta *m)
{
	*m = (struct meta){ 0 };
	m->start_s = (int64_t)number(http_header(a, "x-amz-meta-timestamp"));
	m->authenticated = span_is(http_header(a, "x-amz-meta-authenticated"), "true");
	meta_from_header(
		m->country, sizeof m->country, http_header(a, "x-amz-meta-country"));
	meta_from_header(
		m->username, sizeof m->username, http_header(a, "x-amz-meta-username"));
	meta_from_header(
		m->remote_addr, sizeof m->remote_addr, http_header(a, "x-amz-meta-ip"));
}

/* Of a whole object; that of one made of parts is of another kind, and not every server says so
 * with the "-N" behind it that the tag always has. */
static void
read_checksum(const struct http_answer *a, struct s3_result *r)
{
	struct buf hash = { .max = 4 * S3_HASH };
	struct span text = http_header(a, "x-amz-checksum-sha256");

	if (text.n && !strchr(r->etag, '-') && base64_take(&hash, text) == text.n &&
		hash.n == S3_HASH) {
		memcpy(r->sha256, hash.p, S3_HASH);
		r->has_sha256 = true;
	}
	buf_free(&hash);
}

static void
read_stamp(const struct http_answer *a, struct s3_result *r)
{
	struct span text = http_header(a, S3_STAMP_HEADER);

	if (text.n < sizeof r->stamp)
		memcpy(r->stamp, text.p, text.n);
	r->has_meta = text.n || http_header(a, "x-amz-meta-timestamp").n;
}

int
s3_head(struct s3 *s, const char *key, struct meta *m, struct s3_result *r, struct err *e)
{
	struct s3_call c = { .method = "HEAD", .key = key };
	int rc;

	s3_call_header(&c, "x-amz-checksum-mode", "ENABLED");
	rc = s3_call_do(s, &c, r, e);
	read_checksum(&c.answer, r);
	read_stamp(&c.answer, r);
	r->size = number(http_header(&c.answer, "Content-Length"));
	r->mtime_ns = s3_time_http(http_header(&c.answer, "Last-Modified"));
	if (rc == 0 && m)
		read_meta(&c.answer, m);
	s3_call_end(&c);
	return rc;
}

/* "bytes 0-99/1234": is it what was asked for, and how large is all of it? */
static bool
is_range(struct span s, uint64_t off, size_t got, uint64_t *size)
{
	const char unit[] = "bytes ";
	struct span at;
	const uint8_t *dash, *slash;

	if (s.n < sizeof unit || memcmp(s.p, unit, sizeof unit - 1) != 0)
		return false;
	at = span_of(s.p + sizeof unit - 1, s.n - (sizeof unit - 1));
	dash = memchr(at.p, '-', at.n);
	slash = memchr(at.p, '/', at.n);
	if (!dash || !slash || slash < dash || !isdigit(at.p[at.n - 1]))
		return false;
	*size = number(span_of(slash + 1, (size_t)(at.p + at.n - slash - 1)));
	return number(span_of(at.p, (size_t)(dash - at.p))) == off &&
	       number(span_of(dash + 1, (size_t)(slash - dash - 1))) + 1 == off + got &&
	       off + got <= *size;
}

static int
take_range(struct s3 *s, struct s3_call *c, uint64_t off, size_t n, struct buf *out,
	struct s3_result *r, struct err *e)
{
	struct buf *body = &c->answer.body;
	struct span range = http_header(&c->answer, "Content-Range");
	bool good = body->n <= n;

	if (r->status == 206)
		good = good && is_range(range, off, body->n, &r->size);
	else
		r->size = body->n; /* all of it */
	if (!good || (r->status != 206 && off)) {
		r->code[0] = 0;
		return s3_call_failed(s, c, r, e);
	}
	buf_free(out);
	*out = *body;
	*body = (struct buf){ 0 };
	return 0;
}

/* For servers that do not look at If-Match. */
static int
check_tag(const char *etag, struct s3_result *r, struct err *e)
{
	if (!etag || !*etag || !r->etag[0] || strcmp(etag, r->etag) == 0)
		return 0;
	r->fault = s3_fault_find(span_of("", 0), 412);
	return err_set(e, r->fault->err, "%s", r->fault->text);
}

int
s3_get(struct s3 *s, const char *key, uint64_t off, size_t n, const char *etag,
	const struct s3_cancel *cancel, struct buf *out, struct s3_result *r,
	struct err *e)
{
	struct s3_call c = { .method = "GET",
		.key = key,
		.cancel = cancel,
		.answer_max = n + RANGE_SLACK };
	char range[64];
	int rc;

	snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64, off, off + n - 1);
	s3_call_header(&c, "Range", range);
	if (etag && *etag)
		s3_call_header(&c, "If-Match", etag);
	rc = s3_call_do(s, &c, r, e);
	if (rc == 0)
		rc = check_tag(etag, r, e);
	if (rc == 0)
		rc = take_range(s, &c, off, n, out, r, e);
	s3_call_end(&c);
	return rc;
}

/* --- listing --- */

struct page {
	char key[3 * S3_KEY_MAX + 1], encoding[16], next[S3_MORE_MAX], etag[S3_ETAG_MAX];
	uint64_t size;
	int64_t mtime_ns;
	bool more;
	store_seen *seen;
	void *ctx;
	int ended; /* by SEEN */
};

#define AT(member)   offsetof(struct page, member)
#define SIZE(member) sizeof(((struct page *)0)->member)

/* In place; "+" is a blank. */
static bool
decode(char *text)
{
	char *to = text;

	for (char *p = text; *p; p++) {
		uint8_t byte;

		if (*p == '%' && hex_get(&byte, p + 1, 1)) {
			*to = (char)byte;
			p += 2;
		} else {
			*to = *p == '+' ? ' ' : *p;
		}
		if (!*to++)
			return false;
	}
	*to = 0;
	return true;
}

static int
take_object(void *ctx)
{
	struct page *p = ctx;
	struct store_info info = { p->key, (int64_t)p->size, p->mtime_ns, p->etag };
	bool good = p->size <= INT64_MAX;

	if (strcmp(p->encoding, "url") == 0)
		good = decode(p->key) && good;
	if (good && p->key[0] && strlen(p->key) <= S3_KEY_MAX)
		p->ended = p->seen(p->ctx, &info);
	p->key[0] = p->etag[0] = 0;
	p->size = 0;
	p->mtime_ns = 0;
	return p->ended ? ERR_CANCELLED : 0;
}

static int
read_page(struct page *p, struct span xml, struct err *e)
{
	static const struct xml_field fields[] = {
		{ "IsTruncated", XML_BOOL, AT(more), 0 },
		{ "NextContinuationToken", XML_TEXT, AT(next), SIZE(next) },
		{ "Contents/Key", XML_TEXT, AT(key), SIZE(key) },
		{ "Contents/Size", XML_NUMBER, AT(size), 0 },
		{ "Contents/ETag", XML_TEXT, AT(etag), SIZE(etag) },
		{ "Contents/LastModified", XML_TIME, AT(mtime_ns), 0 },
	};
	/* stands behind the names it is about, and not every server knows it */
	static const struct xml_field encoding = { "EncodingType", XML_TEXT, AT(encoding),
		SIZE(encoding) };
	static const char root[] = "ListBucketResult";
	static const struct xml_form first = { root, &encoding, 1, NULL };
	static const struct xml_form all = { root, fields, sizeof fields / sizeof *fields,
		"Contents" };
	int rc = xml_read(&first, xml, p, NULL, NULL, e);

	return rc < 0 ? rc : xml_read(&all, xml, p, take_object, p, e);
}

int
s3_list(struct s3 *s, const char *prefix, char more[S3_MORE_MAX], store_seen *seen,
	void *ctx, struct s3_result *r, struct err *e)
{
	struct s3_call c = { .method = "GET" };
	struct page *p = calloc(1, sizeof *p);
	int rc;

	if (!p)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	p->seen = seen;
	p->ctx = ctx;
	if (*more)
		s3_call_query(&c, "continuation-token", more);
	s3_call_query(&c, "encoding-type", "url");
	s3_call_query(&c, "list-type", "2");
	s3_call_query(&c, "prefix", prefix);
	rc = s3_call_do(s, &c, r, e);
	if (rc == 0) {
		rc = read_page(p, buf_span(&c.answer.body), e);
		if (rc < 0 && !p->ended)
			r->fault = s3_fault_of_error(rc);
	}
	snprintf(more, S3_MORE_MAX, "%s", rc == 0 && p->more ? p->next : "");
	if (p->ended)
		rc = p->ended;
	s3_call_end(&c);
	free(p);
	return rc;
}
