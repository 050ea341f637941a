/* SPDX-License-Identifier: ISC */
#include "tests/unit/fake_s3.h"

#include "base/base64.h"
#include "format/sha256.h"
#include "store/s3.h"

#include <check.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define OBJECTS 512
#define PARTS   128
#define BASE    "http://fake.test/recs/"
#define STAMP   "x-amz-meta-auditrec-stamp"

struct object {
	char key[S3_KEY_MAX];
	struct buf bytes;
	char etag[S3_ETAG_MAX], stamp[S3_STAMP_MAX];
	unsigned puts;
};
struct upload {
	char key[S3_KEY_MAX], id[32], stamp[S3_STAMP_MAX];
	struct buf part[PARTS];
	bool there[PARTS];
};

struct fake_s3 {
	pthread_mutex_t lock;
	struct object object[OBJECTS];
	size_t objects;
	struct upload *upload[OBJECTS];
	unsigned begun, parts;
	bool no_meta, sums; /* what it tells of an object */
	enum fake_s3_fate (*fate)(void *ctx, const char *method, const char *url);
	void *ctx;
};

struct fake_s3 *
fake_s3_new(void)
{
	struct fake_s3 *s = calloc(1, sizeof *s);

	ck_assert_ptr_nonnull(s);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void
drop_upload(struct fake_s3 *s, size_t i)
{
	for (size_t k = 0; k < PARTS; k++)
		buf_free(&s->upload[i]->part[k]);
	free(s->upload[i]);
	s->upload[i] = NULL;
}

void
fake_s3_free(struct fake_s3 *s)
{
	for (size_t i = 0; i < s->objects; i++)
		buf_free(&s->object[i].bytes);
	for (size_t i = 0; i < OBJECTS; i++)
		if (s->upload[i])
			drop_upload(s, i);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void
fake_s3_fate(struct fake_s3 *s,
	enum fake_s3_fate (*fate)(void *ctx, const char *method, const char *url),
	void *ctx)
{
	pthread_mutex_lock(&s->lock);
	s->fate = fate;
	s->ctx = ctx;
	pthread_mutex_unlock(&s->lock);
}

void
fake_s3_tells(struct fake_s3 *s, bool meta, bool sums)
{
	pthread_mutex_lock(&s->lock);
	s->no_meta = !meta;
	s->sums = sums;
	pthread_mutex_unlock(&s->lock);
}

/* --- answers --- */

static void
say(struct http_answer *a, int status, const char *body)
{
	a->status = status;
	buf_add_str(&a->body, body);
}

static void
refuse(struct http_answer *a, int status, const char *code)
{
	buf_clear(&a->body);
	buf_clear(&a->headers);
	a->status = status;
	buf_addf(&a->body, "<Error><Code>%s</Code></Error>", code);
}

static void
tag(struct buf *bytes, char etag[S3_ETAG_MAX])
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, buf_span(bytes));
	sha256_end(&h, hash);
	snprintf(etag, S3_ETAG_MAX, "\"%02x%02x%02x%02x\"", hash[0], hash[1], hash[2],
		hash[3]);
}

/* --- what is asked --- */

struct ask {
	struct fake_s3 *s;
	const struct http_request *r;
	char key[S3_KEY_MAX], query[2048], id[32];
	struct buf body;
	struct http_answer *a;
};

static bool
parameter(const char *query, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	for (const char *p = query; p; p = strchr(p, '&')) {
		p += *p == '&';
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			snprintf(out, size, "%.*s", (int)strcspn(p + n + 1, "&"),
				p + n + 1);
			return true;
		}
	}
	return false;
}

static const char *
header(const struct http_request *r, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *h = r->headers; h && *h; h++)
		if (strncmp(*h, name, n) == 0 && (*h)[n] == ':')
			return *h + n + 2;
	return "";
}

/* Bytes must be those that were signed. */
static bool
read_body(struct ask *q)
{
	const struct http_request *r = q->r;
	uint8_t hash[SHA256_BYTES];
	char hex[SHA256_TEXT];
	struct sha256 h;

	if (r->body_size) {
		ck_assert_int_eq(buf_reserve(&q->body, r->body_size), 0);
		while (q->body.n < r->body_size) {
			ssize_t n = src_read_at(r->body, r->body_off + q->body.n,
				q->body.p + q->body.n, r->body_size - q->body.n, NULL);

			if (n <= 0)
				return false;
			q->body.n += (size_t)n;
		}
	}
	sha256_begin(&h);
	sha256_add(&h, buf_span(&q->body));
	sha256_end(&h, hash);
	sha256_text(hex, hash);
	return strcmp(hex, header(r, "x-amz-content-sha256")) == 0;
}

