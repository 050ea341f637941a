/* SPDX-License-Identifier: ISC */
/* A destination is a descriptor written with pwrite(2), or with write(2) when it cannot seek.
 * An atomic one has no name while it is written (O_TMPFILE) or, where the file system has no
 * such files, a hidden one. */
#include "sys/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0600

struct fd_dst {
	struct dst dst;
	int fd;
	enum fdio_mode mode;
	uint64_t at;   /* bytes written, when it cannot seek */
	bool truncate; /* what was in the file before is still to go */
	bool publish;  /* an atomic one that still has to get its name */
	bool failed;   /* bytes are missing: it must not get it any more */
	bool doomed;   /* nor as long as this is set */
	char *path;    /* where it will be; NULL when not atomic */
	char *hidden;  /* its name until then; NULL: none */
};

static int
forget_old(struct fd_dst *f, struct err *e)
{
	if (f->truncate && ftruncate(f->fd, 0) < 0)
		return err_sys(e, ERR_IO, "cannot truncate");
	f->truncate = false;
	return 0;
}

static ssize_t
fd_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct fd_dst *f = (struct fd_dst *)d;
	ssize_t k;

	if (!d->seekable && off != f->at)
		return err_set_at(e, ERR_STATE, (int64_t)off, "cannot go back in a pipe");
	if (off > (uint64_t)INT64_MAX - n)
		return err_set_at(e, ERR_LIMIT, -1, "too far in the file");
	if (f->doomed && !f->publish)
		return err_set(e, ERR_STATE, "given up");
	if (forget_old(f, e) < 0)
		return ERR_IO;
	k = fdio_write(f->fd, p, n, d->seekable ? (off_t)off : -1);
	if (k < 0) {
		f->failed = true;
		return err_sys(e, ERR_IO, "cannot write");
	}
	f->at += (uint64_t)k;
	return k;
}

static int
fd_truncate(struct dst *d, uint64_t size, struct err *e)
{
	if (ftruncate(((struct fd_dst *)d)->fd, (off_t)size) < 0)
		return err_sys(e, ERR_IO, "cannot truncate");
	return 0;
}

static int
fd_sync(struct dst *d, struct err *e)
{
	if (fdatasync(((struct fd_dst *)d)->fd) < 0 && errno != EINVAL && errno != EROFS)
		return err_sys(e, ERR_IO, "cannot write to the disk");
	return 0;
}

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
publish(struct fd_dst *f, struct err *e)
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

static void
release_dst(struct fd_dst *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->hidden)
		unlink(f->hidden);
	free(f->hidden);
	free(f->path);
	free(f);
}

static int
fd_close_dst(struct dst *d, struct err *e)
{
	struct fd_dst *f = (struct fd_dst *)d;
	int r = 0;

	if (f->publish && (f->failed || f->doomed))
		r = err_set(e, ERR_IO, "not written completely, so not put in place");
	else if (f->publish)
		r = publish(f, e);
	else if (!f->doomed)
		r = forget_old(f, e);
	/* NFS and quotas tell about lost bytes only here */
	if (close(f->fd) < 0 && r == 0 && errno != EINTR)
		r = err_sys(e, ERR_IO, "cannot write");
	f->fd = -1;
	release_dst(f);
	return r;
}

void
fdio_doom_dst(struct dst *d, bool doomed)
{
	((struct fd_dst *)d)->doomed = doomed;
}

void
fdio_abort_dst(struct dst *d)
{
	if (d)
		release_dst((struct fd_dst *)d);
}

/* May PATH be written in MODE?  1: a device or pipe, to be written as it is. */
static int
check_target(const char *path, enum fdio_mode mode, struct stat *st, struct err *e)
{
	if (stat(path, st) < 0) {
		if (errno != ENOENT)
			return err_sys(e, ERR_IO, "cannot open");
		st->st_mode = 0;
		return 0;
	}
	if (S_ISDIR(st->st_mode))
		return err_set(e, ERR_USAGE, "is a directory; name a file in it");
	if (mode == FDIO_NEW || (mode == FDIO_ATOMIC_NEW && S_ISREG(st->st_mode)))
		return err_set(e, ERR_EXISTS, "exists already");
	if (S_ISREG(st->st_mode))
		return 0;
	if (mode == FDIO_APPEND || S_ISBLK(st->st_mode))
		return err_set(e, ERR_USAGE, "is no regular file");
	return 1;
}

