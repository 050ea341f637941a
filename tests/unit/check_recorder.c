/* SPDX-License-Identifier: ISC */
/* From the queue to messages, with a clock and a disk of the test's own: joining, flushing,
 * and the three policies for a disk that is full. */
#include "rec/recorder.h"
#include "base/clk.h"
#include "format/tape.h"
#include "unit.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WALL INT64_C(1700000000000000000)
#define MONO INT64_C(5000000000)

static struct ring ring;
static struct recorder rec;
static struct sink sinks[2];
static struct dst *disks[2];
static char news[20]; /* a letter for every piece of news */
static int holds;     /* how often hold() may still say "wait" */
static int64_t now;

static void
on_news(void *ctx, enum recorder_news n, const struct sink *s)
{
	size_t at = strlen(news);

	(void)ctx;
	ck_assert_ptr_nonnull(s->path);
	if (at + 1 < sizeof news)
		news[at] = "FHW"[n];
}

static bool
on_hold(void *ctx)
{
	(void)ctx;
	if (--holds == 0)
		dst_mem_limit(disks[0], 0);
	return holds >= 0;
}

/* The sink frees its disk when it closes: read it before. */
static void
add_sink(int i)
{
	disks[i] = dst_mem();
	sinks[i] = (struct sink){ .path = "disk", .format = TAPE_AUDIT_V2 };
	ck_assert_int_eq(tapew_open(&sinks[i].w, TAPE_AUDIT_V2, disks[i], NULL, NULL), 0);
	rec.nsinks = i + 1;
}

static void
set_up(void)
{
	memset(&rec, 0, sizeof rec);
	memset(news, 0, sizeof news);
	memset(sinks, 0, sizeof sinks);
	holds = 0;
	now = MONO;
	ck_assert_int_eq(ring_init(&ring, 1 << 20, eventfd(0, 0), NULL), 0);
	rec.ring = &ring;
	rec.sinks = sinks;
	rec.wall_ns = WALL;
	rec.mono_ns = MONO;
	rec.news = on_news;
	rec.hold = on_hold;
	strcpy(rec.id, "0123456789abcdef0123456789abcdef");
	add_sink(0);
}

static void
tear_down(void)
{
	close(ring.space_fd);
	ring_free(&ring);
	recorder_close(&rec);
}

static void
push(enum rec_kind kind, uint16_t stream, const void *p, size_t n)
{
	struct ring_head h = {
		.n = (uint32_t)n, .kind = (uint16_t)kind, .stream = stream, .mono_ns = now
	};

	ck_assert(ring_put(&ring, RING_LAST, &h, p));
}

static void
out(const char *text)
{
	push(REC_IO, MSG_STREAM_OUT, text, strlen(text));
}

static void
pass(int64_t ns)
{
	now += ns;
	recorder_take(&rec);
	recorder_tick(&rec, now);
}

/* What a reader finds on disk I now: "time type text", a line each, time in ms. */
static const char *
on_disk(int i)
{
	static char text[8192];
	struct span bytes = dst_mem_bytes(disks[i]);
	const struct msg *m;
	struct tape *t;
	int64_t at;
	size_t n = 0;

	text[0] = 0;
	if (!bytes.n)
		return text;
	ck_assert_int_eq(tape_open(&t, src_mem(bytes), NULL, NULL), 0);
	while (tape_next(t, &m, &at, NULL) > 0 && n < sizeof text - 200) {
		struct span d = m->type == MSG_IO ? m->p.io.data
				: m->type == MSG_CHANNEL_REQUEST_UNKNOWN
					? m->p.channel_request_unknown.payload
					: SPAN_LIT("");

		n += (size_t)snprintf(text + n, sizeof text - n, "%lld %d %.*s\n",
			(long long)(m->time_ns - WALL) / NS_PER_MS, m->type,
			d.n > 100 ? 100 : (int)d.n, (const char *)d.p);
	}
	tape_close(t);
	return text;
}

START_TEST(joins_what_belongs_together)
{
	out("a");
	now += 2 * NS_PER_MS;
	out("b");
	now += 7 * NS_PER_MS;
	out("c");
	push(REC_IO, MSG_STREAM_ERR, "d", 1);
	out("e");
	recorder_take(&rec);
	recorder_flush(&rec);
	ck_assert_str_eq(on_disk(0), "0 500 ab\n9 500 c\n9 500 d\n9 500 e\n");
}
END_TEST

START_TEST(large_pieces_stay_large)
{
	static char big[RING_DATA_MAX];

	memset(big, 'x', sizeof big);
	push(REC_IO, MSG_STREAM_OUT, big, 20000);
	push(REC_IO, MSG_STREAM_OUT, big, 20000);
	push(REC_IO, MSG_STREAM_OUT, big, 1000);
	push(REC_IO, MSG_STREAM_OUT, big, sizeof big);
	recorder_take(&rec);
	recorder_flush(&rec);
	ck_assert_uint_eq(tapew_stats(sinks[0].w).messages, 4);
}
END_TEST

