/* SPDX-License-Identifier: ISC */
/* Uploads in parts: begun, filled, ended, found again. */
#include "store/s3_call.h"

#include "base/base64.h"
#include "store/journal.h"
#include "store/xml.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 1000

/* An answer with status 200 whose document is not ROOT: an error found later, or nonsense. */
static int
read_answer(struct s3 *s, struct s3_call *c, const struct xml_form *form, void *into,
	int (*row)(void *ctx), struct s3_result *r, struct err *e)
{
	int rc = xml_read(form, buf_span(&c->answer.body), into, row, into, e);

	if (rc == ERR_FORMAT)
		return s3_call_failed(s, c, r, e);
	if (rc < 0)
		r->fault = s3_fault_of_error(rc);
	return rc;
}

/* --- begin --- */

struct begun {
	char id[S3_UPLOAD_MAX];
};

int
s3_upload_begin(struct s3 *s, const char *key, const struct s3_about *about,
	char id[S3_UPLOAD_MAX], struct s3_result *r, struct err *e)
{
	static const struct xml_field fields[] = { { "UploadId", XML_TEXT,
		offsetof(struct begun, id), S3_UPLOAD_MAX } };
	static const struct xml_form form = { "InitiateMultipartUpload", fields, 1,
		NULL };
	struct s3_call c = { .method = "POST", .key = key, .once = true };
	struct begun b = { "" };
	int rc;

	s3_call_query(&c, "uploads", "");
	s3_call_new_object(&c, s, about, s3_now(s));
	s3_call_header(&c, "x-amz-checksum-algorithm", "SHA256");
	rc = s3_call_do(s, &c, r, e);
	if (rc == 0)
		rc = read_answer(s, &c, &form, &b, NULL, r, e);
	if (rc == 0 && !journal_is_word(b.id, sizeof b.id))
		rc = s3_call_failed(s, &c, r, e);
	memcpy(id, b.id, S3_UPLOAD_MAX);
	s3_call_end(&c);
	return rc;
}

/* --- parts --- */

int
s3_upload_part(struct s3 *s, const char *key, const char *id, unsigned number,
	const struct s3_body *b, const struct s3_cancel *cancel, struct s3_result *r,
	struct err *e)
{
	struct s3_call c = { .method = "PUT", .key = key, .body = b, .cancel = cancel };
	char text[16];
	int rc;

	snprintf(text, sizeof text, "%u", number);
	s3_call_query(&c, "partNumber", text);
	s3_call_query(&c, "uploadId", id);
	rc = s3_call_do(s, &c, r, e);
	if (rc == 0 && !r->etag[0])
		rc = s3_call_failed(s, &c, r, e);
	s3_call_end(&c);
	return rc;
}

/* --- end --- */

static void
add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++)
		if (strchr("&<>\"'", *text))
			buf_addf(out, "&#%d;", *text);
		else
			buf_add_byte(out, (uint8_t)*text);
}

static void
make_list(struct buf *out, const struct s3_part *parts, size_t n)
{
	buf_add_str(out, "<CompleteMultipartUpload "
			 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "<Part><PartNumber>%u</PartNumber><ETag>", parts[i].number);
		add_escaped(out, parts[i].etag);
		buf_add_str(out, "</ETag><ChecksumSHA256>");
		base64_put(out, span_of(parts[i].sha256, S3_HASH));
		buf_add_str(out, "</ChecksumSHA256></Part>");
	}
	buf_add_str(out, "</CompleteMultipartUpload>");
}

int
s3_upload_end(struct s3 *s, const char *key, const char *id, const struct s3_part *parts,
	size_t n, bool fresh, struct s3_result *r, struct err *e)
{
	static const struct xml_field fields[] = { { "ETag", XML_TEXT,
		offsetof(struct s3_result, etag), S3_ETAG_MAX } };
	static const struct xml_form form = { "CompleteMultipartUploadResult", fields, 1,
		NULL };
	struct s3_call c = { .method = "POST", .key = key };
	struct buf text = { 0 };
	struct s3_body b = { .src = NULL };
	int rc = 0;

	make_list(&text, parts, n);
	b.size = text.n;
	b.src = buf_failed(&text) ? NULL : src_mem(buf_span(&text));
	if (!b.src)
		rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (rc == 0)
		rc = s3_body_hash(&b, e);
	if (rc < 0) {
		*r = (struct s3_result){ .fault = s3_fault_of_error(rc) };
	} else {
		c.body = &b;
		s3_call_query(&c, "uploadId", id);
		s3_call_header(&c, "Content-Type", "application/xml");
		if (fresh)
			s3_call_header(&c, "If-None-Match", "*");
		rc = s3_call_do(s, &c, r, e);
		if (rc == 0)
			rc = read_answer(s, &c, &form, r, NULL, r, e);
	}
	src_close(b.src);
	buf_free(&text);
	s3_call_end(&c);
	return rc;
}

int
s3_upload_abort(
	struct s3 *s, const char *key, const char *id, struct s3_result *r, struct err *e)
{
	struct s3_call c = { .method = "DELETE", .key = key };
	int rc;

	s3_call_query(&c, "uploadId", id);
	rc = s3_call_do(s, &c, r, e);
	s3_call_end(&c);
	return rc;
}

/* --- found again --- */

struct parts_page {
	uint64_t number, size;
	char etag[S3_ETAG_MAX], sha256[2 * S3_HASH], next[16];
	bool more;
	s3_seen_part *seen;
	void *ctx;
};

