/* SPDX-License-Identifier: ISC */
/* Flushing: what makes the bytes of a recording durable, and in which order.  Whoever flushes
 * waits for the disk; many may at once, each with a file of its own, and one flush of the
 * folder serves all that have waited for it. */
#include "store/directory_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
directory_sync_file(const struct directory *d, int fd, struct err *e)
{
	if (d->o.sync != DIRECTORY_SYNC_NEVER && fdatasync(fd) < 0)
		return err_sys(e, ERR_IO, "cannot make a file durable in %s", d->o.path);
	return 0;
}

/* The next flush of the folder; D->lock is held, but not while it is under way. */
static void
flush_folder(struct directory *d)
{
	int why;

	d->flushing = true;
	pthread_mutex_unlock(&d->lock);
	why = fsync(d->fd) < 0 ? errno : 0;
	pthread_mutex_lock(&d->lock);
	d->flushing = false;
	d->done++;
	if (why) {
		d->failed = d->done;
		d->why_failed = why;
	}
	pthread_cond_broadcast(&d->flushed);
}

int
directory_sync(struct directory *d, struct err *e)
{
	uint64_t wanted;
	int why;

	if (d->o.sync == DIRECTORY_SYNC_NEVER)
		return 0;
	pthread_mutex_lock(&d->lock);
	/* one that is under way may have missed what was done just now */
	wanted = d->done + d->flushing + 1;
	while (d->done < wanted)
		if (d->flushing)
			pthread_cond_wait(&d->flushed, &d->lock);
		else
			flush_folder(d);
	/* a later one that failed is as bad */
	why = d->failed >= wanted ? d->why_failed : 0;
	pthread_mutex_unlock(&d->lock);
	errno = why;
	return why ? err_sys(e, ERR_IO, "cannot make %s durable", d->o.path) : 0;
}

/* Facts, and the names of everything: durable before any byte is. */
int
directory_settle(struct directory_file *f, struct err *e)
{
	struct directory *d = f->d;
	char name[DIRECTORY_SIDE_MAX];
	int fd, rc = 0;

	if (f->settled)
		return 0;
	fd = openat(d->fd, directory_side(name, f->file.id, META_SUFFIX),
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		rc = directory_sync_file(d, fd, e);
		close(fd);
	}
	if (rc == 0)
		rc = directory_sync(d, e);
	f->settled = rc == 0;
	return rc;
}

static bool
is_durable(const struct directory_file *f)
{
	return f->synced && f->file.durable == f->file.size;
}

/* The kernel may drop what it could not write, and tells of that once. */
int
directory_flush(struct directory_file *f, struct err *e)
{
	int rc;

	if (f->file.doubtful)
		return err_set(e, ERR_IO, "%s/%s: a flush of it has failed", f->d->o.path,
			f->file.id);
	rc = directory_settle(f, e);
	if (rc == 0 && !is_durable(f))
		rc = directory_sync_file(f->d, f->fd, e);
	f->file.doubtful = rc < 0;
	return rc;
}

/* Is it time for a flush? */
static bool
is_due(const struct directory_file *f, int64_t now, bool must)
{
	const struct directory_opts *o = &f->d->o;

	return o->sync != DIRECTORY_SYNC_INTERVAL || must || !f->synced ||
	       now - f->synced_ns >= o->sync_ns;
}

bool
directory_waits(const struct store_file *file, int64_t now, bool must)
{
	const struct directory_file *f = (const struct directory_file *)file;

	return f->d->o.sync != DIRECTORY_SYNC_NEVER && is_due(f, now, must);
}

int
directory_commit(struct store_file *file, int64_t now, bool must, struct err *e)
{
	struct directory_file *f = (struct directory_file *)file;
	int rc;

	if (!is_due(f, now, must))
		return 0;
	rc = directory_flush(f, e);
	if (rc < 0)
		return rc;
	f->synced_ns = now;
	f->synced = true;
	file->durable = file->size;
	return 0;
}
