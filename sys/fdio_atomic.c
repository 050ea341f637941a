/* SPDX-License-Identifier: ISC */
/* Destinations that appear whole or not at all.  Such a file has no name while it is written
 * (O_TMPFILE) or, where the file system has no such files, a hidden one; files of one folder
 * are written into a hidden folder.  What was made beside a destination gets its name when
 * that does. */
#include "sys/fdio_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* "DIR/.NAME.XXXXXX" for "DIR/NAME"; NULL: no memory. */
static char *
hidden_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? (int)(slash - path) + 1 : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.XXXXXX", dir, path, path + dir) < 0)
		return NULL;
	return name;
}

/* Give the nameless file a hidden name: rename(2) needs one. */
static int
link_hidden(struct fd_dst *f, const char *proc, struct err *e)
{
	char *name = hidden_name(f->path);
	int fd;

	if (!name)
		return err_set(e, ERR_NOMEM, "out of memory");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	/* mkostemp only found a free name; linkat wants it free */
	if (fd < 0 || unlink(name) < 0 ||
		linkat(AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0) {
		free(name);
		return err_sys(e, ERR_IO, "cannot name the file");
	}
	f->hidden = name;
	return 0;
}

static int
publish_one(struct fd_dst *f, struct err *e)
{
	char proc[40];
	int r;

	snprintf(proc, sizeof proc, "/proc/self/fd/%d", f->fd);
	if (!f->hidden && f->mode == FDIO_ATOMIC && (r = link_hidden(f, proc, e)) < 0)
		return r;
	if (!f->hidden)
		r = linkat(AT_FDCWD, proc, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW);
	else if (f->mode == FDIO_ATOMIC)
		r = rename(f->hidden, f->path);
	else
		r = link(f->hidden, f->path);
	if (r < 0)
		return err_sys(e, ERR_IO, "cannot put the file in place");
	if (f->mode == FDIO_ATOMIC) {
		free(f->hidden);
		f->hidden = NULL;
	}
	return 0;
}

/* The names that neighbours of F already got, in front of END, are taken back. */
static void
unpublish(struct fd_dst *f, const struct fd_dst *end)
{
	for (struct fd_dst *n = f->next; n != end; n = n->next)
		if (n->mode == FDIO_ATOMIC_NEW)
			unlink(n->path);
}

static int
publish_folder(struct fd_dst *f, struct err *e)
{
	if (rename(f->folder, f->path) < 0) {
		if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
			return err_set(e, ERR_EXISTS, "exists already");
		return err_sys(e, ERR_IO, "cannot put the folder in place");
	}
	free(f->folder);
	f->folder = NULL;
	for (; f; f = f->next) {
		free(f->hidden);
		f->hidden = NULL;
	}
	return 0;
}

int
fdio_atomic_publish(struct fd_dst *f, struct err *e)
{
	struct fd_dst *n = f->next;
	int r = 0;

	if (f->folder)
		return publish_folder(f, e);
	for (; n; n = n->next) {
		r = publish_one(n, e);
		if (r < 0) {
			err_prefix(e, "%s", n->path);
			break;
		}
	}
	if (r == 0)
		r = publish_one(f, e);
	if (r < 0)
		unpublish(f, n);
	return r;
}

int
fdio_atomic_folder(struct fd_dst *f, const char *path, struct err *e)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	f->path = strndup(path, n);
	f->folder = f->path ? hidden_name(f->path) : NULL;
	if (!f->folder)
		return err_set(e, ERR_NOMEM, "out of memory");
	if (mkdtemp(f->folder))
		return 0;
	free(f->folder);
	f->folder = NULL;
	return err_sys(e, ERR_IO, "cannot create");
}

void
fdio_atomic_forget(struct fd_dst *f)
{
	if (f->hidden)
		unlink(f->hidden);
	if (f->folder)
		rmdir(f->folder);
}

char *
fdio_path_beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char *out;

	if (asprintf(&out, "%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, name) < 0)
		return NULL;
	return out;
}

/* The folder of PATH, for O_TMPFILE. */
static int
open_nameless(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = -1;

	if (dir && access("/proc/self/fd", X_OK) == 0)
		fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, FDIO_FILE_MODE);
	free(dir);
	return fd;
}

int
fdio_atomic_open(struct fd_dst *f, const char *path, const struct stat *st, struct err *e)
{
	/* through a symbolic link: replace what it leads to, not the link */
	f->path = st->st_mode ? realpath(path, NULL) : strdup(path);
	if (!f->path)
		return err_sys(e, ERR_IO, "cannot open");
	f->publish = true;
	f->fd = open_nameless(f->path);
	if (f->fd < 0) {
		f->hidden = hidden_name(f->path);
		if (!f->hidden)
			return err_set(e, ERR_NOMEM, "out of memory");
		f->fd = mkostemp(f->hidden, O_CLOEXEC);
		if (f->fd < 0) {
			free(f->hidden);
			f->hidden = NULL;
			return err_sys(e, ERR_IO, "cannot create");
		}
	}
	if (st->st_mode && fchmod(f->fd, st->st_mode & 0777) < 0)
		return err_sys(e, ERR_IO, "cannot create");
	return 0;
}