static struct object *
find_object(struct fake_s3 *s, const char *key, bool make)
{
	for (size_t i = 0; i < s->objects; i++)
		if (strcmp(s->object[i].key, key) == 0)
			return &s->object[i];
	if (!make)
		return NULL;
	ck_assert_uint_lt(s->objects, OBJECTS);
	snprintf(s->object[s->objects].key, S3_KEY_MAX, "%s", key);
	return &s->object[s->objects++];
}

static struct upload **
find_upload(struct ask *q)
{
	for (size_t i = 0; i < OBJECTS; i++)
		if (q->s->upload[i] && strcmp(q->s->upload[i]->id, q->id) == 0 &&
			strcmp(q->s->upload[i]->key, q->key) == 0)
			return &q->s->upload[i];
	return NULL;
}

/* False: it is there, and must not be. */
static bool
condition(struct ask *q, const struct object *o)
{
	if (strcmp(header(q->r, "If-None-Match"), "*") != 0 || !o->puts)
		return true;
	refuse(q->a, 412, "PreconditionFailed");
	return false;
}

static void
put(struct ask *q)
{
	struct object *o = find_object(q->s, q->key, true);

	if (!condition(q, o))
		return;
	buf_free(&o->bytes);
	o->bytes = q->body;
	q->body = (struct buf){ 0 };
	o->puts++;
	snprintf(o->stamp, sizeof o->stamp, "%s", header(q->r, STAMP));
	tag(&o->bytes, o->etag);
	buf_addf(&q->a->headers, "ETag: %s\r\n", o->etag);
	say(q->a, 200, "");
}

/* That of an object made of parts is that of their sums; which it is, is not said. */
static void
add_sum(struct http_answer *a, const struct object *o)
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;

	sha256_begin(&h);
	if (strchr(o->etag, '-'))
		sha256_add(&h, SPAN_LIT("sums"));
	else
		sha256_add(&h, buf_span(&o->bytes));
	sha256_end(&h, hash);
	buf_add_str(&a->headers, "x-amz-checksum-sha256: ");
	base64_put(&a->headers, span_of(hash, sizeof hash));
	buf_add_str(&a->headers, "\r\n");
}

static void
head(struct ask *q)
{
	struct object *o = find_object(q->s, q->key, false);

	if (!o || !o->puts) {
		say(q->a, 404, "");
		return;
	}
	buf_addf(&q->a->headers, "Content-Length: %zu\r\nETag: %s\r\n", o->bytes.n,
		o->etag);
	if (!q->s->no_meta) {
		buf_add_str(&q->a->headers, "x-amz-meta-timestamp: 1\r\n");
		buf_addf(&q->a->headers, STAMP ": %s\r\n", o->stamp);
	}
	if (q->s->sums)
		add_sum(q->a, o);
	say(q->a, 200, "");
}

static void
begin(struct ask *q)
{
	size_t i = 0;
	struct upload *u = calloc(1, sizeof *u);

	while (q->s->upload[i])
		ck_assert_uint_lt(++i, OBJECTS);
	q->s->upload[i] = u;
	snprintf(u->key, sizeof u->key, "%s", q->key);
	snprintf(u->id, sizeof u->id, "u%u", ++q->s->begun);
	snprintf(u->stamp, sizeof u->stamp, "%s", header(q->r, STAMP));
	q->a->status = 200;
	buf_addf(&q->a->body,
		"<InitiateMultipartUploadResult><UploadId>%s</UploadId>"
		"</InitiateMultipartUploadResult>",
		u->id);
}