/* Nothing is written per byte, and nothing stays unwritten for longer than promised. */
START_TEST(flushes_in_time)
{
	uint64_t before;

	recorder_flush(&rec);
	before = dst_mem_bytes(disks[0]).n;
	ck_assert_int_eq(recorder_deadline(&rec), 0);
	out("a");
	pass(0);
	ck_assert_int_eq(recorder_deadline(&rec), MONO + RECORDER_FLUSH_NS);
	out("b");
	pass(20 * NS_PER_MS);
	ck_assert_uint_eq(dst_mem_bytes(disks[0]).n, before);
	ck_assert_int_eq(recorder_deadline(&rec), MONO + RECORDER_FLUSH_NS);
	pass(RECORDER_FLUSH_NS - 20 * NS_PER_MS);
	ck_assert_str_eq(on_disk(0), "0 500 ab\n");
	ck_assert_int_eq(recorder_deadline(&rec), 0);
	ck_assert_int_lt(RECORDER_FLUSH_NS, 100 * NS_PER_MS);
}
END_TEST

/* The deadline counts from the oldest byte, however often something new comes. */
START_TEST(flushes_under_steady_output)
{
	int64_t oldest = now, longest = 0;
	const char *last = "";
	size_t n = 0;

	for (int i = 0; i < 1000; i++) {
		out("x");
		pass(3 * NS_PER_MS);
		last = on_disk(0);
		if (strlen(last) != n) {
			n = strlen(last);
			longest = now - oldest > longest ? now - oldest : longest;
			oldest = now;
		}
	}
	ck_assert_int_le(longest, 100 * NS_PER_MS);
	ck_assert_uint_gt(n, 0);
}
END_TEST

START_TEST(sizes_and_the_end_are_flushed_at_once)
{
	struct winsize ws = { .ws_col = 100, .ws_row = 30 };
	int st = 3 << 8;

	push(REC_SIZE, 0, &ws, sizeof ws);
	recorder_take(&rec);
	ck_assert_str_eq(on_disk(0), "0 408 \n");
	now += NS_PER_MS;
	push(REC_EXIT, 0, &st, sizeof st);
	recorder_take(&rec);
	ck_assert_str_eq(on_disk(0), "0 408 \n1 496 \n1 499 \n1 497 \n1 1 \n");
}
END_TEST

START_TEST(events_in_their_place)
{
	out("a");
	push(REC_MASKED, 0, "echo", 4);
	push(REC_PAUSE, 0, NULL, 0);
	now += 5 * NS_PER_MS;
	push(REC_RESUME, 0, NULL, 0);
	out("b");
	push(REC_MARK, 0, "", 0);
	recorder_take(&rec);
	recorder_flush(&rec);
	ck_assert_str_eq(on_disk(0), "0 500 a\n0 400 {\"why\":\"echo\"}\n0 400 {}\n"
				     "5 400 {\"duration\":5000000}\n5 500 b\n"
				     "5 400 {\"label\":\"\"}\n");
}
END_TEST

START_TEST(killed_by_a_signal)
{
	int st = SIGSEGV | 0x80;

	push(REC_EXIT, 0, &st, sizeof st);
	recorder_take(&rec);
	ck_assert_ptr_nonnull(strstr(on_disk(0), "498"));
}
END_TEST

static void
fill_disk(int i)
{
	recorder_flush(&rec);
	ck_assert_uint_gt(dst_mem_bytes(disks[i]).n, 0);
	dst_mem_limit(disks[i], dst_mem_bytes(disks[i]).n);
}

START_TEST(full_disk_leaves_a_gap)
{
	rec.policy = ON_ERROR_CONTINUE;
	out("before");
	recorder_take(&rec);
	fill_disk(0);
	out("kept"); /* taken before the failure is known: not lost */
	pass(RECORDER_FLUSH_NS);
	ck_assert_str_eq(news, "F");
	out("lost1");
	pass(10 * NS_PER_MS);
	out("lost2");
	pass(RECORDER_FLUSH_NS);
	ck_assert_int_gt(recorder_deadline(&rec), 0);
	dst_mem_limit(disks[0], 0);
	pass(RECORDER_RETRY_NS);
	ck_assert_str_eq(news, "FW");
	out("after");
	pass(RECORDER_FLUSH_NS);
	const char *s = on_disk(0);
	ck_assert_ptr_nonnull(strstr(s, "500 before\n"));
	ck_assert_ptr_nonnull(strstr(s, "500 kept\n"));
	ck_assert_ptr_nonnull(
		strstr(s, "\"bytes\":10,\"messages\":2,\"from\":17000000000"));
	ck_assert_ptr_nonnull(strstr(s, "500 after\n"));
	ck_assert_ptr_null(strstr(s, "500 lost"));
	ck_assert(strstr(s, "\"bytes\":10") < strstr(s, "500 after"));
	ck_assert(!recorder_close(&rec));
}
END_TEST

