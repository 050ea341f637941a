/* SPDX-License-Identifier: ISC */
/* New times out of old ones: exact, in order, and nothing adds up. */
#include "log/retime.h"

#include "base/clk.h"
#include "tests/unit/emugen.h"
#include "tests/unit/unit.h"

#define TRIALS 20000

START_TEST(factors_are_exact)
{
	static const struct {
		const char *text;
		int64_t factor; /* 0: refused */
	} rows[] = { { "1", 1000000 }, { "2", 2000000 }, { "0.5", 500000 },
		{ "1.333333", 1333333 }, { "1000", 1000000000 }, { "0.001", 1000 },
		{ "3.", 3000000 }, { "0.0009", 0 }, { "1000.1", 0 }, { "0", 0 },
		{ "-1", 0 }, { "", 0 }, { ".5", 0 }, { "1.3333333", 0 }, { "2x", 0 },
		{ "1e3", 0 }, { "nan", 0 }, { "99999999999999999999", 0 } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t factor = 0;
		struct err e;
		int r = retime_parse(&factor, rows[i].text, &e);

		ck_assert_msg(r == (rows[i].factor ? 0 : ERR_USAGE), "%s", rows[i].text);
		ck_assert_msg(factor == rows[i].factor, "%s", rows[i].text);
	}
}
END_TEST

static int64_t
any_time(struct emugen *g)
{
	return (int64_t)(emugen_next(g) >> 1 >> emugen_below(g, 60));
}

static int64_t
any_factor(struct emugen *g)
{
	return 1000 + (int64_t)(emugen_next(g) % 999999001u);
}

/* Held against the same in wider numbers. */
START_TEST(scaling_is_rounded_down)
{
	struct emugen g = { 1 };

	for (int i = 0; i < TRIALS; i++) {
		int64_t at = any_time(&g), factor = any_factor(&g);
		long double want = (long double)at * 1e6L / (long double)factor;
		int64_t got = retime_scale(at, factor);

		if (want >= (long double)INT64_MAX)
			ck_assert_int_eq(got, INT64_MAX);
		else
			ck_assert_msg((long double)got <= want + 1 &&
					      (long double)got > want - 2,
				"%lld by %lld", (long long)at, (long long)factor);
	}
	ck_assert_int_eq(retime_scale(3 * NS_PER_S, 1500000), 2 * NS_PER_S);
	ck_assert_int_eq(retime_scale(10, 3000000), 3);
	ck_assert_int_eq(retime_scale(INT64_MAX, 1000), INT64_MAX);
	ck_assert_int_eq(retime_scale(INT64_MAX, RETIME_UNIT), INT64_MAX);
}
END_TEST

/* However many messages lie before it, a message comes when it would come alone. */
START_TEST(scaling_keeps_the_order)
{
	struct emugen g = { 2 };

	for (int i = 0; i < TRIALS; i++) {
		int64_t factor = any_factor(&g), a = any_time(&g), b = any_time(&g);
		int64_t low = a < b ? a : b, high = a < b ? b : a;

		ck_assert_int_le(retime_scale(low, factor), retime_scale(high, factor));
	}
}
END_TEST

/* The sum of pauses, each cut, made anew at every step. */
START_TEST(pauses_are_cut_and_nothing_else)
{
	struct emugen g = { 3 };

	for (int run = 0; run < 50; run++) {
		struct retime_idle r = { .max_ns = emugen_below(&g, 2000) };
		int64_t at = 0, counted = 0, put = 0, before = 0;
		uint64_t cut = 0;

		for (int i = 0; i < 1000; i++) {
			int64_t want, got;
			bool counts = emugen_below(&g, 3) != 0;

			at += emugen_below(&g, emugen_below(&g, 10) ? 1000 : 100000);
			want = at - counted < r.max_ns ? at - counted : r.max_ns;
			got = retime_idle(&r, at, counts);
			ck_assert_int_eq(got, put + want);
			ck_assert_int_ge(got, before);
			before = got;
			if (counts) {
				cut += at - counted > r.max_ns;
				put += want;
				counted = at;
			}
		}
		ck_assert_uint_eq(r.cut, cut);
	}
}
END_TEST

static TCase *
retime_cases(void)
{
	TCase *t = tcase_create("retime");

	tcase_add_test(t, factors_are_exact);
	tcase_add_test(t, scaling_is_rounded_down);
	tcase_add_test(t, scaling_keeps_the_order);
	tcase_add_test(t, pauses_are_cut_and_nothing_else);
	return t;
}

UNIT_MAIN("retime", retime_cases)
