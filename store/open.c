/* SPDX-License-Identifier: ISC */
/* Buckets that were reached stay known until the program ends: sources of any thread may use
 * them. */
#include "store/open.h"

#include "store/s3_src.h"
#include "store/unlock.h"
#include "sys/fdio.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCHEME      "s3://"
#define BUCKET_MAX  256
#define BUCKETS_MAX 64

struct bucket {
	char name[BUCKET_MAX];
	struct s3_conf conf;
	struct s3 *s3;
	struct bucket *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bucket *buckets;

bool
store_is_url(const char *name)
{
	return strncmp(name, SCHEME, strlen(SCHEME)) == 0;
}

/* What stands behind the bucket's name. */
static const char *
key_of(const char *url)
{
	const char *p = url + strlen(SCHEME);

	p += strcspn(p, "/");
	return p + (*p == '/');
}

bool
store_is_prefix(const char *url)
{
	const char *key = key_of(url);

	return !*key || key[strlen(key) - 1] == '/';
}

/* --- settings --- */

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The file of settings, "" when there is none. */
static void
find_file(char out[PATH_MAX])
{
	const char *set = getenv("AUDITREC_S3_CONF"), *home = getenv("HOME"),
		   *config = getenv("XDG_CONFIG_HOME");

	if (set && *set) {
		snprintf(out, PATH_MAX, "%s", set);
		return;
	}
	if (config && config[0] == '/')
		snprintf(out, PATH_MAX, "%s/auditrec/s3.conf", config);
	else
		snprintf(out, PATH_MAX, "%s/.config/auditrec/s3.conf", home ? home : "");
	if (!is_there(out))
		snprintf(out, PATH_MAX, "%s", SYSCONFDIR "/auditrec/s3.conf");
	if (!is_there(out))
		out[0] = 0;
}

static int
read_settings(struct s3_conf *c, const char *name, struct err *e)
{
	char path[PATH_MAX];
	int rc = 0;

	s3_conf_init(c);
	find_file(path);
	if (path[0])
		rc = s3_conf_file(c, path, name, e);
	if (rc == 0)
		rc = s3_conf_env(c, e);
	return rc < 0 ? rc : s3_conf_set(c, "bucket", name, e);
}

/* --- buckets --- */

static void
forget_buckets(void)
{
	while (buckets) {
		struct bucket *b = buckets;

		buckets = b->next;
		s3_free(b->s3);
		s3_conf_free(&b->conf);
		free(b);
	}
	http_stop();
}

static int
make_bucket(const char *name, struct bucket **out, struct err *e)
{
	struct bucket *b = calloc(1, sizeof *b);
	int rc;

	if (!b)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	snprintf(b->name, sizeof b->name, "%s", name);
	rc = read_settings(&b->conf, name, e);
	if (rc == 0)
		rc = s3_new(&b->s3, &b->conf, s3_http, &clk_system, e);
	if (rc == 0 && !buckets) {
		rc = http_start(e);
		if (rc == 0)
			atexit(forget_buckets);
	}
	if (rc < 0) {
		s3_free(b->s3);
		s3_conf_free(&b->conf);
		free(b);
		return rc;
	}
	b->next = buckets;
	buckets = *out = b;
	return 0;
}

static int
find_bucket(const char *name, struct s3 **s3, struct err *e)
{
	struct bucket *b;
	int n = 0, rc = 0;

	pthread_mutex_lock(&lock);
	for (b = buckets; b && strcmp(b->name, name) != 0; b = b->next)
		n++;
	if (!b)
		rc = n < BUCKETS_MAX ? make_bucket(name, &b, e)
				     : err_set(e, ERR_LIMIT, "too many buckets");
	if (rc == 0)
		*s3 = b->s3;
	pthread_mutex_unlock(&lock);
	return rc;
}

/* The bucket of URL, and its key within URL. */
static int
take_url(const char *url, struct s3 **s3, const char **key, char name[BUCKET_MAX],
	struct err *e)
{
	const char *p = url + strlen(SCHEME);
	size_t n = strcspn(p, "/");

