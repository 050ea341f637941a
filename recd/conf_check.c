/* SPDX-License-Identifier: ISC */
/* What a configuration cannot be wrong about by itself: the files that it names. */
#include "recd/conf.h"
#include "recd/keyfile.h"
#include "store/creds.h"
#include "sys/fdio.h"

#include <sys/stat.h>
#include <unistd.h>

static int
look_at_folder(const struct conf *c, struct err *e)
{
	const char *path = c->directory.s;
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, ERR_USAGE, "%.200s", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_USAGE, "%.200s: is no folder", path);
	if (st.st_mode & 002)
		return err_set(
			e, ERR_USAGE, "%.200s: others may write here; chmod o-w", path);
	if (access(path, R_OK | W_OK | X_OK) < 0)
		return err_sys(e, ERR_USAGE, "%.200s", path);
	return 0;
}

static int
look_at_key(const struct conf *c, struct err *e)
{
	struct sign_key k;
	int rc = keyfile_load(&k, c->key.s, e);

	sign_key_forget(&k);
	return rc;
}

static int
look_at_secret(const struct conf *c, struct err *e)
{
	return keyfile_check(c->secret.s, e);
}

static int
look_at_recipients(const struct conf *c, struct err *e)
{
	struct box_recipients r;

	return keyfile_recipients(&r, c->recipients.s, e);
}

static int
look_at_credentials(const struct conf *c, struct err *e)
{
	return creds_check_file(&c->s3, e);
}

static int
look_at_cacert(const struct conf *c, struct err *e)
{
	struct src *src;
	int rc = fdio_open_regular(&src, c->s3.cacert, e);

	if (rc < 0)
		return rc;
	src_close(src);
	return 0;
}

int
conf_check_files(const struct conf *c, conf_bad *bad, void *ctx)
{
	const bool s3 = c->has_s3;
	const struct {
		const char *name;
		bool wanted;
		int line;
		int (*look)(const struct conf *c, struct err *e);
	} rows[] = {
		{ "secret", true, c->secret.line, look_at_secret },
		{ "path", true, c->directory.line, look_at_folder },
		{ "key", c->key.s[0] != 0, c->key.line, look_at_key },
		{ "recipients", c->recipients.s[0] != 0, c->recipients.line,
			look_at_recipients },
		{ "cacert", s3 && c->s3.cacert, c->cacert_line, look_at_cacert },
		{ "credentialsFile", s3 && c->s3.credentials_file, c->credentials_line,
			look_at_credentials },
	};
	char text[ERR_TEXT_MAX + 32];
	struct err e;
	int wrong = 0;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!rows[i].wanted || rows[i].look(c, &e) >= 0)
			continue;
		snprintf(text, sizeof text, "%s: %s", rows[i].name, e.text);
		bad(ctx, rows[i].line, text);
		wrong++;
	}
	return wrong;
}
