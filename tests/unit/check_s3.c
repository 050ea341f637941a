/* SPDX-License-Identifier: ISC */
/* What is asked of an object store, and what is made of its answers, without any server. */
#include "store/retry.h"
#include "store/s3_src.h"
#include "store/s3_time.h"

#include "tests/unit/fake_http.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fake fake;
static struct s3_conf conf;
static struct s3 *s3;
static struct s3_result res;
static struct err err;

static void
set(const char *name, const char *value)
{
	ck_assert_msg(s3_conf_set(&conf, name, value, &err) == 0, "%s", err.text);
}

static void
begin(void)
{
	s3_conf_init(&conf);
	set("bucket", "recs");
	set("endpoint", "http://store.test:9000");
	set("pathStyleAccess", "yes");
	set("accessKey", "AK");
	set("secretKey", "SK");
}

static void
end(void)
{
	s3_free(s3);
	s3 = NULL;
	s3_conf_free(&conf);
}

static void
answers(const struct fake_answer *a)
{
	fake_init(&fake, a);
	ck_assert_msg(s3_new(&s3, &conf, fake_port(&fake), &fake.clk, &err) == 0, "%s",
		err.text);
}

/* --- settings --- */

START_TEST(settings)
{
	ck_assert_int_eq(s3_conf_set(&conf, "upload-part-size", "8M", &err), 0);
	ck_assert_uint_eq(conf.part_size, 8 << 20);
	ck_assert_int_eq(s3_conf_set(&conf, "uploadPartSize", "6MiB", &err), 0);
	ck_assert_uint_eq(conf.part_size, 6 << 20);
	ck_assert_int_eq(
		s3_conf_set(&conf, "uploadPartSize", "5242879", &err), ERR_USAGE);
	ck_assert_int_eq(s3_conf_set(&conf, "uploadPartSize", "-1", &err), ERR_USAGE);
	ck_assert_int_eq(
		s3_conf_set(&conf, "uploadPartSize", "99999999999G", &err), ERR_USAGE);
	ck_assert_int_eq(s3_conf_set(&conf, "metadata.ip", "yes", &err), 0);
	ck_assert(conf.meta_ip);
	ck_assert_int_eq(s3_conf_set(&conf, "metadata.ip", "perhaps", &err), ERR_USAGE);
	ck_assert_int_eq(s3_conf_set(&conf, "colour", "red", &err), ERR_USAGE);
	ck_assert_int_eq(s3_conf_set(&conf, "region", "eu\n", &err), ERR_USAGE);
	ck_assert_int_eq(s3_conf_set(&conf, "credentials", "instance", &err), 0);
	ck_assert_int_eq(conf.credentials, S3_CREDENTIALS_INSTANCE);
}
END_TEST