	if (n == 0 || n >= BUCKET_MAX)
		return err_set(e, ERR_USAGE, "write s3://BUCKET/KEY");
	memcpy(name, p, n);
	name[n] = 0;
	*key = key_of(url);
	if (strlen(*key) > S3_KEY_MAX)
		return err_set(e, ERR_USAGE, "no object has so long a name");
	return find_bucket(name, s3, e);
}

/* --- reading --- */

static int
open_object(struct src **s, const char *url, struct err *e)
{
	char bucket[BUCKET_MAX];
	const char *key;
	struct s3 *s3;
	int rc;

	*s = NULL;
	rc = take_url(url, &s3, &key, bucket, e);
	if (rc == 0 && !*key)
		rc = err_set(e, ERR_USAGE, "write s3://BUCKET/KEY");
	return rc < 0 ? rc : s3_src_open(s, s3, key, &s3_patience, e);
}

int
store_open_src(struct src **s, const char *name, struct err *e)
{
	int rc = store_is_url(name) ? open_object(s, name, e) : fdio_open_src(s, name, e);

	return rc < 0 ? rc : store_unlock(s, e);
}

static int
read_object_meta(struct meta *m, const char *url, struct err *e)
{
	char bucket[BUCKET_MAX];
	struct s3_result r;
	const char *key;
	struct s3 *s3;
	int rc = take_url(url, &s3, &key, bucket, e);

	if (rc == 0)
		rc = s3_src_head(s3, key, m, &r, &s3_patience, e);
	return rc < 0 ? rc : m->start_s != 0;
}

static int
read_file_meta(struct meta *m, const char *path, struct err *e)
{
	uint8_t text[META_FILE_MAX];
	char side[PATH_MAX];
	struct src *src;
	ssize_t n;
	int rc;

	if (snprintf(side, sizeof side, "%s" META_SUFFIX, path) >= (int)sizeof side)
		return 0;
	rc = fdio_open_regular(&src, side, e);
	if (rc < 0)
		return rc == ERR_NOTFOUND ? 0 : rc;
	n = src_read_at(src, 0, text, sizeof text, e);
	src_close(src);
	rc = n < 0 ? (int)n : meta_read(m, span_of(text, (size_t)n), e);
	if (rc < 0)
		err_prefix(e, "%.200s", side);
	return rc < 0 ? rc : 1;
}

int
store_read_meta(struct meta *m, const char *name, struct err *e)
{
	*m = (struct meta){ 0 };
	return store_is_url(name) ? read_object_meta(m, name, e)
				  : read_file_meta(m, name, e);
}

struct listing {
	const char *bucket, *key;
	bool all; /* that begin with KEY */
	store_seen *seen;
	void *ctx;
	int n;
};

static int
list_one(void *ctx, const struct store_info *info)
{
	struct listing *l = ctx;
	char url[sizeof SCHEME + BUCKET_MAX + S3_KEY_MAX + 1];
	struct store_info out = *info;
	size_t n = strlen(info->name);

	if (!l->all && strcmp(info->name, l->key) != 0)
		return 0;
	if (info->size == 0 || info->name[n - 1] == '/')
		return 0; /* what consoles make as folders */
	snprintf(url, sizeof url, SCHEME "%s/%s", l->bucket, info->name);
	out.name = url;
	l->n++;
	return l->seen(l->ctx, &out);
}

int
store_list_url(const char *url, store_seen *seen, void *ctx, struct err *e)
{
	char bucket[BUCKET_MAX];
	const char *key;
	struct s3 *s3;
	struct listing l = { .bucket = bucket, .seen = seen, .ctx = ctx };
	int rc = take_url(url, &s3, &key, bucket, e);

	if (rc < 0)
		return rc;
	l.key = key;
	l.all = store_is_prefix(url);
	rc = s3_src_list(s3, key, list_one, &l, &s3_patience, e);
	if (rc == 0 && !l.n && !l.all)
		rc = err_set(e, ERR_NOTFOUND, "there is no such recording");
	return rc;
}
