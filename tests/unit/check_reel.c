/* SPDX-License-Identifier: ISC */
/* The reel against a plain run over the same recording: whatever way it was reached, the
 * state after k messages is the same. */
#include "replay/reel.h"

#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define ROUNDS   6
#define MESSAGES 250

static void
start_random(struct recording *rec, uint64_t seed)
{
	recording_start(rec, seed);
	recording_random_session(rec, MESSAGES);
	recording_end(rec);
}

/* One random move and what it must come to. */
static void
random_move(struct recording *rec, struct reel *r, const struct truth *t)
{
	uint64_t k = reel_ordinal(r);
	struct err e;
	int64_t at;
	int rc;

	switch (recording_random(rec, 6)) {
	case 0:
		k = recording_random(rec, (uint32_t)t->n + 1);
		ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
		break;
	case 1:
		at = (int64_t)recording_random(
			     rec, (uint32_t)(t->at[t->n] / 1000000 + 100)) *
		     1000000;
		k = truth_ordinal(t, at);
		ck_assert_int_eq(reel_seek_time(r, at, NULL, NULL, &e), 0);
		break;
	case 2:
		rc = reel_back(r, &e);
		ck_assert_int_eq(rc, k > 0);
		k -= k > 0;
		break;
	case 3:
		ck_assert_int_ge(reel_index(r, recording_random(rec, 3000), &e), 0);
		break;
	case 4:
		ck_assert_int_eq(reel_next_time(r, &at, &e), k < t->n);
		if (k < t->n)
			ck_assert_int_eq(at, t->at[k + 1]);
		break;
	default:
		rc = reel_step(r, NULL, &e);
		ck_assert_int_eq(rc, k < t->n);
		k += k < t->n;
	}
	truth_expect(r, t, k);
}

