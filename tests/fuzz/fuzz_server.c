/* SPDX-License-Identifier: ISC */
/* Clients that do whatever the bytes say, to a server whose clock, store and deaths do so, too.
 * Of every session, whatever happened: what was acknowledged is stored, once and in order, and
 * what is stored was said. */
#include "recd/server_impl.h"

#include "format/tape.h"
#include "tests/fuzz/memstore.h"
#include "tests/fuzz/must.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SESSIONS 3
#define CLIENTS  4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct session {
	uint8_t id[DEPOSIT_ID_SIZE];
	char name[KEEP_NAME_SIZE];
	struct buf said; /* all its messages */
	uint64_t acked;
	unsigned messages;
	uint8_t token[DEPOSIT_TOKEN_SIZE];
	bool over, closed;
};

struct client {
	int fd; /* -1: not connected */
	struct session *s;
	uint64_t at;    /* of the next byte it sends */
	uint64_t acked; /* as it knows; another one may know better */
	bool welcome;
	struct buf in;
};

static struct {
	struct memstore store;
	struct server *server;
	struct watched awake; /* so that no turn waits */
	struct session session[SESSIONS];
	struct client client[CLIENTS];
	int64_t now_ns;
	bool harmed; /* the store has failed, or something was lost */
} world;

/* ---- the server ---- */

static int64_t
now_ns(void *ctx)
{
	(void)ctx;
	return world.now_ns;
}

static void
nothing(struct watched *w, uint32_t events)
{
	(void)w;
	(void)events;
}

static void
start_server(void)
{
	static const struct clk clk = { now_ns, now_ns, NULL };
	struct server_opts o = { .clk = &clk,
		.store = &world.store.store,
		.secret = { 1, 2, 3 },
		.quota = { .sessions = 8,
			.connections = 8,
			.bytes_per_s = 1 << 20,
			.burst = 1 << 20,
			.connects_per_s = 100,
			.waiting = 1 << 20 },
		.connections = 64,
		.session_bytes = 1 << 20,
		.grace_ns = 60 * NS_PER_S,
		.idle_ns = 60 * NS_PER_S,
		.commit_ns = 200 * NS_PER_MS,
		.window = 64 << 10,
		.level = 1 };
	struct err e;

	must(server_open(&world.server, &o, &e) == 0);
	world.awake = (struct watched){
		.fd = eventfd(1, EFD_CLOEXEC), .events = EPOLLIN, .fn = nothing
	};
	must(server_watch(world.server, &world.awake, &e) == 0);
	for (int i = 0; i < MEMSTORE_FILES; i++)
		if (world.store.file[i].open)
			server_adopt(world.server, world.store.file[i].id,
				world.store.file[i].bytes.n);
}

/* A thread begins with a job, of whichever kind, or is done with one. */
static bool
work(unsigned n)
{
	static bool (*const some[])(
		struct worker * w, unsigned n) = { worker_give, worker_step };
	struct worker *w[] = { &world.server->flusher, &world.server->looker,
		&world.server->boxer };

	for (unsigned i = 0; i < 6; i++)
		if (some[(n + i) / 3 % 2](w[(n + i) % 3], n / 6))
			return true;
	return false;
}

static void
turn(void)
{
	struct err e;

	must(server_turn(world.server, &e) == 0);
}

/* Until nobody waits for a thread. */
static void
settle(void)
{
	do
		turn();
	while (work(0));
}

static void
stop_server(void)
{
	server_close(world.server);
	close(world.awake.fd);
}

/* ---- clients ---- */

/* What was acknowledged is not taken back. */
static void
check_offset(const struct client *c, uint64_t offset)
{
	must(offset >= c->acked && offset <= c->s->said.n);
}

static void
hang_up(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->welcome = false;
	buf_clear(&c->in);
}

static void
call(struct client *c)
{
	int fd[2];

	hang_up(c);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) == 0);
	c->fd = fd[0];
	conn_accept(world.server, fd[1]);
}

