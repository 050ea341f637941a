/* SPDX-License-Identifier: ISC */
/* auditlog keygen: the keys of an auditor, for whom auditrecd encrypts. */
#include "log/cmd.h"

#include "base/diag.h"
#include "format/box.h"
#include "sys/fdio.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct opt options[] = { CMD_OPTIONS_END };

static int
put_new(const char *path, const char *word, const uint8_t key[KEYLINE_KEY], struct err *e)
{
	struct dst *d;
	struct buf text;
	ssize_t n;
	struct stat st;
	int rc;

	/* a device would swallow the key, and be removed when the other half fails */
	if (lstat(path, &st) == 0)
		return err_set(e, ERR_EXISTS, "exists already");
	rc = fdio_open_dst(&d, path, FDIO_ATOMIC_NEW, e);
	if (rc < 0)
		return rc;
	buf_init(&text, KEYLINE_FILE_MAX);
	keyline_write(&text, word, key);
	n = dst_write_at(d, 0, text.p, text.n, e);
	rc = n == (ssize_t)text.n ? 0 : err_set(e, ERR_NOSPACE, "no space left");
	explicit_bzero(text.p, text.n);
	buf_free(&text);
	if (rc < 0) {
		fdio_abort_dst(d);
		return rc;
	}
	return dst_close(d, e);
}

static int
make_both(const char *path, const char *pub, struct err *e)
{
	uint8_t seed[KEYLINE_KEY];
	struct box_key key;
	int rc;

	if (getrandom(seed, sizeof seed, 0) != sizeof seed)
		return err_sys(e, ERR_IO, "no random numbers");
	rc = box_key_make(&key, seed, e);
	if (rc == 0)
		rc = put_new(path, BOX_PRIVATE_WORD, seed, e);
	if (rc < 0)
		err_prefix(e, "%s", path);
	if (rc == 0) {
		rc = put_new(pub, BOX_RECIPIENT_WORD, key.public, e);
		if (rc < 0) {
			err_prefix(e, "%s", pub);
			unlink(path);
		} else {
			chmod(pub, 0644); /* it is no secret */
		}
	}
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(&key, sizeof key);
	return rc;
}

static int
run(struct cmd_run *r)
{
	char pub[PATH_MAX];
	struct err e;
	int id = cmd_next(r, &e);

	if (id < 0)
		return cmd_wrong(&e);
	if (snprintf(pub, sizeof pub, "%s.pub", r->operands[0]) >= (int)sizeof pub) {
		diag_error("the name is too long");
		return CMD_WRONG;
	}
	return make_both(r->operands[0], pub, &e) < 0 ? diag_fail(&e, NULL) : CMD_OK;
}

const struct cmd cmd_keygen = {
	.name = "keygen",
	.args = "FILE",
	.help = "make a key for reading encrypted recordings: FILE and FILE.pub",
	.options = options,
	.run = run,
	.least = 1,
	.most = 1,
};
