/* SPDX-License-Identifier: ISC */
/* The time bar: what its columns say against a walk over everything, also when it learns
 * bit by bit and slots get coarser; places and columns undo each other; pauses. */
#include "play/timebar.h"

#include "base/clk.h"
#include "replay/gaps.h"

#include "tests/unit/recording.h"
#include "tests/unit/unit.h"

static struct reel *
open_reel(const struct recording *r)
{
	struct reel_opts o = { .channel = -1 };
	struct reel *reel;
	struct err e;

	ck_assert_int_eq(reel_open(&reel, recording_tape(r), &o, &e), 0);
	return reel;
}

/* Every event is in its column or, slots being coarse, beside it. */
static void
expect_events(const struct timebar *b, const struct reel *r, int cols)
{
	bool *want = calloc((size_t)cols + 2, sizeof *want);

	for (size_t i = 0; i < reel_events(r); i++) {
		int c = timebar_column(b, reel_event(r, i)->at_ns, cols);

		ck_assert(b->column[c].event || (c > 0 && b->column[c - 1].event));
		want[c] = want[c + 1] = true;
	}
	for (int i = 0; i < cols; i++)
		if (b->column[i].event)
			ck_assert(want[i] || want[i + 1]);
	free(want);
}

static void
expect_levels(const struct timebar *b, const struct reel *r, int cols)
{
	uint32_t bytes[CANVAS_COLS_MAX], most = 0;
	int top = 0;

	reel_activity(r, bytes, cols);
	for (int i = 0; i < cols; i++) {
		ck_assert_int_eq(b->column[i].level > 0, bytes[i] > 0);
		ck_assert_int_le(b->column[i].level, TIMEBAR_LEVELS);
		if (bytes[i] > most) {
			most = bytes[i];
			top = i;
		}
	}
	ck_assert_int_eq(b->column[top].level, TIMEBAR_LEVELS);
}

START_TEST(columns_say_what_there_is)
{
	static const int widths[] = { 1, 2, 20, 80, 333, CANVAS_COLS_MAX };
	struct timebar b;
	struct recording rec;
	struct reel *r;
	struct err e;

	recording_start(&rec, (uint64_t)_i + 1);
	recording_connect(&rec);
	for (int i = 0; i < 10; i++) {
		recording_random_session(&rec, 100);
		rec.now_ns += (int64_t)recording_random(&rec, 3600) * NS_PER_S;
		recording_marker(&rec, "m");
	}
	recording_end(&rec);
	r = open_reel(&rec);
	timebar_init(&b);
	while (reel_index(r, 2000, &e) > 0)
		timebar_update(&b, r, 80); /* learns while the index grows */
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		timebar_update(&b, r, widths[i]);
		expect_events(&b, r, widths[i]);
		expect_levels(&b, r, widths[i]);
	}
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(what_matters_most_is_shown)
{
	struct timebar b;
	struct recording rec;
	struct reel *r;
	struct err e;

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 80, 24);
	rec.now_ns += 10 * NS_PER_S;
	recording_window(&rec, 0, 90, 25);
	recording_marker(&rec, "m");
	recording_window(&rec, 0, 80, 24);
	rec.now_ns += 10 * NS_PER_S;
	recording_window(&rec, 0, 90, 25);
	recording_end(&rec);
	r = open_reel(&rec);
	while (reel_index(r, 1 << 20, &e) > 0)
		;
	timebar_init(&b);
	timebar_update(&b, r, 21);
	ck_assert(b.column[10].event);
	ck_assert_int_eq(b.column[10].kind, KIND_MARKER);
	ck_assert(b.column[20].event);
	ck_assert_int_eq(b.column[20].kind, KIND_SIZE);
	for (int i = 1; i < 20; i++)
		ck_assert(i == 10 || !b.column[i].event);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(columns_and_times_undo_each_other)
{
	struct timebar b;

	timebar_init(&b);
	ck_assert_int_eq(timebar_column(&b, 5, 80), 0); /* no duration yet */
	b.duration_ns = 8 * 3600 * NS_PER_S;
	for (int cols = 1; cols < 300; cols += 7)
		for (int i = 0; i < cols; i++)
			ck_assert_int_eq(
				timebar_column(&b, timebar_time(&b, i, cols), cols), i);
	ck_assert_int_eq(timebar_time(&b, -5, 80), 0);
	ck_assert_int_eq(timebar_time(&b, 79, 80), b.duration_ns);
	ck_assert_int_eq(timebar_time(&b, 500, 80), b.duration_ns);
	ck_assert_int_eq(timebar_column(&b, INT64_MAX, 80), 79);
	ck_assert_int_eq(timebar_column(&b, INT64_MIN, 80), 0);
}
END_TEST

/* Of very many pauses the long ones stay, in order. */
START_TEST(pauses_are_bounded)
{
	struct gaps g;
	int64_t at = 0;
	size_t was;

	gaps_init(&g);
	for (uint64_t n = 0; n < 5 * GAPS_MAX; n++) {
		at += n % 1000 == 7 ? 3600 * NS_PER_S : NS_PER_S + (int64_t)n;
		gaps_note(&g, n, at);
	}
	ck_assert_uint_le(g.n, GAPS_MAX);
	was = 0;
	for (size_t i = 0; i < g.n; i++) {
		if (i)
			ck_assert_uint_gt(g.v[i].ordinal, g.v[i - 1].ordinal);
		ck_assert_int_ge(g.v[i].to_ns - g.v[i].from_ns, GAPS_MIN_NS);
		was += g.v[i].to_ns - g.v[i].from_ns == 3600 * NS_PER_S;
	}
	ck_assert_uint_eq(was, 5 * GAPS_MAX / 1000 + 1);
	ck_assert_uint_eq(gaps_after(&g, 0), 0);
	ck_assert_uint_eq(gaps_after(&g, UINT64_MAX), g.n);
	gaps_note(&g, UINT64_MAX, INT64_MAX);
	gaps_free(&g);
}
END_TEST

static TCase *
case_timebar(void)
{
	TCase *t = tcase_create("timebar");

	tcase_add_loop_test(t, columns_say_what_there_is, 0, 4);
	tcase_add_test(t, what_matters_most_is_shown);
	tcase_add_test(t, columns_and_times_undo_each_other);
	tcase_add_test(t, pauses_are_bounded);
	return t;
}

UNIT_MAIN("timebar", case_timebar)