static void
take(struct client *c, const struct deposit_frame *f)
{
	struct session *s = c->s;

	switch (f->type) {
	case DEPOSIT_WELCOME:
		check_offset(c, f->offset);
		memcpy(s->token, f->token, sizeof s->token);
		c->welcome = true;
		c->at = f->offset;
		return;
	case DEPOSIT_ACK:
		check_offset(c, f->offset);
		c->acked = f->offset;
		s->acked = f->offset > s->acked ? f->offset : s->acked;
		return;
	case DEPOSIT_CLOSED:
		must(f->offset == s->said.n);
		s->acked = f->offset;
		s->closed = s->over = true;
		return;
	case DEPOSIT_REFUSED:
		must(f->reason != DEPOSIT_R_FAILED || world.harmed);
		s->over |= deposit_reason_lasts(f->reason);
		return;
	case DEPOSIT_HELLO:
	case DEPOSIT_DATA:
	case DEPOSIT_ALIVE:
	case DEPOSIT_END:
		must(!"a client's frame");
	}
}

static void
listen_to(struct client *c)
{
	struct deposit_frame f;
	struct err e;
	ssize_t n = 1;
	int used;

	while (c->fd >= 0 && n > 0) {
		must(buf_reserve(&c->in, 4096) == 0);
		n = recv(c->fd, c->in.p + c->in.n, 4096, MSG_DONTWAIT);
		c->in.n += n > 0 ? (size_t)n : 0;
		while ((used = deposit_read(&f, buf_span(&c->in), DEPOSIT_FROM_S, &e)) >
			0) {
			take(c, &f);
			buf_consume(&c->in, (size_t)used);
		}
		must(used == 0);
		if (n == 0)
			hang_up(c);
	}
}

