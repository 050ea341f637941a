/* SPDX-License-Identifier: ISC */
/* The queue between the two threads: order, exactness, limits, sleep and wake. */
#include "rec/ring.h"
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SIZE ((size_t)1 << 17)

static struct ring ring;
static int space_fd;

static void
set_up(void)
{
	space_fd = eventfd(0, EFD_NONBLOCK);
	ck_assert_int_eq(ring_init(&ring, SIZE, space_fd, NULL), 0);
}

static void
tear_down(void)
{
	ring_free(&ring);
	close(space_fd);
}

static bool
put(uint16_t kind, const void *p, size_t n, enum ring_class c)
{
	struct ring_head h = {
		.n = (uint32_t)n, .kind = kind, .stream = 7, .mono_ns = 42
	};

	return ring_put(&ring, c, &h, p);
}

START_TEST(ring_one)
{
	struct ring_item it;

	ck_assert(!ring_peek(&ring, &it));
	ck_assert(put(3, "hello", 5, RING_BYTES));
	ck_assert(ring_peek(&ring, &it));
	ck_assert_uint_eq(it.h.kind, 3);
	ck_assert_uint_eq(it.h.stream, 7);
	ck_assert_int_eq(it.h.mono_ns, 42);
	ck_assert_uint_eq(it.h.n, 5);
	ck_assert_int_eq(memcmp(it.data, "hello", 5), 0);
	ring_release(&ring, &it);
	ck_assert(!ring_peek(&ring, &it));
	ck_assert_uint_eq(ring_fill(&ring), 0);
}
END_TEST

/* Bytes stop first, then events; the last record always fits. */
START_TEST(ring_classes)
{
	static uint8_t block[1000];
	int bytes = 0, events = 0;

	while (put(0, block, sizeof block, RING_BYTES))
		bytes++;
	ck_assert_int_gt(bytes, 100);
	while (put(1, block, 8, RING_EVENT))
		events++;
	ck_assert_int_gt(events, 200);
	ck_assert(!put(0, block, 1, RING_BYTES));
	ck_assert(put(2, block, 500, RING_LAST));
	ck_assert(ring_want_space(&ring));
}
END_TEST

START_TEST(ring_tells_of_space)
{
	static uint8_t block[1000];
	struct pollfd fd = { .fd = space_fd, .events = POLLIN };
	struct ring_item it;

	ck_assert(!ring_want_space(&ring));
	while (put(0, block, sizeof block, RING_BYTES))
		;
	ck_assert(ring_want_space(&ring));
	while (ring_fill(&ring) > SIZE / 2) {
		ck_assert_int_eq(poll(&fd, 1, 0), 0);
		ck_assert(ring_peek(&ring, &it));
		ring_release(&ring, &it);
	}
	ck_assert_int_eq(poll(&fd, 1, 0), 1);
}
END_TEST

/* Every length, so that every way to cross the end of the block is met. */
START_TEST(ring_wraps)
{
	static uint8_t block[RING_DATA_MAX];
	struct ring_item it;

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= RING_DATA_MAX; n += 37) {
		size_t room;
		uint8_t *p = ring_reserve(&ring, RING_BYTES, n, &room);
		struct ring_head h = { .n = (uint32_t)n, .kind = 1 };

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_ge(room, n);
		ck_assert_uint_le(room, RING_DATA_MAX);
		memcpy(p, block, n);
		ring_commit(&ring, &h);
		ck_assert(ring_peek(&ring, &it));
		ck_assert_uint_eq(it.h.n, n);
		ck_assert_int_eq(memcmp(it.data, block, n), 0);
		ring_release(&ring, &it);
	}
}
END_TEST

#define RECORDS 200000

static uint32_t
step(uint32_t *x)
{
	*x = *x * 1664525u + 1013904223u;
	return *x >> 8;
}

static void
wait_for_space(void)
{
	struct pollfd fd = { .fd = space_fd, .events = POLLIN };
	uint64_t n;

	if (ring_want_space(&ring) && poll(&fd, 1, 60000) == 1)
		ck_assert_int_eq(read(space_fd, &n, sizeof n), sizeof n);
}

static void *
produce(void *arg)
{
	uint8_t data[900];
	uint32_t x = 1;

	(void)arg;
	for (uint32_t i = 0; i < RECORDS; i++) {
		size_t n = step(&x) % sizeof data;

		memset(data, (int)(i & 255), n);
		while (!put((uint16_t)(i & 0x7FFF), data, n, RING_BYTES))
			wait_for_space();
		ring_wake(&ring, i == RECORDS - 1);
	}
	return NULL;
}

/* Two threads: every record arrives once, in order, whole; nobody sleeps for ever. */
START_TEST(ring_threads)
{
	pthread_t thread;
	struct ring_item it;
	uint32_t i = 0, x = 1;

	ck_assert_int_eq(pthread_create(&thread, NULL, produce, NULL), 0);
	while (i < RECORDS) {
		if (!ring_peek(&ring, &it)) {
			ring_wait(&ring, 0);
			continue;
		}
		ck_assert_uint_eq(it.h.kind, i & 0x7FFF);
		ck_assert_uint_eq(it.h.n, step(&x) % 900);
		for (size_t k = 0; k < it.h.n; k++)
			if (it.data[k] != (uint8_t)i)
				ck_abort_msg("record %u, byte %zu", i, k);
		ring_release(&ring, &it);
		i++;
	}
	pthread_join(thread, NULL);
	ck_assert_uint_eq(ring_fill(&ring), 0);
}
END_TEST

/* A consumer that waits for its time is woken by what is urgent, also by what came before
 * it went to sleep. */
START_TEST(ring_urgent)
{
	put(1, "x", 1, RING_EVENT);
	ring_wake(&ring, true);
	ring_wait(&ring, INT64_MAX / 2);
}
END_TEST

START_TEST(ring_deadline)
{
	put(1, "x", 1, RING_EVENT);
	ring_wait(&ring, 1);
}
END_TEST

static TCase *
case_ring(void)
{
	TCase *t = tcase_create("ring");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, ring_one);
	tcase_add_test(t, ring_classes);
	tcase_add_test(t, ring_tells_of_space);
	tcase_add_test(t, ring_wraps);
	tcase_add_test(t, ring_threads);
	tcase_add_test(t, ring_urgent);
	tcase_add_test(t, ring_deadline);
	return t;
}

UNIT_MAIN("ring", case_ring)