static int
open_plain(struct fd_dst *f, const char *path, const struct stat *st, struct err *e)
{
	static const int flags[] = {
		[FDIO_NEW] = O_RDWR | O_CREAT | O_EXCL,
		[FDIO_APPEND] = O_RDWR | O_CREAT,
		[FDIO_OVERWRITE] = O_RDWR | O_CREAT,
	};
	int how = flags[f->mode];

	/* without O_NONBLOCK a pipe that nobody reads would be waited for, unseen */
	if (S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode))
		how = O_WRONLY | O_NONBLOCK | O_NOCTTY;
	f->fd = open(path, how | O_CLOEXEC, FILE_MODE);
	if (f->fd < 0 && errno == ENXIO)
		return err_set(e, ERR_USAGE, "nobody reads this pipe");
	if (f->fd < 0)
		return err_sys(e, ERR_IO, "cannot %s", st->st_mode ? "open" : "create");
	if (!f->dst.seekable)
		return 0;
	if (flock(f->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return err_set(e, ERR_USAGE, "is being written already");
	f->truncate = f->mode == FDIO_OVERWRITE;
	return 0;
}

/* The folder of PATH, for O_TMPFILE. */
static int
open_nameless(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = -1;

	if (dir && access("/proc/self/fd", X_OK) == 0)
		fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE);
	free(dir);
	return fd;
}

static int
open_atomic(struct fd_dst *f, const char *path, const struct stat *st, struct err *e)
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

static int
open_named(struct fd_dst *f, const char *path, enum fdio_mode mode, struct err *e)
{
	struct stat st = { .st_mode = 0 };
	int r = check_target(path, mode, &st, e);

	if (r < 0)
		return r;
	f->mode = r ? FDIO_OVERWRITE : mode;
	f->dst.seekable = r == 0;
	if (f->mode == FDIO_ATOMIC || f->mode == FDIO_ATOMIC_NEW)
		return open_atomic(f, path, &st, e);
	return open_plain(f, path, &st, e);
}

static const struct dst_ops file_ops = { fd_write_at, fd_truncate, fd_sync,
	fd_close_dst };
static const struct dst_ops pipe_ops = { fd_write_at, NULL, NULL, fd_close_dst };

int
fdio_open_dst(struct dst **d, const char *path, enum fdio_mode mode, struct err *e)
{
	struct fd_dst *f = calloc(1, sizeof *f);
	int r = 0;

	*d = NULL;
	if (!f)
		return err_set(e, ERR_NOMEM, "out of memory");
	f->fd = -1;
	if (strcmp(path, "-") == 0) {
		f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		if (f->fd < 0)
			r = err_sys(e, ERR_IO, "cannot write to standard output");
	} else {
		r = open_named(f, path, mode, e);
	}
	if (r < 0) {
		release_dst(f);
		return r;
	}
	f->dst.ops = f->dst.seekable ? &file_ops : &pipe_ops;
	*d = &f->dst;
	return 0;
}

int
fdio_fd_dst(struct dst **d, int fd, struct err *e)
{
	struct fd_dst *f = calloc(1, sizeof *f);

	*d = NULL;
	if (!f) {
		close(fd);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	*f = (struct fd_dst){
		.dst = { &file_ops, true }, .fd = fd, .mode = FDIO_OVERWRITE
	};
	*d = &f->dst;
	return 0;
}

struct src *
fdio_dst_reader(struct dst *d)
{
	struct fd_dst *f = (struct fd_dst *)d;
	struct src *s = NULL;
	int fd;

	if (!d->seekable)
		return NULL;
	fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0 || fdio_fd_src(&s, fd, NULL) < 0)
		return NULL;
	return s;
}

static bool
stat_of(const char *path, int std, struct stat *st)
{
	int r = strcmp(path, "-") == 0 ? fstat(std, st) : stat(path, st);

	return r == 0 && S_ISREG(st->st_mode);
}

bool
fdio_same(const char *in, const char *out)
{
	struct stat a, b;

	return stat_of(in, STDIN_FILENO, &a) && stat_of(out, STDOUT_FILENO, &b) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