START_TEST(settings_that_make_no_sense)
{
	static const char *const rows[][3] = {
		{ "bucket", "", "no bucket is configured" },
		{ "bucket", "../x", "no bucket has that name" },
		{ "bucket", "a/b", "no bucket has that name" },
		{ "endpoint", "ftp://x", "endpoint" },
		{ "endpoint", "https://u:p@x", "endpoint" },
		{ "secretKey", "", "only work together" },
		{ "objectLockMode", "GOVERNANCE", "only work together" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		end();
		begin();
		set(rows[i][0], rows[i][1]);
		ck_assert_int_eq(s3_conf_check(&conf, &err), ERR_USAGE);
		ck_assert_msg(strstr(err.text, rows[i][2]), "%s", err.text);
	}
}
END_TEST

START_TEST(settings_in_a_file)
{
	FILE *f = fopen("s3.conf.test", "w");

	fputs("# all\nregion = eu-1\nacl = private\nsecretKey = other\n[else]\nacl = no\n"
	      "[recs]\nacl = public-read\n",
		f);
	fclose(f);
	chmod("s3.conf.test", 0644);
	ck_assert_int_eq(s3_conf_file(&conf, "s3.conf.test", "recs", &err), ERR_USAGE);
	ck_assert_msg(strstr(err.text, "chmod 600"), "%s", err.text);
	chmod("s3.conf.test", 0600);
	ck_assert_int_eq(s3_conf_file(&conf, "s3.conf.test", "recs", &err), 0);
	ck_assert_str_eq(conf.acl, "public-read");
	ck_assert_str_eq(conf.region, "eu-1");
	f = fopen("s3.conf.test", "a");
	fputs("what = 1\n", f);
	fclose(f);
	ck_assert_int_eq(s3_conf_file(&conf, "s3.conf.test", "recs", &err), ERR_USAGE);
	ck_assert_msg(
		strstr(err.text, "line 9: there is no setting 'what'"), "%s", err.text);
	unlink("s3.conf.test");
	ck_assert_int_eq(s3_conf_file(&conf, "s3.conf.test", "recs", &err), ERR_NOTFOUND);
}
END_TEST

START_TEST(settings_are_documented)
{
	static char text[65536];
	char path[4096], row[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/docs/object-store.md",
		getenv("srcdir") ? getenv("srcdir") : ".");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	text[fread(text, 1, sizeof text - 1, f)] = 0;
	fclose(f);
	for (const struct s3_setting *s = s3_settings; s->name; s++) {
		snprintf(row, sizeof row, "\n| `%s` |", s->name);
		ck_assert_msg(strstr(text, row) != NULL, "%s", s->name);
		ck_assert(s3_conf_knows(s->name));
	}
}
END_TEST

/* --- where requests go --- */

START_TEST(addresses)
{
	static const struct fake_answer ok[] = { { 0, 200, "", "" },
		{ 0, 0, NULL, NULL } };
	static const struct {
		const char *endpoint, *path_style, *bucket, *key, *want;
	} rows[] = {
		{ "http://h:9/", "yes", "recs", "a/b", "http://h:9/recs/a/b\n" },
		{ "http://h.x:9", "no", "recs", "k", "http://recs.h.x:9/k\n" },
		{ "http://127.0.0.1:9", "no", "recs", "k",
			"http://127.0.0.1:9/recs/k\n" },
		{ "http://localhost", "no", "recs", "k", "http://localhost/recs/k\n" },
		{ "http://[::1]:9", "no", "recs", "k", "http://[::1]:9/recs/k\n" },
		{ "https://h.x", "no", "re.cs", "k", "https://h.x/re.cs/k\n" },
		{ "", "no", "recs", "k", "https://recs.s3.eu-9.amazonaws.com/k\n" },
		{ "http://h", "yes", "recs", "../a b\xc3\xa9?#%",
			"http://h/recs/../a%20b%C3%A9%3F%23%25\n" },
	};

	set("region", "eu-9");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		set("endpoint", rows[i].endpoint);
		set("pathStyleAccess", rows[i].path_style);
		set("bucket", rows[i].bucket);
		answers(ok);
		ck_assert_int_eq(s3_head(s3, rows[i].key, NULL, &res, &err), 0);
		ck_assert_msg(fake_has(&fake, 0, rows[i].want), "%s", fake.asked[0].text);
		s3_free(s3);
		s3 = NULL;
	}
}
END_TEST

static struct s3_body
body_of(const char *text)
{
	struct s3_body b = { src_mem(span_str(text)), 0, strlen(text), { 0 } };

	ck_assert_int_eq(s3_body_hash(&b, &err), 0);
	return b;
}

START_TEST(put_says_everything)
{
	static const struct fake_answer ok[] = { { 0, 200, "ETag: \"t\"\r\n", "" },
		{ 0, 0, NULL, NULL } };
	static const char *const want[] = { "PUT http://store.test:9000/recs/k\n",
		"Content-Type: application/octet-stream\n", "x-amz-acl: private\n",
		"x-amz-server-side-encryption: AES256\n", "x-amz-storage-class: COLD\n",
		"x-amz-object-lock-mode: GOVERNANCE\n",
		"x-amz-object-lock-retain-until-date: 2023-11-15T22:13:20Z\n",
		"x-amz-object-lock-legal-hold: ON\n", "x-amz-meta-timestamp: 5\n",
		"x-amz-meta-authenticated: true\n", "x-amz-meta-country: XX\n",
		"x-amz-meta-username: ann\n", "x-amz-meta-ip: 192.0.2.1\n",
		"x-amz-meta-auditrec-stamp: 5eed\n",
		"x-amz-content-sha256: "
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff"
		"61f20015ad\n",
		"x-amz-checksum-sha256: ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n" };
	struct meta m = { 5, true, "192.0.2.1", "ann", "XX" };
	struct s3_about about = { &m, "5eed" };
	struct s3_body b = body_of("abc");

	set("acl", "private");
	set("sse", "AES256");
	set("storageClass", "COLD");
	set("objectLockMode", "GOVERNANCE");
	set("objectLockDays", "1");
	set("objectLockLegalHold", "yes");
	set("metadata.username", "yes");
	set("metadata.ip", "yes");
	answers(ok);
	ck_assert_int_eq(s3_put(s3, "k", &about, &b, false, NULL, &res, &err), 0);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		ck_assert_msg(fake_has(&fake, 0, want[i]), "no %s in %s", want[i],
			fake.asked[0].text);
	ck_assert_str_eq(fake.asked[0].body, "abc");
	ck_assert(fake.asked[0].is_signed);
	ck_assert_str_eq(res.etag, "\"t\"");
	src_close(b.src);
}
END_TEST