static void
part(struct ask *q)
{
	struct upload **u = find_upload(q);
	char text[16] = "", etag[S3_ETAG_MAX];
	unsigned n;

	if (!u) {
		refuse(q->a, 404, "NoSuchUpload");
		return;
	}
	parameter(q->query, "partNumber", text, sizeof text);
	n = (unsigned)atoi(text);
	if (n < 1 || n > PARTS) {
		refuse(q->a, 400, "InvalidArgument");
		return;
	}
	buf_free(&(*u)->part[n - 1]);
	(*u)->part[n - 1] = q->body;
	(*u)->there[n - 1] = true;
	q->body = (struct buf){ 0 };
	q->s->parts++;
	tag(&(*u)->part[n - 1], etag);
	buf_addf(&q->a->headers, "ETag: %s\r\n", etag);
	say(q->a, 200, "");
}

static void
list_parts(struct ask *q)
{
	struct upload **u = find_upload(q);
	char etag[S3_ETAG_MAX];

	if (!u) {
		refuse(q->a, 404, "NoSuchUpload");
		return;
	}
	say(q->a, 200, "<ListPartsResult>");
	for (size_t i = 0; i < PARTS; i++)
		if ((*u)->there[i]) {
			tag(&(*u)->part[i], etag);
			buf_addf(&q->a->body,
				"<Part><PartNumber>%zu</PartNumber><Size>%zu</"
				"Size><ETag>%s"
				"</ETag></Part>",
				i + 1, (*u)->part[i].n, etag);
		}
	buf_add_str(&q->a->body, "</ListPartsResult>");
}

static void
list_uploads(struct ask *q)
{
	char prefix[S3_KEY_MAX] = "";

	parameter(q->query, "prefix", prefix, sizeof prefix);
	say(q->a, 200, "<ListMultipartUploadsResult>");
	for (size_t i = 0; i < OBJECTS; i++)
		if (q->s->upload[i] &&
			strncmp(q->s->upload[i]->key, prefix, strlen(prefix)) == 0)
			buf_addf(&q->a->body,
				"<Upload><Key>%s</Key><UploadId>%s</UploadId></Upload>",
				q->s->upload[i]->key, q->s->upload[i]->id);
	buf_add_str(&q->a->body, "</ListMultipartUploadsResult>");
}

static void
end(struct ask *q)
{
	struct upload **u = find_upload(q);
	struct object *o;
	char want[64], etag[S3_ETAG_MAX], escaped[S3_ETAG_MAX * 2];
	const char *at = buf_cstr(&q->body);
	size_t n = 0;

	if (!u) {
		refuse(q->a, 404, "NoSuchUpload");
		return;
	}
	o = find_object(q->s, q->key, true);
	if (!condition(q, o))
		return;
	buf_clear(&o->bytes);
	for (; (*u)->there[n]; n++) {
		tag(&(*u)->part[n], etag);
		snprintf(want, sizeof want, "<PartNumber>%zu</PartNumber>", n + 1);
		snprintf(
			escaped, sizeof escaped, "<ETag>&#34;%.8s&#34;</ETag>", etag + 1);
		at = at ? strstr(at, want) : NULL;
		if (!at || strncmp(at + strlen(want), escaped, strlen(escaped)) != 0)
			break;
		buf_add_span(&o->bytes, buf_span(&(*u)->part[n]));
	}
	if (n == 0 || (*u)->there[n]) {
		refuse(q->a, 400, "InvalidPart");
		return;
	}
	o->puts++;
	memcpy(o->stamp, (*u)->stamp, sizeof o->stamp);
	tag(&o->bytes, etag);
	snprintf(o->etag, sizeof o->etag, "\"%.8s-%zu\"", etag + 1, n);
	drop_upload(q->s, (size_t)(u - q->s->upload));
	q->a->status = 200;
	buf_addf(&q->a->body,
		"<CompleteMultipartUploadResult><ETag>%s</ETag>"
		"</CompleteMultipartUploadResult>",
		o->etag);
}

static void
give_up(struct ask *q)
{
	struct upload **u = find_upload(q);

	if (u)
		drop_upload(q->s, (size_t)(u - q->s->upload));
	if (u)
		say(q->a, 204, "");
	else
		refuse(q->a, 404, "NoSuchUpload");
}

static void
carry_out(struct ask *q)
{
	const char *m = q->r->method;
	bool upload = parameter(q->query, "uploadId", q->id, sizeof q->id);

	if (!read_body(q))
		refuse(q->a, 400, "XAmzContentSHA256Mismatch");
	else if (strcmp(m, "PUT") == 0)
		(upload ? part : put)(q);
	else if (strcmp(m, "POST") == 0)
		(upload ? end : begin)(q);
	else if (strcmp(m, "DELETE") == 0)
		give_up(q);
	else if (strcmp(m, "HEAD") == 0)
		head(q);
	else
		(upload ? list_parts : list_uploads)(q);
}

