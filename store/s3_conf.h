/* SPDX-License-Identifier: ISC */
/* The settings of an object store, as a table: the names are ContainerSSH's, with a few more.
 * In a name, capitals, dots and dashes do not count: accessKey is access-key, too. */
#ifndef STORE_S3_CONF_H
#define STORE_S3_CONF_H

#include "base/buf.h"
#include "base/err.h"

#define S3_TEXT_MAX     1024 /* bytes of a setting */
#define S3_PART_MIN     (UINT64_C(5) << 20)
#define S3_PART_MAX     (UINT64_C(5) << 30)
#define S3_WHOLE        (UINT64_C(512) << 20)
#define S3_PARALLEL_MAX 64

enum s3_credentials {
	S3_CREDENTIALS_AUTO,     /* the first of those below that has any */
	S3_CREDENTIALS_KEYS,     /* accessKey, secretKey */
	S3_CREDENTIALS_ENV,      /* AWS_ACCESS_KEY_ID, ... */
	S3_CREDENTIALS_FILE,     /* credentialsFile, profile */
	S3_CREDENTIALS_INSTANCE, /* the machine's role, by its metadata service */
	S3_CREDENTIALS_NONE      /* requests are not signed */
};

struct s3_conf {
	char *endpoint, *region, *bucket, *prefix, *cacert, *local;
	char *access_key, *secret_key, *session_token;
	char *credentials_file, *profile, *instance_endpoint;
	int credentials;           /* enum s3_credentials */
	char *acl, *storage_class; /* as the server spells them; NULL: not sent */
	char *sse, *sse_key;       /* "AES256", "aws:kms"; id of a key of KMS */
	char *lock_mode;           /* "GOVERNANCE" or "COMPLIANCE" ... */
	uint64_t lock_days;        /* ... for that long */
	bool legal_hold;
	bool path_style, meta_username, meta_ip;
	uint64_t part_size, whole_size, parallel;
};

/* One setting; the rows end with a NULL name. */
struct s3_setting {
	const char *name;
	const char *arg;  /* what its value is, for a person */
	const char *help; /* a sentence without capital and full stop */
};
extern const struct s3_setting s3_settings[];

void s3_conf_init(struct s3_conf *c); /* the defaults */
void s3_conf_free(struct s3_conf *c); /* wipes keys */
bool s3_conf_knows(const char *name);
int s3_conf_set(struct s3_conf *c, const char *name, const char *value, struct err *e);
bool s3_conf_same(const struct s3_conf *a, const struct s3_conf *b);
/* What AWS's own tools take from the environment goes over what C has: AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION or AWS_DEFAULT_REGION,
 * AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_CA_BUNDLE, AWS_PROFILE,
 * AWS_SHARED_CREDENTIALS_FILE, AWS_EC2_METADATA_SERVICE_ENDPOINT. */
int s3_conf_env(struct s3_conf *c, struct err *e);
/* A file of settings: "key = value", those below [BUCKET] for that bucket alone.  The first
 * thing wrong in it is the error; a file with a secretKey that others may read is one. */
int s3_conf_file(struct s3_conf *c, const char *path, const char *bucket, struct err *e);
/* Is it complete, and does it make sense? */
int s3_conf_check(const struct s3_conf *c, struct err *e);

#endif
