/* SPDX-License-Identifier: ISC */
/* What one user may have, at once and in a second, and that others always find room. */
#include "recd/quota.h"

#include "base/clk.h"
#include "tests/unit/unit.h"

#define MANY ((size_t)1 << 20)

START_TEST(quota_counts)
{
	struct quota_limits l = { .sessions = 2, .connections = 3 };
	struct quota q;

	quota_init(&q, &l);
	for (int i = 0; i < 3; i++)
		ck_assert(quota_connect(&q, 1000, MANY, 0));
	ck_assert(!quota_connect(&q, 1000, MANY, 0));
	ck_assert(quota_connect(&q, 1001, MANY, 0));
	ck_assert(quota_begin(&q, 1000, MANY) && quota_begin(&q, 1000, MANY));
	ck_assert(!quota_begin(&q, 1000, MANY));
	ck_assert(quota_begin(&q, 1001, MANY));
	quota_end(&q, 1000);
	ck_assert(quota_begin(&q, 1000, MANY));
	quota_disconnect(&q, 1000);
	ck_assert(quota_connect(&q, 1000, MANY, 0));
	quota_end(&q, 1001);
	quota_disconnect(&q, 1001);
	ck_assert_uint_eq(q.n, 1);
	quota_free(&q);
}
END_TEST

START_TEST(quota_rate)
{
	struct quota_limits l = { .bytes_per_s = 1000, .burst = 500 };
	struct quota q;

	quota_init(&q, &l);
	ck_assert(quota_connect(&q, 1, MANY, 0));
	quota_spend(&q, 1, 500, 0, 0);
	ck_assert_int_eq(quota_wait(&q, 1, 0), 0);
	quota_spend(&q, 1, 250, 0, 0);
	ck_assert_int_eq(quota_wait(&q, 1, 0), NS_PER_S / 4 + 1);
	ck_assert_int_eq(quota_wait(&q, 1, NS_PER_S / 4 + 1), 0);
	/* it does not fill beyond the burst */
	quota_spend(&q, 1, 501, 0, 3600 * NS_PER_S);
	ck_assert_int_gt(quota_wait(&q, 1, 3600 * NS_PER_S), 0);
	quota_free(&q);
}
END_TEST

/* Who has gone needs no row, however many come and go, but as long as it owes something. */
START_TEST(quota_forgets)
{
	struct quota_limits l = { .bytes_per_s = 1000, .burst = 500 };
	struct quota q;

	quota_init(&q, &l);
	for (unsigned i = 0; i < 10000; i++) {
		int64_t now = i * NS_PER_S;

		ck_assert(quota_connect(&q, 1 + i, MANY, now));
		quota_spend(&q, 1 + i, i ? 68 : 500 + 20000, 0, now);
		quota_disconnect(&q, 1 + i);
		if (i < 20)
			ck_assert_int_gt(quota_wait(&q, 1, now), 0);
	}
	ck_assert_uint_le(q.cap, 32);
	quota_free(&q);
}
END_TEST

/* What comes often in small steps fills no slower than what comes once. */
START_TEST(quota_loses_no_fraction)
{
	struct quota_limits l = { .bytes_per_s = 3, .burst = 1000 };
	struct quota q;
	int64_t now = 0;

	quota_init(&q, &l);
	ck_assert(quota_connect(&q, 1, MANY, now));
	quota_spend(&q, 1, 1000 + 30, 0, now);
	for (; now < 9 * NS_PER_S; now += NS_PER_S / 10)
		ck_assert_int_gt(quota_wait(&q, 1, now), now);
	ck_assert_int_eq(quota_wait(&q, 1, 10 * NS_PER_S + NS_PER_MS), 0);
	quota_free(&q);
}
END_TEST

/* A day's worth at once; then as much as a day has room for. */
START_TEST(quota_day)
{
	struct quota_limits l = { .bytes_per_s = 1000, .burst = 2000, .day = 864000 };
	const int64_t hour = 3600 * NS_PER_S;
	struct quota q;

	quota_init(&q, &l);
	ck_assert(quota_connect(&q, 1, MANY, 0));
	for (int i = 0; i < 864; i++)
		quota_spend(&q, 1, 1000, 0, i * NS_PER_S);
	quota_spend(&q, 1, 10000, 0, 864 * NS_PER_S);
	/* all of it has come back but for 1360 bytes, at 10 in a second */
	ck_assert_int_eq(quota_wait(&q, 1, 864 * NS_PER_S), (864 + 136) * NS_PER_S + 1);
	ck_assert_int_eq(quota_wait(&q, 1, hour), 0);
	quota_free(&q);
}
END_TEST