static void
tell(struct client *c, const struct deposit_frame *f)
{
	struct buf out = { 0 };

	deposit_write(&out, f);
	/* what does not fit is lost with the connection */
	if (c->fd >= 0 && send(c->fd, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		hang_up(c);
	buf_free(&out);
}

static void
greet(struct client *c, uint8_t how)
{
	struct deposit_frame f = { .type = DEPOSIT_HELLO,
		.version = DEPOSIT_VERSION,
		.least_version = DEPOSIT_VERSION,
		.resume = how & 1,
		.made = c->s->said.n };

	memcpy(f.id, c->s->id, sizeof f.id);
	if (f.resume)
		memcpy(f.token, c->s->token, sizeof f.token);
	if (f.resume && !(how & 2))
		f.offset = c->s->acked;
	f.token[0] ^= how >> 7;
	c->acked = c->s->acked;
	tell(c, &f);
}

/* The session has another message. */
static void
say(struct session *s, uint8_t what)
{
	static uint8_t text[256 * 64];
	struct msg m;

	/* what cannot be compressed reaches the store at once */
	for (size_t i = 1; text[sizeof text - 1] == 0 && i < sizeof text; i++)
		text[i] = (uint8_t)(((i * i * i) >> 5 ^ (i * 2654435761u) >> 11) | 1);

	msg_init(&m, s->messages == 0 ? MSG_CONNECT
		     : what == 255    ? MSG_DISCONNECT
				      : MSG_IO);
	m.connection_id = span_str(s->name);
	m.time_ns = ++s->messages;
	if (m.type == MSG_CONNECT) {
		m.p.connect.remote_addr = SPAN_LIT("198.51.100.7");
		m.p.connect.country = SPAN_LIT("XX");
	} else if (m.type == MSG_IO) {
		text[0] = (uint8_t)s->messages;
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = span_of(text, 1 + (size_t)what * 64);
	}
	/* nothing comes behind an end */
	if (!s->over && msg_encode(&s->said, &m) == 0)
		s->over = m.type == MSG_DISCONNECT;
}

static void
send_some(struct client *c, size_t most)
{
	struct deposit_frame f = { .type = DEPOSIT_DATA, .offset = c->at };
	size_t left = c->welcome ? (size_t)(c->s->said.n - c->at) : 0;

	most = most < DEPOSIT_DATA_MAX ? most : DEPOSIT_DATA_MAX;
	if (!left || !most)
		return;
	f.data = span_of(c->s->said.p + c->at, left < most ? left : most);
	c->at += f.data.n;
	tell(c, &f);
}

static void
send_rubbish(struct client *c, uint8_t what)
{
	uint8_t bytes[16] = { 0xFF, what };
	struct deposit_frame f = { .type = DEPOSIT_DATA,
		.offset = c->at - (what & 1),
		.data = { bytes, 1 + (what >> 4) } };

	if (what & 8 && c->fd >= 0)
		(void)!send(c->fd, bytes, sizeof bytes, MSG_NOSIGNAL);
	else
		tell(c, &f);
}

/* ---- what the bytes say ---- */

static void
restart(uint8_t how)
{
	if (how & 1) { /* killed: it cannot write any more */
		world.store.room = 0;
		world.store.lazy = world.harmed = true;
	}
	stop_server();
	if (how & 1)
		memstore_crash(&world.store, how >> 1);
	world.store.room = UINT64_MAX;
	world.store.lazy = world.store.broken = false;
	start_server();
}

static void
step(uint8_t what, uint8_t how)
{
	struct client *c = &world.client[what >> 4 & 3];

	switch (what & 15) {
	case 0:
		call(c);
		c->s = &world.session[how % SESSIONS];
		break;
	case 1:
		if (c->fd >= 0)
			greet(c, how);
		break;
	case 2:
	case 3:
		say(c->s, how);
		break;
	case 4:
		send_some(c, 1 + (size_t)how * 64);
		break;
	case 5:
		send_some(c, DEPOSIT_DATA_MAX);
		break;
	case 6: /* whoever ends has nothing more to say */
		c->s->over |= c->fd >= 0 && how < 128;
		tell(c, &(struct deposit_frame){ .type = DEPOSIT_END,
				.offset = c->s->said.n + (how >> 7) });
		break;
	case 7:
		if (how & 1)
			send_rubbish(c, how);
		else
			tell(c, &(struct deposit_frame){ .type = DEPOSIT_ALIVE });
		break;
	case 8:
		hang_up(c);
		break;
	case 9:
		world.now_ns += how * 10 * NS_PER_MS;
		break;
	case 10:
		world.now_ns += how * NS_PER_S;
		break;
	case 11:
		restart(how);
		break;
	case 12:
		if (how & 2)
			world.store.broken = how & 4;
		else
			world.store.room = how & 1 ? UINT64_MAX : (uint64_t)how * 16;
		world.harmed = true;
		break;
	case 13:
		listen_to(c);
		break;
	case 14: /* the disk does what it likes, when it likes */
		if (how & 1)
			work(how >> 1);
		else
			turn();
		break;
	default:
		settle();
	}
}

/* ---- what came of it ---- */

/* The client's bytes in what is stored. */
static void
read_back(const struct session *s, struct buf *out)
{
	const struct msg *m;
	struct src *src;
	struct tape *t;
	struct err e;
	int64_t at;

	if (!memstore_find(&world.store, s->name))
		return;
	must(store_open(&world.store.store, s->name, &src, &e) == 0);
	if (tape_open(&t, src, NULL, &e) < 0)
		return;
	while (tape_next(t, &m, &at, &e) > 0) {
		if (m->type == MSG_CHANNEL_REQUEST_UNKNOWN &&
			m->p.channel_request_unknown.request_id >= KEEP_REQUEST) {
			if (vendor_of(m) == VENDOR_GAP)
				break; /* its end is missing; the daemon's follows */
			continue;
		}
		must(msg_encode(out, m) == 0);
	}
	tape_close(t);
}

static void
check(const struct session *s)
{
	struct buf stored = { 0 };

	read_back(s, &stored);
	must(stored.n >= s->acked && stored.n <= s->said.n);
	must(stored.n == 0 || memcmp(stored.p, s->said.p, stored.n) == 0);
	if (s->closed) {
		must(stored.n == s->said.n);
		must(!memstore_find(&world.store, s->name)->open);
	}
	buf_free(&stored);
}

static void
begin(void)
{
	memset(&world, 0, sizeof world);
	memstore_init(&world.store);
	world.now_ns = NS_PER_S;
	for (int i = 0; i < SESSIONS; i++) {
		world.session[i].id[0] = (uint8_t)(0xA0 + i);
		keep_name(world.session[i].name, world.session[i].id);
	}
	for (int i = 0; i < CLIENTS; i++)
		world.client[i] = (struct client){ .fd = -1, .s = &world.session[0] };
	start_server();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	for (size_t i = 0; i + 1 < size && i < 2000; i += 2)
		step(data[i], data[i + 1]);
	settle();
	for (int i = 0; i < CLIENTS; i++)
		listen_to(&world.client[i]);
	if (!world.harmed)
		must(server_metrics(world.server)->failures == 0);
	stop_server();
	for (int i = 0; i < SESSIONS; i++)
		check(&world.session[i]);
	for (int i = 0; i < CLIENTS; i++) {
		hang_up(&world.client[i]);
		buf_free(&world.client[i].in);
	}
	for (int i = 0; i < SESSIONS; i++)
		buf_free(&world.session[i].said);
	memstore_free(&world.store);
	return 0;
}