START_TEST(who_is_not_known_is_not_told)
{
	static const struct fake_answer ok[] = { { 0, 200, "", "" },
		{ 0, 0, NULL, NULL } };
	struct meta m = { 5, false, "192.0.2.1", "ann", "XX" };
	struct s3_about about = { &m, "" };
	struct s3_body b = body_of("abc");

	set("metadata.username", "yes");
	answers(ok);
	ck_assert_int_eq(s3_put(s3, "k", &about, &b, false, NULL, &res, &err), 0);
	ck_assert(fake_has(&fake, 0, "x-amz-meta-authenticated: false\n"));
	ck_assert(!fake_has(&fake, 0, "x-amz-meta-username"));
	ck_assert(!fake_has(&fake, 0, "x-amz-meta-ip"));
	ck_assert(!fake_has(&fake, 0, "x-amz-meta-auditrec-stamp"));
	src_close(b.src);
}
END_TEST

START_TEST(a_stamp_is_read)
{
	static const struct fake_answer all[] = {
		{ 0, 200, "X-Amz-Meta-Auditrec-Stamp: 5eed\r\n", "" },
		{ 0, 200, "x-amz-meta-timestamp: 5\r\n", "" },
		{ 0, 200,
			"x-amz-meta-auditrec-stamp: "
			"0123456789abcdef0123456789abcdef0\r\n",
			"" },
		{ 0, 200, "", "" },
		{ 0, 0, NULL, NULL },
	};
	static const char *const want[] = { "5eed", "", "", "" };

	answers(all);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(s3_head(s3, "k", NULL, &res, &err), 0);
		ck_assert_str_eq(res.stamp, want[i]);
		ck_assert_int_eq(res.has_meta, i < 3);
	}
}
END_TEST

/* --- what goes wrong --- */

#define ERROR(code) "<?xml version=\"1.0\"?><Error><Code>" code "</Code></Error>"

START_TEST(every_row_of_the_table)
{
	const struct s3_fault *f = &s3_faults[_i];
	char body[256];
	struct fake_answer a[] = { { 0, f->status ? f->status : 418, "", body },
		{ 0, 0, NULL, NULL } };

	snprintf(body, sizeof body, ERROR("%s"), f->code ? f->code : "Strange");
	answers(a);
	ck_assert_int_eq(s3_delete(s3, "k", &res, &err), f->err);
	ck_assert_ptr_eq(res.fault, f);
	ck_assert_msg(strstr(err.text, f->text), "%s", err.text);
	ck_assert(f->metric && f->text && f->err < 0);
}
END_TEST

static int
rows_of_the_table(void)
{
	int n = 0;

	while (s3_faults[n].text)
		n++;
	return n;
}

START_TEST(errors_of_the_network)
{
	static const int errors[] = { ERR_NET, ERR_CANCELLED, ERR_STATE, ERR_LIMIT };

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		struct fake_answer a[] = { { errors[i], 0, NULL, NULL } };

		answers(a);
		ck_assert_int_eq(s3_delete(s3, "k", &res, &err), errors[i]);
		ck_assert_int_eq(res.fault->err, errors[i]);
		s3_free(s3);
		s3 = NULL;
	}
}
END_TEST

