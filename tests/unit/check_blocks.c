/* SPDX-License-Identifier: ISC */
/* A source over something far away: every byte, none fetched twice without need, bounded. */
#include "store/blocks.h"

#include "tests/unit/unit.h"

#include <sched.h>
#include <stdatomic.h>

#define FAR_SIZE (UINT64_C(200) * BLOCKS_SIZE + 5)

static struct {
	atomic_int fetches, now, most; /* all of them, those that run, at most at once */
	int closed;
	uint64_t size;
	atomic_uint_least64_t bytes;
	atomic_bool held, fails; /* fetches wait; fail */
} far;

static uint8_t
far_byte(uint64_t off)
{
	return (uint8_t)(off * 2654435761u >> 24);
}

static int
far_fetch(void *ctx, uint64_t off, size_t n, struct buf *out, struct err *e)
{
	int now = ++far.now;

	(void)ctx;
	ck_assert_uint_le(off + n, far.size);
	if (now > far.most)
		far.most = now;
	far.fetches++;
	far.bytes += n;
	while (far.held)
		sched_yield();
	far.now--;
	if (far.fails)
		return err_set(e, ERR_NET, "far away");
	ck_assert_int_eq(buf_reserve(out, n), 0);
	for (size_t i = 0; i < n; i++)
		out->p[i] = far_byte(off + i);
	out->n = n;
	return 0;
}

static void
far_close(void *ctx)
{
	(void)ctx;
	far.closed++;
}

static const struct blocks_ops far_ops = { far_fetch, NULL, far_close };

