/* SPDX-License-Identifier: ISC */
/* The kernel waits for a receiver that is busy (SO_SNDTIMEO); one that starts again is looked
 * for here, now and then. */
#include "sys/outlet_impl.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define AGAIN_MS 100 /* between two looks for a daemon that starts again */

void
outlet_peer_init(struct outlet_peer *p, const char *path, const struct outlet_opts *o)
{
	*p = (struct outlet_peer){
		.path = path, .clk = o->clk, .wait_ns = o->wait_ns, .fd = -1
	};
}

void
outlet_peer_close(struct outlet_peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static int
connect_as(struct outlet_peer *p, int type, const struct sockaddr_un *to)
{
	struct timeval wait = { .tv_sec = p->wait_ns / NS_PER_S,
		.tv_usec = p->wait_ns % NS_PER_S / NS_PER_US };

	p->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	p->stream = type == SOCK_STREAM;
	if (p->fd < 0)
		return -1;
	setsockopt(p->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	return connect(p->fd, (const struct sockaddr *)to, sizeof *to);
}

int
outlet_peer_connect(struct outlet_peer *p, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int rc;

	if (p->fd >= 0)
		return 0;
	if (strlen(p->path) >= sizeof to.sun_path)
		return err_set(e, ERR_USAGE, "%.200s: too long for a socket", p->path);
	memcpy(to.sun_path, p->path, strlen(p->path) + 1);
	rc = connect_as(p, SOCK_DGRAM, &to);
	if (rc < 0 && errno == EPROTOTYPE) {
		outlet_peer_close(p);
		rc = connect_as(p, SOCK_STREAM, &to);
	}
	if (rc == 0)
		return 0;
	rc = err_sys(e, ERR_IO, "%.200s: nobody listens", p->path);
	outlet_peer_close(p);
	return rc;
}

static ssize_t
send_some(struct outlet_peer *p, struct span bytes, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { .iov_base = (void *)bytes.p, .iov_len = bytes.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = bytes.n ? 1 : 0 };
	int flags = MSG_NOSIGNAL | (p->given_up || p->wait_ns <= 0 ? MSG_DONTWAIT : 0);
	ssize_t k;

	if (fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof control;
		control.head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof fd) };
		memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	}
	do
		k = sendmsg(p->fd, &m, flags);
	while (k < 0 && errno == EINTR);
	return k;
}

/* 1: sent, 0: the connection is of no use any more, negative: an error. */
static int
send_all(struct outlet_peer *p, struct span bytes, int fd, struct err *e)
{
	size_t sent = 0;

	do {
		ssize_t k = send_some(p, span_of(bytes.p + sent, bytes.n - sent), fd);

		if (k < 0)
			break;
		sent += (size_t)k;
		if (sent == bytes.n || !p->stream)
			return 1;
	} while (true);
	if (errno == EMSGSIZE || errno == ENOBUFS)
		return err_set(e, ERR_LIMIT, "%.200s: the message is too large", p->path);
	if (errno != EAGAIN) {
		outlet_peer_close(p);
		return 0;
	}
	p->given_up = true;
	if (sent)
		outlet_peer_close(p); /* half a message is on the stream */
	return err_set(e, ERR_STATE, "%.200s: whoever listens there is busy", p->path);
}

int
outlet_peer_send(struct outlet_peer *p, struct span bytes, int fd, struct err *e)
{
	int64_t until = clk_mono(p->clk) + (p->given_up ? 0 : p->wait_ns);
	bool again = false;

	for (;;) {
		int rc = outlet_peer_connect(p, e);

		if (rc == 0) {
			rc = send_all(p, bytes, fd, e);
			p->given_up &= rc != 1;
			if (rc)
				return rc < 0 ? rc : 0;
			rc = err_set(
				e, ERR_IO, "%.200s: nobody listens any more", p->path);
			if (!again) { /* it may have started again long ago */
				again = true;
				continue;
			}
		}
		if (rc == ERR_USAGE || clk_mono(p->clk) >= until) {
			p->given_up = true;
			return rc;
		}
		poll(NULL, 0, AGAIN_MS);
	}
}
