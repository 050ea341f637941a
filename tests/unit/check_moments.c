/* SPDX-License-Identifier: ISC */
/* Which moments are worth a picture, out of times alone. */
#include "replay/moments.h"

#include "base/clk.h"
#include "tests/unit/unit.h"

static struct moments m;

static void
burst(int64_t from_ms, int64_t to_ms)
{
	for (int64_t at = from_ms; at <= to_ms; at += 10)
		moments_note(&m, at * NS_PER_MS);
}

/* In milliseconds; -1: none. */
static int64_t
best(int i, int n, int64_t after_ms)
{
	int64_t at, after = after_ms < 0 ? -1 : after_ms * NS_PER_MS;

	return moments_best(&m, i, n, after, &at) ? at / NS_PER_MS : -1;
}

START_TEST(ends_of_bursts)
{
	moments_init(&m);
	ck_assert_int_eq(best(0, 1, -1), -1);
	burst(0, 500);
	burst(700, 900);   /* before it the screen stood for 0.2 s, */
	burst(1500, 1600); /* 0.6 s */
	moments_end(&m, 1600 * NS_PER_MS);
	ck_assert_int_eq(best(0, 1, -1), 1600); /* the last one stays */
	ck_assert_int_eq(best(0, 2, -1), 900);
	ck_assert_int_eq(best(0, 4, -1), 500);
	ck_assert_int_eq(best(1, 4, -1), 900);
	ck_assert_int_eq(best(2, 4, -1), 1600);
	ck_assert_int_eq(best(2, 4, 1600), -1);
	ck_assert_int_eq(best(3, 4, -1), -1);
}
END_TEST

/* Of a day with a minute of work at each end both are seen. */
START_TEST(long_pauses_count_as_short_ones)
{
	int64_t day = INT64_C(86400000);
	int early = 0, late = 0;

	moments_init(&m);
	for (int i = 0; i < 60; i++)
		burst(i * 1000, i * 1000 + 300);
	for (int i = 0; i < 60; i++)
		burst(day + i * 1000, day + i * 1000 + 300);
	moments_end(&m, (day + 60000) * NS_PER_MS);
	for (int i = 0; i < 10; i++) {
		int64_t at = best(i, 10, -1);

		ck_assert_int_ge(at, 0);
		early += at < day / 2;
		late += at > day / 2;
	}
	ck_assert_int_ge(early, 4);
	ck_assert_int_ge(late, 4);
}
END_TEST

/* However long: parts follow each other, and every part of a busy recording has a moment. */
START_TEST(many_hours)
{
	int64_t before = -1;

	moments_init(&m);
	for (int64_t i = 0; i < 2000000; i++)
		moments_note(&m, i * 37 * NS_PER_MS);
	moments_end(&m, INT64_MAX);
	for (int i = 0; i < 500; i++) {
		int64_t at = best(i, 500, -1);

		ck_assert_int_gt(at, before);
		ck_assert_int_gt(at, INT64_C(74000000) / 500 * i - 400000);
		before = at;
	}
}
END_TEST

START_TEST(odd_times)
{
	int64_t at;

	moments_init(&m);
	moments_end(&m, 5);
	ck_assert_int_eq(best(0, 1, -1), -1);
	moments_note(&m, INT64_MAX - 1);
	moments_note(&m, 3);
	moments_note(&m, INT64_MAX);
	moments_end(&m, 0);
	ck_assert_int_eq(best(0, 1, -1), INT64_MAX / NS_PER_MS);
	ck_assert(!moments_best(&m, 0, 1, INT64_MAX, &at));
}
END_TEST

static TCase *
times(void)
{
	TCase *t = tcase_create("times");

	tcase_add_test(t, ends_of_bursts);
	tcase_add_test(t, long_pauses_count_as_short_ones);
	tcase_add_test(t, many_hours);
	tcase_add_test(t, odd_times);
	return t;
}

UNIT_MAIN("moments", times)
