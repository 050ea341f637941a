/* SPDX-License-Identifier: ISC */
/* One connection: bytes to frames and back.  What it may have waiting on our side is bounded:
 * one frame that has not come whole, and the few small frames that go the other way.  A client
 * that does not read is not written for. */
#include "recd/server_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#define READ_MAX (256 << 10) /* bytes of one user in one turn */
#define OUT_MAX  4096
#define NEWS_NS  (60 * NS_PER_S)

static void
unlink_conn(struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		c->server->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

static void
uncount(struct conn *c)
{
	struct server *s = c->server;

	if (c->gone)
		return;
	c->gone = true;
	s->metrics.connections = --s->nconns;
	quota_disconnect(&s->quota, c->peer.uid);
}

void
conn_drop(struct conn *c)
{
	struct server *s = c->server;

	if (c->held)
		session_detach(s, c->held);
	watch_del(&s->watch, &c->w);
	close(c->w.fd);
	unlink_conn(c);
	uncount(c);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

/* ---- writing ---- */

static bool
is_waiting(const struct conn *c)
{
	return c->name_ns || (c->held && session_waits(c->server, c->held));
}

static uint32_t
wanted_events(const struct conn *c)
{
	uint32_t ev = 0;

	if (is_waiting(c))
		ev |= EPOLLONESHOT; /* that it has gone is told once, not all the time */
	else if (!c->closing && !c->wait_ns)
		ev |= EPOLLIN;
	if (c->out.n)
		ev |= EPOLLOUT;
	return ev;
}

/* False: that was the last that it is told. */
static bool
write_out(struct conn *c)
{
	ssize_t n;

	while (c->out.n) {
		n = send(c->w.fd, c->out.p, c->out.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			buf_clear(&c->out);
			break; /* what it said before it went is read nevertheless */
		}
		buf_consume(&c->out, (size_t)n);
	}
	return !c->closing || c->out.n;
}

void
conn_send(struct conn *c, const struct deposit_frame *f)
{
	/* who does not read acknowledgements gets the next one */
	if (f->type == DEPOSIT_ACK && c->out.n > OUT_MAX / 2)
		return;
	deposit_write(&c->out, f);
	write_out(c);
	watch_events(&c->server->watch, &c->w, wanted_events(c));
}

/* What the store cannot do is one cause however many it meets: it is told once a minute. */
static bool
is_news(struct server *s, enum deposit_reason why)
{
	if (why != DEPOSIT_R_FULL && why != DEPOSIT_R_FAILED)
		return true;
	if (s->now_ns < s->news_ns)
		return false;
	s->news_ns = s->now_ns + NEWS_NS;
	return true;
}

void
conn_refuse(struct conn *c, enum deposit_reason why, const char *text)
{
	struct deposit_frame f = { .type = DEPOSIT_REFUSED, .reason = why };

	if (c->closing)
		return;
	snprintf(f.text, sizeof f.text, "%s", *text ? text : deposit_reason_text(why));
	/* to be sent for the next daemon is no refusal */
	if (why != DEPOSIT_R_STOPPING) {
		c->server->metrics.refused++;
		if (is_news(c->server, why))
			server_say_of(c->server, c->peer.uid, LOG_NOTICE,
				"pid %d: refused: %s", (int)c->peer.pid, f.text);
	}
	c->closing = true;
	conn_send(c, &f);
	server_due(c->server, c->server->now_ns + SERVER_RETRY_NS);
}

/* ---- reading ---- */

static void
take_frame(struct conn *c, const struct deposit_frame *f)
{
	if (!c->held && f->type != DEPOSIT_HELLO) {
		conn_refuse(c, DEPOSIT_R_MALFORMED, "no greeting");
		return;
	}
	switch (f->type) {
	case DEPOSIT_HELLO:
		session_hello(c, f);
		break;
	case DEPOSIT_DATA:
		session_data(c, f);
		break;
	case DEPOSIT_END:
		session_end(c, f);
		break;
	case DEPOSIT_ALIVE:
	case DEPOSIT_WELCOME:
	case DEPOSIT_ACK:
	case DEPOSIT_CLOSED:
	case DEPOSIT_REFUSED:
		break;
	}
}

static void
take_frames(struct conn *c)
{
	struct deposit_frame f;
	struct err e;
	int n;

	while (!c->closing && !is_waiting(c)) {
		n = deposit_read(&f, buf_span(&c->in), DEPOSIT_FROM_C, &e);
		if (n == 0)
			return;
		if (n < 0) {
			conn_refuse(c, DEPOSIT_R_MALFORMED, e.text);
			return;
		}
		take_frame(c, &f);
		buf_consume(&c->in, (size_t)n);
	}
}

/* Reads what is there, up to a limit; false: the other side has closed. */
static bool
read_in(struct conn *c)
{
	struct server *s = c->server;
	size_t room = DEPOSIT_FRAME_MAX + 4096;
	ssize_t n;

	/* of one user, with however many connections: others want their turn */
	while (quota_in_turn(&s->quota, c->peer.uid, s->turn) < READ_MAX && !c->closing &&
		!is_waiting(c)) {
		if (buf_reserve(&c->in, room - c->in.n) < 0)
			return false;
		n = recv(c->w.fd, c->in.p + c->in.n, room - c->in.n, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return false;
		c->in.n += (size_t)n;
		quota_spend(&s->quota, c->peer.uid, (size_t)n, s->turn, s->now_ns);
		take_frames(c);
	}
	return true;
}

/* A user who sent more than the rate allows is not read from for a while. */
static void
throttle(struct conn *c)
{
	struct server *s = c->server;

	c->wait_ns = quota_wait(&s->quota, c->peer.uid, s->now_ns);
	if (!c->wait_ns)
		return;
	s->metrics.throttled++;
	server_due(s, c->wait_ns);
}

static void
on_event(struct watched *w, uint32_t events)
{
	struct conn *c = (struct conn *)w;
	bool stays = true;

	if (events & EPOLLOUT)
		stays = write_out(c);
	/* what it has said is read when its session is free */
	if (events & EPOLLHUP && c->held)
		uncount(c);
	else if (events & EPOLLHUP && c->name_ns)
		stays = false; /* it has said nothing yet */
	if (stays && events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !is_waiting(c)) {
		if (c->held) /* a greeting has its time, however slowly it comes */
			c->heard_ns = c->server->now_ns;
		stays = read_in(c);
		if (c->closing)
			stays = write_out(c);
		throttle(c);
	}
	if (!stays) {
		conn_drop(c);
		return;
	}
	watch_events(&c->server->watch, &c->w, wanted_events(c));
}

void
conn_go_on(struct conn *c)
{
	take_frames(c);
	if (c->closing && !write_out(c))
		conn_drop(c);
	else
		watch_events(&c->server->watch, &c->w, wanted_events(c));
}

/* It has said something that we had no time to read: silence is then not its own. */
static bool
is_unread(const struct conn *c)
{
	char byte;

	return recv(c->w.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void
conn_tick(struct conn *c)
{
	struct server *s = c->server;
	int64_t limit = c->held && !c->closing ? s->o.idle_ns : SERVER_HELLO_NS;

	if (c->closing && s->now_ns - c->heard_ns > SERVER_HELLO_NS) {
		conn_drop(c);
		return;
	}
	if (c->wait_ns && s->now_ns >= c->wait_ns) {
		c->wait_ns = 0;
		c->heard_ns = s->now_ns; /* it could not be heard */
	}
	if (is_waiting(c))
		c->heard_ns = s->now_ns;
	if (s->now_ns >= c->name_ns)
		c->name_ns = 0; /* it goes without */
	else
		server_due(s, c->name_ns);
	if (c->wait_ns)
		server_due(s, c->wait_ns);
	else if (limit && !c->closing && s->now_ns - c->heard_ns > limit && is_unread(c))
		server_due(s, s->now_ns + SERVER_RETRY_NS);
	else if (limit && !c->closing && s->now_ns - c->heard_ns > limit)
		conn_refuse(c, DEPOSIT_R_IDLE, "");
	else if (limit)
		server_due(s, c->heard_ns + limit + 1);
	watch_events(&s->watch, &c->w, wanted_events(c));
}

/* ---- a new one ---- */

static struct conn *
make(struct server *s, int fd, const struct peer *peer, int64_t wait_ns)
{
	struct conn *c = calloc(1, sizeof *c);
	struct err e;

	if (!c)
		return NULL;
	c->server = s;
	c->peer = *peer;
	c->heard_ns = s->now_ns;
	c->wait_ns = wait_ns;
	c->w = (struct watched){ .fd = fd, .events = wanted_events(c), .fn = on_event };
	buf_init(&c->in, DEPOSIT_FRAME_MAX + 4096);
	buf_init(&c->out, OUT_MAX);
	if (watch_add(&s->watch, &c->w, &e) < 0) {
		free(c);
		return NULL;
	}
	c->next = s->conns;
	if (s->conns)
		s->conns->prev = c;
	s->conns = c;
	s->metrics.connections = ++s->nconns;
	return c;
}

/* Told without a connection: best effort, it never blocks. */
static void
turn_away(struct server *s, int fd, const struct peer *peer, const char *text)
{
	struct deposit_frame f = { .type = DEPOSIT_REFUSED, .reason = DEPOSIT_R_LIMIT };
	struct buf out;

	snprintf(f.text, sizeof f.text, "%s", text);
	buf_init(&out, OUT_MAX);
	deposit_write(&out, &f);
	if (send(fd, out.p, out.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		text = "and it has gone";
	server_say_of(
		s, peer->uid, LOG_NOTICE, "pid %d: refused: %s", (int)peer->pid, text);
	s->metrics.refused++;
	buf_free(&out);
	close(fd);
}

/* Why PEER may have no connection now; NULL: it may, *WAIT_NS says when it is heard. */
static const char *
count_in(struct server *s, const struct peer *peer, int64_t *wait_ns)
{
	if (s->nconns >= s->room)
		return "too many connections";
	if (!quota_connect(&s->quota, peer->uid, s->room - s->nconns, s->now_ns))
		return "too many connections of this user";
	*wait_ns = quota_connect_wait(&s->quota, peer->uid, s->now_ns);
	if (*wait_ns < s->now_ns + SERVER_CONNECT_NS)
		return NULL;
	quota_disconnect(&s->quota, peer->uid);
	return "this user connects too often";
}

static void
ask_name(struct conn *c)
{
	struct server *s = c->server;

	if (names_get(&s->names, c->peer.uid, s->now_ns, c->peer.user))
		return;
	c->name_ns = s->now_ns + SERVER_NAME_NS;
	server_due(s, c->name_ns);
	watch_events(&s->watch, &c->w, wanted_events(c));
}

void
conn_named(struct server *s, const struct name *name)
{
	for (struct conn *c = s->conns; c; c = c->next)
		if (c->name_ns && c->peer.uid == name->uid) {
			memcpy(c->peer.user, name->text, sizeof c->peer.user);
			c->name_ns = 0;
			watch_events(&s->watch, &c->w, wanted_events(c));
		}
}

void
conn_accept(struct server *s, int fd)
{
	int64_t wait_ns = 0;
	const char *why_not;
	struct conn *c;
	struct peer peer;
	struct err e;

	if (peer_ask(&peer, fd, &e) < 0) {
		close(fd);
		return;
	}
	why_not = count_in(s, &peer, &wait_ns);
	if (why_not) {
		turn_away(s, fd, &peer, why_not);
		return;
	}
	peer_look(&peer, fd);
	c = make(s, fd, &peer, wait_ns);
	if (!c) {
		quota_disconnect(&s->quota, peer.uid);
		close(fd);
		return;
	}
	server_due(s, wait_ns ? wait_ns : s->now_ns + SERVER_HELLO_NS + 1);
	ask_name(c);
}
