/* SPDX-License-Identifier: ISC */
/* The writer's side: bytes go into the ring as long as there is room and no trouble. */
#include "store/depositor_impl.h"

#include "base/cond.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO_NS    (5 * NS_PER_S)
#define PATIENCE_NS (30 * NS_PER_S)
#define CLOSE_NS    (10 * NS_PER_S)

static void
wake(struct depositor *d)
{
	uint64_t one = 1;

	if (write(d->wake_fd, &one, sizeof one) < 0)
		return; /* it is full of wakes already */
}

/* ---- the writer's side ---- */

/* Under the lock.  It is connected, and keeps nothing: a daemon that was stopped, or whose disk
 * hangs, must not hang who writes. */
static bool
stalls(const struct depositor *d)
{
	return d->acked != d->made && depositor_now(d) - d->kept_ns > d->o.patience_ns;
}

/* Under the lock.  Why nothing can be taken now, however much room there is; 0: it can. */
static int
trouble(struct depositor *d, struct err *e)
{
	if (d->refused || d->troubled) {
		*e = d->why;
		return e->code ? e->code : err_set(e, ERR_IO, "auditrecd refuses");
	}
	if (d->fd < 0 && depositor_now(d) - d->gone_ns > d->o.patience_ns)
		return err_set(e, ERR_IO, "auditrecd does not answer (%.200s)",
			d->why.code ? d->why.text : "it has gone");
	return 0;
}

static void
wait_moved(struct depositor *d, int64_t ns)
{
	cond_wait_until(&d->moved, &d->lock, clk_mono(&clk_system) + ns);
}

static void
copy_in(struct depositor *d, const uint8_t *p, size_t n)
{
	size_t at = (size_t)(d->made % d->o.room);
	size_t first = n < d->o.room - at ? n : d->o.room - at;

	if (d->acked == d->made)
		d->kept_ns = depositor_now(d);
	memcpy(d->ring + at, p, first);
	memcpy(d->ring, p + first, n - first);
	d->made += n;
}

static ssize_t
deposit_write_at(struct dst *dst, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct depositor *d = (struct depositor *)dst;
	size_t room = 0;
	int rc = 0;

	pthread_mutex_lock(&d->lock);
	if (off != d->made)
		rc = err_set(e, ERR_UNSUPPORTED, "a deposit only grows");
	while (rc == 0 && (rc = trouble(d, e)) == 0) {
		room = d->o.room - (size_t)(d->made - d->acked);
		if (room)
			break;
		if (stalls(d))
			rc = err_set(e, ERR_IO, "auditrecd keeps nothing of it");
		else
			wait_moved(d, NS_PER_S / 4);
	}
	if (rc == 0) {
		n = n < room ? n : room;
		copy_in(d, p, n);
	}
	pthread_mutex_unlock(&d->lock);
	wake(d);
	return rc < 0 ? rc : (ssize_t)n;
}

/* Waits until everything is acknowledged, or CLOSED is true; gives up without progress. */
static int
settle(struct depositor *d, bool closed, struct err *e)
{
	uint64_t was = d->acked;
	int64_t since = depositor_now(d);
	int rc = 0;

	while (rc == 0 && (closed ? !d->closed : d->acked != d->made)) {
		wait_moved(d, NS_PER_S / 10);
		if (d->acked != was) {
			was = d->acked;
			since = depositor_now(d);
		}
		rc = d->refused ? trouble(d, e) : 0;
		if (rc == 0 && depositor_now(d) - since > d->o.close_ns)
			rc = err_set(e, ERR_IO,
				"auditrecd has not kept the last %llu bytes (%.200s)",
				(unsigned long long)(d->made - d->acked),
				d->why.code ? d->why.text : "it does not answer");
	}
	return rc;
}

static int
deposit_sync(struct dst *dst, struct err *e)
{
	struct depositor *d = (struct depositor *)dst;
	int rc;

	wake(d);
	pthread_mutex_lock(&d->lock);
	rc = settle(d, false, e);
	pthread_mutex_unlock(&d->lock);
	return rc;
}

static void
release(struct depositor *d)
{
	if (d->fd >= 0)
		close(d->fd);
	if (d->wake_fd >= 0)
		close(d->wake_fd);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->moved);
	buf_free(&d->in);
	buf_free(&d->out);
	free(d->ring);
	free(d);
}

static void
finish(struct depositor *d)
{
	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_mutex_unlock(&d->lock);
	wake(d);
	pthread_join(d->thread, NULL);
	release(d);
}

static int
deposit_close(struct dst *dst, struct err *e)
{
	struct depositor *d = (struct depositor *)dst;
	struct err mine;
	int rc;

	pthread_mutex_lock(&d->lock);
	d->ending = true;
	pthread_mutex_unlock(&d->lock);
	wake(d);
	pthread_mutex_lock(&d->lock);
	rc = settle(d, true, e ? e : &mine);
	pthread_mutex_unlock(&d->lock);
	finish(d);
	return rc;
}

void
depositor_abort(struct dst *dst)
{
	if (dst)
		finish((struct depositor *)dst);
}

/* ---- the beginning ---- */

static void
defaults(struct depositor_opts *o)
{
	if (!o->room)
		o->room = DEPOSITOR_ROOM;
	if (!o->hello_ns)
		o->hello_ns = HELLO_NS;
	if (!o->patience_ns)
		o->patience_ns = PATIENCE_NS;
	if (!o->close_ns)
		o->close_ns = CLOSE_NS;
}

static struct depositor *
make(const struct depositor_opts *o)
{
	static const struct dst_ops ops = { deposit_write_at, NULL, deposit_sync,
		deposit_close };
	struct depositor *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->dst.ops = &ops;
	d->o = *o;
	defaults(&d->o);
	memcpy(d->id, o->id, sizeof d->id);
	d->fd = -1;
	d->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->ring = malloc(d->o.room);
	buf_init(&d->in, 64 << 10);
	buf_init(&d->out, DEPOSITOR_OUT_MAX);
	pthread_mutex_init(&d->lock, NULL);
	cond_init(&d->moved);
	if (d->wake_fd >= 0 && d->ring)
		return d;
	release(d);
	return NULL;
}

static int
connect_first(struct depositor *d, struct err *e)
{
	int n = snprintf(d->addr.sun_path, sizeof d->addr.sun_path, "%s", d->o.path);
	int fd, rc;

	d->addr.sun_family = AF_UNIX;
	if (n >= (int)sizeof d->addr.sun_path)
		return err_set(e, ERR_USAGE, "%.100s: too long for a socket", d->o.path);
	fd = depositor_dial(d, d->o.hello_ns, e);
	if (fd < 0) {
		err_prefix(e, "%.200s", d->o.path);
		return fd;
	}
	d->fd = fd;
	rc = depositor_greet(d, e);
	if (rc < 0 && !d->why.code) /* a refusal says by itself who refuses */
		err_prefix(e, "%.200s", d->o.path);
	return rc;
}

int
depositor_open(struct dst **out, const struct depositor_opts *o, struct err *e)
{
	struct depositor *d = make(o);
	int rc;

	*out = NULL;
	if (!d)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = connect_first(d, e);
	d->heard_ns = depositor_now(d);
	if (rc == 0 && pthread_create(&d->thread, NULL, depositor_run, d) != 0)
		rc = err_set(e, ERR_NOMEM, "no thread for auditrecd");
	if (rc < 0) {
		release(d);
		return rc;
	}
	*out = &d->dst;
	return 0;
}
