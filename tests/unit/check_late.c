/* SPDX-License-Identifier: ISC */
/* A recording whose bytes are not there yet, or not just now: whoever asks again comes to the
 * screen that a straight run over it shows, and nothing is taken for an end. */
#include "base/clk.h"
#include "play/detail.h"
#include "play/player.h"

#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#define MESSAGES 300
#define PIECE    97 /* bytes of a read, at most */

struct flaky {
	struct src src;
	struct span bytes;
	struct recording *rec; /* of random numbers */
	bool calm, broken;     /* never fails; fails always */
};

static struct flaky flaky;
static struct recording rec;
static struct truth truth;

static ssize_t
flaky_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct flaky *f = (struct flaky *)s;

	if (off >= f->bytes.n)
		return 0;
	if (f->broken || (!f->calm && recording_random(f->rec, 30) == 0))
		return err_set(e, ERR_NET, "the line is cut");
	if (!f->calm && recording_random(f->rec, 5) == 0)
		return err_set(e, ERR_AGAIN, "%s", err_name(ERR_AGAIN));
	n = n < PIECE ? n : PIECE;
	n = n < f->bytes.n - off ? n : (size_t)(f->bytes.n - off);
	memcpy(p, f->bytes.p + off, n);
	return (ssize_t)n;
}

static int64_t
flaky_size(struct src *s)
{
	return (int64_t)((struct flaky *)s)->bytes.n;
}

static void
flaky_close(struct src *s)
{
	(void)s;
}

/* It opens in peace. */
static struct reel *
open_flaky(uint64_t seed)
{
	static const struct src_ops ops = { flaky_read_at, flaky_size, flaky_close };
	struct reel_opts o = { .channel = -1 };
	struct reel *r;
	struct tape *t;
	struct err e;

	recording_start(&rec, seed);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&truth, &rec);
	flaky = (struct flaky){ { .ops = &ops }, buf_span(&rec.file), &rec, true, false };
	ck_assert_int_eq(tape_open(&t, &flaky.src, NULL, &e), 0);
	ck_assert_int_eq(reel_open(&r, t, &o, &e), 0);
	flaky.calm = false;
	return r;
}

static void
done(void)
{
	truth_free(&truth);
	recording_free(&rec);
}

START_TEST(the_index_ends_all_the_same)
{
	struct reel *r = open_flaky((uint64_t)_i);
	struct err e;
	int rc, passing = 0;

	while ((rc = _i % 2 ? reel_index(r, 2000, &e) : reel_index_ahead(r, 2000, &e))) {
		ck_assert(rc > 0 || err_is_passing(rc));
		passing += rc < 0;
	}
	ck_assert_int_gt(passing, 3);
	ck_assert_uint_eq(reel_index_state(r).messages, truth.n);
	ck_assert(reel_index_state(r).done);
	for (int i = 0; i < 50; i++) {
		uint64_t n = recording_random(&rec, (uint32_t)truth.n + 1);

		while ((rc = reel_seek_ordinal(r, n, NULL, NULL, &e)) < 0)
			ck_assert(err_is_passing(rc));
		truth_expect(r, &truth, n);
	}
	reel_close(r);
	done();
}
END_TEST

START_TEST(playing_waits_and_goes_on)
{
	struct player_opts o = { .speed = 1 };
	struct player *p = player_new(open_flaky((uint64_t)_i), &o, 0);
	int64_t now = 0;

	for (int i = 0; player_view(p).state != PLAYER_FINISHED; i++) {
		ck_assert_int_lt(i, 1000000);
		if (player_deadline(p) > now)
			now = player_deadline(p);
		player_tick(p, now);
		ck_assert_ptr_null(player_view(p).error);
		truth_expect(player_reel(p), &truth, reel_ordinal(player_reel(p)));
	}
	ck_assert_uint_eq(reel_ordinal(player_reel(p)), truth.n);
	player_free(p);
	done();
}
END_TEST

START_TEST(seeking_waits_and_arrives)
{
	struct player_opts o = { .speed = 1 };
	struct player *p = player_new(open_flaky((uint64_t)_i), &o, 0);
	int64_t now = 0, last = truth.at[truth.n];

	for (int i = 0; i < 40; i++) {
		int64_t at = last / 1000 * (int64_t)recording_random(&rec, 1001);
		struct when to = { .kind = WHEN_NS, .ns = at };
		int turns = 0;

		player_pause(p, true, now);
		player_seek(p, &to, now);
		while (player_view(p).state == PLAYER_SEEKING) {
			ck_assert_int_lt(turns++, 100000);
			if (player_deadline(p) > now)
				now = player_deadline(p);
			player_tick(p, now);
		}
		truth_expect(player_reel(p), &truth, truth_ordinal(&truth, at));
	}
	player_free(p);
	done();
}
END_TEST

