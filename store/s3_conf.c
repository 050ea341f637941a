/* SPDX-License-Identifier: ISC */
#include "store/s3_conf.h"

#include "base/ini.h"
#include "sys/fdio.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX      ((size_t)256 << 10)
#define PARALLEL      20 /* ContainerSSH's default */
#define LOCK_DAYS_MAX 36500

/* --- the table --- */

enum kind { TEXT, YES_NO, NUMBER, CREDENTIALS };

static const char *const credential_names[] = { "auto", "keys", "environment", "file",
	"instance", "none" };

#define AT(member) offsetof(struct s3_conf, member)

static const struct {
	enum kind kind;
	size_t at;
	uint64_t lo, hi;
} places[] = {
	{ TEXT, AT(bucket), 0, 0 },
	{ TEXT, AT(region), 0, 0 },
	{ TEXT, AT(endpoint), 0, 0 },
	{ YES_NO, AT(path_style), 0, 0 },
	{ TEXT, AT(prefix), 0, 0 },
	{ TEXT, AT(cacert), 0, 0 },
	{ CREDENTIALS, AT(credentials), 0, 0 },
	{ TEXT, AT(access_key), 0, 0 },
	{ TEXT, AT(secret_key), 0, 0 },
	{ TEXT, AT(session_token), 0, 0 },
	{ TEXT, AT(credentials_file), 0, 0 },
	{ TEXT, AT(profile), 0, 0 },
	{ TEXT, AT(instance_endpoint), 0, 0 },
	{ TEXT, AT(acl), 0, 0 },
	{ TEXT, AT(storage_class), 0, 0 },
	{ TEXT, AT(sse), 0, 0 },
	{ TEXT, AT(sse_key), 0, 0 },
	{ TEXT, AT(lock_mode), 0, 0 },
	{ NUMBER, AT(lock_days), 0, LOCK_DAYS_MAX },
	{ YES_NO, AT(legal_hold), 0, 0 },
	{ YES_NO, AT(meta_username), 0, 0 },
	{ YES_NO, AT(meta_ip), 0, 0 },
	{ NUMBER, AT(part_size), S3_PART_MIN, S3_PART_MAX },
	{ NUMBER, AT(whole_size), 0, S3_PART_MAX },
	{ NUMBER, AT(parallel), 1, S3_PARALLEL_MAX },
	{ TEXT, AT(local), 0, 0 },
};

const struct s3_setting s3_settings[] = {
	{ "bucket", "NAME", "bucket that recordings go to" },
	{ "region", "NAME", "its region (us-east-1)" },
	{ "endpoint", "URL", "server, when it is not Amazon's" },
	{ "pathStyleAccess", "yes|no",
		"the bucket is in the path, not in the host name" },
	{ "prefix", "TEXT", "what the names of all objects begin with" },
	{ "cacert", "FILE", "certificates of authorities, instead of the system's" },
	{ "credentials", "auto|keys|environment|file|instance|none",
		"where the keys come from" },
	{ "accessKey", "TEXT", "id of the key" },
	{ "secretKey", "TEXT", "the key itself" },
	{ "sessionToken", "TEXT", "what belongs to keys that expire" },
	{ "credentialsFile", "FILE",
		"keys as AWS's tools keep them, nobody else's to read" },
	{ "profile", "NAME", "section of that file (default)" },
	{ "instanceEndpoint", "URL", "metadata service of the machine" },
	{ "acl", "NAME", "canned ACL of every object" },
	{ "storageClass", "NAME", "storage class of every object" },
	{ "sse", "AES256|aws:kms", "encryption by the server" },
	{ "sseKmsKeyId", "TEXT", "key for aws:kms" },
	{ "objectLockMode", "GOVERNANCE|COMPLIANCE",
		"how objects are locked against removal" },
	{ "objectLockDays", "NUMBER", "for how many days they are locked" },
	{ "objectLockLegalHold", "yes|no",
		"locked against removal until somebody lifts it" },
	{ "metadata.username", "yes|no",
		"the user's name goes into the object's metadata" },
	{ "metadata.ip", "yes|no", "the remote address does" },
	{ "uploadPartSize", "BYTES", "size of the parts of an upload (5 MiB)" },
	{ "uploadWholeSize", "BYTES",
		"up to that size in one request, if it ended before parts went (512 "
		"MiB)" },
	{ "parallelUploads", "NUMBER", "requests at once, over all recordings (20)" },
	{ "local", "DIRECTORY", "spool of what is not uploaded yet" },
	{ NULL, NULL, NULL },
};

_Static_assert(
	sizeof s3_settings / sizeof *s3_settings == sizeof places / sizeof *places + 1,
	"a place for every setting");