/* A session that never falls silent finds out as well that there is room again. */
START_TEST(busy_session_goes_on_after_a_gap)
{
	rec.policy = ON_ERROR_CONTINUE;
	out("before");
	recorder_take(&rec);
	fill_disk(0);
	for (int i = 0; i < 40; i++) {
		out("x");
		pass(10 * NS_PER_MS);
	}
	ck_assert_str_eq(news, "F");
	dst_mem_limit(disks[0], 0);
	for (int i = 0; i < 60; i++) {
		out("y");
		pass(10 * NS_PER_MS);
	}
	ck_assert_str_eq(news, "FW");
	ck_assert_ptr_nonnull(strstr(on_disk(0), "\"bytes\":"));
	ck_assert_uint_eq(sinks[0].gap.messages, 0);
}
END_TEST

START_TEST(sinks_are_independent)
{
	add_sink(1);
	rec.policy = ON_ERROR_CONTINUE;
	out("before");
	recorder_take(&rec);
	fill_disk(0);
	out("x");
	pass(RECORDER_FLUSH_NS);
	out("y");
	pass(RECORDER_FLUSH_NS);
	ck_assert_str_eq(on_disk(1), "0 500 before\n0 500 x\n50 500 y\n");
	ck_assert_str_eq(on_disk(0), "0 500 before\n");
}
END_TEST

START_TEST(pause_holds_and_loses_nothing)
{
	rec.policy = ON_ERROR_PAUSE;
	out("before");
	recorder_take(&rec);
	fill_disk(0);
	holds = 5; /* then there is room */
	out("a");
	pass(RECORDER_FLUSH_NS);
	ck_assert_int_eq(holds, 0);
	ck_assert_str_eq(news, "HW");
	out("b");
	pass(RECORDER_FLUSH_NS);
	ck_assert_str_eq(on_disk(0), "0 500 before\n0 500 a\n50 500 b\n");
	ck_assert(recorder_close(&rec));
}
END_TEST

START_TEST(pause_may_be_given_up)
{
	static char big[RING_DATA_MAX];

	rec.policy = ON_ERROR_PAUSE;
	out("before");
	recorder_take(&rec);
	fill_disk(0);
	holds = -1;
	for (int i = 0; i < 20; i++)
		push(REC_IO, MSG_STREAM_OUT, big, sizeof big);
	pass(RECORDER_FLUSH_NS);
	ck_assert(rec.gave_up);
	ck_assert_uint_eq(ring_fill(&ring), 0);
	ck_assert(!recorder_close(&rec));
}
END_TEST

/* However long it is full, memory is bounded and the count of what is lost is right. */
START_TEST(long_outage_counts_every_byte)
{
	static char noise[RING_DATA_MAX];
	uint32_t x = 1;
	uint64_t put = 0;

	rec.policy = ON_ERROR_CONTINUE;
	out("before");
	recorder_take(&rec);
	fill_disk(0);
	for (int i = 0; i < 2000; i++) {
		for (size_t k = 0; k < sizeof noise; k++)
			noise[k] = (char)((x = x * 1664525u + 1013904223u) >> 24);
		push(REC_IO, MSG_STREAM_OUT, noise, sizeof noise);
		put += sizeof noise;
		pass(NS_PER_MS);
	}
	ck_assert_uint_lt(tapew_stats(sinks[0].w).pending_bytes, 8u << 20);
	ck_assert_uint_eq(tapew_stats(sinks[0].w).messages + sinks[0].gap.messages, 2001);
	ck_assert_uint_eq(sinks[0].gap.bytes, sinks[0].gap.messages * sizeof noise);
	ck_assert_uint_le(sinks[0].gap.bytes, put);
}
END_TEST

static TCase *
case_recorder(void)
{
	TCase *t = tcase_create("recorder");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, joins_what_belongs_together);
	tcase_add_test(t, large_pieces_stay_large);
	tcase_add_test(t, flushes_in_time);
	tcase_add_test(t, flushes_under_steady_output);
	tcase_add_test(t, sizes_and_the_end_are_flushed_at_once);
	tcase_add_test(t, events_in_their_place);
	tcase_add_test(t, killed_by_a_signal);
	tcase_add_test(t, full_disk_leaves_a_gap);
	tcase_add_test(t, busy_session_goes_on_after_a_gap);
	tcase_add_test(t, sinks_are_independent);
	tcase_add_test(t, pause_holds_and_loses_nothing);
	tcase_add_test(t, pause_may_be_given_up);
	tcase_add_test(t, long_outage_counts_every_byte);
	return t;
}

UNIT_MAIN("recorder", case_recorder)
