/* SPDX-License-Identifier: ISC */
/* A disk that takes its time: the server has no threads, and the test says when one would begin
 * with a flush and when that has returned. */
#include "recd/server_impl.h"

#include "tests/fuzz/memstore.h"
#include "tests/unit/unit.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 3

static struct client {
	int fd;
	uint8_t id[DEPOSIT_ID_SIZE];
	char name[KEEP_NAME_SIZE];
	struct buf in;
	uint64_t at; /* sent so far */
	int64_t time_ns;
	struct deposit_frame got; /* the last one; type 0: none */
} clients[CLIENTS];

static struct memstore disk;
static struct server *server;
static struct watched awake; /* so that no turn waits */
static int64_t clock_ns;
static struct err err;

static int64_t
now_ns(void *ctx)
{
	(void)ctx;
	return clock_ns;
}

static void
nothing(struct watched *w, uint32_t events)
{
	(void)w;
	(void)events;
}

static void
open_server(void)
{
	static const struct clk clk = { now_ns, now_ns, NULL };
	struct server_opts o = { .clk = &clk,
		.store = &disk.store,
		.connections = 64,
		.grace_ns = 60 * NS_PER_S,
		.idle_ns = 600 * NS_PER_S,
		.commit_ns = 200 * NS_PER_MS,
		.window = 64 << 10,
		.level = 1 };

	ck_assert_int_eq(server_open(&server, &o, &err), 0);
	awake = (struct watched){
		.fd = eventfd(1, EFD_CLOEXEC), .events = EPOLLIN, .fn = nothing
	};
	ck_assert_int_eq(server_watch(server, &awake, &err), 0);
}

static void
close_server(void)
{
	server_close(server);
	close(awake.fd);
	server = NULL;
}

static void
begin(void)
{
	memstore_init(&disk);
	clock_ns = NS_PER_S;
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client){ .fd = -1, .id = { (uint8_t)(0xA0 + i) } };
		keep_name(clients[i].name, clients[i].id);
	}
	open_server();
}

static void
hang_up(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	buf_free(&c->in);
}

static void
end(void)
{
	if (server)
		close_server();
	for (int i = 0; i < CLIENTS; i++)
		hang_up(&clients[i]);
	memstore_free(&disk);
}

static void
turns(void)
{
	/* one to hear, one to look at what is due */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(server_turn(server, &err), 0);
}

static void
pass(int64_t ns)
{
	clock_ns += ns;
	turns();
}

/* ---- what a thread does ---- */

static void
start(unsigned n)
{
	ck_assert(worker_give(&server->flusher, n));
}

static void
returns(unsigned n)
{
	ck_assert(worker_step(&server->flusher, n));
	turns();
}

static void
flush(void)
{
	start(0);
	returns(0);
}

/* ---- what a client does ---- */

static void
tell(struct client *c, const struct deposit_frame *f)
{
	struct buf out = { 0 };

	deposit_write(&out, f);
	ck_assert_int_eq(send(c->fd, out.p, out.n, MSG_NOSIGNAL), (ssize_t)out.n);
	buf_free(&out);
}

static void
greet(struct client *c, bool resume, const uint8_t *token)
{
	struct deposit_frame f = { .type = DEPOSIT_HELLO,
		.version = DEPOSIT_VERSION,
		.least_version = DEPOSIT_VERSION,
		.resume = resume,
		.made = c->at };
	int fd[2];

	hang_up(c);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	c->fd = fd[0];
	conn_accept(server, fd[1]);
	memcpy(f.id, c->id, sizeof f.id);
	if (token)
		memcpy(f.token, token, sizeof f.token);
	tell(c, &f);
	turns();
}

/* A message of a session, the first or another. */
static void
say(struct client *c, enum msg_type type)
{
	struct deposit_frame f = { .type = DEPOSIT_DATA, .offset = c->at };
	struct buf raw = { 0 };
	struct msg m;

	msg_init(&m, type);
	m.connection_id = span_str(c->name);
	m.time_ns = ++c->time_ns;
	if (type == MSG_CONNECT) {
		m.p.connect.remote_addr = SPAN_LIT("198.51.100.7");
		m.p.connect.country = SPAN_LIT("XX");
	} else if (type == MSG_IO) {
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = SPAN_LIT("some output\r\n");
	}
	ck_assert_int_eq(msg_encode(&raw, &m), 0);
	f.data = buf_span(&raw);
	tell(c, &f);
	c->at += raw.n;
	buf_free(&raw);
}

