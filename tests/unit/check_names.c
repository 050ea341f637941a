/* SPDX-License-Identifier: ISC */
/* Names of users, asked for in a thread: the call that knows them is taken the place of. */
#include "recd/server_impl.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <pwd.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static struct err err;
static struct watch loop;
static struct worker worker;
static struct names names;
static sem_t gate; /* what one answer costs */
static _Atomic int answers;
static int told;
static char text[PEER_USER_SIZE];

int
getpwuid_r(uid_t uid, struct passwd *pw, char *room, size_t size, struct passwd **found)
{
	while (sem_wait(&gate) < 0)
		continue;
	answers++;
	*found = NULL;
	if (uid == 7)
		return ENOENT;
	snprintf(room, size, "user%u", (unsigned)uid);
	pw->pw_name = room;
	*found = pw;
	return 0;
}

static void
count(struct names *n, const struct name *name)
{
	ck_assert_ptr_eq(n, &names);
	ck_assert(!name->asking);
	told++;
}

static void
begin(void)
{
	sem_init(&gate, 0, 0);
	ck_assert_int_eq(watch_open(&loop, &err), 0);
	ck_assert_int_eq(worker_init(&worker, &loop, 1, &err), 0);
	names_init(&names, &worker, count);
}

static void
end(void)
{
	worker_stop(&worker);
	watch_close(&loop);
	sem_destroy(&gate);
}

static void
let(int answered)
{
	int wanted = told + answered;

	for (int i = 0; i < answered; i++)
		sem_post(&gate);
	while (told < wanted) {
		ck_assert_int_eq(watch_wait(&loop, -1, &err), 0);
		watch_call(&loop);
	}
}

START_TEST(asked_once)
{
	ck_assert(!names_get(&names, 1, 0, text));
	ck_assert_str_eq(text, "");
	ck_assert(!names_get(&names, 1, 0, text));
	let(1);
	ck_assert(names_get(&names, 1, NAMES_GOOD_NS - 1, text));
	ck_assert_str_eq(text, "user1");
	ck_assert(!names_get(&names, 1, NAMES_GOOD_NS, text));
	ck_assert_str_eq(text, "");
	let(1);
	ck_assert(names_get(&names, 1, NAMES_GOOD_NS, text));
	ck_assert_str_eq(text, "user1");
	ck_assert_int_eq(answers, 2);
}
END_TEST

START_TEST(nobody)
{
	ck_assert(!names_get(&names, 7, 0, text));
	let(1);
	ck_assert(names_get(&names, 7, 1, text));
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(answers, 1);
}
END_TEST

/* The one that was asked for first makes room; never one that is being asked for. */
START_TEST(more_than_there_is_room_for)
{
	for (uid_t u = 100; u < 100 + NAMES_MAX; u++)
		ck_assert(!names_get(&names, u, u, text));
	ck_assert(names_get(&names, 1, 500, text));
	ck_assert_str_eq(text, "");
	let(NAMES_MAX);
	ck_assert(!names_get(&names, 1, 500, text));
	let(1);
	ck_assert(names_get(&names, 101, 501, text));
	ck_assert_str_eq(text, "user101");
	ck_assert(!names_get(&names, 100, 502, text));
	let(1);
}
END_TEST

/* ---- somebody whose name is asked for ---- */

static struct server *server;
static struct store *nowhere;
static struct watched awake; /* so that no turn waits */
static int64_t now = NS_PER_S;
static int client;

static int64_t
now_ns(void *ctx)
{
	(void)ctx;
	return now;
}

static void
nothing(struct watched *w, uint32_t events)
{
	(void)w;
	(void)events;
}

static void
greet(void)
{
	static const struct clk clk = { now_ns, now_ns, NULL };
	struct server_opts o = {
		.clk = &clk, .connections = 9, .threads = 1, .grace_ns = NS_PER_S
	};
	struct deposit_frame hello = {
		.type = DEPOSIT_HELLO, .version = 1, .least_version = 1
	};
	struct buf out = { 0 };
	int fd[2];

	sem_init(&gate, 0, 0);
	ck_assert_int_eq(store_none(&nowhere, &err), 0);
	o.store = nowhere;
	ck_assert_int_eq(server_open(&server, &o, &err), 0);
	awake = (struct watched){ .fd = eventfd(1, 0), .events = EPOLLIN, .fn = nothing };
	ck_assert_int_eq(server_watch(server, &awake, &err), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	conn_accept(server, fd[1]);
	client = fd[0];
	deposit_write(&out, &hello);
	ck_assert_int_eq(send(client, out.p, out.n, 0), (ssize_t)out.n);
	buf_free(&out);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(server_turn(server, &err), 0);
	ck_assert_int_lt(recv(client, text, 1, 0), 0);
}

static void
is_welcome(const char *name)
{
	uint8_t head[DEPOSIT_HEAD];

	while (recv(client, head, sizeof head, 0) < 0)
		ck_assert_int_eq(server_turn(server, &err), 0);
	ck_assert_int_eq(head[4], DEPOSIT_WELCOME);
	ck_assert_str_eq(server->conns->peer.user, name);
}

static void
leave(void)
{
	sem_post(&gate);
	server_close(server);
	store_close(nowhere);
	close(client);
	close(awake.fd);
}

START_TEST(waits_for_a_name)
{
	greet();
	snprintf(text, sizeof text, "user%u", (unsigned)getuid());
	sem_post(&gate);
	is_welcome(text);
	leave();
}
END_TEST

START_TEST(goes_without_a_name)
{
	greet();
	now += SERVER_NAME_NS;
	is_welcome("");
	leave();
}
END_TEST

static TCase *
all(void)
{
	TCase *c = tcase_create("names");

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, asked_once);
	tcase_add_test(c, nobody);
	tcase_add_test(c, more_than_there_is_room_for);
	return c;
}

static TCase *
greetings(void)
{
	TCase *c = tcase_create("greetings");

	tcase_add_test(c, waits_for_a_name);
	tcase_add_test(c, goes_without_a_name);
	return c;
}

UNIT_MAIN("names", all, greetings)
