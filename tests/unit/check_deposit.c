/* SPDX-License-Identifier: ISC */
/* Frames of the deposit protocol: every one there and back, every wrong one refused; and a
 * daemon that greets and then does nothing. */
#include "store/deposit.h"
#include "store/depositor.h"
#include "store/depositor_impl.h"

#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct err err;

static const struct deposit_frame samples[] = {
	{ .type = DEPOSIT_HELLO,
		.version = 3,
		.least_version = 1,
		.resume = true,
		.id = { 1, 2 },
		.token = { 9, 8 },
		.offset = 5,
		.made = UINT64_MAX },
	{ .type = DEPOSIT_DATA,
		.offset = UINT64_C(1) << 40,
		.data = { (const uint8_t *)"xyz", 3 } },
	{ .type = DEPOSIT_ALIVE },
	{ .type = DEPOSIT_END, .offset = 7 },
	{ .type = DEPOSIT_WELCOME,
		.version = 1,
		.window = 1u << 20,
		.token = { 4 },
		.offset = 6 },
	{ .type = DEPOSIT_ACK, .offset = 1 },
	{ .type = DEPOSIT_CLOSED, .offset = 2 },
	{ .type = DEPOSIT_REFUSED, .reason = DEPOSIT_R_FULL, .text = "no space" },
};
#define NSAMPLES (sizeof samples / sizeof *samples)

static enum deposit_side
side_of(enum deposit_type t)
{
	return t >= DEPOSIT_WELCOME ? DEPOSIT_FROM_S : DEPOSIT_FROM_C;
}

static void
same(const struct deposit_frame *a, const struct deposit_frame *b)
{
	ck_assert_int_eq(a->type, b->type);
	ck_assert_uint_eq(a->version, b->version);
	ck_assert_int_eq(a->resume, b->resume);
	ck_assert_mem_eq(a->id, b->id, sizeof a->id);
	ck_assert_mem_eq(a->token, b->token, sizeof a->token);
	ck_assert_uint_eq(a->offset, b->offset);
	ck_assert_uint_eq(a->made, b->made);
	ck_assert_uint_eq(a->window, b->window);
	ck_assert(span_eq(a->data, b->data));
	ck_assert_int_eq(a->reason, b->reason);
	ck_assert_str_eq(a->text, b->text);
}

START_TEST(there_and_back)
{
	const struct deposit_frame *f = &samples[_i];
	struct deposit_frame back;
	struct buf out;

	buf_init(&out, 0);
	deposit_write(&out, f);
	deposit_write(&out, f);
	for (size_t n = 0; n < out.n / 2; n++)
		ck_assert_int_eq(
			deposit_read(&back, span_of(out.p, n), side_of(f->type), &err),
			0);
	ck_assert_int_eq(deposit_read(&back, buf_span(&out), side_of(f->type), &err),
		(int)(out.n / 2));
	same(f, &back);
	/* what one side sends the other may not */
	ck_assert_int_eq(
		deposit_read(&back, buf_span(&out), !side_of(f->type), &err), ERR_FORMAT);
	buf_free(&out);
}
END_TEST

START_TEST(wrong_heads)
{
	static const uint8_t wrong[][8] = {
		{ 0, 0, 0, 0, 99 },                       /* no such type */
		{ 0, 0, 0, 1, DEPOSIT_ALIVE },            /* longer than it may be */
		{ 0, 0, 0, 59, DEPOSIT_HELLO },           /* shorter */
		{ 0xFF, 0xFF, 0xFF, 0xFF, DEPOSIT_DATA }, /* more than anybody has */
		{ 0, 0, 0, 8, DEPOSIT_DATA },             /* no bytes in it */
		{ 0, 0, 0, 0, DEPOSIT_ALIVE, 0, 1 },      /* not zero */
	};
	struct deposit_frame f;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_int_eq(
			deposit_read(&f, span_of(wrong[i], 8), DEPOSIT_FROM_C, &err),
			ERR_FORMAT);
}
END_TEST

START_TEST(wrong_greetings)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = { { 0, 'B' }, { 6, 2 }, { 7, 1 }, { 59, 1 }, { 40, 1 } };
	struct deposit_frame f, hello = { .type = DEPOSIT_HELLO, .version = 1 };
	struct buf out;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		buf_init(&out, 0);
		deposit_write(&out, &hello);
		out.p[DEPOSIT_HEAD + wrong[i].at] = wrong[i].value;
		ck_assert_int_eq(deposit_read(&f, buf_span(&out), DEPOSIT_FROM_C, &err),
			ERR_FORMAT);
		buf_free(&out);
	}
}
END_TEST

/* What the daemon says is shown: it is no order to a terminal. */
START_TEST(refusals_are_clean)
{
	struct deposit_frame f, r = { .type = DEPOSIT_REFUSED, .reason = DEPOSIT_R_FULL };
	struct buf out;

	strcpy(r.text, "a\033[2Jb\xC3\xA4\n");
	buf_init(&out, 0);
	deposit_write(&out, &r);
	ck_assert_int_gt(deposit_read(&f, buf_span(&out), DEPOSIT_FROM_S, &err), 0);
	ck_assert_str_eq(f.text, "a?[2Jb???");
	buf_free(&out);
}
END_TEST

