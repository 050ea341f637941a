/* SPDX-License-Identifier: ISC */
/* The daemon's parts without sockets: what a user may have, and sessions becoming
 * recordings, with a crash at every byte. */
#include "recd/held.h"
#include "recd/keep.h"
#include "recd/metrics.h"
#include "recd/server.h"

#include "base/clk.h"
#include "format/tape.h"
#include "format/vendor.h"
#include "store/directory.h"
#include "tests/unit/scratch.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct err err;
static const uint8_t id[DEPOSIT_ID_SIZE] = { 0xAB, 1, 2, 3 };
#define NAME "ab010203000000000000000000000000"

START_TEST(metrics_text)
{
	struct metrics m = { .begun = 7 };
	struct buf out;

	buf_init(&out, 0);
	metrics_write(&out, &m);
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&out), "# TYPE auditrecd_sessions_begun_total "
				       "counter\nauditrecd_sessions_begun_total 7\n"));
	buf_free(&out);
}
END_TEST

START_TEST(many_sessions)
{
	struct held_table t = { 0 };
	uint8_t key[DEPOSIT_ID_SIZE] = { 0 };
	struct held *h, *next;
	int seen = 0;

	for (int i = 0; i < 1000; i++) {
		memcpy(key, &i, sizeof i);
		ck_assert_ptr_null(held_find(&t, key, (uint64_t)i % 7));
		ck_assert_ptr_nonnull(held_add(&t, key, (uint64_t)i % 7));
		ck_assert_ptr_nonnull(held_find(&t, key, (uint64_t)i % 7));
	}
	for (h = held_next(&t, NULL); h; h = next) {
		next = held_next(&t, h);
		held_remove(&t, h);
		seen++;
	}
	ck_assert_int_eq(seen, 1000);
	ck_assert_uint_eq(t.n, 0);
	held_free(&t);
}
END_TEST

/* ---- the loop ---- */

static int64_t
quick_ns(void *ctx)
{
	int64_t *t = ctx;

	return *t += 950 * NS_PER_MS;
}

static void
count_say(void *ctx, int priority, const char *text)
{
	(void)priority;
	*(int *)ctx += strstr(text, "cannot accept") != NULL;
}

static void
count_served(void *ctx, int fd)
{
	++*(int *)ctx;
	close(fd);
}

/* Without descriptors nobody gets in, neither clients nor others, and the loop does not run hot. */
START_TEST(no_descriptors)
{
	struct sockaddr_un a = { AF_UNIX, "recd-full.sock" };
	int64_t t = NS_PER_S;
	int said = 0, served = 0, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int client = socket(AF_UNIX, SOCK_STREAM, 0), top;
	const struct clk quick = { quick_ns, quick_ns, &t };
	struct server_opts o = {
		.clk = &quick, .connections = 9, .say = count_say, .ctx = &said
	};
	struct rlimit few;
	struct server *s;

	unlink(a.sun_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&a, sizeof a), 0);
	unlink(a.sun_path);
	ck_assert_int_eq(server_open(&s, &o, &err), 0);
	ck_assert_int_eq(
		server_listen(s, fd, _i ? count_served : NULL, &served, &err), 0);
	top = dup(fd);
	close(top);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &few), 0);
	few.rlim_cur = (rlim_t)top;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(server_turn(s, &err), 0);
	ck_assert_int_le(said, 2);
	few.rlim_cur = (rlim_t)top + 10;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 20 && !server_metrics(s)->connections && !served; i++)
		ck_assert_int_eq(server_turn(s, &err), 0);
	ck_assert_uint_eq(server_metrics(s)->connections, !_i);
	ck_assert_int_eq(served, _i);
	close(client);
	server_close(s);
	close(fd);
}
END_TEST

/* ---- sessions ---- */

static struct store *box;
static struct keep_opts opts;
static const struct peer ann = { .uid = 0,
	.gid = 7,
	.pid = 42,
	.start = 9,
	.login_uid = 1000,
	.audit_session = -1,
	.exe = "/usr/bin/auditrec",
	.user = "root" };
