/* SPDX-License-Identifier: ISC */
#include "store/creds.h"

#include "base/ini.h"
#include "store/s3_time.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX         ((size_t)64 << 10)
#define EARLY_NS         (300 * NS_PER_S) /* before they expire */
#define AGAIN_NS         (60 * NS_PER_S)
#define INSTANCE         "http://169.254.169.254"
#define INSTANCE_CONNECT NS_PER_S /* on a machine without the service nobody answers */
#define INSTANCE_STALL   (2 * NS_PER_S)
#define INSTANCE_MAX     ((uint64_t)64 << 10)
#define ROLE_MAX         256

struct creds {
	const struct s3_conf *conf;
	struct http_port http;
	pthread_mutex_t lock;
	bool known, unsigned_;
	struct creds_keys keys;
	int64_t stale_from, looked_ns;
	_Atomic bool again; /* somebody has changed them */
};

static int
copy_key(char *out, size_t size, const char *text, struct err *e)
{
	if (!text || !*text || strlen(text) >= size)
		return err_set(e, ERR_USAGE, "these keys make no sense");
	snprintf(out, size, "%s", text);
	return 0;
}

static int
copy_keys(struct creds_keys *k, const char *access, const char *secret, const char *token,
	struct err *e)
{
	*k = (struct creds_keys){ 0 };
	if (copy_key(k->access, sizeof k->access, access, e) < 0 ||
		copy_key(k->secret, sizeof k->secret, secret, e) < 0)
		return ERR_USAGE;
	return token && *token ? copy_key(k->token, sizeof k->token, token, e) : 0;
}

/* --- settings and environment --- */

static int
from_settings(struct creds *c, struct err *e)
{
	if (!c->conf->access_key)
		return err_set(e, ERR_NOTFOUND, "no accessKey");
	return copy_keys(&c->keys, c->conf->access_key, c->conf->secret_key,
		c->conf->session_token, e);
}

static int
from_env(struct creds *c, struct err *e)
{
	const char *access = getenv("AWS_ACCESS_KEY_ID");

	if (!access || !*access)
		return err_set(e, ERR_NOTFOUND, "no AWS_ACCESS_KEY_ID");
	return copy_keys(&c->keys, access, getenv("AWS_SECRET_ACCESS_KEY"),
		getenv("AWS_SESSION_TOKEN"), e);
}

/* --- a file --- */

struct reading {
	const char *profile;
	struct creds_keys keys;
};

static int
take_section(void *ctx, int line, const char *text, struct err *e)
{
	struct reading *r = ctx;

	(void)line;
	(void)e;
	return strcmp(text, r->profile) == 0;
}

static int
take_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	struct reading *r = ctx;

	(void)line;
	(void)bang;
	if (strcmp(key, "aws_access_key_id") == 0)
		return copy_key(r->keys.access, sizeof r->keys.access, value, e);
	if (strcmp(key, "aws_secret_access_key") == 0)
		return copy_key(r->keys.secret, sizeof r->keys.secret, value, e);
	if (strcmp(key, "aws_session_token") == 0)
		return copy_key(r->keys.token, sizeof r->keys.token, value, e);
	return 0;
}

/* What else stands in such a file is for other tools. */
static void
pass_over(void *ctx, int line, const char *key, const char *why)
{
	(void)ctx;
	(void)line;
	(void)key;
	(void)why;
}

static int
read_keys(int fd, struct reading *r, struct err *e)
{
	struct ini ini = { take_section, take_value, pass_over, r, .any_key = true };
	char text[FILE_MAX];
	ssize_t n = read(fd, text, sizeof text);
	struct stat st;

	if (n < 0)
		return err_sys(e, ERR_USAGE, "cannot read");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077))
		return err_set(e, ERR_USAGE, "others may read it: chmod 600");
	ini_parse(&ini, text, (size_t)n);
	explicit_bzero(text, sizeof text);
	if (!r->keys.access[0] || !r->keys.secret[0])
		return err_set(e, ERR_NOTFOUND, "no keys below [%.60s]", r->profile);
	return 0;
}