/* Letters and digits of both are the same but for case. */
static bool
same_name(const char *a, const char *b)
{
	for (;;) {
		while (*a && !isalnum((unsigned char)*a))
			a++;
		while (*b && !isalnum((unsigned char)*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

static int
find(const char *name)
{
	for (int i = 0; s3_settings[i].name; i++)
		if (same_name(s3_settings[i].name, name))
			return i;
	return -1;
}

bool
s3_conf_knows(const char *name)
{
	return find(name) >= 0;
}

/* --- values --- */

static int
set_text(char **place, const char *value, struct err *e)
{
	char *copy = NULL;

	if (strlen(value) > S3_TEXT_MAX)
		return err_set(e, ERR_LIMIT, "is longer than %d bytes", S3_TEXT_MAX);
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, ERR_USAGE, "holds a control character");
	if (*value && !(copy = strdup(value)))
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (*place)
		explicit_bzero(*place, strlen(*place));
	free(*place);
	*place = copy;
	return 0;
}

static int
set_yes_no(bool *place, const char *value, struct err *e)
{
	*place = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
	if (!*place && strcmp(value, "no") != 0 && strcmp(value, "false") != 0)
		return err_set(e, ERR_USAGE, "'%.40s' is neither yes nor no", value);
	return 0;
}

/* A number, with K, M or G behind it (times 1024 each), and "iB" behind that. */
static int
set_number(uint64_t *place, const char *value, uint64_t lo, uint64_t hi, struct err *e)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end = NULL;
	uint64_t n = 0;

	errno = 0;
	if (isdigit((unsigned char)value[0]))
		n = strtoull(value, &end, 10);
	unit = end && *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		int shift = 10 * (int)(unit - units + 1);

		if (n > UINT64_MAX >> shift)
			errno = ERANGE;
		n <<= shift;
		end += strcmp(end + 1, "iB") == 0 ? 3 : 1;
	}
	if (!end || *end)
		return err_set(e, ERR_USAGE, "'%.40s' is no number", value);
	if (errno || n < lo || n > hi)
		return err_set(e, ERR_USAGE, "must be between %llu and %llu",
			(unsigned long long)lo, (unsigned long long)hi);
	*place = n;
	return 0;
}

static int
set_credentials(int *place, const char *value, struct err *e)
{
	int n = sizeof credential_names / sizeof *credential_names;

	for (int i = 0; i < n; i++)
		if (strcmp(credential_names[i], value) == 0) {
			*place = i;
			return 0;
		}
	return err_set(e, ERR_USAGE, "'%.40s' is none of %s", value,
		s3_settings[find("credentials")].arg);
}

int
s3_conf_set(struct s3_conf *c, const char *name, const char *value, struct err *e)
{
	int i = find(name), rc = 0;
	char *place;

	if (i < 0)
		return err_set(e, ERR_USAGE, "there is no setting '%.60s'", name);
	place = (char *)c + places[i].at;
	switch (places[i].kind) {
	case TEXT:
		rc = set_text((char **)(void *)place, value, e);
		break;
	case YES_NO:
		rc = set_yes_no((bool *)place, value, e);
		break;
	case NUMBER:
		rc = set_number(
			(uint64_t *)(void *)place, value, places[i].lo, places[i].hi, e);
		break;
	case CREDENTIALS:
		rc = set_credentials((int *)(void *)place, value, e);
		break;
	}
	if (rc < 0)
		err_prefix(e, "%s", s3_settings[i].name);
	return rc;
}

void
s3_conf_init(struct s3_conf *c)
{
	*c = (struct s3_conf){
		.part_size = S3_PART_MIN, .whole_size = S3_WHOLE, .parallel = PARALLEL
	};
}

void
s3_conf_free(struct s3_conf *c)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].kind == TEXT)
			set_text((char **)(void *)((char *)c + places[i].at), "", NULL);
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
same_value(enum kind kind, const void *a, const void *b)
{
	switch (kind) {
	case TEXT:
		return same_text(*(char *const *)a, *(char *const *)b);
	case YES_NO:
		return *(const bool *)a == *(const bool *)b;
	case NUMBER:
		return *(const uint64_t *)a == *(const uint64_t *)b;
	case CREDENTIALS:
		return *(const int *)a == *(const int *)b;
	}
	return false;
}

bool
s3_conf_same(const struct s3_conf *a, const struct s3_conf *b)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (!same_value(places[i].kind, (const char *)a + places[i].at,
			    (const char *)b + places[i].at))
			return false;
	return true;
}

/* --- where they come from --- */

