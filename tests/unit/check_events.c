/* SPDX-License-Identifier: ISC */
/* A session told to other systems while it is recorded: what they get, and what happens when
 * they do not take it. */
#include "format/tape.h"
#include "rec/recorder.h"
#include "tests/unit/scratch.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WALL INT64_C(1700000000000000000)

static char folder[64], path[100], address[64];
static struct ring ring;
static struct recorder rec;
static struct sink sink;
static struct dst *disk;
static struct events ev;
static char news[200];
static int64_t mono_ns;

static int64_t
wall(void *ctx)
{
	(void)ctx;
	return WALL;
}

/* Every look at it takes a second. */
static int64_t
mono(void *ctx)
{
	(void)ctx;
	return mono_ns += NS_PER_S;
}

static const struct clk clk = { wall, mono, NULL };

static void
on_news(void *ctx, const struct events_outlet *x)
{
	size_t n = strlen(news);

	(void)ctx;
	snprintf(news + n, sizeof news - n, "[%.60s: %.60s]", x->path, x->why.text);
}

static void
set_up(void)
{
	static const struct events_opts o = {
		.file = "x.audit", .format = SIEM_JSON, .socket = address, .clk = &clk
	};

	scratch_make();
	snprintf(folder, sizeof folder, "%s/there", dir);
	/* a path is absolute for who sets it; here it need not be */
	snprintf(path, sizeof path, "/proc/self/cwd/%s/ev", folder);
	snprintf(address, sizeof address, "%s/socket", dir);
	memset(&rec, 0, sizeof rec);
	memset(news, 0, sizeof news);
	mono_ns = 0;
	disk = dst_mem();
	sink = (struct sink){ .path = "disk", .format = TAPE_AUDIT_V2 };
	ck_assert_int_eq(tapew_open(&sink.w, TAPE_AUDIT_V2, disk, NULL, NULL), 0);
	ck_assert_int_eq(ring_init(&ring, 1 << 20, eventfd(0, 0), NULL), 0);
	rec.ring = &ring;
	rec.sinks = &sink;
	rec.nsinks = 1;
	rec.wall_ns = WALL;
	rec.events = &ev;
	rec.events_news = on_news;
	strcpy(rec.id, "c0ffee");
	events_init(&ev, &o);
}

static void
tear_down(void)
{
	close(ring.space_fd);
	ring_free(&ring);
	scratch_remove();
}

static void
put_type(enum msg_type type)
{
	struct msg m;

	msg_init(&m, type);
	if (type == MSG_HANDSHAKE_SUCCESSFUL)
		m.p.handshake_successful.username = SPAN_LIT("ann");
	recorder_put(&rec, &m, 5);
}

static void
put_session(void)
{
	struct msg m;

	vendor_raw(&m, VENDOR_SESSION, SPAN_LIT("{\"host\":\"box\",\"user\":\"ann\"}"));
	recorder_put(&rec, &m, 6);
}

static void
push_exit(void)
{
	int st = 0;
	struct ring_head h = { .n = sizeof st, .kind = REC_EXIT, .mono_ns = 9 };

	ck_assert(ring_put(&ring, RING_LAST, &h, &st));
	recorder_take(&rec);
}

/* All that is in the files, in their order. */
static const char *
told(void)
{
	static char text[16384];
	char pattern[110];
	size_t n = 0;
	glob_t g;

	snprintf(pattern, sizeof pattern, "%s.*", path);
	text[0] = 0;
	if (glob(pattern, 0, NULL, &g) != 0)
		return text;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		FILE *f = fopen(g.gl_pathv[i], "re");

		n += fread(text + n, 1, sizeof text - 1 - n, f);
		fclose(f);
	}
	globfree(&g);
	text[n] = 0;
	return text;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* Of the recording: the payload of its gap, and how many messages it has. */
static int
read_back(char gap[400])
{
	const struct msg *m;
	struct tape *t;
	int64_t at;
	int n = 0;

	gap[0] = 0;
	recorder_flush(&rec);
	ck_assert_int_eq(tape_open(&t, src_mem(dst_mem_bytes(disk)), NULL, NULL), 0);
	for (; tape_next(t, &m, &at, NULL) > 0; n++)
		if (vendor_of(m) == VENDOR_GAP)
			snprintf(gap, 400, "%.*s",
				(int)m->p.channel_request_unknown.payload.n,
				(const char *)m->p.channel_request_unknown.payload.p);
	tape_close(t);
	return n;
}

