/* SPDX-License-Identifier: ISC */
#include "sys/loop.h"

#include <errno.h>
#include <string.h>

void
loop_init(struct loop *l, const struct clk *clk)
{
	memset(l, 0, sizeof *l);
	l->clk = clk;
	for (int i = 0; i < LOOP_FDS_MAX; i++)
		l->fds[i].fd = l->poll[i].fd = -1;
}

int
loop_add(struct loop *l, int fd, short events, loop_fd_fn fn, void *ctx)
{
	int i;

	for (i = 0; i < LOOP_FDS_MAX && l->fds[i].fd >= 0; i++)
		;
	if (i == LOOP_FDS_MAX)
		return ERR_LIMIT;
	l->fds[i].fn = fn;
	l->fds[i].ctx = ctx;
	l->fds[i].fd = fd;
	l->poll[i].revents = 0;
	if (i >= l->nfds)
		l->nfds = i + 1;
	loop_events(l, i, events);
	return i;
}

void
loop_events(struct loop *l, int slot, short events)
{
	l->poll[slot].fd = events ? l->fds[slot].fd : -1;
	l->poll[slot].events = (short)(events & ~LOOP_HUP);
}

void
loop_del(struct loop *l, int slot)
{
	if (slot >= 0)
		l->fds[slot].fd = l->poll[slot].fd = -1;
}

int
loop_timer(struct loop *l, loop_timer_fn fn, void *ctx)
{
	if (l->ntimers == LOOP_TIMERS_MAX)
		return ERR_LIMIT;
	l->timers[l->ntimers].fn = fn;
	l->timers[l->ntimers].ctx = ctx;
	return l->ntimers++;
}

void
loop_after(struct loop *l, int timer, int64_t ns)
{
	l->timers[timer].at_ns = clk_mono(l->clk) + ns;
}

void
loop_cancel(struct loop *l, int timer)
{
	l->timers[timer].at_ns = 0;
}

bool
loop_running(const struct loop *l, int timer)
{
	return l->timers[timer].at_ns != 0;
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}

/* Milliseconds to the next timer, rounded up; -1 without one. */
static int
next_timeout(const struct loop *l)
{
	int64_t best = 0, left;

	for (int i = 0; i < l->ntimers; i++)
		if (l->timers[i].at_ns && (!best || l->timers[i].at_ns < best))
			best = l->timers[i].at_ns;
	if (!best)
		return -1;
	left = best - clk_mono(l->clk);
	if (left <= 0)
		return 0;
	left = (left + NS_PER_MS - 1) / NS_PER_MS;
	return left > 60000 ? 60000 : (int)left;
}

static void
fire_timers(struct loop *l)
{
	int64_t now = 0;

	for (int i = 0; i < l->ntimers; i++) {
		if (!l->timers[i].at_ns)
			continue;
		if (!now)
			now = clk_mono(l->clk);
		if (l->timers[i].at_ns > now)
			continue;
		l->timers[i].at_ns = 0;
		l->timers[i].fn(l->timers[i].ctx);
	}
}

int
loop_once(struct loop *l, struct err *e)
{
	int n = poll(l->poll, (nfds_t)l->nfds, next_timeout(l));

	if (n < 0 && errno != EINTR)
		return err_sys(e, ERR_IO, "poll");
	for (int i = 0; n > 0 && i < l->nfds; i++) {
		short got = l->poll[i].revents;

		l->poll[i].revents = 0;
		if (got && l->fds[i].fd >= 0 && l->poll[i].fd >= 0)
			l->fds[i].fn(l->fds[i].ctx, got);
	}
	fire_timers(l);
	return 0;
}
