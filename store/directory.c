/* SPDX-License-Identifier: ISC */
/* Writing recordings into a folder.  The order of steps is what makes a crash harmless: state
 * before facts before the file, and backwards at the end; facts replace old facts by rename.
 * Only the state is durable at once: whoever begins a session waits for that.  Facts and names
 * are before the first byte is. */
#include "store/directory_impl.h"

#include "sys/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_ROOM 4096 /* bytes without which no recording is begun */

/* --- helpers --- */

const char *
directory_side(char out[DIRECTORY_SIDE_MAX], const char *id, const char *suffix)
{
	snprintf(out, DIRECTORY_SIDE_MAX, "%s%s", id, suffix);
	return out;
}

bool
directory_has(const struct directory *d, const char *name)
{
	return faccessat(d->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A new file with mode and owner as configured. */
static int
make_file(const struct directory *d, const char *name, struct err *e)
{
	int fd = openat(
		d->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot create %s/%s", d->o.path, name);
	if ((d->o.chown && fchown(fd, d->o.owner, d->o.group) < 0) ||
		fchmod(fd, d->o.mode) < 0) {
		int rc = err_sys(
			e, ERR_IO, "cannot set owner and mode of %s/%s", d->o.path, name);

		unlinkat(d->fd, name, 0);
		close(fd);
		return rc;
	}
	return fd;
}

/* TEXT as the new file NAME; DURABLE at once. */
static int
put_file(const struct directory *d, const char *name, struct span text, bool durable,
	struct err *e)
{
	int fd = make_file(d, name, e), rc;

	if (fd < 0)
		return fd;
	rc = fdio_write_all(fd, text.p, text.n, e);
	if (rc == 0 && durable)
		rc = directory_sync_file(d, fd, e);
	close(fd);
	if (rc < 0)
		unlinkat(d->fd, name, 0);
	return rc;
}

static int
put_meta(const struct directory *d, const char *id, const struct meta *m, bool durable,
	struct err *e)
{
	char hidden[DIRECTORY_SIDE_MAX + sizeof DIRECTORY_HIDDEN],
		name[DIRECTORY_SIDE_MAX];
	struct buf text = { 0 };
	int rc = meta_write(&text, m);

	snprintf(hidden, sizeof hidden, "%s%s", DIRECTORY_HIDDEN, id);
	unlinkat(d->fd, hidden, 0);
	if (rc == 0)
		rc = put_file(d, hidden, buf_span(&text), durable, e);
	else
		err_set(e, rc, "%s", err_name(rc));
	if (rc == 0 &&
		renameat(d->fd, hidden, d->fd, directory_side(name, id, META_SUFFIX)) < 0)
		rc = err_sys(e, ERR_IO, "cannot replace %s/%s", d->o.path, name);
	buf_free(&text);
	return rc;
}

/* Another line in ID.state. */
static int
add_state(const struct directory *d, const char *id, struct span line, struct err *e)
{
	char name[DIRECTORY_SIDE_MAX];
	int fd = openat(d->fd, directory_side(name, id, JOURNAL_SUFFIX),
		O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	int rc = 0;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open %s/%s", d->o.path, name);
	rc = fdio_write_all(fd, line.p, line.n, e);
	if (rc == 0)
		rc = directory_sync_file(d, fd, e);
	close(fd);
	return rc;
}

/* --- opening files --- */

static int
make_handle(struct directory *d, const char *id, int fd, struct store_file **out,
	struct err *e)
{
	struct directory_file *f = calloc(1, sizeof *f);

	if (!f)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	f->file.store = &d->store;
	snprintf(f->file.id, sizeof f->file.id, "%s", id);
	f->d = d;
	f->fd = fd;
	*out = &f->file;
	return 0;
}

static int
make_files(struct directory *d, const char *id, const struct meta *m, struct err *e)
{
	char state[DIRECTORY_SIDE_MAX];
	struct buf line = { 0 };
	int rc;

	journal_put_open(&line);
	rc = put_file(
		d, directory_side(state, id, JOURNAL_SUFFIX), buf_span(&line), true, e);
	buf_free(&line);
	if (rc == 0)
		rc = put_meta(d, id, m, false, e);
	return rc < 0 ? rc : make_file(d, id, e);
}

static void
unmake_files(struct directory *d, const char *id)
{
	char name[DIRECTORY_SIDE_MAX];

	unlinkat(d->fd, id, 0);
	unlinkat(d->fd, directory_side(name, id, META_SUFFIX), 0);
	unlinkat(d->fd, directory_side(name, id, JOURNAL_SUFFIX), 0);
}

/* Bytes that may still be appended. */
static uint64_t
room(const struct directory *d)
{
	uint64_t used = __atomic_load_n(&d->used, __ATOMIC_RELAXED);

	return used < d->o.size_max ? d->o.size_max - used : 0;
}

static int
directory_create(struct store *s, const char *id, const struct meta *m,
	struct store_file **f, struct err *e)
{
	struct directory *d = (struct directory *)s;
	char state[DIRECTORY_SIDE_MAX];
	int fd, rc;

	/* before the session begins, not with its first bytes */
	if (d->o.size_max &&
		room(d) < (d->o.size_max < 4 * NEW_ROOM ? d->o.size_max / 4 : NEW_ROOM))
		return err_set(e, ERR_NOSPACE, "%s is full", d->o.path);
	if (directory_has(d, id) ||
		directory_has(d, directory_side(state, id, JOURNAL_SUFFIX)))
		return err_set(e, ERR_EXISTS, "%s/%s exists already", d->o.path, id);
	fd = make_files(d, id, m, e);
	rc = fd < 0 ? fd : make_handle(d, id, fd, f, e);
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		unmake_files(d, id);
	}
	return rc;
}

static int
check_open(struct directory *d, const char *id, struct err *e)
{
	char name[DIRECTORY_SIDE_MAX];
	struct buf text = { 0 };
	struct journal j = { 0 };
	int rc = directory_slurp(
		d, directory_side(name, id, JOURNAL_SUFFIX), JOURNAL_FILE_MAX, &text, e);

	if (rc == ERR_NOTFOUND && directory_has(d, id))
		rc = err_set(e, ERR_STATE, "%s/%s is finished", d->o.path, id);
	if (rc == 0)
		rc = journal_read(&j, buf_span(&text), e);
	if (rc == 0 && !j.open)
		rc = err_set(e, ERR_STATE, "%s/%s is finished", d->o.path, id);
	journal_free(&j);
	buf_free(&text);
	return rc;
}

static int
directory_resume(struct store *s, const char *id, struct store_file **f, struct err *e)
{
	struct directory *d = (struct directory *)s;
	int rc = check_open(d, id, e), fd;
	struct stat st;

	if (rc < 0)
		return rc;
	fd = openat(d->fd, id, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open %s/%s", d->o.path, id);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		rc = err_set(e, ERR_FORMAT, "%s/%s is no file", d->o.path, id);
	if (rc == 0)
		rc = directory_sync_file(d, fd, e);
	if (rc == 0)
		rc = make_handle(d, id, fd, f, e);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	(*f)->size = (*f)->durable = (uint64_t)st.st_size;
	rc = directory_settle((struct directory_file *)*f, e);
	if (rc < 0)
		store_leave(*f);
	return rc;
}

/* --- writing --- */

static ssize_t
directory_append(struct store_file *file, const void *p, size_t n, struct err *e)
{
	struct directory_file *f = (struct directory_file *)file;
	struct directory *d = f->d;
	ssize_t k;

	if (d->o.size_max && n > room(d))
		n = (size_t)room(d);
	if (n == 0)
		return err_set(e, ERR_NOSPACE, "%s is full", d->o.path);
	k = fdio_write(f->fd, p, n, (off_t)file->size);
	if (k < 0)
		return err_sys(e, ERR_IO, "cannot write %s/%s", d->o.path, file->id);
	file->size += (uint64_t)k;
	__atomic_add_fetch(&d->used, (uint64_t)k, __ATOMIC_RELAXED);
	return k;
}

static int
directory_cut(struct store_file *file, uint64_t size, struct err *e)
{
	struct directory_file *f = (struct directory_file *)file;

	if (ftruncate(f->fd, (off_t)size) < 0)
		return err_sys(e, ERR_IO, "cannot cut %s/%s", f->d->o.path, file->id);
	__atomic_sub_fetch(&f->d->used, file->size - size, __ATOMIC_RELAXED);
	file->size = size;
	f->synced = false;
	if (file->durable > size)
		file->durable = size;
	return 0;
}

/* The bytes that FILL writes, in a file that has no name of a recording yet. */
static int
fill_hidden(struct directory_file *f, store_fill *fill, void *ctx, struct err *e)
{
	struct dst *out = store_file_dst(&f->file);
	int rc = out ? fill(ctx, out, e) : err_set(e, ERR_NOMEM, "out of memory");

	dst_close(out, NULL);
	return rc < 0 ? rc : directory_sync_file(f->d, f->fd, e);
}

static int
directory_replace(struct store_file *file, store_fill *fill, void *ctx, struct err *e)
{
	struct directory_file *f = (struct directory_file *)file, fresh = *f;
	char hidden[DIRECTORY_SIDE_MAX + sizeof DIRECTORY_HIDDEN];
	struct directory *d = f->d;
	int rc;

	snprintf(hidden, sizeof hidden, "%s%s", DIRECTORY_HIDDEN, file->id);
	unlinkat(d->fd, hidden, 0);
	fresh.file.size = fresh.file.durable = 0;
	fresh.fd = make_file(d, hidden, e);
	if (fresh.fd < 0)
		return fresh.fd;
	rc = fill_hidden(&fresh, fill, ctx, e);
	if (rc == 0 && renameat(d->fd, hidden, d->fd, file->id) < 0)
		rc = err_sys(e, ERR_IO, "cannot replace %s/%s", d->o.path, file->id);
	if (rc < 0) {
		__atomic_sub_fetch(&d->used, fresh.file.size, __ATOMIC_RELAXED);
		unlinkat(d->fd, hidden, 0);
		close(fresh.fd);
		return rc;
	}
	__atomic_sub_fetch(&d->used, file->size, __ATOMIC_RELAXED);
	close(f->fd);
	f->fd = fresh.fd;
	file->size = file->durable = fresh.file.size;
	return directory_sync(d, e);
}

static int
directory_describe(struct store_file *file, const struct meta *m, struct err *e)
{
	struct directory_file *f = (struct directory_file *)file;

	return put_meta(f->d, file->id, m, f->settled, e);
}

/* What a failed flush has left in doubt is not to be found again. */
static bool
drop_doubtful(struct directory_file *f)
{
	struct err ignored;

	if (f->file.doubtful)
		directory_cut(&f->file, f->file.durable, &ignored);
	return f->file.doubtful;
}

static void
directory_leave(struct store_file *file)
{
	struct directory_file *f = (struct directory_file *)file;

	if (!drop_doubtful(f))
		directory_sync_file(f->d, f->fd, NULL);
	close(f->fd);
	free(f);
}

static int
end_state(struct directory *d, const struct store_file *file, struct err *e)
{
	char name[DIRECTORY_SIDE_MAX];
	struct buf line = { 0 };
	int rc;

	if (!d->o.spool) {
		if (unlinkat(d->fd, directory_side(name, file->id, JOURNAL_SUFFIX), 0) <
			0)
			return err_sys(e, ERR_IO, "cannot remove %s/%s", d->o.path, name);
		return directory_sync(d, e);
	}
	journal_put_finished(&line, file->size);
	rc = add_state(d, file->id, buf_span(&line), e);
	buf_free(&line);
	return rc;
}

static int
directory_finish(struct store_file *file, struct err *e)
{
	struct directory_file *f = (struct directory_file *)file;
	int rc = directory_flush(f, e);

	drop_doubtful(f);
	if (rc == 0)
		rc = end_state(f->d, file, e);
	/* NFS and quotas tell about lost bytes only here */
	if (close(f->fd) < 0 && rc == 0 && errno != EINTR)
		rc = err_sys(e, ERR_IO, "cannot write %s/%s", f->d->o.path, file->id);
	free(f);
	return rc;
}

/* --- the store --- */

static void
directory_close(struct store *s)
{
	struct directory *d = (struct directory *)s;

	if (d->fd >= 0)
		close(d->fd);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->flushed);
	free((char *)d->o.path);
	free(d);
}

static int
add_size(void *ctx, const struct store_info *info)
{
	*(uint64_t *)ctx += (uint64_t)info->size;
	return 0;
}

static int
open_folder(struct directory *d, struct err *e)
{
	struct stat st;

	d->fd = open(d->o.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) < 0)
		return err_sys(e, ERR_IO, "cannot open %s", d->o.path);
	if (st.st_mode & S_IWOTH)
		return err_set(
			e, ERR_USAGE, "%s: others may write here; chmod o-w", d->o.path);
	return directory_each(d, add_size, &d->used, e);
}

int
directory_open(struct store **s, const struct directory_opts *o, struct err *e)
{
	static const struct store_ops ops = { "directory", directory_create,
		directory_resume, directory_append, directory_cut, directory_replace,
		directory_describe, directory_waits, directory_commit, directory_finish,
		directory_leave, directory_read, directory_list, directory_remove,
		directory_close };
	struct directory *d = calloc(1, sizeof *d);
	int rc;

	*s = NULL;
	if (!d)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	*d = (struct directory){ .store.ops = &ops, .o = *o, .fd = -1 };
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->flushed, NULL);
	d->o.path = strdup(o->path);
	if (!d->o.mode)
		d->o.mode = DIRECTORY_MODE_DEFAULT;
	if (!d->o.sync_ns)
		d->o.sync_ns = DIRECTORY_SYNC_DEFAULT;
	rc = d->o.path ? open_folder(d, e) : err_set(e, ERR_NOMEM, "out of memory");
	if (rc < 0)
		directory_close(&d->store);
	else
		*s = &d->store;
	return rc;
}

int
directory_fd(const struct store *s)
{
	return ((const struct directory *)s)->fd;
}

uint64_t
directory_used(const struct store *s)
{
	return __atomic_load_n(&((const struct directory *)s)->used, __ATOMIC_RELAXED);
}
