/* SPDX-License-Identifier: ISC */
/* The source "proc": the kernel's proc connector (linux/cn_proc.h), which tells of every fork,
 * exec and exit on the machine; those of the session are picked out.  Best effort: it needs
 * a kernel that lets us listen, and pids that mean the same to it and to us. */
#include "trace/procs.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS_MAX  64        /* datagrams in one go: the session's bytes wait meanwhile */
#define END_MS     1000      /* for the program's end, of which the kernel tells late */
#define RCVBUF     (4 << 20) /* asked for; the system gives what it allows */
#define INITIAL_NS "pid:[4026531836]" /* PROC_PID_INIT_INO: the same on every machine */

struct proc_source {
	struct procs procs;
	int fd;
	int64_t last_ns; /* when something was read last */
	bool lost;       /* something since the set was known to be right */
};

static bool
pids_are_ours(void)
{
	char name[40];
	ssize_t n = readlink("/proc/self/ns/pid", name, sizeof name - 1);

	if (n < 0)
		return false;
	name[n] = 0;
	return strcmp(name, INITIAL_NS) == 0;
}

/* OP, and which kinds of events (N 8), which kernels before 6.6 do not know. */
static ssize_t
order(int fd, enum proc_cn_mcast_op op, uint32_t kinds, size_t n)
{
	const struct cn_msg cn = { .id = { CN_IDX_PROC, CN_VAL_PROC },
		.len = (uint16_t)n };
	const struct nlmsghdr nl = { .nlmsg_len =
					     (uint32_t)(NLMSG_HDRLEN + sizeof cn + n),
		.nlmsg_type = NLMSG_DONE };
	const uint32_t data[2] = { op, kinds };
	uint8_t m[NLMSG_HDRLEN + sizeof cn + sizeof data];

	memcpy(m, &nl, sizeof nl);
	memcpy(m + NLMSG_HDRLEN, &cn, sizeof cn);
	memcpy(m + NLMSG_HDRLEN + sizeof cn, data, sizeof data);
	return send(fd, m, nl.nlmsg_len, 0);
}

static int
listen_on(int fd, struct err *e)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	int size = RCVBUF;

	/* With every ENOBUFS told: a loss must be seen. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) < 0)
		return err_sys(e, ERR_UNSUPPORTED, "the kernel does not let us listen");
	if (order(fd, PROC_CN_MCAST_LISTEN, 0, 4) < 0)
		return err_sys(
			e, ERR_UNSUPPORTED, "the kernel does not tell of processes");
	/* Who does not know this goes on to tell everything. */
	order(fd, PROC_CN_MCAST_LISTEN,
		PROC_EVENT_FORK | PROC_EVENT_EXEC | PROC_EVENT_EXIT, 8);
	return 0;
}

static int
proc_start(void *self, struct trace_session *session, struct err *e)
{
	struct proc_source *s = self;
	int rc;

	if (!pids_are_ours())
		return err_set(e, ERR_UNSUPPORTED,
			"in a container the kernel's process numbers are not ours");
	s->fd = socket(
		AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	if (s->fd < 0)
		return err_sys(e, ERR_UNSUPPORTED, "the kernel has no connector");
	rc = listen_on(s->fd, e);
	if (rc < 0) {
		close(s->fd);
		return rc;
	}
	s->last_ns = clk_mono(session->clk);
	procs_init(&s->procs, session, trace_proc.name);
	session->execs = true;
	return 0;
}

static void
proc_began(void *self)
{
	struct proc_source *s = self;

	procs_root(&s->procs, s->procs.session->program);
}

static int
proc_fd(const void *self)
{
	return ((const struct proc_source *)self)->fd;
}

static bool
from_kernel(const struct sockaddr_nl *from)
{
	return from->nl_pid == 0;
}

static bool
read_one(struct proc_source *s)
{
	uint8_t data[1024];
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof from;
	int64_t now = clk_mono(s->procs.session->clk);
	ssize_t n =
		recvfrom(s->fd, data, sizeof data, 0, (struct sockaddr *)&from, &size);

	if (n < 0 && errno == ENOBUFS) {
		procs_lost(&s->procs, "the kernel's queue was full", 0, s->last_ns, now);
		s->lost = true;
		return true;
	}
	if (n <= 0)
		return false;
	s->last_ns = now;
	if (from_kernel(&from))
		procs_take(&s->procs, span_of(data, (size_t)n), now);
	return true;
}

static void
proc_ready(void *self)
{
	struct proc_source *s = self;
	int i;

	for (i = 0; i < TURNS_MAX && read_one(s); i++)
		;
	/* When the queue is empty: what comes then is newer than what /proc says. */
	if (i < TURNS_MAX && s->lost) {
		procs_rescan(&s->procs, clk_mono(s->procs.session->clk));
		s->lost = false;
	}
}

/* The program has ended, and the kernel has not told of it: it sends its signal before. */
static bool
end_is_due(const struct proc_source *s)
{
	pid_t program = s->procs.session->program;

	return pidset_has(&s->procs.in, program) && kill(program, 0) < 0 &&
	       errno == ESRCH;
}

/* What waits in the queue belongs to the session, however much of others' stands before it. */
static void
read_rest(struct proc_source *s)
{
	struct pollfd fd = { .fd = s->fd, .events = POLLIN };
	const struct clk *clk = s->procs.session->clk;
	int64_t until = clk_mono(clk) + END_MS * NS_PER_MS;
	int group = CN_IDX_PROC;

	while (!s->lost && end_is_due(s) && clk_mono(clk) < until &&
		poll(&fd, 1, END_MS) == 1)
		read_one(s);
	/* from now on it does not grow */
	order(s->fd, PROC_CN_MCAST_IGNORE, 0, 4);
	setsockopt(s->fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof group);
	while (read_one(s))
		;
}

static void
proc_stop(void *self, int64_t now)
{
	struct proc_source *s = self;

	read_rest(s);
	close(s->fd);
	procs_stop(&s->procs, now);
}

const struct trace_ops trace_proc = {
	.name = "proc",
	.size = sizeof(struct proc_source),
	.start = proc_start,
	.began = proc_began,
	.fd = proc_fd,
	.ready = proc_ready,
	.stop = proc_stop,
};