START_TEST(error_with_status_200)
{
	static const struct fake_answer a[] = { { 0, 200, "", ERROR("InternalError") },
		{ 0, 200, "", "<html>hello</html>" }, { 0, 200, "", "<Compl" },
		{ 0, 200, "",
			"<CompleteMultipartUploadResult><ETag>&quot;a-1&quot;</ETag>"
			"</CompleteMultipartUploadResult>" },
		{ 0, 0, NULL, NULL } };
	struct s3_part part = { 1, "\"<&e\"", 5, { 0 } };

	answers(a);
	ck_assert_int_lt(s3_upload_end(s3, "k", "u", &part, 1, false, &res, &err), 0);
	ck_assert_str_eq(res.fault->metric, "server_error");
	ck_assert_int_lt(s3_upload_end(s3, "k", "u", &part, 1, false, &res, &err), 0);
	ck_assert_str_eq(res.fault->metric, "answer");
	ck_assert_int_lt(s3_upload_end(s3, "k", "u", &part, 1, false, &res, &err), 0);
	ck_assert_int_eq(s3_upload_end(s3, "k", "u", &part, 1, false, &res, &err), 0);
	ck_assert_str_eq(res.etag, "\"a-1\"");
	ck_assert(
		strstr(fake.asked[0].body, "<ETag>&#34;&#60;&#38;e&#34;</ETag>") != NULL);
	ck_assert(fake_has(&fake, 0, "POST http://store.test:9000/recs/k?uploadId=u\n"));
}
END_TEST

START_TEST(clock_of_the_server)
{
	static const struct fake_answer a[] = {
		{ 0, 403, "Date: Wed, 15 Nov 2023 22:13:20 GMT\r\n",
			ERROR("RequestTimeTooSkewed") },
		{ 0, 403, "Date: Tue, 14 Nov 2023 22:12:00 GMT\r\n",
			ERROR("SignatureDoesNotMatch") },
		{ 0, 403, "Date: Tue, 14 Nov 2023 22:13:40 GMT\r\n",
			ERROR("SignatureDoesNotMatch") },
		{ 0, 0, NULL, NULL }
	};

	answers(a);
	ck_assert_int_lt(s3_delete(s3, "k", &res, &err), 0);
	ck_assert_int_eq(res.skew_ns, 86400 * NS_PER_S);
	ck_assert_str_eq(res.fault->metric, "clock");
	ck_assert_msg(strstr(err.text, "86400 seconds behind") != NULL, "%s", err.text);
	ck_assert_int_lt(s3_delete(s3, "k", &res, &err), 0);
	ck_assert_msg(strstr(err.text, "80 seconds before") != NULL, "%s", err.text);
	ck_assert_int_lt(s3_delete(s3, "k", &res, &err), 0);
	ck_assert_int_eq(res.skew_ns, 0);
}
END_TEST

/* --- lists --- */

#define PAGE1                                                                            \
	"<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a%2Fb+c</Key>"  \
	"<Size>5</Size><ETag>\"x\"</ETag><LastModified>2023-11-14T22:13:20.000Z"         \
	"</LastModified></Contents><Contents><Key>bad%00</Key><Size>1</Size></Contents>" \
	"<NextContinuationToken>t/1</NextContinuationToken>"                             \
	"<EncodingType>url</EncodingType></ListBucketResult>"
#define PAGE2                                                              \
	"<s:ListBucketResult xmlns:s=\"x\"><s:Contents><s:Key>d+e</s:Key>" \
	"<s:Size>99999999999999999999</s:Size></s:Contents>"               \
	"<s:Contents><s:Key>f+g</s:Key><s:Size>7</s:Size></s:Contents>"    \
	"<s:IsTruncated>false</s:IsTruncated></s:ListBucketResult>"

static char seen[256];

static int
note_object(void *ctx, const struct store_info *info)
{
	size_t n = strlen(seen);

	(void)ctx;
	snprintf(seen + n, sizeof seen - n, "[%s %lld %s %lld]", info->name,
		(long long)info->size, info->tag, (long long)(info->mtime_ns / NS_PER_S));
	return 0;
}

static int
no_wait(void *ctx, int64_t ns)
{
	*(int64_t *)ctx += ns;
	return 0;
}

static int64_t waited;
static const struct s3_patience patience = { no_wait, &waited, 5 };

