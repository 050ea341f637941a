/* SPDX-License-Identifier: ISC */
/* A source is a descriptor read with pread(2): the file itself, or the spool that a pipe is
 * copied into while it is read. */
#include "sys/fdio_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_MAX    8 /* files of one recording */
#define SPOOL_CHUNK ((size_t)64 << 10)

static void
wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	poll(&p, 1, -1);
}

ssize_t
fdio_read(int fd, void *p, size_t n)
{
	for (;;) {
		ssize_t k = read(fd, p, n);

		if (k >= 0 || (errno != EINTR && errno != EAGAIN))
			return k;
		if (errno == EAGAIN)
			wait_for(fd, POLLIN);
	}
}

ssize_t
fdio_write(int fd, const void *p, size_t n, off_t off)
{
	for (;;) {
		ssize_t k = off < 0 ? write(fd, p, n) : pwrite(fd, p, n, off);

		if (k >= 0 || (errno != EINTR && errno != EAGAIN))
			return k;
		if (errno == EAGAIN)
			wait_for(fd, POLLOUT);
	}
}

int
fdio_write_all(int fd, const void *p, size_t n, struct err *e)
{
	const uint8_t *at = p;

	while (n) {
		ssize_t k = fdio_write(fd, at, n, -1);

		if (k < 0)
			return err_sys(e, ERR_IO, "cannot write");
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

struct fd_src {
	struct src src;
	int fd;        /* what pread(2) reads: the file or the spool */
	int pipe;      /* what is spooled, -1 none */
	bool ended;    /* the pipe is at its end */
	uint64_t base; /* where the recording begins in FD */
	uint64_t have; /* bytes in the spool */
	char *path;    /* NULL: nothing lies beside it */
	struct {
		dev_t dev;
		ino_t ino;
	} read[READ_MAX]; /* it, and what was opened beside it */
	int nread;
};

static int
spool_put(struct fd_src *f, const uint8_t *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t k = fdio_write(f->fd, p, n, (off_t)f->have);

		if (k <= 0)
			return err_sys(e, ERR_IO, "cannot spool the input to %s",
				getenv("TMPDIR") ? "$TMPDIR" : "/tmp");
		f->have += (uint64_t)k;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* Read the pipe until the spool reaches beyond OFF. */
static int
spool_until(struct fd_src *f, uint64_t off, struct err *e)
{
	uint8_t chunk[SPOOL_CHUNK];

	while (!f->ended && f->have <= off) {
		ssize_t k = fdio_read(f->pipe, chunk, sizeof chunk);

		if (k < 0)
			return err_sys(e, ERR_IO, "cannot read");
		if (k == 0)
			f->ended = true;
		else if (spool_put(f, chunk, (size_t)k, e) < 0)
			return e ? e->code : ERR_IO;
	}
	return 0;
}

static ssize_t
fd_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct fd_src *f = (struct fd_src *)s;
	ssize_t k;

	if (off > (uint64_t)INT64_MAX - f->base)
		return 0;
	if (f->pipe >= 0) {
		int r = spool_until(f, off, e);

		if (r < 0)
			return r;
	}
	do
		k = pread(f->fd, p, n, (off_t)(f->base + off));
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return err_sys(e, ERR_IO, "cannot read");
	return k;
}

static int64_t
fd_size(struct src *s)
{
	struct fd_src *f = (struct fd_src *)s;
	struct stat st;

	if (f->pipe >= 0)
		return f->ended ? (int64_t)f->have : -1;
	if (fstat(f->fd, &st) < 0)
		return -1;
	return st.st_size > (off_t)f->base ? (int64_t)(st.st_size - (off_t)f->base) : 0;
}

static void
fd_close(struct src *s)
{
	struct fd_src *f = (struct fd_src *)s;

	if (f->fd >= 0)
		close(f->fd);
	if (f->pipe >= 0)
		close(f->pipe);
	free(f->path);
	free(f);
}

static const struct src_ops fd_src_ops = { fd_read_at, fd_size, fd_close };

/* An open file without a name in DIR. */
static int
open_unnamed(const char *dir)
{
	char name[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if ((size_t)snprintf(name, sizeof name, "%s/auditrec.XXXXXX", dir) >= sizeof name)
		return -1;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

int
fdio_temp(struct err *e)
{
	const char *dir = getenv("TMPDIR");
	int fd = open_unnamed(dir && *dir ? dir : "/tmp");

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot make a temporary file in %s",
			dir && *dir ? dir : "/tmp");
	return fd;
}

/* 1: read it in place, 0: spool it, negative: refused. */
static int
kind_of_input(int fd, bool named, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_IO, "cannot read");
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return 1;
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	case S_IFDIR:
		return err_set(e, ERR_FORMAT, "is a directory, not a recording");
	default:
		if (!named && !isatty(fd))
			return 0;
		return err_set(e, ERR_FORMAT, "is a %s, not a recording",
			isatty(fd) ? "terminal" : "device");
	}
}

/* Takes FD over. */
static int
src_of_fd(struct src **s, int fd, bool named, struct err *e)
{
	int kind = kind_of_input(fd, named, e);
	struct fd_src *f = kind < 0 ? NULL : calloc(1, sizeof *f);
	off_t at;

	if (!f) {
		close(fd);
		return kind < 0 ? kind : err_set(e, ERR_NOMEM, "out of memory");
	}
	*f = (struct fd_src){ .src.ops = &fd_src_ops, .fd = fd, .pipe = -1 };
	if (kind) {
		at = named ? 0 : lseek(fd, 0, SEEK_CUR);
		f->base = at > 0 ? (uint64_t)at : 0;
	} else {
		f->pipe = fd;
		f->fd = fdio_temp(e);
		if (f->fd < 0) {
			int code = f->fd;

			fd_close(&f->src);
			return e ? e->code : code;
		}
	}
	*s = &f->src;
	return 0;
}

int
fdio_fd_src(struct src **s, int fd, struct err *e)
{
	return src_of_fd(s, fd, true, e);
}

static void
note_read(struct fd_src *f, int fd)
{
	struct stat st;

	if (f->nread == READ_MAX || fstat(fd, &st) < 0)
		return;
	f->read[f->nread].dev = st.st_dev;
	f->read[f->nread++].ino = st.st_ino;
}

static int
check_regular(int fd, struct err *e)
{
	struct stat st;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open");
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	close(fd);
	return err_set(e, ERR_FORMAT, "no file");
}

static const char *
name_of(struct src *s)
{
	const char *path = ((struct fd_src *)s)->path, *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
open_beside(struct src *s, const char *name, struct src **out, struct err *e)
{
	char *path = fdio_path_beside(((struct fd_src *)s)->path, name);
	int fd, r;

	if (!path)
		return err_set(e, ERR_NOMEM, "out of memory");
	/* whoever could put a link there must not choose what we read */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	free(path);
	r = check_regular(fd, e);
	if (r < 0)
		return r;
	note_read((struct fd_src *)s, fd);
	return fdio_fd_src(out, fd, e);
}

/* S was opened as PATH, and has neighbours. */
static int
has_path(struct src **s, const char *path, struct err *e)
{
	static const struct src_near near = { name_of, open_beside };
	struct fd_src *f = (struct fd_src *)*s;

	/* src_of_fd() made it: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	f->path = strdup(path);
	if (!f->path) {
		src_close(*s);
		*s = NULL;
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	f->src.near = &near;
	note_read(f, f->fd);
	return 0;
}

bool
fdio_reads(struct src *src, const char *path)
{
	const struct fd_src *f = (const struct fd_src *)src;
	struct stat st;

	if (src->ops != &fd_src_ops || stat(path, &st) < 0)
		return false;
	for (int i = 0; i < f->nread; i++)
		if (f->read[i].dev == st.st_dev && f->read[i].ino == st.st_ino)
			return true;
	return false;
}

/* "PATH/NAME" if there is such a file. */
static char *
in_folder(const char *path, const char *name)
{
	char *out;

	if (asprintf(&out, "%s/%s", path, name) < 0)
		return NULL;
	if (access(out, F_OK) == 0)
		return out;
	free(out);
	return NULL;
}

/* The file with which the folder PATH begins, if it is a recording; NULL: it is none. */
static char *
first_in_folder(const char *path)
{
	char *timing = in_folder(path, "timing"), *first = NULL;

	if (timing)
		first = in_folder(path, "log.json");
	if (timing && !first)
		first = in_folder(path, "log");
	free(timing);
	return first;
}

bool
fdio_is_recording(const char *path)
{
	char *first = first_in_folder(path);

	free(first);
	return first != NULL;
}

bool
fdio_is_part(const char *path)
{
	static const char *const ends[] = { ".timing", ".tm", ".time", ".input", ".in" };
	size_t n = strlen(path);
	bool part = false;

	for (size_t i = 0; i < sizeof ends / sizeof *ends && !part; i++) {
		size_t end = strlen(ends[i]);
		char *whole;

		if (n <= end || strcmp(path + n - end, ends[i]) != 0)
			continue;
		whole = strndup(path, n - end);
		part = whole && access(whole, F_OK) == 0;
		free(whole);
	}
	return part;
}

/* As it is without folders. */
static int
open_file(struct src **s, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int r = check_regular(fd, e);

	if (r < 0)
		return r;
	r = fdio_fd_src(s, fd, e);
	return r < 0 ? r : has_path(s, path, e);
}

int
fdio_open_regular(struct src **s, const char *path, struct err *e)
{
	char *first = first_in_folder(path);
	int r;

	*s = NULL;
	r = open_file(s, first ? first : path, e);
	free(first);
	return r;
}

/* Opening a device can do things (rewind a tape, raise a line): look at it first. */
static int
open_input(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return err_sys(e, ERR_IO, "cannot open");
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return err_set(e, ERR_FORMAT, "is a device, not a recording");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open");
	return fd;
}

static int
open_named(struct src **s, const char *path, struct err *e)
{
	char *first = first_in_folder(path);
	int fd, r;

	if (first) {
		r = open_file(s, first, e);
		free(first);
		return r;
	}
	fd = open_input(path, e);
	r = fd < 0 ? fd : src_of_fd(s, fd, true, e);
	return r < 0 ? r : has_path(s, path, e);
}

int
fdio_open_src(struct src **s, const char *path, struct err *e)
{
	bool named = strcmp(path, "-") != 0;
	int fd;

	*s = NULL;
	if (named)
		return open_named(s, path, e);
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot read standard input");
	return src_of_fd(s, fd, false, e);
}
