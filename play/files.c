/* SPDX-License-Identifier: ISC */
#include "play/files.h"

#include "sys/fdio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK 4096

/* $VAR/auditrec/NAME, or $HOME/OTHERWISE/auditrec/NAME.  A relative path is to be ignored
 * (XDG base directory specification). */
static int
find(char out[PATH_MAX], const char *var, const char *otherwise, const char *name,
	struct err *e)
{
	const char *x = getenv(var), *home = getenv("HOME");
	int n;

	if (x && x[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/auditrec%s", x, name);
	else if (home && home[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/%s/auditrec%s", home, otherwise, name);
	else
		return err_set(e, ERR_NOTFOUND, "there is no home directory");
	return n < PATH_MAX ? 0 : err_set(e, ERR_LIMIT, "the home directory is too long");
}

int
files_config(char out[PATH_MAX], struct err *e)
{
	return find(out, "XDG_CONFIG_HOME", ".config", "/auditplay.conf", e);
}

int
files_state(char out[PATH_MAX], struct err *e)
{
	return find(out, "XDG_STATE_HOME", ".local/state", "/auditplay.state", e);
}

int
files_recordings(char out[PATH_MAX], struct err *e)
{
	return find(out, "XDG_STATE_HOME", ".local/state", "", e);
}

int
files_read(const char *path, struct buf *out, struct err *e)
{
	struct src *src;
	ssize_t n = fdio_open_src(&src, path, e);

	if (n < 0)
		return (int)n;
	do {
		n = buf_reserve(out, CHUNK);
		if (n == 0)
			n = src_read_at(src, out->n, out->p + out->n, CHUNK, e);
		if (n > 0)
			out->n += (size_t)n;
	} while (n > 0 && out->n < FILES_BYTES_MAX);
	src_close(src);
	return (int)n < 0 ? (int)n : 0;
}

/* The folders that PATH stands in. */
static void
make_folders(const char *path)
{
	char folder[PATH_MAX];

	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		if (p - path >= PATH_MAX)
			return;
		memcpy(folder, path, (size_t)(p - path));
		folder[p - path] = 0;
		if (mkdir(folder, 0700) < 0 && errno != EEXIST)
			return; /* opening the file says why */
	}
}

int
files_write(const char *path, struct span bytes, struct err *e)
{
	struct dst *d;
	size_t done = 0;
	int rc;

	make_folders(path);
	rc = fdio_open_dst(&d, path, FDIO_ATOMIC, e);
	if (rc < 0)
		return rc;
	while (done < bytes.n) {
		ssize_t n = dst_write_at(d, done, bytes.p + done, bytes.n - done, e);

		if (n <= 0) {
			fdio_abort_dst(d);
			return n < 0 ? (int)n : err_set(e, ERR_NOSPACE, "no space left");
		}
		done += (size_t)n;
	}
	return dst_close(d, e);
}