START_TEST(reasons)
{
	ck_assert(deposit_reason_lasts(DEPOSIT_R_CONTENT));
	ck_assert(!deposit_reason_lasts(DEPOSIT_R_STOPPING));
	ck_assert_str_eq(deposit_reason_text(DEPOSIT_R_FULL), "no space left");
	ck_assert_str_eq(deposit_reason_text((enum deposit_reason)999), "");
	ck_assert(!deposit_reason_lasts((enum deposit_reason)999));
}
END_TEST

/* ---- a daemon that stalls ---- */

#define ROOM 1000

static _Atomic int64_t clock_ns;

/* A second passes whenever somebody looks. */
static int64_t
hasty_ns(void *ctx)
{
	(void)ctx;
	return clock_ns += NS_PER_S;
}

static void *
greet_only(void *ctx)
{
	int *fd = ctx, listener = *fd;
	struct deposit_frame f = {
		.type = DEPOSIT_WELCOME, .version = DEPOSIT_VERSION, .window = 1 << 20
	};
	struct buf out;

	*fd = accept(listener, NULL, NULL);
	close(listener);
	buf_init(&out, 0);
	deposit_write(&out, &f);
	ck_assert_int_eq(write(*fd, out.p, out.n), (ssize_t)out.n);
	buf_free(&out);
	return NULL;
}

START_TEST(stalls)
{
	static const uint8_t id[DEPOSIT_ID_SIZE], bytes[ROOM];
	struct sockaddr_un a = { AF_UNIX, "stalls.sock" };
	const struct clk hasty = { hasty_ns, hasty_ns, NULL };
	struct depositor_opts o = { .path = a.sun_path,
		.id = id,
		.room = ROOM,
		.hello_ns = INT64_C(1000000) * NS_PER_S,
		.patience_ns = 3 * NS_PER_S,
		.clk = &hasty };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pthread_t server;
	struct dst *d;

	unlink(a.sun_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, greet_only, &fd), 0);
	ck_assert_msg(depositor_open(&d, &o, &err) == 0, "%s", err.text);
	pthread_join(server, NULL);
	unlink(a.sun_path);

	ck_assert_int_eq(dst_write_at(d, 0, bytes, ROOM, &err), ROOM);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(dst_write_at(d, ROOM, bytes, 1, &err), ERR_IO);
		ck_assert_str_eq(err.text, "auditrecd keeps nothing of it");
	}
	depositor_abort(d);
	close(fd);
}
END_TEST

/* What comes of a greeting when all that the daemon says is F; it goes when it refuses. */
static int
greeted_by(const struct deposit_frame *f, const struct clk *clk)
{
	struct depositor d = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER,
		.o = { .hello_ns = NS_PER_MS, .clk = clk } };
	struct buf out;
	int pair[2], rc;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	buf_init(&out, 0);
	deposit_write(&out, f);
	ck_assert_int_eq(write(pair[1], out.p, out.n), (ssize_t)out.n);
	if (f->type == DEPOSIT_REFUSED)
		close(pair[1]);
	d.fd = pair[0];
	rc = depositor_greet(&d, &err);
	close(pair[0]);
	if (f->type != DEPOSIT_REFUSED)
		close(pair[1]);
	buf_free(&out);
	buf_free(&d.in);
	buf_free(&d.out);
	return rc;
}

/* One that refuses whoever comes before he has said a word: why is told, not that it is gone. */
START_TEST(refused_before_a_word)
{
	static const char why[] = "too many connections";
	struct deposit_frame f = { .type = DEPOSIT_REFUSED, .reason = DEPOSIT_R_LIMIT };

	memcpy(f.text, why, sizeof why);
	ck_assert_int_lt(greeted_by(&f, &clk_system), 0);
	ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
}
END_TEST

/* It has answered in time, and we had no time to hear. */
START_TEST(heard_late)
{
	const struct clk hasty = { hasty_ns, hasty_ns, NULL };
	struct deposit_frame f = {
		.type = DEPOSIT_WELCOME, .version = DEPOSIT_VERSION, .window = 1 << 20
	};

	ck_assert_msg(greeted_by(&f, &hasty) == 0, "%s", err.text);
}
END_TEST

static TCase *
frames(void)
{
	TCase *c = tcase_create("frames");

	tcase_add_loop_test(c, there_and_back, 0, (int)NSAMPLES);
	tcase_add_test(c, wrong_heads);
	tcase_add_test(c, wrong_greetings);
	tcase_add_test(c, refusals_are_clean);
	tcase_add_test(c, reasons);
	tcase_add_test(c, stalls);
	tcase_add_test(c, refused_before_a_word);
	tcase_add_test(c, heard_late);
	return c;
}

UNIT_MAIN("deposit", frames)
