/* SPDX-License-Identifier: ISC */
/* A destination is a descriptor written with pwrite(2), or with write(2) when it cannot
 * seek. */
#include "sys/fdio_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

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

static void
release_one(struct fd_dst *f)
{
	if (f->fd >= 0)
		close(f->fd);
	fdio_atomic_forget(f);
	free(f->hidden);
	free(f->folder);
	free(f->path);
	free(f);
}

/* F with all that was made beside it, whose files go before their folder does. */
static void
release_dst(struct fd_dst *f)
{
	struct fd_dst *n;

	while ((n = f->next)) {
		f->next = n->next;
		release_one(n);
	}
	release_one(f);
}

/* NFS and quotas tell about lost bytes only here. */
static int
close_fd(struct fd_dst *f, struct err *e)
{
	int fd = f->fd;

	f->fd = -1;
	if (fd < 0 || close(fd) == 0 || errno == EINTR)
		return 0;
	f->failed = true;
	return err_sys(e, ERR_IO, "cannot write");
}

/* Are all the bytes of F and its neighbours where they should be? */
static bool
is_whole(const struct fd_dst *f)
{
	bool whole = !f->failed && !f->doomed;

	for (const struct fd_dst *n = f->next; n && whole; n = n->next)
		whole = n->closed && !n->failed && !n->doomed;
	return whole;
}

static int
close_beside(struct fd_dst *f, struct err *e)
{
	f->closed = true;
	/* a file without a name keeps its descriptor until it has one */
	return f->hidden ? close_fd(f, e) : 0;
}

static int
fd_close_dst(struct dst *d, struct err *e)
{
	struct fd_dst *f = (struct fd_dst *)d;
	int r = 0, r2;

	if (f->first)
		return close_beside(f, e);
	if (f->publish && !is_whole(f))
		r = err_set(e, ERR_IO, "not written completely, so not put in place");
	else if (f->publish)
		r = fdio_atomic_publish(f, e);
	else if (!f->doomed)
		r = forget_old(f, e);
	r2 = close_fd(f, r < 0 ? NULL : e);
	release_dst(f);
	return r < 0 ? r : r2;
}

void
fdio_doom_dst(struct dst *d, bool doomed)
{
	((struct fd_dst *)d)->doomed = doomed;
}

void
fdio_guard_dst(struct dst *d, struct src *src)
{
	struct fd_dst *f = (struct fd_dst *)d;

	f->guard[f->guard[0] ? 1 : 0] = src;
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
	f->fd = open(path, how | O_CLOEXEC, FDIO_FILE_MODE);
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
		return fdio_atomic_open(f, path, &st, e);
	return open_plain(f, path, &st, e);
}

static const char *
name_of(struct dst *d)
{
	const char *path = ((struct fd_dst *)d)->path, *slash;

	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int create_beside(
	struct dst *d, const char *name, struct dst **out, struct err *e);

static void
set_ops(struct fd_dst *f)
{
	static const struct dst_ops file = { fd_write_at, fd_truncate, fd_sync,
		fd_close_dst };
	static const struct dst_ops pipe = { fd_write_at, NULL, NULL, fd_close_dst };
	static const struct dst_near near = { name_of, create_beside };

	f->dst.ops = f->dst.seekable ? &file : &pipe;
	f->dst.near = f->publish && !f->first ? &near : NULL;
}

/* A file that has its name at once, in a folder that has not. */
static int
open_in_folder(struct fd_dst *f, const char *folder, const char *name, struct err *e)
{
	if (asprintf(&f->hidden, "%s/%s", folder, name) < 0) {
		f->hidden = NULL;
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	f->dst.seekable = true;
	f->publish = true;
	f->fd = open(f->hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FDIO_FILE_MODE);
	if (f->fd >= 0)
		return 0;
	err_sys(e, ERR_IO, "cannot create");
	free(f->hidden);
	f->hidden = NULL;
	return ERR_IO;
}

static bool
is_guarded(const struct fd_dst *f, const char *path)
{
	for (size_t i = 0; i < sizeof f->guard / sizeof *f->guard; i++)
		if (f->guard[i] && fdio_reads(f->guard[i], path))
			return true;
	return false;
}

static int
open_beside(struct fd_dst *f, const char *name, struct err *e)
{
	char *path = fdio_path_beside(f->first->path, name);
	int r;

	if (!path)
		return err_set(e, ERR_NOMEM, "out of memory");
	if (is_guarded(f->first, path))
		r = err_set(e, ERR_USAGE, "belongs to the recording itself");
	else
		r = open_named(f, path, f->first->mode, e);
	if (r == 0 && !f->publish)
		r = err_set(e, ERR_USAGE, "is no regular file");
	if (r < 0)
		err_prefix(e, "%s", path);
	free(path);
	return r;
}

static int
create_beside(struct dst *d, const char *name, struct dst **out, struct err *e)
{
	struct fd_dst *first = (struct fd_dst *)d, *f = calloc(1, sizeof *f);
	int r;

	if (!f)
		return err_set(e, ERR_NOMEM, "out of memory");
	f->fd = -1;
	f->first = first;
	r = first->folder ? open_in_folder(f, first->folder, name, e)
			  : open_beside(f, name, e);
	if (r < 0) {
		release_one(f);
		return r;
	}
	f->next = first->next;
	first->next = f;
	set_ops(f);
	*out = &f->dst;
	return 0;
}

static struct fd_dst *
new_dst(struct dst **d, struct err *e)
{
	struct fd_dst *f = calloc(1, sizeof *f);

	*d = NULL;
	if (f)
		f->fd = -1;
	else
		err_set(e, ERR_NOMEM, "out of memory");
	return f;
}

static int
opened(struct dst **d, struct fd_dst *f, int r)
{
	if (r < 0) {
		release_dst(f);
		return r;
	}
	set_ops(f);
	*d = &f->dst;
	return 0;
}

int
fdio_open_dst(struct dst **d, const char *path, enum fdio_mode mode, struct err *e)
{
	struct fd_dst *f = new_dst(d, e);
	int r = 0;

	if (!f)
		return ERR_NOMEM;
	if (strcmp(path, "-") == 0) {
		f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		if (f->fd < 0)
			r = err_sys(e, ERR_IO, "cannot write to standard output");
	} else {
		r = open_named(f, path, mode, e);
	}
	return opened(d, f, r);
}

int
fdio_fd_dst(struct dst **d, int fd, struct err *e)
{
	struct fd_dst *f = new_dst(d, e);

	if (!f) {
		close(fd);
		return ERR_NOMEM;
	}
	f->fd = fd;
	f->mode = FDIO_OVERWRITE;
	f->dst.seekable = true;
	return opened(d, f, 0);
}

int
fdio_open_folder(struct dst **d, const char *path, const char *name, struct err *e)
{
	struct fd_dst *f = new_dst(d, e);
	struct stat st;
	int r = 0;

	if (!f)
		return ERR_NOMEM;
	if (strcmp(path, "-") == 0)
		r = err_set(e, ERR_USAGE, "a folder is written; name one");
	else if (lstat(path, &st) == 0)
		r = err_set(e, ERR_EXISTS, "exists already");
	if (r == 0)
		r = fdio_atomic_folder(f, path, e);
	if (r == 0)
		r = open_in_folder(f, f->folder, name, e);
	return opened(d, f, r);
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
