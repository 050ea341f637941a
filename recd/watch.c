/* SPDX-License-Identifier: ISC */
#include "recd/watch.h"

#include "base/clk.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

int
watch_open(struct watch *s, struct err *e)
{
	s->n = 0;
	s->fd = epoll_create1(EPOLL_CLOEXEC);
	return s->fd < 0 ? err_sys(e, ERR_IO, "epoll") : 0;
}

void
watch_close(struct watch *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int
watch_add(struct watch *s, struct watched *w, struct err *e)
{
	struct epoll_event ev = { .events = w->events, .data.ptr = w };

	if (epoll_ctl(s->fd, EPOLL_CTL_ADD, w->fd, &ev) < 0)
		return err_sys(e, ERR_IO, "cannot watch a descriptor");
	w->in = true;
	return 0;
}

void
watch_events(struct watch *s, struct watched *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (!w->in || w->events == events)
		return;
	w->events = events;
	epoll_ctl(s->fd, EPOLL_CTL_MOD, w->fd, &ev);
}

void
watch_del(struct watch *s, struct watched *w)
{
	if (!w->in)
		return;
	epoll_ctl(s->fd, EPOLL_CTL_DEL, w->fd, NULL);
	w->in = false;
	for (int i = 0; i < s->n; i++)
		if (s->now[i] == w)
			s->now[i] = NULL;
}

/* In milliseconds, rounded up: a moment too late rather than once more for nothing. */
static int
milliseconds(int64_t ns)
{
	int64_t ms = (ns + NS_PER_MS - 1) / NS_PER_MS;

	if (ns < 0)
		return -1;
	return ms > 60000 ? 60000 : (int)ms;
}

int
watch_wait(struct watch *s, int64_t timeout_ns, struct err *e)
{
	struct epoll_event ev[WATCH_BATCH];
	int n = epoll_wait(s->fd, ev, WATCH_BATCH, milliseconds(timeout_ns));

	if (n < 0)
		return errno == EINTR ? 0 : err_sys(e, ERR_IO, "epoll_wait");
	for (int i = 0; i < n; i++) {
		s->now[i] = ev[i].data.ptr;
		s->what[i] = ev[i].events;
	}
	s->n = n;
	return 0;
}

void
watch_call(struct watch *s)
{
	for (int i = 0; i < s->n; i++)
		if (s->now[i])
			s->now[i]->fn(s->now[i], s->what[i]);
	s->n = 0;
}