START_TEST(pages)
{
	static const struct fake_answer a[] = { { 0, 200, "", PAGE1 },
		{ 0, 503, "Retry-After: 1\r\n", ERROR("SlowDown") },
		{ 0, 200, "", PAGE2 }, { 0, 0, NULL, NULL } };

	answers(a);
	seen[0] = 0;
	waited = 0;
	ck_assert_int_eq(s3_src_list(s3, "a&b", note_object, NULL, &patience, &err), 0);
	ck_assert_str_eq(seen, "[a/b c 5 \"x\" 1700000000][f+g 7  0]");
	ck_assert_int_eq(waited, NS_PER_S);
	ck_assert(fake_has(&fake, 0, "?encoding-type=url&list-type=2&prefix=a%26b\n"));
	ck_assert(fake_has(&fake, 2,
		"?continuation-token=t%2F1&encoding-type=url&list-type=2&prefix=a%"
		"26b\n"));
}
END_TEST

static int
no_upload(void *ctx, const struct s3_upload *u)
{
	(void)ctx;
	(void)u;
	ck_abort_msg("there is none");
	return 0;
}

/* gofakes3, and rclone with it, forget what a list without rows is. */
START_TEST(no_uploads_at_all)
{
	static const struct fake_answer rows[] = {
		{ 0, 404, "", "<Error><Code>NoSuchUpload</Code></Error>" },
		{ 0, 404, "", "<Error><Code>NoSuchBucket</Code></Error>" },
		{ 0, 0, NULL, NULL }
	};

	answers(rows);
	ck_assert_int_eq(s3_list_uploads(s3, "", no_upload, NULL, &res, &err), 0);
	ck_assert_ptr_null(res.fault);
	ck_assert_int_lt(s3_list_uploads(s3, "", no_upload, NULL, &res, &err), 0);
	ck_assert_str_eq(res.fault->metric, "bucket");
}
END_TEST

/* The outermost element of rclone's answer is not called as it should be. */
START_TEST(upload_begun_elsewhere)
{
	static const struct fake_answer rows[] = { { 0, 200, "",
							   "<InitiateMultipartUpload>"
							   "<UploadId>u1</UploadId>"
							   "</InitiateMultipartUpload>" },
		{ 0, 0, NULL, NULL } };
	static const struct s3_about about = { NULL, "" };
	char upload[S3_UPLOAD_MAX];

	answers(rows);
	ck_assert_int_eq(s3_upload_begin(s3, "k", &about, upload, &res, &err), 0);
	ck_assert_str_eq(upload, "u1");
}
END_TEST

START_TEST(hostile_xml)
{
	static const char *const bad[] = { "", "<", "<a></b>",
		"<!DOCTYPE x [<!ENTITY a "
		"\"b\">]><ListBucketResult>&a;</ListBucketResult>",
		"<ListBucketResult><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></"
		"a>"
		"</ListBucketResult>",
		"\x1f\x8b" };
	char more[S3_MORE_MAX] = "";

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct fake_answer a[] = { { 0, 200, "", bad[i] } };

		answers(a);
		ck_assert_int_lt(s3_list(s3, "", more, note_object, NULL, &res, &err), 0);
		ck_assert_ptr_nonnull(res.fault);
		s3_free(s3);
		s3 = NULL;
	}
}
END_TEST

/* --- reading ranges --- */

START_TEST(ranges)
{
	static const struct fake_answer a[] = {
		{ 0, 206, "Content-Range: bytes 2-4/10\r\nETag: \"e\"\r\n", "cde" },
		{ 0, 206, "Content-Range: bytes 3-5/10\r\n",
			"cde" }, /* not what was asked */
		{ 0, 206, "Content-Range: bytes 2-4/3\r\n", "cde" },
		{ 0, 206, "Content-Range: bytes 2-4/10\r\n", "cdef" },
		{ 0, 206, "", "cde" }, { 0, 200, "", "cde" }, /* knows no ranges */
		{ 0, 412, "", ERROR("PreconditionFailed") }, { 0, 0, NULL, NULL }
	};
	struct buf out = { 0 };

	answers(a);
	ck_assert_int_eq(s3_get(s3, "k", 2, 3, "\"e\"", NULL, &out, &res, &err), 0);
	ck_assert(span_is(buf_span(&out), "cde"));
	ck_assert_uint_eq(res.size, 10);
	ck_assert(fake_has(&fake, 0, "Range: bytes=2-4\nIf-Match: \"e\"\n"));
	for (int i = 1; i < 6; i++)
		ck_assert_int_lt(s3_get(s3, "k", 2, 3, NULL, NULL, &out, &res, &err), 0);
	ck_assert_int_eq(
		s3_get(s3, "k", 2, 3, "\"e\"", NULL, &out, &res, &err), ERR_STATE);
	ck_assert_int_eq(res.fault->action, S3_CHANGED);
	buf_free(&out);
}
END_TEST

