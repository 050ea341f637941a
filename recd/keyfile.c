/* SPDX-License-Identifier: ISC */
#include "recd/keyfile.h"

#include "sys/fdio.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* A regular file that nobody else may read; the descriptor. */
static int
open_private(const char *path, int flags, struct err *e)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0)
		return err_sys(e, ERR_USAGE, "%s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & 077))
		return fd;
	close(fd);
	return err_set(e, ERR_USAGE, "%s: others may read it (chmod 600)", path);
}

int
keyfile_check(const char *path, struct err *e)
{
	int fd = open_private(path, O_RDONLY, e);

	if (fd >= 0)
		close(fd);
	return fd < 0 && fd != ERR_NOTFOUND ? fd : 0;
}

int
keyfile_random(uint8_t *out, size_t n, const char *path, struct err *e)
{
	int fd = open_private(path, O_RDWR | O_CREAT, e), rc = 0;

	if (fd < 0)
		return fd;
	if (fdio_read(fd, out, n) != (ssize_t)n) {
		if (getrandom(out, n, 0) != (ssize_t)n || ftruncate(fd, 0) < 0 ||
			lseek(fd, 0, SEEK_SET) < 0 || fdio_write_all(fd, out, n, e) < 0 ||
			fsync(fd) < 0)
			rc = err_sys(e, ERR_IO, "%s", path);
	}
	close(fd);
	return rc;
}

int
keyfile_load(struct sign_key *k, const char *path, struct err *e)
{
	char text[SIGN_FILE_MAX];
	int fd = open_private(path, O_RDONLY, e), rc;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = fdio_read(fd, text, sizeof text);
	close(fd);
	if (n < 0)
		return err_sys(e, ERR_IO, "%s", path);
	rc = sign_read_secret(k, span_of(text, (size_t)n), e);
	if (rc < 0)
		err_prefix(e, "%s", path);
	explicit_bzero(text, sizeof text);
	return rc;
}

int
keyfile_recipients(struct box_recipients *r, const char *path, struct err *e)
{
	char text[KEYLINE_FILE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, ERR_USAGE, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_mode & 022) {
		close(fd);
		return err_set(e, ERR_USAGE, "%s: others may write it (chmod 644)", path);
	}
	n = fdio_read(fd, text, sizeof text);
	close(fd);
	rc = n < 0 ? err_sys(e, ERR_IO, "cannot be read")
		   : box_recipients_read(r, span_of(text, (size_t)n), e);
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

static int
put_new(const char *path, mode_t mode, const struct buf *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), rc;

	if (fd < 0)
		return err_sys(e, ERR_EXISTS, "%s", path);
	rc = fdio_write_all(fd, text->p, text->n, e);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_sys(e, ERR_IO, "%s", path);
	close(fd);
	if (rc < 0)
		unlink(path);
	return rc;
}

int
keyfile_make(const char *path, struct err *e)
{
	uint8_t seed[SIGN_SEED];
	struct sign_key k;
	struct buf secret, public;
	char pub[PATH_MAX];
	int rc;

	if (snprintf(pub, sizeof pub, "%s.pub", path) >= (int)sizeof pub)
		return err_set(e, ERR_USAGE, "the name is too long");
	if (access(pub, F_OK) == 0)
		return err_set(e, ERR_EXISTS, "%s: exists already", pub);
	if (getrandom(seed, sizeof seed, 0) != sizeof seed)
		return err_sys(e, ERR_IO, "no random numbers");
	rc = sign_key_make(&k, seed, e);
	buf_init(&secret, SIGN_FILE_MAX);
	buf_init(&public, SIGN_FILE_MAX);
	sign_write_secret(&secret, &k);
	sign_write_public(&public, k.public);
	if (rc == 0)
		rc = put_new(path, 0600, &secret, e);
	if (rc == 0)
		rc = put_new(pub, 0644, &public, e);
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(secret.p, secret.n);
	sign_key_forget(&k);
	buf_free(&secret);
	buf_free(&public);
	return rc;
}