static int
from_file(struct creds *c, struct err *e)
{
	struct reading r = { .profile = c->conf->profile ? c->conf->profile : "default" };
	const char *home = getenv("HOME");
	char path[PATH_MAX];
	int n, fd, rc;

	if (c->conf->credentials_file)
		n = snprintf(path, sizeof path, "%s", c->conf->credentials_file);
	else
		n = snprintf(path, sizeof path, "%s/.aws/credentials", home ? home : "");
	fd = n < PATH_MAX ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	if (fd < 0) {
		rc = err_sys(e, ERR_USAGE, "cannot open %.200s", path);
	} else {
		rc = read_keys(fd, &r, e);
		close(fd);
		if (rc < 0)
			err_prefix(e, "%.200s", path);
	}
	/* one that is named is meant: nobody wants other keys than those */
	if (rc == ERR_NOTFOUND && c->conf->credentials_file)
		rc = e ? e->code = ERR_USAGE : ERR_USAGE;
	c->keys = r.keys;
	explicit_bzero(&r, sizeof r);
	return rc;
}

/* --- the machine's role (IMDSv2) --- */

static int
ask(struct creds *c, const char *method, const char *path, const char *header,
	struct buf *out, struct err *e)
{
	const char *headers[] = { header, NULL };
	const char *base =
		c->conf->instance_endpoint ? c->conf->instance_endpoint : INSTANCE;
	char url[S3_TEXT_MAX + ROLE_MAX + 128];
	struct http_request r = { .method = method,
		.url = url,
		.headers = headers,
		.connect_ns = INSTANCE_CONNECT,
		.stall_ns = INSTANCE_STALL,
		.answer_max = INSTANCE_MAX };
	struct http_answer a;
	int rc;

	snprintf(url, sizeof url, "%s%s", base, path);
	rc = c->http.call(c->http.ctx, &r, &a, e);
	if (rc == 0 && a.status != 200)
		rc = err_set(e, a.status == 404 ? ERR_NOTFOUND : ERR_NET,
			"the metadata service answers with status %d", a.status);
	if (rc == 0)
		rc = buf_add_span(out, buf_span(&a.body));
	http_answer_free(&a);
	return rc;
}

/* The first line of B, if it can stand in a header or a path. */
static const char *
word(struct buf *b)
{
	char *text = (char *)(uintptr_t)buf_cstr(b);

	if (!text)
		return NULL;
	text[strcspn(text, "\r\n")] = 0;
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("?#%\\", *p))
			return NULL;
	return *text ? text : NULL;
}

static int
take_role_keys(struct creds *c, struct span json, struct err *e)
{
	json_t *o = json_loadb((const char *)json.p, json.n, 0, NULL);
	const char *until = json_string_value(json_object_get(o, "Expiration"));
	int rc = copy_keys(&c->keys, json_string_value(json_object_get(o, "AccessKeyId")),
		json_string_value(json_object_get(o, "SecretAccessKey")),
		json_string_value(json_object_get(o, "Token")), e);

	if (rc == 0 && until)
		c->keys.expires_ns = s3_time_iso(span_str(until));
	json_decref(o);
	return rc;
}

static int
from_instance(struct creds *c, struct err *e)
{
	struct buf token = { 0 }, role = { 0 }, json = { 0 };
	static const char roles[] = "/latest/meta-data/iam/security-credentials/";
	char header[1024], path[ROLE_MAX + sizeof roles];
	const char *w;
	int rc = ask(c, "PUT", "/latest/api/token",
		"X-aws-ec2-metadata-token-ttl-seconds: 21600", &token, e);

	w = rc == 0 ? word(&token) : NULL;
	if (rc == 0 &&
		(!w || snprintf(header, sizeof header, "X-aws-ec2-metadata-token: %s",
			       w) >= (int)sizeof header))
		rc = err_set(e, ERR_NET, "the metadata service makes no sense");
	if (rc == 0)
		rc = ask(c, "GET", roles, header, &role, e);
	w = rc == 0 ? word(&role) : NULL;
	if (rc == 0 && (!w || strlen(w) >= ROLE_MAX))
		rc = err_set(e, ERR_NOTFOUND, "this machine has no role");
	if (rc == 0) {
		snprintf(path, sizeof path, "%s%s", roles, w);
		rc = ask(c, "GET", path, header, &json, e);
	}
	if (rc == 0)
		rc = take_role_keys(c, buf_span(&json), e);
	if (json.p)
		explicit_bzero(json.p, json.n);
	buf_free(&json);
	buf_free(&role);
	buf_free(&token);
	return rc;
}