static struct buf sent;  /* what a client says */
static size_t marks[16]; /* where its messages end */
static int nmarks;

static void
say(struct msg *m, int64_t time_ns)
{
	m->connection_id = SPAN_LIT(NAME);
	m->time_ns = time_ns;
	ck_assert_int_eq(msg_encode(&sent, m), 0);
	marks[nmarks++] = sent.n;
}

static void
make_session(void)
{
	struct msg m;

	buf_init(&sent, 0);
	nmarks = 0;
	msg_init(&m, MSG_CONNECT);
	m.p.connect.remote_addr = SPAN_LIT("192.0.2.7");
	m.p.connect.country = SPAN_LIT("XX");
	say(&m, 1000);
	msg_init(&m, MSG_HANDSHAKE_SUCCESSFUL);
	m.p.handshake_successful.username = SPAN_LIT("ann");
	say(&m, 1001);
	for (int i = 0; i < 3; i++) {
		msg_init(&m, MSG_IO);
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = SPAN_LIT("some bytes of output\r\n");
		say(&m, 1002 + i);
	}
	msg_init(&m, MSG_DISCONNECT);
	say(&m, 2000);
}

static void
open_box(void)
{
	struct directory_opts o = { .path = dir, .sync = DIRECTORY_SYNC_NEVER };

	ck_assert_msg(directory_open(&box, &o, &err) == 0, "%s", err.text);
	opts = (struct keep_opts){ .store = box };
}

static void
begin(void)
{
	scratch_make();
	open_box();
	make_session();
}

static void
end(void)
{
	store_close(box);
	buf_free(&sent);
	scratch_remove();
}

static struct keep *
begin_keep(void)
{
	struct keep *k = keep_new(&opts, id, &ann, 0);

	ck_assert_ptr_nonnull(k);
	ck_assert_msg(keep_begin(k, &err) == 0, "%s", err.text);
	return k;
}

static void
take(struct keep *k, size_t from, size_t to)
{
	enum deposit_reason why;

	ck_assert_msg(
		keep_take(k, from, span_of(sent.p + from, to - from), &why, &err) == 0,
		"%s", err.text);
}

/* All messages of the recording but the daemon's, encoded; N_OURS: how many those were. */
static void
read_back(struct buf *out, int *n_ours, struct buf *texts)
{
	const struct msg *m;
	struct src *src;
	struct tape *t;
	int64_t at;

	buf_init(out, 0);
	*n_ours = 0;
	ck_assert_int_eq(store_open(box, NAME, &src, &err), 0);
	ck_assert_int_eq(tape_open(&t, src, NULL, &err), 0);
	while (tape_next(t, &m, &at, &err) > 0) {
		if (m->type == MSG_CHANNEL_REQUEST_UNKNOWN) {
			++*n_ours;
			buf_add_span(texts, m->p.channel_request_unknown.payload);
			continue;
		}
		msg_encode(out, m);
	}
	ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
	tape_close(t);
}

static void
all_is_there(int ours)
{
	struct buf back, texts;
	int n;

	buf_init(&texts, 0);
	read_back(&back, &n, &texts);
	ck_assert(span_eq(buf_span(&back), buf_span(&sent)));
	ck_assert_int_eq(n, ours);
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&texts), "\"trust\":\"kernel\",\"user\":\"root\","
					 "\"uid\":0,\"gid\":7,\"pid\":42"));
	buf_free(&back);
	buf_free(&texts);
}

START_TEST(byte_by_byte)
{
	struct keep *k = begin_keep();

	for (size_t i = 0; i < sent.n; i++)
		take(k, i, i + 1);
	ck_assert_uint_eq(keep_wanted(k), sent.n);
	ck_assert_int_eq(keep_end(k, 9000, &err), 0);
	all_is_there(1);
}
END_TEST