#define PARTS_AT(member) offsetof(struct parts_page, member)

static int
take_part(void *ctx)
{
	struct parts_page *p = ctx;
	struct s3_part part = { .number = (unsigned)p->number, .size = p->size };
	struct buf hash = { 0 };
	int rc = 0;

	base64_take(&hash, span_str(p->sha256));
	if (hash.n == S3_HASH)
		memcpy(part.sha256, hash.p, S3_HASH);
	buf_free(&hash);
	memcpy(part.etag, p->etag, sizeof part.etag);
	if (p->number >= 1 && p->number <= S3_PARTS_MAX)
		rc = p->seen(p->ctx, &part);
	p->number = p->size = 0;
	p->etag[0] = p->sha256[0] = 0;
	return rc;
}

int
s3_list_parts(struct s3 *s, const char *key, const char *id, s3_seen_part *seen,
	void *ctx, struct s3_result *r, struct err *e)
{
	static const struct xml_field fields[] = {
		{ "IsTruncated", XML_BOOL, PARTS_AT(more), 0 },
		{ "NextPartNumberMarker", XML_TEXT, PARTS_AT(next), 16 },
		{ "Part/PartNumber", XML_NUMBER, PARTS_AT(number), 0 },
		{ "Part/Size", XML_NUMBER, PARTS_AT(size), 0 },
		{ "Part/ETag", XML_TEXT, PARTS_AT(etag), S3_ETAG_MAX },
		{ "Part/ChecksumSHA256", XML_TEXT, PARTS_AT(sha256), 2 * S3_HASH },
	};
	static const struct xml_form form = { "ListParts", fields,
		sizeof fields / sizeof *fields, "Part" };
	struct parts_page p = { .seen = seen, .ctx = ctx, .more = true };
	int rc = 0;

	for (int page = 0; rc == 0 && p.more && page < PAGES_MAX; page++) {
		struct s3_call c = { .method = "GET", .key = key };

		if (p.next[0])
			s3_call_query(&c, "part-number-marker", p.next);
		s3_call_query(&c, "uploadId", id);
		p.more = false;
		rc = s3_call_do(s, &c, r, e);
		if (rc == 0)
			rc = read_answer(s, &c, &form, &p, take_part, r, e);
		s3_call_end(&c);
	}
	return rc;
}

struct uploads_page {
	char key[S3_KEY_MAX + 1], id[S3_UPLOAD_MAX], next_key[S3_KEY_MAX + 1],
		next_id[S3_UPLOAD_MAX];
	int64_t begun_ns;
	bool more;
	s3_seen_upload *seen;
	void *ctx;
};

#define UPLOADS_AT(member) offsetof(struct uploads_page, member)

static int
take_upload(void *ctx)
{
	struct uploads_page *p = ctx;
	struct s3_upload u = { p->key, p->id, p->begun_ns };
	int rc = 0;

	if (p->key[0] && p->id[0])
		rc = p->seen(p->ctx, &u);
	p->key[0] = p->id[0] = 0;
	p->begun_ns = 0;
	return rc;
}

static int
list_uploads_page(struct s3 *s, const char *prefix, struct uploads_page *p,
	struct s3_result *r, struct err *e)
{
	static const struct xml_field fields[] = {
		{ "IsTruncated", XML_BOOL, UPLOADS_AT(more), 0 },
		{ "NextKeyMarker", XML_TEXT, UPLOADS_AT(next_key), S3_KEY_MAX + 1 },
		{ "NextUploadIdMarker", XML_TEXT, UPLOADS_AT(next_id), S3_UPLOAD_MAX },
		{ "Upload/Key", XML_TEXT, UPLOADS_AT(key), S3_KEY_MAX + 1 },
		{ "Upload/UploadId", XML_TEXT, UPLOADS_AT(id), S3_UPLOAD_MAX },
		{ "Upload/Initiated", XML_TIME, UPLOADS_AT(begun_ns), 0 },
	};
	static const struct xml_form form = { "ListMultipartUploadsResult", fields,
		sizeof fields / sizeof *fields, "Upload" };
	struct s3_call c = { .method = "GET" };
	int rc;

	if (p->next_key[0])
		s3_call_query(&c, "key-marker", p->next_key);
	s3_call_query(&c, "prefix", prefix);
	if (p->next_id[0])
		s3_call_query(&c, "upload-id-marker", p->next_id);
	s3_call_query(&c, "uploads", "");
	p->more = false;
	rc = s3_call_do(s, &c, r, e);
	if (rc == 0)
		rc = read_answer(s, &c, &form, p, take_upload, r, e);
	s3_call_end(&c);
	return rc;
}

int
s3_list_uploads(struct s3 *s, const char *prefix, s3_seen_upload *seen, void *ctx,
	struct s3_result *r, struct err *e)
{
	struct uploads_page *p = calloc(1, sizeof *p);
	int rc = p ? 0 : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));

	if (!p)
		return rc;
	p->seen = seen;
	p->ctx = ctx;
	p->more = true;
	for (int page = 0; rc == 0 && p->more && page < PAGES_MAX; page++)
		rc = list_uploads_page(s, prefix, p, r, e);
	free(p);
	/* what some say where there are none at all */
	if (rc < 0 && strcmp(r->code, "NoSuchUpload") == 0) {
		*r = (struct s3_result){ .status = r->status };
		rc = 0;
	}
	return rc;
}