START_TEST(every_way_leads_to_the_same_state)
{
	/* one key frame; all; so little memory that they are thinned again and again */
	static const struct reel_opts opts[] = {
		{ .channel = -1 },
		{ .channel = -1, .keyframe_cost = 1 },
		{ .channel = -1, .keyframe_cost = 300 },
		{ .channel = -1, .keyframe_cost = 1, .keyframe_memory = 100000 },
		{ .channel = -1, .keyframe_cost = 1, .keyframe_memory = 1 },
	};
	struct recording rec;
	struct truth t;

	start_random(&rec, 1000 + (uint64_t)_i);
	truth_make(&t, &rec);
	ck_assert_uint_eq(t.n, rec.n);
	for (size_t o = 0; o < sizeof opts / sizeof *opts; o++) {
		struct reel *r = truth_reel(&rec, &opts[o]);

		for (int i = 0; i < 400; i++)
			random_move(&rec, r, &t);
		truth_index_all(r);
		if (opts[o].keyframe_memory > 1)
			ck_assert_uint_le(reel_index_state(r).keyframe_bytes,
				opts[o].keyframe_memory);
		for (int i = 0; i < 100; i++)
			random_move(&rec, r, &t);
		reel_close(r);
	}
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

START_TEST(every_ordinal_backward)
{
	struct reel_opts o = { .channel = -1, .keyframe_cost = 2000 };
	struct recording rec;
	struct truth t;
	struct reel *r;
	struct err e;

	start_random(&rec, 77);
	truth_make(&t, &rec);
	ck_assert_uint_eq(t.n, rec.n);
	r = truth_reel(&rec, &o);
	truth_index_all(r);
	ck_assert_uint_gt(reel_index_state(r).keyframes, 5);
	for (uint64_t k = t.n + 1; k-- > 0;) {
		ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
		truth_expect(r, &t, k);
	}
	ck_assert_int_eq(reel_seek_ordinal(r, UINT64_MAX, NULL, NULL, &e), 0);
	truth_expect(r, &t, t.n);
	ck_assert_int_eq(reel_seek_time(r, INT64_MIN, NULL, NULL, &e), 0);
	truth_expect(r, &t, 0);
	ck_assert_int_eq(reel_seek_time(r, INT64_MAX, NULL, NULL, &e), 0);
	truth_expect(r, &t, t.n);
	reel_close(r);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

START_TEST(seek_takes_all_of_one_time)
{
	struct recording rec;
	struct truth t;
	struct reel *r;
	struct err e;

	start_random(&rec, 5);
	truth_make(&t, &rec);
	ck_assert_uint_eq(t.n, rec.n);
	r = truth_reel(&rec, NULL);
	for (uint64_t k = 0; k <= t.n; k++) {
		ck_assert_int_eq(reel_seek_time(r, t.at[k], NULL, NULL, &e), 0);
		truth_expect(r, &t, truth_ordinal(&t, t.at[k]));
		ck_assert_int_eq(reel_seek_time(r, t.at[k] - 1, NULL, NULL, &e), 0);
		truth_expect(r, &t, truth_ordinal(&t, t.at[k] - 1));
	}
	reel_close(r);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

static TCase *
case_seek(void)
{
	TCase *t = tcase_create("seek");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, every_way_leads_to_the_same_state, 0, ROUNDS);
	tcase_add_test(t, every_ordinal_backward);
	tcase_add_test(t, seek_takes_all_of_one_time);
	return t;
}

/* A flood that takes long enough for several questions. */
static void
start_flood(struct recording *rec)
{
	char line[200];

	recording_start(rec, 1);
	recording_connect(rec);
	recording_pty(rec, 0, 80, 24);
	for (int i = 0; i < 4000; i++) {
		rec->now_ns += 1000000;
		snprintf(line, sizeof line, "%150d\r\n", i);
		recording_out(rec, line);
	}
	recording_end(rec);
}

struct patience {
	int asked, limit;
	double last;
};

static bool
lose_patience(void *ctx, double done)
{
	struct patience *p = ctx;

	ck_assert(done >= p->last && done <= 1);
	p->last = done;
	return ++p->asked >= p->limit;
}

START_TEST(cancel_leaves_the_place)
{
	struct patience never = { .limit = 1000 }, soon = { .limit = 1 },
			find = { .limit = 1 };
	struct recording rec;
	struct reel *r;
	struct err e;
	uint64_t before;

	start_flood(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_seek_ordinal(r, 100, NULL, NULL, &e), 0);
	before = emu_hash(reel_screen(r));
	ck_assert_int_eq(
		reel_seek_ordinal(r, 4000, lose_patience, &soon, &e), ERR_CANCELLED);
	ck_assert_uint_eq(reel_ordinal(r), 100);
	ck_assert(emu_hash(reel_screen(r)) == before);
	ck_assert_int_eq(reel_find(r, "nowhere", 1, NULL, NULL, lose_patience, &find, &e),
		ERR_CANCELLED);
	ck_assert_uint_eq(reel_ordinal(r), 100);
	ck_assert(emu_hash(reel_screen(r)) == before);
	truth_index_all(r);
	/* what was played before a cancel is known: no need to ask again for that */
	ck_assert_int_eq(reel_seek_ordinal(r, 4000, lose_patience, &never, &e), 0);
	ck_assert_int_lt(never.asked, 5);
	ck_assert_int_eq(reel_back(r, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 3999);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
case_cancel(void)
{
	TCase *t = tcase_create("cancel");

	tcase_add_test(t, cancel_leaves_the_place);
	return t;
}

/* --- the index --- */

START_TEST(events_are_complete_and_in_order)
{
	struct recording rec;
	const struct msg *m;
	struct reel *r;
	struct err e;
	size_t i = 0;

	start_random(&rec, 31);
	r = truth_reel(&rec, NULL);
	/* by playing in part, by the index for the rest */
	ck_assert_int_eq(reel_seek_ordinal(r, rec.n / 3, NULL, NULL, &e), 0);
	truth_index_all(r);
	ck_assert_int_eq(reel_seek_ordinal(r, 0, NULL, NULL, &e), 0);
	for (uint64_t k = 0; reel_step(r, &m, &e) > 0; k++) {
		const struct reel_event *ev = reel_event(r, i);

		ck_assert_uint_eq(reel_event_after(r, k), i);
		if (m->type == MSG_IO)
			continue;
		ck_assert_ptr_nonnull(ev);
		ck_assert_uint_eq(ev->ordinal, k);
		ck_assert_int_eq(ev->type, m->type);
		ck_assert_int_eq(ev->at_ns, reel_time(r));
		ck_assert_int_eq(ev->wall_ns, m->time_ns);
		ck_assert_uint_gt(strlen(ev->text), 0);
		i++;
	}
	ck_assert_uint_gt(i, 10);
	ck_assert_uint_eq(reel_events(r), i);
	ck_assert_uint_eq(reel_index_state(r).events_dropped, 0);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(index_state_tells)
{
	struct reel_opts o = { .channel = -1, .keyframe_cost = 100000 };
	struct reel_index_state s;
	uint32_t slots[50];
	struct recording rec;
	uint64_t sum = 0;
	struct reel *r;
	struct err e;
	double last = 0;

	start_flood(&rec);
	r = truth_reel(&rec, &o);
	ck_assert(!reel_index_state(r).done);
	while (reel_index(r, 20000, &e) > 0) {
		s = reel_index_state(r);
		ck_assert(s.progress >= last && s.progress <= 1);
		ck_assert_int_le(s.frames_ns, s.times_ns);
		last = s.progress;
	}
	s = reel_index_state(r);
	ck_assert(s.done && s.times_done);
	ck_assert(s.progress == 1);
	ck_assert_uint_eq(s.messages, rec.n);
	ck_assert_int_eq(s.duration_ns, INT64_C(4000000000));
	ck_assert_int_eq(s.frames_ns, s.duration_ns);
	ck_assert_uint_gt(s.keyframes, 3);
	ck_assert_uint_gt(s.keyframe_bytes, 0);
	ck_assert_uint_eq(reel_ordinal(r), 0);
	/* How the recording ends stays known although the reel stands at its start. */
	ck_assert_int_ne(tape_end(reel_tape(r)).state, TAPE_OPEN);
	reel_activity(r, slots, 50);
	for (int i = 0; i < 50; i++) {
		ck_assert_uint_gt(slots[i], 0);
		sum += slots[i];
	}
	ck_assert_uint_eq(sum, 4000 * 152);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(index_leaves_clean_rows_clean)
{
	struct recording rec;
	struct reel *r;
	struct err e;

	start_flood(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_seek_ordinal(r, 30, NULL, NULL, &e), 0);
	ck_assert(emu_dirty(reel_screen(r), 3));
	emu_clean(reel_emu(r));
	truth_index_all(r);
	for (int i = 0; i < 24; i++)
		ck_assert(!emu_dirty(reel_screen(r), i));
	ck_assert_int_eq(reel_step(r, NULL, &e), 1);
	ck_assert(emu_dirty(reel_screen(r), 23));
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
case_index(void)
{
	TCase *t = tcase_create("index");

	tcase_add_test(t, events_are_complete_and_in_order);
	tcase_add_test(t, index_state_tells);
	tcase_add_test(t, index_leaves_clean_rows_clean);
	return t;
}

UNIT_MAIN("reel", case_seek, case_cancel, case_index)
