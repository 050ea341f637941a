/* SPDX-License-Identifier: ISC */
/* The connection to the daemon, and the thread that looks after it. */
#include "store/depositor_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALIVE_NS    (60 * NS_PER_S)
#define RETRY_LEAST (50 * NS_PER_MS)
#define RETRY_MOST  (2 * NS_PER_S)
#define DIAL_NS     NS_PER_S

/* ---- the connection ---- */

/* Somebody may fill the queue of those who want in: we stand in line, not for ever.  Whoever is
 * stopped meanwhile, and goes on, begins anew. */
static int
stand_in_line(const struct depositor *d, int fd, int64_t wait_ns)
{
	int64_t until = depositor_now(d) + wait_ns, left = wait_ns;
	int rc;

	do {
		int64_t us = left / 1000 + 1; /* 0 would be for ever */
		struct timeval t = { us / 1000000, us % 1000000 };

		rc = setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
		if (rc == 0)
			rc = connect(
				fd, (const struct sockaddr *)&d->addr, sizeof d->addr);
		left = until - depositor_now(d);
	} while (rc < 0 && errno == EINTR && left > 0);
	return rc;
}

int
depositor_dial(const struct depositor *d, int64_t wait_ns, struct err *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(e, ERR_IO, "socket");
	if (stand_in_line(d, fd, wait_ns) < 0) {
		int code =
			errno == ENOENT || errno == ECONNREFUSED ? ERR_NOTFOUND : ERR_IO;

		if (errno == EAGAIN)
			err_set(e, code, "too many want in");
		else if (code == ERR_NOTFOUND)
			err_sys(e, code, "auditrecd does not listen there");
		else
			err_sys(e, code, "cannot connect to auditrecd");
		close(fd);
		return code;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void
hang_up(struct depositor *d, const struct err *why)
{
	pthread_mutex_lock(&d->lock);
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	d->gone_ns = depositor_now(d);
	if (why)
		d->why = *why;
	pthread_cond_broadcast(&d->moved);
	pthread_mutex_unlock(&d->lock);
	buf_clear(&d->in);
	buf_clear(&d->out);
	d->end_sent = false;
}

static void
put_hello(struct depositor *d, bool again)
{
	struct deposit_frame f = { .type = DEPOSIT_HELLO,
		.version = DEPOSIT_VERSION,
		.least_version = DEPOSIT_VERSION,
		.resume = again };

	memcpy(f.id, d->id, sizeof f.id);
	memcpy(f.token, d->token, sizeof f.token);
	pthread_mutex_lock(&d->lock);
	f.offset = d->acked;
	f.made = d->made;
	pthread_mutex_unlock(&d->lock);
	deposit_write(&d->out, &f);
}

/* ---- what the daemon says ---- */

static int
take_welcome(struct depositor *d, const struct deposit_frame *f, struct err *e)
{
	if (f->version != DEPOSIT_VERSION || f->offset < d->acked || f->offset > d->made)
		return err_set(
			e, ERR_FORMAT, "auditrecd greets as no version of it does");
	memcpy(d->token, f->token, sizeof d->token);
	d->window = f->window;
	d->sent = f->offset;
	d->kept_ns = depositor_now(d);
	d->pause_ns = 0;
	if (d->acked == d->made)
		d->troubled = false;
	return 0;
}

static int
take_refused(struct depositor *d, const struct deposit_frame *f, struct err *e)
{
	d->refused = deposit_reason_lasts(f->reason);
	d->troubled = f->reason == DEPOSIT_R_FULL || f->reason == DEPOSIT_R_FAILED ||
		      f->reason == DEPOSIT_R_LIMIT;
	err_set(&d->why, f->reason == DEPOSIT_R_FULL ? ERR_NOSPACE : ERR_IO,
		"auditrecd refuses the session: %.200s",
		*f->text ? f->text : deposit_reason_text(f->reason));
	*e = d->why;
	return e->code;
}

/* Under the lock. */
static int
take_frame(struct depositor *d, const struct deposit_frame *f, struct err *e)
{
	switch (f->type) {
	case DEPOSIT_WELCOME:
		return take_welcome(d, f, e);
	case DEPOSIT_ACK:
		if (f->offset < d->acked || f->offset > d->sent)
			return err_set(e, ERR_FORMAT,
				"auditrecd acknowledges what it was not sent");
		if (f->offset != d->acked)
			d->kept_ns = depositor_now(d);
		d->acked = f->offset;
		d->troubled = false;
		d->why.code = 0;
		return 0;
	case DEPOSIT_CLOSED:
		d->closed = d->end_sent && f->offset == d->made;
		d->acked = d->closed ? d->made : d->acked;
		return 0;
	case DEPOSIT_REFUSED:
		return take_refused(d, f, e);
	case DEPOSIT_HELLO:
	case DEPOSIT_DATA:
	case DEPOSIT_ALIVE:
	case DEPOSIT_END:
		break;
	}
	return err_set(e, ERR_FORMAT, "auditrecd sends a client's frame");
}

static int
take_frames(struct depositor *d, bool *welcome, struct err *e)
{
	struct deposit_frame f;
	int n, rc = 0;

	while (rc == 0 &&
		(n = deposit_read(&f, buf_span(&d->in), DEPOSIT_FROM_S, e)) != 0) {
		if (n < 0) {
			err_prefix(e, "it sends what no auditrecd does");
			return n;
		}
		pthread_mutex_lock(&d->lock);
		rc = take_frame(d, &f, e);
		pthread_cond_broadcast(&d->moved);
		pthread_mutex_unlock(&d->lock);
		*welcome |= f.type == DEPOSIT_WELCOME;
		buf_consume(&d->in, (size_t)n);
	}
	return rc;
}

static int
receive(struct depositor *d, bool *welcome, struct err *e)
{
	ssize_t n;

	for (;;) {
		if (buf_reserve(&d->in, 4096) < 0)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		n = recv(d->fd, d->in.p + d->in.n, 4096, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return err_set(e, ERR_IO, "auditrecd has gone");
		d->in.n += (size_t)n;
		if (take_frames(d, welcome, e) < 0)
			return e->code;
	}
}

/* ---- what it is told ---- */

/* Under the lock: the next piece of the ring that may go out. */
static struct span
piece(const struct depositor *d)
{
	uint64_t may = d->acked + d->window;
	uint64_t end = d->made < may ? d->made : may;
	size_t at = (size_t)(d->sent % d->o.room), n;

	if (end <= d->sent)
		return span_of(d->ring, 0);
	n = (size_t)(end - d->sent);
	if (n > DEPOSIT_DATA_MAX)
		n = DEPOSIT_DATA_MAX;
	if (n > d->o.room - at)
		n = d->o.room - at;
	return span_of(d->ring + at, n);
}

static void
fill_out(struct depositor *d)
{
	struct deposit_frame f = { .type = DEPOSIT_DATA };

	pthread_mutex_lock(&d->lock);
	while (d->out.n < DEPOSITOR_OUT_MAX / 2 && (f.data = piece(d)).n) {
		f.offset = d->sent;
		deposit_write(&d->out, &f);
		d->sent += f.data.n;
	}
	if (d->ending && d->sent == d->made && !d->end_sent) {
		f = (struct deposit_frame){ .type = DEPOSIT_END, .offset = d->made };
		deposit_write(&d->out, &f);
		d->end_sent = true;
	}
	pthread_mutex_unlock(&d->lock);
	if (!d->out.n && depositor_now(d) - d->heard_ns >= ALIVE_NS) {
		f = (struct deposit_frame){ .type = DEPOSIT_ALIVE };
		deposit_write(&d->out, &f);
	}
}

/* Nothing can be sent any more: what it said last, and why, is still to be heard. */
static int
hear_the_last(struct depositor *d, struct err *e)
{
	bool welcome = false;
	int rc = receive(d, &welcome, e);

	return rc < 0 ? rc : err_set(e, ERR_IO, "auditrecd has gone");
}

static int
send_out(struct depositor *d, struct err *e)
{
	ssize_t n;

	while (d->out.n) {
		n = send(d->fd, d->out.p, d->out.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return hear_the_last(d, e);
		d->heard_ns = depositor_now(d);
		buf_consume(&d->out, (size_t)n);
	}
	return 0;
}

/* ---- the thread ---- */

static void
try_again(struct depositor *d)
{
	struct err e = { .code = 0 };
	int fd;

	if (depositor_now(d) < d->retry_ns)
		return;
	d->pause_ns = d->pause_ns ? 2 * d->pause_ns : RETRY_LEAST;
	if (d->pause_ns > RETRY_MOST)
		d->pause_ns = RETRY_MOST;
	d->retry_ns = depositor_now(d) + d->pause_ns;
	fd = depositor_dial(d, DIAL_NS, &e);
	pthread_mutex_lock(&d->lock);
	if (fd < 0)
		d->why = e;
	d->fd = fd < 0 ? -1 : fd;
	d->window = 0; /* nothing goes out before the welcome */
	pthread_mutex_unlock(&d->lock);
	if (fd >= 0)
		put_hello(d, true);
}

static int
turn(struct depositor *d, struct err *e)
{
	bool welcome = false;
	int rc = receive(d, &welcome, e);

	/* until the socket takes no more, or there is no more */
	do {
		if (rc == 0 && d->window)
			fill_out(d);
		if (rc < 0 || !d->out.n)
			return rc;
		rc = send_out(d, e);
	} while (rc == 0 && !d->out.n);
	return rc;
}

static void
doze(struct depositor *d)
{
	struct pollfd p[2] = { { .fd = d->wake_fd, .events = POLLIN },
		{ .fd = d->fd, .events = (short)(POLLIN | (d->out.n ? POLLOUT : 0)) } };
	int64_t ns = d->fd < 0 ? d->retry_ns - depositor_now(d) : ALIVE_NS;
	uint64_t n;

	if (ns < 0)
		ns = 0;
	poll(p, 2, (int)(ns / NS_PER_MS) + 1);
	if (p[0].revents && read(d->wake_fd, &n, sizeof n) < 0)
		return;
}

void *
depositor_run(void *ctx)
{
	struct depositor *d = ctx;
	struct err e = { .code = 0 };

	for (;;) {
		pthread_mutex_lock(&d->lock);
		bool over = d->stop || d->closed || d->refused;
		pthread_mutex_unlock(&d->lock);
		if (over)
			return NULL;
		if (d->fd < 0)
			try_again(d);
		if (d->fd >= 0 && turn(d, &e) < 0)
			hang_up(d, &e);
		doze(d);
	}
}

/* ---- the beginning ---- */

int
depositor_greet(struct depositor *d, struct err *e)
{
	int64_t until = depositor_now(d) + d->o.hello_ns;
	struct pollfd p = { .fd = d->fd, .events = POLLIN };
	bool welcome = false;
	int rc;

	put_hello(d, false);
	rc = send_out(d, e);
	while (rc == 0 && !welcome) {
		int64_t left = until - depositor_now(d);

		poll(&p, 1, left > 0 ? (int)(left / NS_PER_MS) + 1 : 0);
		rc = receive(d, &welcome, e);
		/* looked at first: it may be we who had no time */
		if (rc == 0 && !welcome && left <= 0)
			rc = err_set(e, ERR_IO, "auditrecd does not answer");
	}
	return rc;
}