START_TEST(acknowledges_whole_messages)
{
	struct keep *k;

	k = begin_keep();
	take(k, 0, marks[1] + 3);
	ck_assert(keep_is_dirty(k));
	ck_assert_uint_eq(keep_durable(k), 0);
	ck_assert_int_eq(keep_commit(k, 1, false, &err), 0);
	ck_assert_uint_eq(keep_durable(k), marks[1]);
	ck_assert(!keep_is_dirty(k));
	ck_assert_uint_eq(keep_wanted(k), marks[1] + 3);
	keep_leave(k);
}
END_TEST

/* The daemon dies behind any byte; what is wanted then is what was acknowledged, or more. */
START_TEST(goes_on_after_a_crash)
{
	struct keep *k;
	uint64_t acked;
	size_t cut = (size_t)_i * sent.n / 16;

	k = begin_keep();
	take(k, 0, cut);
	ck_assert_int_eq(keep_commit(k, 1, false, &err), 0);
	acked = keep_durable(k);
	keep_leave(k);
	store_close(box);
	open_box();
	ck_assert_msg(keep_resume(&k, &opts, id, &ann, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(keep_wanted(k), acked);
	take(k, acked, sent.n);
	ck_assert_int_eq(keep_end(k, 9000, &err), 0);
	all_is_there(1);
}
END_TEST

/* A crash may have left the first message, and not what the daemon put behind it. */
START_TEST(says_who_it_was_after_a_crash)
{
	struct keep *k;

	k = keep_new(&opts, id, NULL, 0);
	ck_assert_int_eq(keep_begin(k, &err), 0);
	take(k, 0, marks[0]);
	keep_leave(k);
	ck_assert_msg(keep_resume(&k, &opts, id, &ann, &err) == 0, "%s", err.text);
	take(k, marks[0], sent.n);
	ck_assert_int_eq(keep_end(k, 9000, &err), 0);
	all_is_there(1);
}
END_TEST

/* Nor has a session lost its end when seals stand behind it. */
START_TEST(sealed_behind_its_end)
{
	uint8_t seed[SIGN_SEED] = { 1 };
	struct sign_key key;
	struct keep *k;

	ck_assert_int_eq(sign_key_make(&key, seed, &err), 0);
	opts.key = &key;
	k = begin_keep();
	take(k, 0, sent.n);
	ck_assert_int_eq(keep_seal(k, 3000, &err), 0);
	keep_leave(k);
	ck_assert_msg(keep_resume(&k, &opts, id, NULL, &err) == 0, "%s", err.text);
	ck_assert_int_eq(keep_abandon(k, "nobody came", 5000, &err), 0);
	all_is_there(3);
}
END_TEST

/* As long as the facts cannot be written, nothing is acknowledged, taken twice or piled up. */
START_TEST(a_store_that_fails_for_long)
{
	static uint8_t zeros[60000];
	char wall[96];
	struct keep *k;
	struct msg m;

	nmarks--;
	buf_cut(&sent, marks[nmarks - 1]);
	for (int i = 0; i < 40; i++) {
		msg_init(&m, MSG_IO);
		m.p.io.data = span_of(zeros, sizeof zeros);
		nmarks = 5;
		say(&m, 1010 + i);
	}
	nmarks = 5;
	msg_init(&m, MSG_DISCONNECT);
	say(&m, 2000);
	k = begin_keep();
	snprintf(wall, sizeof wall, "%s", in_dir(".new." NAME));
	ck_assert_int_eq(mkdir(wall, 0700), 0);
	for (uint64_t at; (at = keep_wanted(k)) < sent.n;) {
		take(k, at, sent.n - at < 65536 ? sent.n : at + 65536);
		ck_assert_int_lt(keep_commit(k, 1, true, &err), 0);
		ck_assert_uint_eq(keep_durable(k), 0);
		ck_assert_uint_le(keep_waiting(k), 65536);
	}
	ck_assert_int_eq(rmdir(wall), 0);
	ck_assert_int_eq(keep_commit(k, 1, true, &err), 0);
	ck_assert_uint_eq(keep_durable(k), sent.n);
	ck_assert_int_eq(keep_end(k, 9000, &err), 0);
	all_is_there(1);
}
END_TEST

START_TEST(refuses)
{
	static const char *const other = "ffffffffffffffffffffffffffffffff";
	enum deposit_reason why = DEPOSIT_NO_REASON;
	struct buf raw;
	struct keep *k;
	struct msg m;

	buf_init(&raw, 0);
	k = begin_keep();
	take(k, 0, marks[0]);
	/* not where it belongs */
	ck_assert_int_lt(keep_take(k, 5, SPAN_LIT("x"), &why, &err), 0);
	ck_assert_int_eq(why, DEPOSIT_R_ORDER);
	/* the daemon's own event */
	msg_init(&m, MSG_CHANNEL_REQUEST_UNKNOWN);
	m.connection_id = SPAN_LIT(NAME);
	m.p.channel_request_unknown.request_type = SPAN_LIT("session@auditrec");
	m.p.channel_request_unknown.request_id = KEEP_REQUEST;
	if (_i == 1)
		m.p.channel_request_unknown.request_id = 1;
	if (_i == 2)
		m.connection_id = span_str(other);
	ck_assert_int_eq(msg_encode(&raw, &m), 0);
	if (_i == 3) { /* a map without a length: not as the encoder writes */
		raw.p[0] = 0xBF;
		buf_add_byte(&raw, 0xFF);
	}
	if (_i == 4)
		raw.p[0] = 0xFF; /* nothing at all */
	if (_i == 1) {
		take(k, marks[0], marks[0]);
		ck_assert_int_eq(keep_take(k, marks[0], buf_span(&raw), &why, &err), 0);
	} else {
		ck_assert_int_eq(
			keep_take(k, marks[0], buf_span(&raw), &why, &err), ERR_FORMAT);
		ck_assert_int_eq(why, DEPOSIT_R_CONTENT);
	}
	buf_free(&raw);
	keep_leave(k);
}
END_TEST

START_TEST(nothing_behind_the_end)
{
	enum deposit_reason why;
	struct keep *k;

	k = begin_keep();
	take(k, 0, sent.n);
	ck_assert_int_eq(
		keep_take(k, sent.n, span_of(sent.p, marks[0]), &why, &err), ERR_FORMAT);
	ck_assert_int_eq(why, DEPOSIT_R_CONTENT);
	ck_assert_int_eq(keep_end(k, 9000, &err), 0);
	all_is_there(1);
}
END_TEST

START_TEST(a_message_without_end)
{
	enum deposit_reason why = DEPOSIT_NO_REASON;
	static uint8_t zeros[65536];
	uint64_t at = marks[0] - 2;
	struct keep *k;
	int rc = 0;

	k = begin_keep();
	take(k, 0, marks[0]);
	/* a map whose first value is a string of 64 MiB */
	rc = keep_take(k, marks[0],
		SPAN_LIT("\xA5\x6C"
			 "connectionId\x7A\x04\x00\x00\x00"),
		&why, &err);
	at = marks[0] + 19;
	for (int i = 0; rc == 0 && i < 100; i++, at += sizeof zeros)
		rc = keep_take(k, at, span_of(zeros, sizeof zeros), &why, &err);
	ck_assert_int_lt(rc, 0);
	ck_assert_int_eq(why, DEPOSIT_R_CONTENT);
	ck_assert_uint_le(at, marks[0] + 3 * KEEP_MESSAGE_MAX);
	keep_leave(k);
}
END_TEST

/* One that says so at once: it is not waited for, and is the client's fault, not the disk's. */
START_TEST(a_message_that_is_too_long)
{
	static uint8_t zeros[KEEP_MESSAGE_MAX + (128 << 10)];
	enum deposit_reason why = DEPOSIT_NO_REASON;
	struct buf raw = { 0 };
	struct keep *k;
	struct msg m;

	msg_init(&m, MSG_IO);
	m.connection_id = SPAN_LIT(NAME);
	m.p.io.data = span_of(zeros, sizeof zeros);
	ck_assert_int_eq(msg_encode(&raw, &m), 0);
	k = begin_keep();
	take(k, 0, marks[0]);
	ck_assert_int_eq(
		keep_take(k, marks[0], span_of(raw.p, 4096), &why, &err), ERR_FORMAT);
	ck_assert_int_eq(why, DEPOSIT_R_CONTENT);
	keep_leave(k);
	buf_free(&raw);
}
END_TEST

START_TEST(says_that_the_end_is_missing)
{
	struct buf back, texts;
	struct keep *k;
	int n;

	k = begin_keep();
	take(k, 0, marks[2] + 4);
	ck_assert_int_eq(keep_abandon(k, "its recorder went away", 5000, &err), 0);
	buf_init(&texts, 0);
	read_back(&back, &n, &texts);
	ck_assert_int_eq(n, 2);
	ck_assert_uint_eq(back.n, marks[2] + (sent.n - marks[4])); /* with a disconnect */
	ck_assert_ptr_nonnull(strstr(buf_cstr(&texts),
		"{\"what\":\"the end of the session\",\"bytes\":4,"
		"\"from\":1002,\"to\":5000,\"why\":"
		"\"its recorder went away\"}"));
	buf_free(&back);
	buf_free(&texts);
}
END_TEST

/* Its recorder could not write any more, and says that there is no more. */
START_TEST(ends_without_its_end)
{
	struct buf back, texts;
	struct keep *k;
	int n;

	k = begin_keep();
	take(k, 0, marks[2]);
	ck_assert_int_eq(keep_end(k, 5000, &err), 0);
	buf_init(&texts, 0);
	read_back(&back, &n, &texts);
	ck_assert_int_eq(n, 2);
	ck_assert_uint_eq(back.n, marks[2] + (sent.n - marks[4])); /* with a disconnect */
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&texts), "{\"what\":\"the end of the session\","
					 "\"from\":1002,\"to\":5000,\"why\":"
					 "\"" KEEP_CUT_SHORT "\"}"));
	buf_free(&back);
	buf_free(&texts);
}
END_TEST