/* --- from anywhere --- */

static int (*const sources[])(struct creds *c, struct err *e) = {
	[S3_CREDENTIALS_KEYS] = from_settings,
	[S3_CREDENTIALS_ENV] = from_env,
	[S3_CREDENTIALS_FILE] = from_file,
	[S3_CREDENTIALS_INSTANCE] = from_instance,
};

static int
look(struct creds *c, struct err *e)
{
	int from = S3_CREDENTIALS_KEYS, to = S3_CREDENTIALS_INSTANCE, rc = ERR_NOTFOUND;

	if (c->conf->credentials == S3_CREDENTIALS_NONE)
		return 0;
	if (c->conf->credentials != S3_CREDENTIALS_AUTO)
		from = to = c->conf->credentials;
	for (int i = from; i <= to && rc == ERR_NOTFOUND; i++)
		rc = sources[i](c, e);
	if (rc < 0 && c->conf->credentials == S3_CREDENTIALS_AUTO &&
		(rc == ERR_NOTFOUND || rc == ERR_NET))
		return err_set(e, ERR_USAGE,
			"no keys in settings, environment or file, and no role; set "
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
	if (rc == ERR_NOTFOUND)
		rc = e ? e->code = ERR_USAGE : ERR_USAGE;
	return rc;
}

int
creds_new(struct creds **out, const struct s3_conf *conf, struct http_port http,
	struct err *e)
{
	struct creds *c = calloc(1, sizeof *c);

	*out = c;
	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	c->conf = conf;
	c->http = http;
	c->stale_from = INT64_MAX;
	c->unsigned_ = conf->credentials == S3_CREDENTIALS_NONE;
	pthread_mutex_init(&c->lock, NULL);
	return 0;
}

void
creds_free(struct creds *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	explicit_bzero(c, sizeof *c);
	free(c);
}

int
creds_check_file(const struct s3_conf *conf, struct err *e)
{
	struct creds c = { .conf = conf };
	int rc = from_file(&c, e);

	explicit_bzero(&c, sizeof c);
	return rc;
}

/* Fetching anew failed, but what is there may still do. */
static bool
still_good(const struct creds *c, const struct creds_keys *before, int64_t now)
{
	return c->known && (!before->expires_ns || before->expires_ns > now);
}

static int
refresh(struct creds *c, int64_t now, struct err *e)
{
	struct creds_keys before = c->keys;
	int rc = look(c, e);

	c->looked_ns = now;
	c->stale_from = ns_add(now, AGAIN_NS);
	if (rc < 0) {
		c->keys = before;
		return still_good(c, &before, now) ? 0 : rc;
	}
	c->known = true;
	c->stale_from =
		c->keys.expires_ns ? ns_sub(c->keys.expires_ns, EARLY_NS) : INT64_MAX;
	return 0;
}

int
creds_get(struct creds *c, int64_t now, struct creds_keys *out, struct err *e)
{
	int rc = 0;

	pthread_mutex_lock(&c->lock);
	if (!c->unsigned_ &&
		(!c->known || now >= c->stale_from || atomic_exchange(&c->again, false)))
		rc = refresh(c, now, e);
	*out = c->keys;
	if (rc == 0 && c->unsigned_)
		rc = 1;
	pthread_mutex_unlock(&c->lock);
	return rc;
}

void
creds_again(struct creds *c)
{
	atomic_store(&c->again, true); /* the lock may be held for long */
}

void
creds_refused(struct creds *c, int64_t now)
{
	pthread_mutex_lock(&c->lock);
	if (c->known && ns_sub(now, c->looked_ns) > AGAIN_NS)
		c->stale_from = now;
	pthread_mutex_unlock(&c->lock);
}