START_TEST(source)
{
	static const struct fake_answer a[] = { { ERR_NET, 0, NULL, NULL },
		{ 0, 500, "", "" }, { 0, 200, "ETag: \"e\"\r\n", "hello" },
		{ 0, 0, NULL, NULL } };
	struct src *src;
	char got[8];

	answers(a);
	ck_assert_int_eq(s3_src_open(&src, s3, "k", &patience, &err), 0);
	ck_assert_int_eq(src_size(src), 5);
	ck_assert_int_eq(src_read_at(src, 1, got, sizeof got, &err), 4);
	ck_assert_mem_eq(got, "ello", 4);
	ck_assert_int_eq(src_read_at(src, 5, got, sizeof got, &err), 0);
	ck_assert_int_eq(fake.n, 3);
	src_close(src);
}
END_TEST

START_TEST(source_of_nothing)
{
	static const struct fake_answer a[] = { { 0, 416, "", ERROR("InvalidRange") },
		{ 0, 404, "", ERROR("NoSuchKey") }, { 0, 0, NULL, NULL } };
	struct src *src;
	char got[8];

	answers(a);
	ck_assert_int_eq(s3_src_open(&src, s3, "k", &patience, &err), 0);
	ck_assert_int_eq(src_read_at(src, 0, got, sizeof got, &err), 0);
	src_close(src);
	ck_assert_int_eq(s3_src_open(&src, s3, "k", &patience, &err), ERR_NOTFOUND);
}
END_TEST

/* --- times, waiting --- */

START_TEST(times)
{
	char text[S3_TIME_ISO];

	ck_assert_int_eq(
		s3_time_iso(span_str("2023-11-14T22:13:20.000Z")), 1700000000 * NS_PER_S);
	ck_assert_int_eq(s3_time_http(span_str("Tue, 14 Nov 2023 22:13:20 GMT")),
		1700000000 * NS_PER_S);
	ck_assert_int_eq(s3_time_http(span_str("Tue, 14 ovN 2023 22:13:20 GMT")), 0);
	ck_assert_int_eq(s3_time_http(span_str("now")), 0);
	ck_assert_int_eq(s3_time_iso(span_str("9999-11-14T22:13:20Z")), 0);
	s3_time_iso_text(text, 1700000000 * NS_PER_S);
	ck_assert_str_eq(text, "2023-11-14T22:13:20Z");
}
END_TEST

START_TEST(waiting)
{
	static const struct retry_policy p = { 1000, 60000 };

	ck_assert_int_eq(retry_delay(&p, 1, 0), 500);
	ck_assert_int_eq(retry_delay(&p, 1, UINT32_MAX), 1000);
	ck_assert_int_eq(retry_delay(&p, 3, UINT32_MAX), 4000);
	ck_assert_int_eq(retry_delay(&p, 1000000, 0), 30000);
	ck_assert_int_eq(retry_delay(&p, 1000000, UINT32_MAX), 60000);
}
END_TEST

static TCase *
conf_case(void)
{
	TCase *t = tcase_create("settings");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, settings);
	tcase_add_test(t, settings_that_make_no_sense);
	tcase_add_test(t, settings_in_a_file);
	tcase_add_test(t, settings_are_documented);
	tcase_add_test(t, times);
	tcase_add_test(t, waiting);
	return t;
}

static TCase *
requests(void)
{
	TCase *t = tcase_create("requests");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, addresses);
	tcase_add_test(t, put_says_everything);
	tcase_add_test(t, who_is_not_known_is_not_told);
	tcase_add_test(t, a_stamp_is_read);
	tcase_add_loop_test(t, every_row_of_the_table, 0, rows_of_the_table());
	tcase_add_test(t, errors_of_the_network);
	tcase_add_test(t, error_with_status_200);
	tcase_add_test(t, clock_of_the_server);
	tcase_add_test(t, pages);
	tcase_add_test(t, no_uploads_at_all);
	tcase_add_test(t, upload_begun_elsewhere);
	tcase_add_test(t, hostile_xml);
	return t;
}

static TCase *
reading(void)
{
	TCase *t = tcase_create("reading");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, ranges);
	tcase_add_test(t, source);
	tcase_add_test(t, source_of_nothing);
	return t;
}

UNIT_MAIN("s3", conf_case, requests, reading)