START_TEST(blocks_read_what_is_there)
{
	static uint8_t got[3 * BLOCKS_SIZE];
	uint64_t off = 0, wrong = 0;
	struct src *src;
	struct err e;
	ssize_t n;

	memset(&far, 0, sizeof far);
	far.size = FAR_SIZE;
	ck_assert_int_eq(
		blocks_open(&src, &far_ops, NULL, FAR_SIZE, span_of("", 0), &e), 0);
	while ((n = src_read_at(src, off, got, sizeof got, &e)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			wrong += got[i] != far_byte(off + (uint64_t)i);
		off += (uint64_t)n;
	}
	ck_assert_uint_eq(off, FAR_SIZE);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(far.bytes, FAR_SIZE); /* nothing twice */
	ck_assert_int_lt(far.fetches, 20);      /* reading on asks for more at once */
	src_close(src);
	ck_assert_int_eq(far.closed, 1);
}
END_TEST

START_TEST(blocks_of_somebody_who_jumps)
{
	uint8_t byte;
	struct src *src;
	struct err e;

	memset(&far, 0, sizeof far);
	far.size = FAR_SIZE;
	ck_assert_int_eq(
		blocks_open(&src, &far_ops, NULL, FAR_SIZE, span_of("", 0), &e), 0);
	for (uint64_t k = 199; k < 200; k -= 2) {
		ck_assert_int_eq(src_read_at(src, k * BLOCKS_SIZE + 7, &byte, 1, &e), 1);
		ck_assert_uint_eq(byte, far_byte(k * BLOCKS_SIZE + 7));
	}
	ck_assert_uint_eq(far.bytes, (uint64_t)far.fetches * BLOCKS_SIZE);
	src_close(src);
}
END_TEST

/* More blocks than are kept: who comes back everywhere gets the same bytes. */
START_TEST(blocks_are_bounded)
{
	uint64_t size = UINT64_C(2) * BLOCKS_KEPT * BLOCKS_SIZE, at = 0, wrong = 0;
	struct src *src;
	struct err e;
	uint8_t byte;

	memset(&far, 0, sizeof far);
	far.size = size;
	ck_assert_int_eq(blocks_open(&src, &far_ops, NULL, size, span_of("", 0), &e), 0);
	for (int i = 0; i < 3000; i++) {
		at = (at * 6364136223846793005u + 1442695040888963407u);
		wrong += src_read_at(src, (at >> 20) % size, &byte, 1, &e) != 1 ||
			 byte != far_byte((at >> 20) % size);
	}
	ck_assert_uint_eq(wrong, 0);
	src_close(src);
}
END_TEST

/* Who reads on for long waits for nothing: it is fetched before it is asked for, and not all of
 * it at once. */
START_TEST(blocks_are_fetched_ahead)
{
	static uint8_t got[BLOCKS_SIZE];
	uint64_t off = 0;
	struct src *src;
	struct err e;
	ssize_t n;

	memset(&far, 0, sizeof far);
	far.size = FAR_SIZE * 3;
	ck_assert_int_eq(
		blocks_open(&src, &far_ops, NULL, far.size, span_of("", 0), &e), 0);
	/* a short look asks for little more */
	for (; off < 4 * BLOCKS_SIZE; off += (uint64_t)n)
		ck_assert_int_gt(n = src_read_at(src, off, got, sizeof got, &e), 0);
	ck_assert_uint_le(far.bytes, 8 * BLOCKS_SIZE);
	for (; (n = src_read_at(src, off, got, sizeof got, &e)) > 0; off += (uint64_t)n)
		ck_assert_uint_le(far.bytes,
			off + (BLOCKS_FETCHES + 1) * BLOCKS_AHEAD * BLOCKS_SIZE);
	ck_assert_uint_eq(off, far.size);
	ck_assert_uint_eq(far.bytes, far.size);
	ck_assert_int_le(far.most, BLOCKS_FETCHES);
	src_close(src);
}
END_TEST

/* Two places that are read on from in turns do not disturb each other. */
START_TEST(blocks_of_two_readers)
{
	uint64_t half = 100 * BLOCKS_SIZE, wrong = 0;
	struct src *src;
	struct err e;
	uint8_t byte;

	memset(&far, 0, sizeof far);
	far.size = FAR_SIZE;
	ck_assert_int_eq(
		blocks_open(&src, &far_ops, NULL, FAR_SIZE, span_of("", 0), &e), 0);
	for (uint64_t off = 0; off < half; off += BLOCKS_SIZE)
		for (int i = 0; i < 2; i++) {
			wrong += src_read_at(src, off + i * half, &byte, 1, &e) != 1 ||
				 byte != far_byte(off + i * half);
		}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_int_lt(far.fetches, 25);
	ck_assert_uint_le(far.bytes, FAR_SIZE);
	src_close(src);
}
END_TEST

/* What is not there in time comes later; what failed is told once, then tried again. */
START_TEST(blocks_that_come_late)
{
	struct src *src;
	struct err e;
	uint8_t byte;
	ssize_t n;

	memset(&far, 0, sizeof far);
	far.size = FAR_SIZE;
	far.held = true;
	ck_assert_int_eq(
		blocks_open(&src, &far_ops, NULL, FAR_SIZE, span_of("", 0), &e), 0);
	src_wait_at_most(src, 1000000);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(src_read_at(src, 5, &byte, 1, &e), ERR_AGAIN);
	ck_assert_int_eq(far.fetches, 1);
	far.held = false;
	while ((n = src_read_at(src, 5, &byte, 1, &e)) == ERR_AGAIN)
		continue;
	ck_assert_int_eq(n, 1);
	ck_assert_uint_eq(byte, far_byte(5));
	src_wait_at_most(src, 0);
	far.fails = true;
	ck_assert_int_eq(src_read_at(src, 50 * BLOCKS_SIZE, &byte, 1, &e), ERR_NET);
	ck_assert_str_eq(e.text, "far away");
	far.fails = false;
	ck_assert_int_eq(src_read_at(src, 50 * BLOCKS_SIZE, &byte, 1, &e), 1);
	src_close(src);
	ck_assert_int_eq(far.closed, 1);
}
END_TEST

static TCase *
blocks(void)
{
	TCase *t = tcase_create("blocks");

	tcase_add_test(t, blocks_read_what_is_there);
	tcase_add_test(t, blocks_of_somebody_who_jumps);
	tcase_add_test(t, blocks_are_bounded);
	tcase_add_test(t, blocks_are_fetched_ahead);
	tcase_add_test(t, blocks_of_two_readers);
	tcase_add_test(t, blocks_that_come_late);
	return t;
}

UNIT_MAIN("blocks", blocks)
