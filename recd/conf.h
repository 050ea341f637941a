/* SPDX-License-Identifier: ISC */
/* auditrecd.conf: rows of conf.def with their values, and a section [s3].  A file that is wrong in any line is
 * wrong altogether: the daemon does not start on it, and a running one stays as it was. */
#ifndef RECD_CONF_H
#define RECD_CONF_H

#include "base/err.h"
#include "store/s3_conf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define CONF_TEXT_MAX 1024

struct conf_text {
	char s[CONF_TEXT_MAX];
	int line; /* of the file; 0: the default */
};
struct conf_name { /* a user or group */
	bool set;
	unsigned id;
};

#define CONF_CTYPE_TEXT  struct conf_text
#define CONF_CTYPE_PATH  struct conf_text
#define CONF_CTYPE_COUNT uint64_t
#define CONF_CTYPE_SIZE  uint64_t
#define CONF_CTYPE_TIME  int64_t /* ns */
#define CONF_CTYPE_MODE  mode_t
#define CONF_CTYPE_USER  struct conf_name
#define CONF_CTYPE_GROUP struct conf_name
#define CONF_CTYPE_FLAG  bool
#define CONF_CTYPE_SYNC  int /* enum directory_sync */

struct conf {
#define SETTING(member, name, kind, when, least, most, initial, doc) \
	CONF_CTYPE_##kind member;
#include "recd/conf.def"
	struct s3_conf s3; /* section [s3], as store/s3_conf.h has it */
	bool has_s3;       /* a bucket is named: recordings go there */
	int credentials_line,
		cacert_line; /* where [s3] names files; 0: not in this file */
	int secret_line;     /* a secret stands in the file itself */
};

void conf_defaults(struct conf *c);
void conf_free(struct conf *c);
/* Reads TEXT of N bytes over the defaults.  BAD is told of every wrong line (LINE 0: of none);
 * the count of those is returned. */
typedef void conf_bad(void *ctx, int line, const char *why);
int conf_parse(struct conf *c, const char *text, size_t n, conf_bad *bad, void *ctx);
/* The files that are named: are they there, and as the daemon wants them?  As conf_parse().
 * Looks at them as whoever calls: the daemon's user may see less than root. */
int conf_check_files(const struct conf *c, conf_bad *bad, void *ctx);
/* What counts only from the next start on stays in FRESH as it is in OLD; TOLD is told of every
 * value that would have been another. */
void conf_carry(struct conf *fresh, const struct conf *old, conf_bad *told, void *ctx);
void conf_print(
	FILE *out, const struct conf *c); /* as a file, with what each line is for */
void conf_mdoc(FILE *out);

#endif
