/* SPDX-License-Identifier: ISC */
#include "rec/relay.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static void
want(struct relay *r)
{
	bool read_on = r->from >= 0 && !r->eof && !r->stalled && !r->keep_n;

	if (r->from_slot >= 0)
		loop_events(r->loop, r->from_slot, read_on ? POLLIN : 0);
	if (r->to_slot >= 0)
		loop_events(r->loop, r->to_slot,
			r->keep_n     ? POLLOUT
			: r->watch_to ? LOOP_HUP
				      : 0);
}

static void
close_to(struct relay *r)
{
	loop_del(r->loop, r->to_slot);
	if (r->to >= 0)
		close(r->to);
	r->to = r->to_slot = -1;
	r->keep_n = 0;
}

static void
lost_receiver(struct relay *r)
{
	close_to(r);
	want(r);
	if (r->gone)
		r->gone(r->ctx, r);
}

/* Bytes taken, 0: none now, -1: the receiver is gone. */
static ssize_t
write_some(struct relay *r, const void *p, size_t n)
{
	ssize_t w;

	if (r->to < 0)
		return (ssize_t)n;
	do
		w = write(r->to, p, n);
	while (w < 0 && errno == EINTR);
	if (w < 0)
		return errno == EAGAIN ? 0 : r->patient ? (ssize_t)n : -1;
	return w;
}

static void
on_to(void *ctx, short revents)
{
	struct relay *r = ctx;
	ssize_t n = 0;

	if (r->keep_n)
		n = write_some(r, r->keep + r->keep_at, r->keep_n);
	else if (revents & (POLLERR | POLLHUP | POLLNVAL))
		n = -1;
	if (n < 0) {
		lost_receiver(r);
		return;
	}
	r->keep_at += (size_t)n;
	r->keep_n -= (size_t)n;
	if (!r->keep_n && r->eof && r->finish)
		close_to(r);
	want(r);
}

static void
on_from(void *ctx, short revents)
{
	struct relay *r = ctx;

	(void)revents;
	r->ready(r->ctx, r);
}

int
relay_init(struct relay *r, struct loop *l, int from, int to)
{
	r->loop = l;
	r->from = from;
	r->to = to;
	r->from_slot = from < 0 ? -1 : loop_add(l, from, POLLIN, on_from, r);
	r->to_slot = to < 0 ? -1 : loop_add(l, to, r->watch_to ? LOOP_HUP : 0, on_to, r);
	return 0;
}

void
relay_deliver(struct relay *r, const void *p, size_t n)
{
	ssize_t w = r->keep_n ? 0 : write_some(r, p, n);

	if (w < 0) {
		lost_receiver(r);
		return;
	}
	p = (const uint8_t *)p + w;
	n -= (size_t)w;
	if (!n)
		return;
	if (!r->keep_n)
		r->keep_at = 0;
	memcpy(r->keep + r->keep_at + r->keep_n, p, n);
	r->keep_n += n;
	want(r);
}

bool
relay_say(struct relay *r, const char *text)
{
	size_t n = strlen(text);

	if (r->to < 0 || (r->keep_n && r->keep_at + r->keep_n + n > sizeof r->keep))
		return false;
	relay_deliver(r, text, n);
	return true;
}

void
relay_stall(struct relay *r, bool on)
{
	r->stalled = on;
	want(r);
}

void
relay_eof(struct relay *r)
{
	r->eof = true;
	if (!r->keep_n && r->finish)
		close_to(r);
	want(r);
}

void
relay_close(struct relay *r)
{
	loop_del(r->loop, r->from_slot);
	r->from_slot = -1;
	if (r->from >= 0)
		close(r->from);
	r->from = -1;
	close_to(r);
}
