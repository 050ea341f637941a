/* SPDX-License-Identifier: ISC */
/* The loop: accept, look at what is due, sleep until the next of both. */
#include "recd/server_impl.h"

#include "base/hex.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#define ACCEPT_MAX 64 /* in one turn */
#define LOOKERS    4  /* threads: a small recording is mostly waited for */

void
server_due(struct server *s, int64_t at_ns)
{
	if (!s->next_ns || at_ns < s->next_ns)
		s->next_ns = at_ns;
}

void
server_say(struct server *s, int priority, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!s->o.say)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	s->o.say(s->o.ctx, priority, text);
}

void
server_say_of(struct server *s, uid_t uid, int priority, const char *fmt, ...)
{
	char text[448], more[64] = "";
	unsigned unsaid;
	va_list ap;

	if (!quota_may_say(&s->quota, uid, s->now_ns, &unsaid))
		return;
	if (unsaid)
		snprintf(more, sizeof more, " (%u lines about this user left out)",
			unsaid);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	server_say(s, priority, "uid %u, %s%s", (unsigned)uid, text, more);
}

/* As many connections as are configured and there can be descriptors for: each may have a
 * session, with a file of its own, and sessions outlive their connections. */
static unsigned
find_room(const struct server_opts *o)
{
	struct rlimit r;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur == RLIM_INFINITY)
		return o->connections;
	most = r.rlim_cur > 2 * SERVER_SPARE_FDS ? (r.rlim_cur - SERVER_SPARE_FDS) / 2
						 : r.rlim_cur / 4;
	return o->connections < most ? o->connections : (unsigned)most;
}

static void
named(struct names *n, const struct name *name)
{
	conn_named((struct server *)((char *)n - offsetof(struct server, names)), name);
}

static int
open_workers(struct server *s, struct err *e)
{
	struct {
		struct worker *w;
		unsigned threads;
	} all[] = { { &s->flusher, s->o.threads },
		{ &s->looker, s->o.threads < LOOKERS ? s->o.threads : LOOKERS },
		{ &s->boxer, s->o.threads > 0 }, { &s->namer, s->o.threads > 0 } };
	int rc;

	for (int i = 0; i < 4; i++) {
		rc = worker_init(all[i].w, &s->watch, all[i].threads, e);
		if (rc == 0)
			continue;
		while (i-- > 0)
			worker_stop(all[i].w);
		return rc;
	}
	return 0;
}

int
server_open(struct server **out, const struct server_opts *o, struct err *e)
{
	struct server *s = calloc(1, sizeof *s);
	int rc;

	*out = NULL;
	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	s->o = *o;
	s->room = find_room(o);
	quota_init(&s->quota, &o->quota);
	rc = watch_open(&s->watch, e);
	if (rc == 0)
		rc = open_workers(s, e);
	if (rc < 0) {
		watch_close(&s->watch);
		free(s);
		return rc;
	}
	names_init(&s->names, o->threads ? &s->namer : NULL, named);
	s->now_ns = clk_mono(o->clk);
	*out = s;
	return 0;
}

/* Out of descriptors, or of memory: whoever wants in waits, and would wake us all the time. */
static void
rest(struct listener *l)
{
	struct server *s = l->server;

	server_say(s, LOG_ERR, "cannot accept: %m");
	l->rest_ns = s->now_ns + SERVER_RETRY_NS;
	watch_events(&s->watch, &l->w, 0);
	server_due(s, l->rest_ns);
}

static void
listen_again(struct listener *l)
{
	struct server *s = l->server;

	if (!l->rest_ns)
		return;
	if (s->now_ns < l->rest_ns) {
		server_due(s, l->rest_ns);
		return;
	}
	l->rest_ns = 0;
	watch_events(&s->watch, &l->w, EPOLLIN);
}

static void
let_in(struct listener *l, int fd)
{
	if (l->serve)
		l->serve(l->ctx, fd);
	else
		conn_accept(l->server, fd);
}

static void
on_connect(struct watched *w, uint32_t events)
{
	struct listener *l = (struct listener *)w;
	int fd;

	(void)events;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			let_in(l, fd);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN)
			rest(l);
		return;
	}
}

int
server_listen(struct server *s, int fd, void (*serve)(void *ctx, int fd), void *ctx,
	struct err *e)
{
	struct listener *l = &s->listeners[s->nlisteners];