static void
finish(struct client *c)
{
	tell(c, &(struct deposit_frame){ .type = DEPOSIT_END, .offset = c->at });
	turns();
}

/* The type of the next frame for C; 0: it was told nothing. */
static int
hears(struct client *c)
{
	ssize_t n;
	int used;

	ck_assert_int_eq(buf_reserve(&c->in, 4096), 0);
	n = recv(c->fd, c->in.p + c->in.n, 4096, MSG_DONTWAIT);
	c->in.n += n > 0 ? (size_t)n : 0;
	used = deposit_read(&c->got, buf_span(&c->in), DEPOSIT_FROM_S, &err);
	ck_assert_int_ge(used, 0);
	buf_consume(&c->in, (size_t)used);
	return used ? (int)c->got.type : 0;
}

#define assert_hears(c, what) ck_assert_int_eq(hears(c), what)

static void
assert_acked(struct client *c, uint64_t at)
{
	assert_hears(c, DEPOSIT_ACK);
	ck_assert_uint_eq(c->got.offset, at);
}

/* A session that has said something, all of which is kept. */
static struct client *
session(int n)
{
	struct client *c = &clients[n];

	greet(c, false, NULL);
	flush();
	assert_hears(c, DEPOSIT_WELCOME);
	say(c, MSG_CONNECT);
	turns();
	pass(200 * NS_PER_MS);
	flush();
	assert_acked(c, c->at);
	return c;
}

static uint64_t
durable(const struct client *c)
{
	return memstore_find(&disk, c->name)->durable;
}

/* ---- */

START_TEST(told_when_it_is_so)
{
	struct client *c = &clients[0];

	greet(c, false, NULL);
	assert_hears(c, 0);
	start(0);
	pass(5 * NS_PER_S);
	assert_hears(c, 0);
	returns(0);
	assert_hears(c, DEPOSIT_WELCOME);

	say(c, MSG_CONNECT);
	turns();
	pass(200 * NS_PER_MS);
	start(0);
	pass(5 * NS_PER_S);
	assert_hears(c, 0);
	ck_assert_uint_eq(durable(c), 0);
	returns(0);
	assert_acked(c, c->at);
	ck_assert_uint_gt(durable(c), 0);
	ck_assert_uint_eq(server->flusher.nwaiting, 0);
}
END_TEST

/* The daemon itself was given no time: who has spoken meanwhile has not been silent. */
START_TEST(hears_late)
{
	struct client *c = session(0);

	say(c, MSG_IO);
	pass(700 * NS_PER_S);
	pass(200 * NS_PER_MS);
	flush();
	assert_acked(c, c->at);
	pass(500 * NS_PER_S);
	assert_hears(c, 0);
	pass(200 * NS_PER_S);
	assert_hears(c, DEPOSIT_REFUSED);
	ck_assert_int_eq(c->got.reason, DEPOSIT_R_IDLE);
}
END_TEST