static int
with_fate(struct ask *q, enum fake_s3_fate fate, struct err *e)
{
	switch (fate) {
	case FAKE_S3_LOST:
		return err_set(e, ERR_NET, "lost");
	case FAKE_S3_UNHEARD:
		carry_out(q);
		q->a->status = 0;
		return err_set(e, ERR_NET, "unheard");
	case FAKE_S3_SLOW_DOWN:
		refuse(q->a, 503, "SlowDown");
		break;
	case FAKE_S3_ERROR:
		refuse(q->a, 500, "InternalError");
		break;
	case FAKE_S3_DENIED:
		refuse(q->a, 403, "AccessDenied");
		break;
	case FAKE_S3_NO_BUCKET:
		refuse(q->a, 404, "NoSuchBucket");
		break;
	case FAKE_S3_UNABLE:
		refuse(q->a, 501, "NotImplemented");
		break;
	case FAKE_S3_TOO_LARGE:
		say(q->a, 413, "");
		break;
	case FAKE_S3_NO_UPLOAD:
		if (parameter(q->query, "uploadId", q->id, sizeof q->id))
			give_up(q);
		buf_clear(&q->a->body);
		carry_out(q);
		break;
	case FAKE_S3_FORGETS:
		if (parameter(q->query, "uploadId", q->id, sizeof q->id))
			give_up(q);
		refuse(q->a, 500, "InternalError");
		break;
	case FAKE_S3_HALF:
		carry_out(q);
		buf_cut(&q->a->body, q->a->body.n / 2);
		break;
	case FAKE_S3_GOOD:
	case FAKE_S3_FATES:
		carry_out(q);
		break;
	}
	return 0;
}

static int
call(void *ctx, const struct http_request *r, struct http_answer *a, struct err *e)
{
	struct fake_s3 *s = ctx;
	struct ask q = { .s = s, .r = r, .a = a };
	const char *path = r->url + strlen(BASE), *mark = strchr(path, '?');
	int rc;

	*a = (struct http_answer){ 0 };
	ck_assert_msg(strncmp(r->url, BASE, strlen(BASE)) == 0, "%s", r->url);
	snprintf(q.key, sizeof q.key, "%.*s",
		(int)(mark ? mark - path : (int)strlen(path)), path);
	snprintf(q.query, sizeof q.query, "%s", mark ? mark + 1 : "");
	pthread_mutex_lock(&s->lock);
	rc = with_fate(
		&q, s->fate ? s->fate(s->ctx, r->method, r->url) : FAKE_S3_GOOD, e);
	pthread_mutex_unlock(&s->lock);
	buf_free(&q.body);
	return rc;
}

struct http_port
fake_s3_port(struct fake_s3 *s)
{
	return (struct http_port){ call, s };
}

/* --- what became of it --- */

void
fake_s3_put(struct fake_s3 *s, const char *key, struct span bytes)
{
	struct object *o;

	pthread_mutex_lock(&s->lock);
	o = find_object(s, key, true);
	buf_clear(&o->bytes);
	buf_add_span(&o->bytes, bytes);
	snprintf(o->stamp, sizeof o->stamp, "a stranger's");
	o->puts++;
	tag(&o->bytes, o->etag);
	pthread_mutex_unlock(&s->lock);
}

const struct buf *
fake_s3_object(struct fake_s3 *s, const char *key, unsigned *puts)
{
	struct object *o;

	pthread_mutex_lock(&s->lock);
	o = find_object(s, key, false);
	*puts = o ? o->puts : 0;
	pthread_mutex_unlock(&s->lock);
	return o && o->puts ? &o->bytes : NULL;
}

unsigned
fake_s3_uploads(struct fake_s3 *s)
{
	unsigned n = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < OBJECTS; i++)
		n += s->upload[i] != NULL;
	pthread_mutex_unlock(&s->lock);
	return n;
}

unsigned
fake_s3_parts(struct fake_s3 *s)
{
	unsigned n;

	pthread_mutex_lock(&s->lock);
	n = s->parts;
	pthread_mutex_unlock(&s->lock);
	return n;
}