START_TEST(taken_and_unknown)
{
	struct keep *k, *other;

	ck_assert_int_eq(keep_resume(&other, &opts, id, &ann, &err), ERR_NOTFOUND);
	k = begin_keep();
	other = keep_new(&opts, id, &ann, 0);
	ck_assert_int_eq(keep_begin(other, &err), ERR_EXISTS);
	keep_drop(k);
	k = begin_keep();
	take(k, 0, sent.n);
	ck_assert_int_eq(keep_end(k, 9000, &err), 0);
	ck_assert_int_eq(keep_resume(&other, &opts, id, &ann, &err), ERR_STATE);
}
END_TEST

static TCase *
settings(void)
{
	TCase *c = tcase_create("settings");

	tcase_add_test(c, metrics_text);
	return c;
}

static TCase *
users(void)
{
	TCase *c = tcase_create("users");

	tcase_add_loop_test(c, no_descriptors, 0, 2);
	tcase_add_test(c, many_sessions);
	return c;
}

static TCase *
sessions(void)
{
	TCase *c = tcase_create("sessions");

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, byte_by_byte);
	tcase_add_test(c, acknowledges_whole_messages);
	tcase_add_loop_test(c, goes_on_after_a_crash, 1, 17);
	tcase_add_test(c, says_who_it_was_after_a_crash);
	tcase_add_test(c, sealed_behind_its_end);
	tcase_add_test(c, a_store_that_fails_for_long);
	tcase_add_loop_test(c, refuses, 0, 5);
	tcase_add_test(c, nothing_behind_the_end);
	tcase_add_test(c, a_message_without_end);
	tcase_add_test(c, a_message_that_is_too_long);
	tcase_add_test(c, says_that_the_end_is_missing);
	tcase_add_test(c, ends_without_its_end);
	tcase_add_test(c, taken_and_unknown);
	return c;
}

UNIT_MAIN("recd", settings, users, sessions)