	if (s->nlisteners == SERVER_LISTEN_MAX)
		return err_set(e, ERR_LIMIT, "more than %d sockets", SERVER_LISTEN_MAX);
	*l = (struct listener){ { .fd = fd, .events = EPOLLIN, .fn = on_connect }, s,
		serve, ctx, 0 };
	if (watch_add(&s->watch, &l->w, e) < 0)
		return e->code;
	s->nlisteners++;
	return 0;
}

int
server_watch(struct server *s, struct watched *w, struct err *e)
{
	return watch_add(&s->watch, w, e);
}

void
server_adopt(struct server *s, const char *name, uint64_t size)
{
	uint8_t id[DEPOSIT_ID_SIZE];

	if (store_is_id(name) && hex_get(id, name, sizeof id) == sizeof id)
		session_adopt(s, id, size);
}

void
server_job(struct server *s, struct job *j)
{
	worker_add(&s->boxer, j);
}

static void
tick(struct server *s)
{
	struct held *h, *h_next;
	struct conn *c, *c_next;

	if (!s->next_ns || s->now_ns < s->next_ns || s->now_ns < s->tick_ns)
		return;
	s->next_ns = 0;
	s->tick_ns =
		s->now_ns + (s->o.commit_ns / 10 < SERVER_TICK_NS ? s->o.commit_ns / 10
								  : SERVER_TICK_NS);
	for (int i = 0; i < s->nlisteners; i++)
		listen_again(&s->listeners[i]);
	for (c = s->conns; c; c = c_next) {
		c_next = c->next;
		conn_tick(c);
	}
	for (h = held_next(&s->held, NULL); h; h = h_next) {
		h_next = held_next(&s->held, h);
		session_tick(s, h);
	}
}

int
server_turn(struct server *s, struct err *e)
{
	int64_t wait = -1, next;

	s->now_ns = clk_mono(s->o.clk);
	s->turn++;
	tick(s);
	if (s->next_ns) {
		next = s->next_ns > s->tick_ns ? s->next_ns : s->tick_ns;
		wait = next > s->now_ns ? next - s->now_ns : 0;
	}
	if (watch_wait(&s->watch, wait, e) < 0)
		return e->code;
	s->now_ns = clk_mono(s->o.clk);
	watch_call(&s->watch);
	return 0;
}

const struct metrics *
server_metrics(const struct server *s)
{
	return &s->metrics;
}

void
server_change(struct server *s, const struct server_opts *o)
{
	struct server_opts n = *o;

	n.clk = s->o.clk;
	n.store = s->o.store;
	n.ship = s->o.ship;
	n.key = s->o.key;
	n.recipients = s->o.recipients;
	memcpy(n.secret, s->o.secret, sizeof n.secret);
	n.say = s->o.say;
	n.ctx = s->o.ctx;
	s->o = n;
	s->quota.limits = n.quota;
	s->room = find_room(&n);
	server_due(s, s->now_ns);
}

static void
dump_one(const struct held *h, struct buf *out)
{
	char name[KEEP_NAME_SIZE];

	keep_name(name, h->id);
	if (!h->keep || h->busy) {
		buf_addf(out, "%s %s\n", name,
			!h->keep                    ? "of an earlier run"
			: h->busy == HELD_ENCRYPTED ? "is being encrypted"
						    : "is being written");
		return;
	}
	buf_addf(out, "%s uid %u, %llu bytes taken, %llu kept, %llu in the file%s%s\n",
		name, (unsigned)h->uid, (unsigned long long)keep_wanted(h->keep),
		(unsigned long long)keep_durable(h->keep),
		(unsigned long long)keep_size(h->keep), h->conn ? "" : ", alone",
		h->retry_ns ? ", cannot be written" : "");
}

void
server_dump(const struct server *s, struct buf *out)
{
	for (struct held *h = held_next(&s->held, NULL); h; h = held_next(&s->held, h))
		dump_one(h, out);
}

void
server_close(struct server *s)
{
	struct held *h, *h_next;

	if (!s)
		return;
	s->closing = true;
	/* who was about to hear that something is kept hears it */
	worker_drain(&s->flusher);
	for (struct conn *c = s->conns; c; c = c->next)
		conn_refuse(c, DEPOSIT_R_STOPPING, "");
	while (s->conns)
		conn_drop(s->conns);
	worker_stop(&s->looker);
	worker_stop(&s->boxer);
	for (h = held_next(&s->held, NULL); h; h = h_next) {
		h_next = held_next(&s->held, h);
		slow_stop(s, h);
	}
	worker_drain(&s->flusher);
	worker_stop(&s->flusher);
	held_free(&s->held);
	quota_free(&s->quota);
	worker_stop(&s->namer); /* at the end: it may take its time */
	watch_close(&s->watch);
	free(s);
}