static void
let_arrive(struct player *p, int64_t *now)
{
	for (int i = 0; player_view(p).state == PLAYER_SEEKING; i++) {
		ck_assert_int_lt(i, 100000);
		if (player_deadline(p) > *now)
			*now = player_deadline(p);
		player_tick(p, *now);
	}
	ck_assert_ptr_null(player_view(p).late); /* nothing is waited for any more */
}

/* Steps end where they do when nothing is late. */
START_TEST(steps_wait_and_arrive)
{
	static const char *const steps[] = { "frame", "frame-back", "step", "step-back" };
	struct player_opts o = { .speed = 1 };
	struct player *late = player_new(open_flaky((uint64_t)_i), &o, 0), *calm;
	struct reel_opts ro = { .channel = -1 };
	int64_t now[2] = { 0, 0 };
	struct reel *r;
	struct tape *t;

	ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&rec.file)), NULL, NULL), 0);
	ck_assert_int_eq(reel_open(&r, t, &ro, NULL), 0);
	calm = player_new(r, &o, 0);
	for (int i = 0; i < 60; i++) {
		struct when to = { .kind = WHEN_NS,
			.ns = truth.at[recording_random(&rec, (uint32_t)truth.n + 1)] };
		struct command c;

		ck_assert_int_eq(command_parse(&c, steps[i % 4], NULL), 0);
		player_pause(late, true, now[0]);
		player_pause(calm, true, now[1]);
		player_seek(late, &to, now[0]);
		player_seek(calm, &to, now[1]);
		let_arrive(late, &now[0]);
		let_arrive(calm, &now[1]);
		player_command(late, &c, now[0]);
		player_command(calm, &c, now[1]);
		let_arrive(late, &now[0]);
		let_arrive(calm, &now[1]);
		ck_assert_msg(reel_ordinal(player_reel(late)) == reel_ordinal(r),
			"%s: %lu, not %lu", steps[i % 4],
			(unsigned long)reel_ordinal(player_reel(late)),
			(unsigned long)reel_ordinal(r));
		ck_assert_str_eq(player_step_text(late), player_step_text(calm));
	}
	player_free(late);
	player_free(calm);
	done();
}
END_TEST

/* All of an event: it comes when it can be read. */
START_TEST(an_event_comes_later)
{
	struct reel *r = open_flaky((uint64_t)_i);
	struct detail d = { 0 }, calm = { 0 };
	int late = 0;

	flaky.calm = true;
	truth_index_all(r);
	for (uint64_t n = 0; n < truth.n; n += 7) {
		flaky.calm = false;
		for (detail_set(&d, r, n, 40); d.late; detail_set(&d, r, n, 40)) {
			late++;
			ck_assert_ptr_nonnull(strstr(buf_cstr(&d.text), "waiting"));
		}
		flaky.calm = true;
		calm.loaded = false;
		detail_set(&calm, r, n, 40);
		ck_assert_str_eq(buf_cstr(&d.text), buf_cstr(&calm.text));
	}
	ck_assert_int_gt(late, 3);
	detail_free(&d);
	detail_free(&calm);
	reel_close(r);
	done();
}
END_TEST

/* It is told what it waits for, keys are answered, and it does not run hot. */
START_TEST(a_broken_line)
{
	struct player_opts o = { .speed = 1 };
	struct player *p;
	int64_t now = 0;

	flaky.calm = true;
	p = player_new(open_flaky(5), &o, 0);
	player_tick(p, now);
	flaky.broken = true;
	for (int i = 0; i < 20; i++) {
		int64_t next = player_deadline(p);

		player_idle(p);
		now = next > now ? next : now + NS_PER_MS;
		player_tick(p, now);
		ck_assert_int_ne(player_view(p).state, PLAYER_FINISHED);
	}
	ck_assert_int_gt(now, 10 * NS_PER_S);
	ck_assert_str_eq(player_view(p).late, "trying again: the line is cut");
	player_pause(p, true, now);
	ck_assert_int_eq(player_view(p).state, PLAYER_PAUSED);
	player_pause(p, false, now);
	flaky.broken = false;
	flaky.calm = true;
	for (int i = 0; player_view(p).state != PLAYER_FINISHED; i++) {
		ck_assert_int_lt(i, 100000);
		if (player_deadline(p) > now)
			now = player_deadline(p);
		player_tick(p, now);
	}
	ck_assert_ptr_null(player_view(p).late);
	truth_expect(player_reel(p), &truth, truth.n);
	player_free(p);
	done();
}
END_TEST

static TCase *
late(void)
{
	TCase *t = tcase_create("late");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, the_index_ends_all_the_same, 1, 9);
	tcase_add_loop_test(t, playing_waits_and_goes_on, 1, 5);
	tcase_add_loop_test(t, seeking_waits_and_arrives, 1, 5);
	tcase_add_loop_test(t, steps_wait_and_arrive, 1, 5);
	tcase_add_loop_test(t, an_event_comes_later, 1, 3);
	tcase_add_test(t, a_broken_line);
	return t;
}

UNIT_MAIN("late", late)
