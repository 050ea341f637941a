/* SPDX-License-Identifier: ISC */
/* A source over something far away: every byte, none fetched twice without need, bounded. */
#include "store/blocks.h"

#include "tests/unit/unit.h"

#define FAR_SIZE (UINT64_C(200) * BLOCKS_SIZE + 5)

static struct {
	int fetches, closed;
	uint64_t size, bytes;
} far;

static uint8_t
far_byte(uint64_t off)
{
	return (uint8_t)(off * 2654435761u >> 24);
}

static int
far_fetch(void *ctx, uint64_t off, size_t n, struct buf *out, struct err *e)
{
	(void)ctx;
	(void)e;
	ck_assert_uint_le(off + n, far.size);
	far.fetches++;
	far.bytes += n;
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

static const struct blocks_ops far_ops = { far_fetch, far_close };

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

static TCase *
blocks(void)
{
	TCase *t = tcase_create("blocks");

	tcase_add_test(t, blocks_read_what_is_there);
	tcase_add_test(t, blocks_of_somebody_who_jumps);
	tcase_add_test(t, blocks_are_bounded);
	return t;
}

UNIT_MAIN("blocks", blocks)