START_TEST(the_first_line_knows_who_and_where)
{
	const char *s;

	mkdir(folder, 0700);
	ck_assert_int_eq(events_add(&ev, path, NULL), 0);
	put_type(MSG_CONNECT);
	put_type(MSG_HANDSHAKE_SUCCESSFUL);
	recorder_tick(&rec, 1);
	ck_assert_str_eq(told(), ""); /* it is not known yet */
	put_session();
	recorder_tick(&rec, 2);
	s = told();
	ck_assert_uint_eq(count(s, "\n"), 3);
	ck_assert_uint_eq(count(s, "\"host\":\"box\""), 3 + 1); /* and in the payload */
	ck_assert_uint_eq(count(s, "\"file\":\"x.audit\""), 3);
	push_exit();
	ck_assert(recorder_close(&rec));
	ck_assert_uint_eq(count(told(), "\n"), 7);
	ck_assert_uint_eq(ev.v[0].lost, 0);
	ck_assert_str_eq(news, "");
}
END_TEST

START_TEST(what_was_lost_is_said_when_it_works_again)
{
	char gap[400];

	ck_assert_int_eq(events_add(&ev, path, NULL), 0);
	put_type(MSG_CONNECT);
	put_session();
	recorder_tick(&rec, 1);
	ck_assert_ptr_nonnull(strstr(news, "there/ev"));
	put_type(MSG_SHELL);
	recorder_tick(&rec, 2);
	ck_assert_uint_eq(count(news, "["), 1);
	ck_assert_int_eq(read_back(gap), 3);
	mkdir(folder, 0700);
	put_type(MSG_CLOSE_WRITE);
	recorder_tick(&rec, 3);
	ck_assert_int_eq(read_back(gap), 5);
	ck_assert_ptr_nonnull(strstr(gap, "\"events\":3"));
	ck_assert_ptr_nonnull(strstr(gap, "No such file"));
	ck_assert_ptr_nonnull(strstr(gap, "there/ev"));
	recorder_tick(&rec, 4);
	ck_assert_uint_eq(count(told(), "\n"), 2);
	ck_assert_uint_eq(count(told(), "recording_gap"), 1);
	ck_assert(recorder_close(&rec));
	ck_assert_uint_eq(ev.v[0].lost, 3);
}
END_TEST

START_TEST(what_never_worked_is_said_at_the_end)
{
	char gap[400];

	ck_assert_int_eq(events_add(&ev, path, NULL), 0);
	put_type(MSG_CONNECT);
	put_session();
	push_exit();
	ck_assert_int_eq(read_back(gap), 2 + 1 + 4);
	ck_assert_ptr_nonnull(strstr(gap, "\"events\":2"));
	ck_assert(recorder_close(&rec)); /* the recording is whole */
	ck_assert_uint_eq(ev.v[0].lost, 2 + 1 + 4);
}
END_TEST

START_TEST(outlets_are_independent)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char text[4096];

	snprintf(at.sun_path, sizeof at.sun_path, "%s", address);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(events_add(&ev, path, NULL), 0);
	ck_assert_int_eq(events_add(&ev, "syslog", NULL), 0);
	ck_assert_int_eq(events_add(&ev, "journal", NULL), 0);
	put_session();
	recorder_tick(&rec, 1);
	ck_assert_uint_eq(ev.v[0].lost, 1);
	memset(text, 0, sizeof text);
	ck_assert_int_gt(recv(fd, text, sizeof text - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(text, " session_start - {"));
	memset(text, 0, sizeof text);
	ck_assert_int_gt(recv(fd, text, sizeof text - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(text, "\nAUDITREC_ACTION=session_start\n"));
	ck_assert(recorder_close(&rec));
	close(fd);
}
END_TEST

/* The receiver hangs: the recorder waits a bounded time once and goes on. */
START_TEST(who_hangs_does_not_hold_the_session)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char gap[400];

	snprintf(at.sun_path, sizeof at.sun_path, "%s", address);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(events_add(&ev, "syslog", NULL), 0);
	put_session();
	for (int i = 0; i < 5000; i++)
		put_type(MSG_SHELL);
	push_exit();
	ck_assert_int_eq(read_back(gap), 1 + 5000 + 1 + 4);
	ck_assert_ptr_nonnull(strstr(gap, "busy"));
	ck_assert(recorder_close(&rec));
	ck_assert_uint_gt(ev.v[0].lost, 1000);
	close(fd);
}
END_TEST

START_TEST(there_is_a_limit_of_places)
{
	struct err e = { 0 };

	for (int i = 0; i < EVENTS_OUTLETS_MAX; i++)
		ck_assert_int_eq(events_add(&ev, "syslog", &e), 0);
	ck_assert_int_eq(events_add(&ev, "journal", &e), ERR_LIMIT);
	ck_assert(recorder_close(&rec));
}
END_TEST

static TCase *
event_cases(void)
{
	TCase *t = tcase_create("events");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, the_first_line_knows_who_and_where);
	tcase_add_test(t, what_was_lost_is_said_when_it_works_again);
	tcase_add_test(t, what_never_worked_is_said_at_the_end);
	tcase_add_test(t, outlets_are_independent);
	tcase_add_test(t, who_hangs_does_not_hold_the_session);
	tcase_add_test(t, there_is_a_limit_of_places);
	return t;
}

UNIT_MAIN("events", event_cases)