/* What comes until a thread begins is part of the flush; what comes behind that is not. */
START_TEST(one_flush_for_all_that_came)
{
	struct client *c = session(0);
	uint64_t first;

	say(c, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	say(c, MSG_IO);
	pass(200 * NS_PER_MS);
	first = c->at;
	ck_assert_uint_eq(server->flusher.nwaiting, 1);
	start(0);
	say(c, MSG_IO);
	pass(NS_PER_S);
	ck_assert_uint_eq(server->flusher.nwaiting, 0);
	returns(0);
	assert_acked(c, first);
	assert_hears(c, 0);
	pass(200 * NS_PER_MS);
	flush();
	assert_acked(c, c->at);
}
END_TEST

START_TEST(in_any_order)
{
	struct client *a = session(0), *b = session(1);

	say(a, MSG_IO);
	say(b, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	start(_i & 1);
	start(0);
	returns(_i >> 1);
	ck_assert_int_eq((hears(a) == DEPOSIT_ACK) + (hears(b) == DEPOSIT_ACK), 1);
	returns(0);
	ck_assert_int_eq((hears(a) == DEPOSIT_ACK) + (hears(b) == DEPOSIT_ACK), 1);
}
END_TEST

/* One whose flush does not return: nobody else waits for it. */
START_TEST(never_returns)
{
	struct client *a = session(0), *b = &clients[1];

	say(a, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	start(0);
	hang_up(a);
	greet(b, false, NULL);
	start(0);
	returns(0); /* of those that were begun, the last */
	assert_hears(b, DEPOSIT_WELCOME);
	say(b, MSG_CONNECT);
	turns();
	finish(b);
	start(0);
	returns(0);
	assert_hears(b, DEPOSIT_ACK);
	assert_hears(b, DEPOSIT_CLOSED);
	pass(3600 * NS_PER_S);
	ck_assert(memstore_find(&disk, a->name)->open);
	returns(0);
	ck_assert_uint_eq(server_metrics(server)->detached, 1);
}
END_TEST

/* The end takes the place of a flush that has not begun, and waits for one that has. */
START_TEST(ends_meanwhile)
{
	struct client *c = session(0);

	say(c, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	if (_i)
		start(0);
	finish(c);
	ck_assert_uint_eq(server->flusher.nwaiting, !_i);
	if (_i) {
		returns(0);
		assert_acked(c, c->at);
	}
	start(0);
	assert_hears(c, 0);
	ck_assert(memstore_find(&disk, c->name)->open);
	returns(0);
	if (!_i)
		assert_acked(c, c->at);
	assert_hears(c, DEPOSIT_CLOSED);
	ck_assert(!memstore_find(&disk, c->name)->open);
	ck_assert_uint_eq(server_metrics(server)->sessions, 0);
	/* what it said last was no disconnect */
	ck_assert_uint_eq(server_metrics(server)->abandoned, 1);
}
END_TEST

/* The disk loses what it was given, and tells of it once: the session goes on from what was kept
 * before, with what its client still has. */
START_TEST(fails)
{
	struct client *c = &clients[0], *other = &clients[1];
	uint8_t token[DEPOSIT_TOKEN_SIZE];
	uint64_t kept, made;
	int64_t time_ns;

	greet(c, false, NULL);
	flush();
	assert_hears(c, DEPOSIT_WELCOME);
	memcpy(token, c->got.token, sizeof token);
	say(c, MSG_CONNECT);
	turns();
	pass(200 * NS_PER_MS);
	flush();
	assert_acked(c, c->at);
	kept = c->at;
	time_ns = c->time_ns;

	say(c, MSG_IO);
	if (_i)
		finish(c);
	turns();
	pass(200 * NS_PER_MS);
	disk.broken = true;
	flush();
	assert_hears(c, DEPOSIT_REFUSED);
	ck_assert_int_eq(c->got.reason, DEPOSIT_R_FAILED);
	ck_assert_uint_eq(memstore_find(&disk, c->name)->bytes.n, durable(c));
	greet(other, false, NULL);
	assert_hears(other, DEPOSIT_REFUSED);
	disk.broken = false;

	pass(NS_PER_S);
	greet(c, true, token);
	ck_assert(worker_give(&server->looker, 0));
	ck_assert(worker_step(&server->looker, 0));
	turns();
	assert_hears(c, DEPOSIT_WELCOME);
	ck_assert_uint_eq(c->got.offset, kept);
	assert_acked(c, kept); /* it may have missed that */
	made = c->at;
	c->at = kept;
	c->time_ns = time_ns;
	say(c, MSG_IO);
	ck_assert_uint_eq(c->at, made);
	finish(c);
	flush();
	assert_acked(c, made);
	assert_hears(c, DEPOSIT_CLOSED);
	ck_assert(!memstore_find(&disk, c->name)->open);
}
END_TEST

/* Nobody comes back: what was kept is the recording. */
START_TEST(fails_and_is_left)
{
	struct client *c = session(0);

	say(c, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	disk.broken = true;
	flush();
	disk.broken = false;
	hang_up(c);
	pass(61 * NS_PER_S);
	ck_assert(worker_give(&server->looker, 0));
	ck_assert(worker_step(&server->looker, 0));
	turns();
	flush();
	ck_assert(!memstore_find(&disk, c->name)->open);
	ck_assert_uint_eq(server_metrics(server)->abandoned, 1);
	ck_assert_uint_eq(server_metrics(server)->sessions, 0);
}
END_TEST

START_TEST(cannot_begin)
{
	struct client *c = &clients[0];

	greet(c, false, NULL);
	disk.room = 0;
	flush();
	assert_hears(c, DEPOSIT_REFUSED);
	ck_assert_int_eq(c->got.reason, DEPOSIT_R_FULL);
	ck_assert_uint_eq(server_metrics(server)->sessions, 0);
	disk.room = UINT64_MAX;
	greet(c, false, NULL);
	flush();
	assert_hears(c, DEPOSIT_WELCOME);
}
END_TEST

START_TEST(who_begins_is_first)
{
	struct client *a = session(0), *b = session(1), *c = &clients[2];

	say(a, MSG_IO);
	say(b, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	greet(c, false, NULL);
	ck_assert_uint_eq(server->flusher.nwaiting, 3);
	flush();
	assert_hears(c, DEPOSIT_WELCOME);
	assert_hears(a, 0);
	assert_hears(b, 0);
}
END_TEST

/* Who does not hear about its registration asks again, whatever has become of the first. */
START_TEST(registers_again)
{
	struct client *c = &clients[0];

	greet(c, false, NULL);
	if (_i > 0)
		start(0);
	if (_i > 1) {
		hang_up(c);
		returns(0);
		ck_assert_uint_eq(server->flusher.nwaiting, 1); /* nothing came of it */
	}
	if (_i > 2)
		start(0);
	greet(c, false, NULL);
	if (_i == 0 || _i == 2)
		start(0);
	returns(0);
	if (_i > 1)
		flush();
	assert_hears(c, DEPOSIT_WELCOME);
	assert_hears(c, 0);
	ck_assert_uint_eq(server_metrics(server)->sessions, 1);
}
END_TEST

/* What it said before it went is taken, though its session was busy when it did. */
START_TEST(gone_before_it_was_heard)
{
	struct client *c = session(0);
	struct held *h = held_next(&server->held, NULL);

	say(c, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	start(0);
	say(c, MSG_IO);
	hang_up(c);
	turns();
	ck_assert_uint_eq(server_metrics(server)->connections, 0);
	returns(0);
	ck_assert_uint_eq(keep_wanted(h->keep), c->at);
	ck_assert_ptr_null(h->conn);
}
END_TEST

/* Who comes back while its session is busy is answered when it is not. */
START_TEST(comes_back_meanwhile)
{
	struct client *c = &clients[0];
	uint8_t token[DEPOSIT_TOKEN_SIZE];

	greet(c, false, NULL);
	flush();
	assert_hears(c, DEPOSIT_WELCOME);
	memcpy(token, c->got.token, sizeof token);
	say(c, MSG_CONNECT);
	if (_i)
		finish(c);
	turns();
	pass(200 * NS_PER_MS);
	start(0);
	greet(c, true, token);
	assert_hears(c, 0);
	returns(0);
	if (_i) {
		assert_hears(c, DEPOSIT_REFUSED);
		ck_assert_int_eq(c->got.reason, DEPOSIT_R_UNKNOWN);
		return;
	}
	assert_hears(c, DEPOSIT_WELCOME);
	ck_assert_uint_eq(c->got.offset, c->at);
}
END_TEST

/* Whoever was about to hear that something is kept hears it before the daemon goes. */
START_TEST(stops_meanwhile)
{
	struct client *a = session(0), *b = session(1);

	say(a, MSG_IO);
	turns();
	pass(200 * NS_PER_MS);
	start(0);
	say(b, MSG_IO);
	finish(b);
	close_server();
	assert_acked(a, a->at);
	assert_hears(a, DEPOSIT_REFUSED);
	ck_assert_int_eq(a->got.reason, DEPOSIT_R_STOPPING);
	assert_acked(b, b->at);
	assert_hears(b, DEPOSIT_CLOSED);
	ck_assert(memstore_find(&disk, a->name)->open);
	ck_assert_uint_eq(durable(a), memstore_find(&disk, a->name)->bytes.n);
	ck_assert(!memstore_find(&disk, b->name)->open);
}
END_TEST

static TCase *
slow(void)
{
	TCase *t = tcase_create("slow");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, told_when_it_is_so);
	tcase_add_test(t, hears_late);
	tcase_add_test(t, one_flush_for_all_that_came);
	tcase_add_loop_test(t, in_any_order, 0, 4);
	tcase_add_test(t, never_returns);
	tcase_add_loop_test(t, ends_meanwhile, 0, 2);
	tcase_add_loop_test(t, fails, 0, 2);
	tcase_add_test(t, fails_and_is_left);
	tcase_add_test(t, cannot_begin);
	tcase_add_test(t, who_begins_is_first);
	tcase_add_loop_test(t, registers_again, 0, 4);
	tcase_add_test(t, gone_before_it_was_heard);
	tcase_add_loop_test(t, comes_back_meanwhile, 0, 2);
	tcase_add_test(t, stops_meanwhile);
	return t;
}

UNIT_MAIN("slow", slow)