/* Whoever has none finds one, however many hold all they can get. */
START_TEST(quota_leaves_room)
{
	struct quota_limits l = { .sessions = 0, .connections = 0 };
	struct quota q;
	size_t room = 1000, n = 0;

	quota_init(&q, &l);
	for (uid_t uid = 1; uid <= 5; uid++)
		while (n < room && quota_connect(&q, uid, room - n, 0)) {
			ck_assert(quota_begin(&q, uid, room - n));
			n++;
		}
	ck_assert_uint_lt(n, room);
	ck_assert(quota_connect(&q, 6, room - n, 0));
	ck_assert(quota_begin(&q, 6, room - n));
	/* the first had half of it */
	ck_assert_uint_eq(q.v[0].connections, 500);
	quota_free(&q);
}
END_TEST

/* As many connections at once as a user may have; then as the rate has it. */
START_TEST(quota_connects)
{
	struct quota_limits l = { .connections = 10, .connects_per_s = 2 };
	int64_t now = NS_PER_S;
	struct quota q;

	quota_init(&q, &l);
	for (int i = 0; i < 10; i++) {
		ck_assert(quota_connect(&q, 1, MANY, now));
		ck_assert_int_eq(quota_connect_wait(&q, 1, now), 0);
		quota_disconnect(&q, 1);
	}
	ck_assert(quota_connect(&q, 1, MANY, now));
	ck_assert_int_eq(quota_connect_wait(&q, 1, now), now + NS_PER_S / 2 + 1);
	/* a flood does not count for ever */
	for (int i = 0; i < 1000; i++)
		quota_connect(&q, 1, 0, now);
	ck_assert_int_eq(quota_connect_wait(&q, 1, now), now + 5 * NS_PER_S + 1);
	ck_assert(quota_connect(&q, 2, MANY, now));
	ck_assert_int_eq(quota_connect_wait(&q, 2, now), 0);
	quota_free(&q);
}
END_TEST

START_TEST(quota_turns)
{
	struct quota_limits l = { .sessions = 0 };
	struct quota q;

	quota_init(&q, &l);
	ck_assert(quota_connect(&q, 1, MANY, 0));
	quota_spend(&q, 1, 10, 7, 0);
	quota_spend(&q, 1, 20, 7, 0);
	ck_assert_uint_eq(quota_in_turn(&q, 1, 7), 30);
	ck_assert_uint_eq(quota_in_turn(&q, 1, 8), 0);
	quota_spend(&q, 1, 5, 8, 0);
	ck_assert_uint_eq(quota_in_turn(&q, 1, 8), 5);
	ck_assert_uint_eq(quota_in_turn(&q, 2, 8), 0);
	quota_free(&q);
}
END_TEST

/* Bytes in memory are counted over all sessions of a user; giving back is always allowed. */
START_TEST(quota_bytes_that_wait)
{
	struct quota_limits l = { .waiting = 100 };
	struct quota q;

	quota_init(&q, &l);
	ck_assert(quota_connect(&q, 1, MANY, 0));
	ck_assert(quota_waiting(&q, 1, 0, 60));
	ck_assert(!quota_waiting(&q, 1, 0, 60));
	ck_assert(quota_waiting(&q, 1, 60, 30));
	ck_assert(quota_waiting(&q, 1, 60, 0));
	ck_assert(quota_waiting(&q, 1, 0, 70));
	quota_free(&q);
}
END_TEST

/* The log sees some lines about a user, and how many it did not. */
START_TEST(quota_lines)
{
	struct quota_limits l = { .sessions = 0 };
	unsigned unsaid, said = 0;
	struct quota q;

	quota_init(&q, &l);
	for (int i = 0; i < 1000; i++)
		said += quota_may_say(&q, 1, 0, &unsaid);
	ck_assert_uint_eq(said, QUOTA_LINES_BURST);
	ck_assert(quota_may_say(&q, 2, 0, &unsaid) && unsaid == 0);
	ck_assert(quota_may_say(&q, 1, 2 * NS_PER_S, &unsaid));
	ck_assert_uint_eq(unsaid, 1000 - QUOTA_LINES_BURST);
	quota_free(&q);
}
END_TEST

static TCase *
users(void)
{
	TCase *c = tcase_create("users");

	tcase_add_test(c, quota_counts);
	tcase_add_test(c, quota_rate);
	tcase_add_test(c, quota_forgets);
	tcase_add_test(c, quota_loses_no_fraction);
	tcase_add_test(c, quota_day);
	tcase_add_test(c, quota_leaves_room);
	tcase_add_test(c, quota_connects);
	tcase_add_test(c, quota_turns);
	tcase_add_test(c, quota_bytes_that_wait);
	tcase_add_test(c, quota_lines);
	return c;
}

UNIT_MAIN("quota", users)
