/* SPDX-License-Identifier: ISC */
/* Whatever an object store answers, and whatever stands in the small files beside recordings.
 * The first byte says which of them the rest is. */
#include "store/journal.h"
#include "store/s3.h"
#include "tests/fuzz/must.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span answer; /* headers up to an empty line, then the body */
static int status;

static int
call(void *ctx, const struct http_request *r, struct http_answer *a, struct err *e)
{
	const uint8_t *end = memmem(answer.p, answer.n, "\n\n", 2);
	size_t head = end ? (size_t)(end - answer.p) + 2 : 0;

	(void)ctx;
	(void)r;
	(void)e;
	*a = (struct http_answer){ .status = status };
	buf_add(&a->headers, answer.p, head);
	return buf_add(&a->body, answer.p + head, answer.n - head);
}

static int
see(void *ctx, const struct store_info *info)
{
	size_t *n = ctx;

	must(info->name[0] && strlen(info->name) <= S3_KEY_MAX);
	must(info->size >= 0);
	must(strlen(info->tag) < S3_ETAG_MAX);
	return ++*n > 1000 ? ERR_LIMIT : 0;
}

static int
see_part(void *ctx, const struct s3_part *p)
{
	(void)ctx;
	must(p->number >= 1 && p->number <= S3_PARTS_MAX);
	must(strlen(p->etag) < sizeof p->etag);
	return 0;
}

static int
see_upload(void *ctx, const struct s3_upload *u)
{
	(void)ctx;
	must(u->key[0] && strlen(u->key) <= S3_KEY_MAX);
	must(u->id[0] && strlen(u->id) < S3_UPLOAD_MAX);
	return 0;
}

static void
ask(int what)
{
	struct http_port http = { call, NULL };
	struct s3_conf conf;
	struct s3_result r = { 0 };
	struct s3_part part = { .number = 1 };
	struct buf out = { 0 };
	struct err e = { 0 };
	char more[S3_MORE_MAX] = "", id[S3_UPLOAD_MAX];
	struct meta m;
	struct s3 *s3;
	size_t n = 0;
	int rc = 0;

	s3_conf_init(&conf);
	must(s3_conf_set(&conf, "bucket", "b", NULL) == 0);
	must(s3_conf_set(&conf, "endpoint", "http://h", NULL) == 0);
	must(s3_conf_set(&conf, "credentials", "none", NULL) == 0);
	must(s3_new(&s3, &conf, http, &clk_system, NULL) == 0);
	switch (what) {
	case 0:
		rc = s3_list(s3, "", more, see, &n, &r, &e);
		must(memchr(more, 0, sizeof more) != NULL);
		break;
	case 1:
		rc = s3_list_parts(s3, "k", "u", see_part, NULL, &r, &e);
		break;
	case 2:
		rc = s3_list_uploads(s3, "", see_upload, NULL, &r, &e);
		break;
	case 3:
		rc = s3_upload_begin(s3, "k", &(struct s3_about){ NULL, "" }, id, &r, &e);
		must(rc < 0 || journal_is_word(id, sizeof id));
		break;
	case 4:
		rc = s3_upload_end(s3, "k", "u", &part, 1, true, &r, &e);
		break;
	case 5:
		rc = s3_head(s3, "k", &m, &r, &e);
		break;
	default:
		rc = s3_get(s3, "k", 5, 10, NULL, NULL, &out, &r, &e);
		must(rc < 0 || (out.n <= 10 && r.size >= 5));
		break;
	}
	must(rc == 0 || r.fault || rc == ERR_LIMIT);
	must(rc == 0 || e.text[0]);
	buf_free(&out);
	s3_free(s3);
	s3_conf_free(&conf);
}

static void
read_journal(struct span text)
{
	struct journal j;

	if (journal_read(&j, text, NULL) == 0) {
		must(j.used <= text.n && j.nparts <= JOURNAL_PARTS_MAX);
		must(!j.upload[0] || journal_is_word(j.upload, sizeof j.upload));
	}
	journal_free(&j);
}

static void
read_meta(struct span text)
{
	struct buf out = { 0 };
	struct meta m, again;

	if (meta_read(&m, text, NULL) == 0) {
		must(meta_write(&out, &m) == 0);
		must(meta_read(&again, buf_span(&out), NULL) == 0);
		must(again.start_s == m.start_s &&
			again.authenticated == m.authenticated);
		must(strcmp(again.username, m.username) == 0);
		buf_clear(&out);
		must(meta_header(&out, m.username) == 0);
		for (size_t i = 0; i < out.n; i++)
			must(out.p[i] >= ' ' && out.p[i] <= '~');
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int what = size ? data[0] % 16 : 0;

	if (size < 2)
		return 0;
	answer = span_of(data + 1, size - 1);
	status = what == 6 ? 206 : 200;
	if (what < 7) {
		ask(what);
		status = 403;
		ask(what);
	} else if (what < 11) {
		read_journal(answer);
	} else {
		read_meta(answer);
	}
	return 0;
}