int
s3_conf_env(struct s3_conf *c, struct err *e)
{
	static const struct {
		const char *variable, *setting;
	} rows[] = {
		{ "AWS_ACCESS_KEY_ID", "accessKey" },
		{ "AWS_SECRET_ACCESS_KEY", "secretKey" },
		{ "AWS_SESSION_TOKEN", "sessionToken" },
		{ "AWS_DEFAULT_REGION", "region" },
		{ "AWS_REGION", "region" },
		{ "AWS_ENDPOINT_URL", "endpoint" },
		{ "AWS_ENDPOINT_URL_S3", "endpoint" },
		{ "AWS_CA_BUNDLE", "cacert" },
		{ "AWS_PROFILE", "profile" },
		{ "AWS_SHARED_CREDENTIALS_FILE", "credentialsFile" },
		{ "AWS_EC2_METADATA_SERVICE_ENDPOINT", "instanceEndpoint" },
	};

	/* keys belong together: a token of the file does not fit a key of the environment */
	if (getenv("AWS_ACCESS_KEY_ID"))
		set_text(&c->session_token, "", NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *value = getenv(rows[i].variable);

		if (!value || !*value)
			continue;
		if (s3_conf_set(c, rows[i].setting, value, e) < 0) {
			err_prefix(e, "%s", rows[i].variable);
			return ERR_USAGE;
		}
	}
	return 0;
}

struct reading {
	struct s3_conf *c;
	const char *bucket;
	struct err *e;
	bool failed;
};

static int
take_section(void *ctx, int line, const char *text, struct err *e)
{
	struct reading *r = ctx;

	(void)line;
	(void)e;
	return strcmp(text, r->bucket) == 0;
}

static int
take_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	struct reading *r = ctx;

	(void)line;
	(void)bang;
	return s3_conf_set(r->c, key, value, e);
}

static void
take_bad(void *ctx, int line, const char *key, const char *why)
{
	struct reading *r = ctx;

	(void)key;
	if (!r->failed)
		err_set_at(r->e, ERR_USAGE, line, "line %d: %s", line, why);
	r->failed = true;
}

/* All of the file at FD. */
static int
slurp(int fd, struct buf *out, struct err *e)
{
	ssize_t n = 1;

	while (n > 0 && out->n <= FILE_MAX) {
		if (buf_reserve(out, 4096) < 0)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		n = fdio_read(fd, out->p + out->n, 4096);
		out->n += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return err_sys(e, ERR_IO, "cannot read");
	return out->n > FILE_MAX ? err_set(e, ERR_LIMIT, "is too large") : 0;
}

int
s3_conf_file(struct s3_conf *c, const char *path, const char *bucket, struct err *e)
{
	struct reading r = { .c = c, .bucket = bucket, .e = e };
	struct ini ini = { take_section, take_value, take_bad, &r, .any_key = true };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = 0;
	struct buf text = { 0 };
	struct stat st;
	const char *before = c->secret_key;

	if (fd < 0)
		rc = err_sys(e, ERR_USAGE, "cannot open");
	else if (fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISCHR(st.st_mode)))
		rc = err_set(e, ERR_USAGE, "is no file");
	else
		rc = slurp(fd, &text, e);
	if (rc == 0)
		ini_parse(&ini, (const char *)text.p, text.n);
	if (rc == 0 && r.failed)
		rc = ERR_USAGE;
	if (rc == 0 && c->secret_key != before && st.st_mode & 077)
		rc = err_set(e, ERR_USAGE,
			"holds a secretKey and others may read it: chmod 600");
	if (rc < 0)
		err_prefix(e, "%s", path);
	if (text.p)
		explicit_bzero(text.p, text.n);
	buf_free(&text);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* --- does it make sense? --- */

static bool
is_bucket(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n <= 255 && isalnum((unsigned char)name[0]) &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789-._") == n;
}

static bool
is_url(const char *url)
{
	size_t http = strncmp(url, "http://", 7) == 0    ? 7
		      : strncmp(url, "https://", 8) == 0 ? 8
							 : 0;

	return http && url[http] && !strpbrk(url, "?#@ \\") && url[http] != '/';
}

int
s3_conf_check(const struct s3_conf *c, struct err *e)
{
	if (!c->bucket || !is_bucket(c->bucket))
		return err_set(e, ERR_USAGE,
			c->bucket ? "no bucket has that name"
				  : "no bucket is configured");
	if ((c->endpoint && !is_url(c->endpoint)) ||
		(c->instance_endpoint && !is_url(c->instance_endpoint)))
		return err_set(
			e, ERR_USAGE, "an endpoint is https://HOST or http://HOST");
	if (!c->access_key != !c->secret_key)
		return err_set(
			e, ERR_USAGE, "accessKey and secretKey only work together");
	if (c->credentials == S3_CREDENTIALS_KEYS && !c->access_key)
		return err_set(e, ERR_USAGE, "credentials = keys, but no accessKey");
	if (!c->lock_mode != !c->lock_days)
		return err_set(e, ERR_USAGE,
			"objectLockMode and objectLockDays only work together");
	return 0;
}
