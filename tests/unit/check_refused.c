/* SPDX-License-Identifier: ISC */
/* What the daemon's log hears of those who are refused. */
#include "recd/metrics.h"
#include "recd/server.h"

#include "store/directory.h"
#include "tests/unit/scratch.h"

#include <sys/socket.h>
#include <sys/un.h>

#define SPACE 4096

static struct err err;
static struct store *box;
static struct server *server;
static int door, said;
static int64_t now;

static int64_t
now_ns(void *ctx)
{
	return *(int64_t *)ctx;
}

static const struct clk still = { now_ns, now_ns, &now };

static void
count(void *ctx, int priority, const char *text)
{
	(void)ctx;
	(void)priority;
	said += strstr(text, ": refused: ") != NULL;
}

static struct sockaddr_un
address(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof a.sun_path, "%s", in_dir("sock"));
	return a;
}

/* With room for SPACE bytes, or for any. */
static void
open_server(bool bounded)
{
	struct directory_opts d = { .path = in_dir(""), .size_max = bounded ? SPACE : 0 };
	struct server_opts o = { .clk = &still,
		.connections = 9,
		.window = 65536,
		.threads = 1,
		.say = count };
	struct sockaddr_un a = address();

	ck_assert_msg(directory_open(&box, &d, &err) == 0, "%s", err.text);
	o.store = box;
	door = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(door, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(door, 9), 0);
	ck_assert_int_eq(server_open(&server, &o, &err), 0);
	ck_assert_int_eq(server_listen(server, door, NULL, NULL, &err), 0);
}

static void
close_server(void)
{
	server_close(server);
	store_close(box);
	close(door);
}

static void
begin(void)
{
	scratch_make();
	now = NS_PER_S;
	said = 0;
}

/* Somebody wants to begin a session, and has an answer. */
static int
knock(void)
{
	struct deposit_frame f = {
		.type = DEPOSIT_HELLO, .version = 1, .least_version = 1, .id = { 7 }
	};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un a = address();
	struct buf out;
	char c;

	buf_init(&out, 0);
	deposit_write(&out, &f);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(write(fd, out.p, out.n), (ssize_t)out.n);
	buf_free(&out);
	while (recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 1)
		ck_assert_int_eq(server_turn(server, &err), 0);
	return fd;
}

/* It is one cause, however many it meets. */
START_TEST(full)
{
	make_file("what was there", "");
	ck_assert_int_eq(truncate(in_dir("what was there"), SPACE), 0);
	open_server(true);
	for (int i = 0; i < 5; i++)
		close(knock());
	ck_assert_uint_eq(server_metrics(server)->refused, 5);
	ck_assert_int_eq(said, 1);
	now += 100 * NS_PER_S;
	close(knock());
	ck_assert_int_eq(said, 2);
	close_server();
}
END_TEST

/* The next daemon will have them: nobody is refused anything. */
START_TEST(stopped)
{
	int fd;

	open_server(false);
	fd = knock();
	close_server();
	ck_assert_int_eq(said, 0);
	close(fd);
}
END_TEST

static TCase *
refused(void)
{
	TCase *c = tcase_create("refused");

	tcase_add_checked_fixture(c, begin, scratch_remove);
	tcase_add_test(c, full);
	tcase_add_test(c, stopped);
	return c;
}

UNIT_MAIN("refused", refused)
