/* SPDX-License-Identifier: ISC */
/* The player against recordings written here: what is on the screen, and when. */
#include "base/clk.h"
#include "play/player.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#define S  NS_PER_S
#define MS NS_PER_MS

static const char small[] = "{\"version\":2,\"width\":20,\"height\":4}\n"
			    "[0.5,\"o\",\"one\"]\n"
			    "[1.0,\"o\",\" two\"]\n"
			    "[2.0,\"m\",\"here\"]\n"
			    "[3.0,\"o\",\" three\"]\n"
			    "[20.0,\"o\",\" four\"]\n"
			    "[21.0,\"m\",\"there\"]\n"
			    "[22.0,\"o\",\" five\"]\n";

static struct player *
open_text(struct span text, struct player_opts o)
{
	struct tape *t;
	struct reel *r;
	struct reel_opts ro = { .channel = -1 };
	struct err e;
	struct player *p;

	ck_assert_int_eq(tape_open(&t, src_mem(text), NULL, &e), 0);
	ck_assert_int_eq(reel_open(&r, t, &ro, &e), 0);
	p = player_new(r, &o, 0);
	ck_assert_ptr_nonnull(p);
	return p;
}

static struct player *
open_small(struct player_opts o)
{
	return open_text(SPAN_LIT(small), o);
}

static void
expect_row(struct player *p, int row, const char *want)
{
	struct buf b = { 0 };

	emu_row_text(reel_screen(player_reel(p)), row, &b, NULL);
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_free(&b);
}

static unsigned
command(struct player *p, const char *text, int64_t now)
{
	struct command c;

	ck_assert_int_eq(command_parse(&c, text, NULL), 0);
	ck_assert(player_knows(c.id));
	return player_command(p, &c, now);
}

/* Lets time pass up to END the way a program would: from deadline to deadline. */
static void
run_to(struct player *p, int64_t end)
{
	int64_t at = 0, next;

	for (int i = 0; (next = player_deadline(p)) <= end; i++) {
		ck_assert_int_lt(i, 100000);
		at = next > at ? next : at;
		player_tick(p, at);
	}
	player_tick(p, end);
}

static int64_t
pos(struct player *p)
{
	return player_view(p).pos_ns;
}

static enum player_state
state(struct player *p)
{
	return player_view(p).state;
}

START_TEST(player_shows_messages_when_they_are_due)
{
	struct player *p = open_small((struct player_opts){ 0 });

	ck_assert_int_eq(player_tick(p, 0) & PLAYER_JUMPED, 0);
	ck_assert_int_eq(player_deadline(p), 500 * MS);
	player_tick(p, 499 * MS);
	expect_row(p, 0, "");
	ck_assert_int_ne(player_tick(p, 500 * MS) & PLAYER_REDRAW, 0);
	expect_row(p, 0, "one");
	run_to(p, 4 * S);
	expect_row(p, 0, "one two three");
	ck_assert_int_eq(pos(p), 4 * S);
	run_to(p, 60 * S);
	expect_row(p, 0, "one two three four f");
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	ck_assert_int_eq(pos(p), 22 * S);
	ck_assert_int_eq(player_deadline(p), INT64_MAX);
	player_free(p);
}
END_TEST

START_TEST(player_speed_changes_while_playing)
{
	struct player *p = open_small((struct player_opts){ .speed = 2 });

	player_tick(p, 0);
	ck_assert_int_eq(player_deadline(p), 250 * MS);
	run_to(p, 1 * S);
	ck_assert_int_eq(pos(p), 2 * S);
	command(p, "slower", 1 * S);
	command(p, "slower", 1 * S);
	ck_assert_double_eq(player_view(p).speed, 0.5);
	run_to(p, 3 * S);
	ck_assert_int_eq(pos(p), 3 * S);
	for (int i = 0; i < 20; i++)
		command(p, "faster", 3 * S);
	ck_assert_double_eq(player_view(p).speed, 64);
	for (int i = 0; i < 20; i++)
		command(p, "slower", 3 * S);
	ck_assert_double_eq(player_view(p).speed, 1.0 / 16);
	command(p, "speed 1", 3 * S);
	ck_assert_double_eq(player_view(p).speed, 1);
	player_free(p);
}
END_TEST

START_TEST(player_cuts_idle_time)
{
	struct player *p = open_small((struct player_opts){ .idle_limit_ns = 2 * S });

	run_to(p, 5 * S - 1);
	expect_row(p, 0, "one two three");
	run_to(p, 5 * S);
	expect_row(p, 0, "one two three four");
	ck_assert_int_eq(pos(p), 20 * S);
	ck_assert_int_eq(player_view(p).idle_cut_ns, 15 * S);
	player_free(p);
}
END_TEST

START_TEST(player_cuts_idle_time_alike_in_small_and_large_steps)
{
	struct player *p = open_small((struct player_opts){ .idle_limit_ns = 2 * S });
	struct player *q = open_small((struct player_opts){ .idle_limit_ns = 2 * S });

	for (int64_t t = 0; t <= 6 * S; t += 7 * MS)
		player_tick(p, t);
	player_tick(p, 6 * S);
	player_tick(q, 6 * S);
	ck_assert_int_eq(pos(p), pos(q));
	ck_assert_uint_eq(reel_ordinal(player_reel(p)), reel_ordinal(player_reel(q)));
	player_free(p);
	player_free(q);
}
END_TEST

START_TEST(player_idle_limit_comes_from_the_recording_unless_refused)
{
	static const char text[] = "{\"version\":2,\"width\":9,\"height\":2,"
				   "\"idle_time_limit\":1.5}\n[9,\"o\",\"x\"]\n";
	struct player *p = open_text(SPAN_LIT(text), (struct player_opts){ 0 });
	struct player *q =
		open_text(SPAN_LIT(text), (struct player_opts){ .idle_limit_ns = -1 });

	run_to(p, 1500 * MS);
	expect_row(p, 0, "x");
	run_to(q, 8 * S);
	expect_row(q, 0, "");
	command(q, "idle",
		8 * S); /* from now on; what was waited so far does not count */
	ck_assert(player_view(q).idle_on);
	run_to(q, 9 * S);
	expect_row(q, 0, "x");
	player_free(p);
	player_free(q);
}
END_TEST

START_TEST(player_pause_keeps_the_place)
{
	struct player *p = open_small((struct player_opts){ 0 });

	run_to(p, 700 * MS);
	command(p, "pause", 700 * MS);
	ck_assert_int_eq(state(p), PLAYER_PAUSED);
	ck_assert_int_eq(player_deadline(p), INT64_MAX);
	run_to(p, 50 * S);
	expect_row(p, 0, "one");
	command(p, "pause", 50 * S);
	ck_assert_int_eq(pos(p), 700 * MS);
	run_to(p, 50 * S + 300 * MS);
	expect_row(p, 0, "one two");
	player_free(p);
}
END_TEST

START_TEST(player_seeks_exactly)
{
	struct player *p = open_small((struct player_opts){ .paused = true });

	command(p, "seek 20", 0);
	ck_assert_int_eq(pos(p), 20 * S);
	expect_row(p, 0, "one two three four");
	command(p, "back 5", 0);
	ck_assert_int_eq(pos(p), 15 * S);
	expect_row(p, 0, "one two three");
	command(p, "back 60", 0);
	ck_assert_int_eq(pos(p), 0);
	expect_row(p, 0, "");
	command(p, "forward 1", 0);
	expect_row(p, 0, "one two");
	command(p, "tenth 5", 0);
	ck_assert_int_eq(pos(p), 11 * S);
	command(p, "end", 0);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	ck_assert_int_eq(pos(p), 22 * S);
	command(p, "forward 60", 0);
	ck_assert_int_eq(pos(p), 22 * S);
	command(p, "seek 50%", 0);
	ck_assert_int_eq(state(p), PLAYER_PAUSED);
	command(p, "seek -1:00", 0);
	ck_assert_int_eq(pos(p), 0);
	player_free(p);
}
END_TEST

START_TEST(player_plays_on_from_where_it_was_put)
{
	struct player *p = open_small((struct player_opts){ 0 });

	player_tick(p, 0);
	command(p, "seek 19", 1 * S);
	run_to(p, 2 * S - 1);
	expect_row(p, 0, "one two three");
	run_to(p, 2 * S);
	expect_row(p, 0, "one two three four");
	run_to(p, 10 * S);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	command(p, "back 5", 10 * S); /* not paused: goes on by itself */
	ck_assert_int_eq(state(p), PLAYER_PLAYING);
	run_to(p, 20 * S);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	command(p, "pause", 20 * S); /* at the end: once more */
	ck_assert_int_eq(state(p), PLAYER_PLAYING);
	ck_assert_int_eq(pos(p), 0);
	expect_row(p, 0, "");
	player_free(p);
}
END_TEST

START_TEST(player_steps_by_single_messages)
{
	struct player *p = open_small((struct player_opts){ 0 });
	uint64_t n;

	run_to(p, 600 * MS);
	n = reel_ordinal(player_reel(p));
	command(p, "step", 600 * MS);
	ck_assert_int_eq(state(p), PLAYER_PAUSED);
	ck_assert_uint_eq(reel_ordinal(player_reel(p)), n + 1);
	ck_assert_int_eq(pos(p), 1 * S);
	expect_row(p, 0, "one two");
	command(p, "step", 600 * MS);
	ck_assert_str_eq(player_step_text(p), "marker: here");
	command(p, "step-back", 600 * MS);
	ck_assert_str_eq(player_step_text(p), "output, 4 bytes:  two");
	command(p, "step-back", 600 * MS);
	ck_assert_uint_eq(reel_ordinal(player_reel(p)), n);
	expect_row(p, 0, "one");
	for (int i = 0; i < 50; i++)
		command(p, "step-back", 600 * MS);
	ck_assert_uint_eq(reel_ordinal(player_reel(p)), 0);
	for (int i = 0; i < 50; i++)
		command(p, "step", 600 * MS);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	player_free(p);
}
END_TEST

START_TEST(player_goes_to_markers)
{
	struct player *p = open_small((struct player_opts){ .paused = true });

	command(p, "next-marker", 0);
	ck_assert_int_eq(pos(p), 2 * S);
	expect_row(p, 0, "one two");
	command(p, "next-marker", 0);
	ck_assert_int_eq(pos(p), 21 * S);
	ck_assert_int_ne(command(p, "next-marker", 0) & PLAYER_MISSED, 0);
	ck_assert_int_eq(pos(p), 21 * S);
	command(p, "previous-marker", 0);
	ck_assert_int_eq(pos(p), 2 * S);
	ck_assert_int_ne(command(p, "previous-marker", 0) & PLAYER_MISSED, 0);
	command(p, "seek 10", 0);
	command(p, "previous-event", 0);
	ck_assert_int_eq(pos(p), 2 * S);
	player_free(p);
}
END_TEST

START_TEST(player_shows_frames_whole)
{
	static const char text[] = "{\"version\":2,\"width\":20,\"height\":2}\n"
				   "[1,\"o\",\"a\"]\n[2,\"o\",\"\\u001b[?2026hb\"]\n"
				   "[2.05,\"o\",\"c\"]\n[2.06,\"o\",\"\\u001b[?2026l\"]\n"
				   "[3,\"o\",\"\\u001b[?2026hd\"]\n[9,\"o\",\"e\"]\n";
	struct player *p = open_text(SPAN_LIT(text), (struct player_opts){ 0 });

	run_to(p, 1900 * MS);
	ck_assert_int_eq(player_tick(p, 2 * S) & PLAYER_REDRAW, 0);
	ck_assert(player_view(p).in_frame);
	ck_assert_int_eq(player_tick(p, 2050 * MS) & PLAYER_REDRAW, 0);
	ck_assert_int_ne(player_tick(p, 2060 * MS) & PLAYER_REDRAW, 0);
	ck_assert(!player_view(p).in_frame);
	/* One that never ends is shown after a while, or when somebody pauses to look. */
	ck_assert_int_eq(player_tick(p, 3 * S) & PLAYER_REDRAW, 0);
	ck_assert_int_ne(player_tick(p, 3150 * MS) & PLAYER_REDRAW, 0);
	player_tick(p, 3160 * MS);
	command(p, "pause", 3170 * MS);
	ck_assert(!player_view(p).in_frame);
	player_free(p);
}
END_TEST

/* N messages of SIZE bytes, one every EVERY_MS. */
static void
build_long(struct buf *b, int n, int size, int every_ms)
{
	buf_add_str(b, "{\"version\":2,\"width\":80,\"height\":24}\n");
	for (int i = 0; i < n; i++) {
		int64_t ms = (int64_t)i * every_ms;

		buf_addf(b, "[%d.%03d,\"o\",\"%06d", (int)(ms / 1000), (int)(ms % 1000),
			i);
		for (int k = 8; k < size; k++)
			buf_add_byte(b, (uint8_t)('a' + (i + k) % 26));
		buf_add_str(b, "\\r\\n\"]\n");
	}
	ck_assert(!buf_failed(b));
}

START_TEST(player_takes_floods_in_slices)
{
	struct buf b = { 0 };
	struct player *p;
	int ticks = 0;

	build_long(&b, 2000, 1000, 0);
	p = open_text(buf_span(&b), (struct player_opts){ 0 });
	player_tick(p, 0);
	ck_assert_uint_lt(reel_ordinal(player_reel(p)), 200);
	while (player_deadline(p) == 0) {
		player_tick(p, 0);
		ticks++;
	}
	ck_assert_int_gt(ticks, 10);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	expect_row(p, 23, "");
	player_free(p);
	buf_free(&b);
}
END_TEST

/* Sizes have no bytes, but a large screen is copied whole for each. */
START_TEST(player_takes_many_sizes_in_slices)
{
	struct buf b = { 0 };
	struct player *p;
	int ticks = 0;

	buf_add_str(&b, "{\"version\":2,\"width\":1000,\"height\":500}\n");
	for (int i = 0; i < 40; i++)
		buf_addf(&b, "[0,\"r\",\"%dx500\"]\n", 999 - i);
	p = open_text(buf_span(&b), (struct player_opts){ 0 });
	while (player_deadline(p) == 0) {
		player_tick(p, 0);
		ticks++;
	}
	ck_assert_int_ge(ticks, 40);
	ck_assert_int_eq(emu_cols(reel_screen(player_reel(p))), 960);
	player_free(p);
	buf_free(&b);
}
END_TEST

/* A whole recording at one moment must not make a seek to that moment a long call. */
START_TEST(player_seeks_into_floods_in_slices)
{
	struct buf b = { 0 };
	struct player *p;
	int ticks = 0;

	build_long(&b, 8000, 1000, 0);
	p = open_text(buf_span(&b), (struct player_opts){ .paused = true });
	command(p, "start", 0);
	for (; state(p) == PLAYER_SEEKING; ticks++)
		player_tick(p, 0);
	ck_assert_int_gt(ticks, 1);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	player_free(p);
	buf_free(&b);
}
END_TEST

START_TEST(player_goes_far_in_slices_and_can_be_stopped)
{
	struct buf b = { 0 };
	struct player *p;
	int ticks = 0;

	build_long(&b, 12000, 1000, 100);
	p = open_text(buf_span(&b), (struct player_opts){ .paused = true });
	command(p, "end", 0);
	ck_assert_int_eq(state(p), PLAYER_SEEKING);
	player_tick(p, 0);
	player_cancel(p, 0);
	ck_assert_int_eq(state(p), PLAYER_PAUSED);
	ck_assert_int_eq(pos(p), 0);

	command(p, "forward 400", 0);
	command(p, "forward 400", 0); /* adds up with the one that is still under way */
	ck_assert_int_eq(state(p), PLAYER_SEEKING);
	for (; state(p) == PLAYER_SEEKING; ticks++) {
		ck_assert_int_eq(player_deadline(p), 0);
		player_tick(p, 0);
	}
	ck_assert_int_gt(ticks, 1);
	ck_assert_int_eq(pos(p), 800 * S);
	ck_assert_int_eq(reel_time(player_reel(p)), 800 * S);
	while (player_idle(p))
		;
	command(p, "seek 50", 0); /* known by now: at once */
	ck_assert_int_eq(state(p), PLAYER_PAUSED);
	ck_assert_int_eq(reel_time(player_reel(p)), 50 * S);
	ck_assert(player_view(p).duration_known);
	ck_assert_double_eq(player_view(p).indexed, 1);
	player_free(p);
	buf_free(&b);
}
END_TEST

/* A short way does not wait for the length of a long recording. */
START_TEST(player_goes_near_at_once)
{
	struct buf b = { 0 };
	struct player *p;

	build_long(&b, 12000, 1000, 100);
	p = open_text(buf_span(&b), (struct player_opts){ .paused = true });
	command(p, "forward 5", 0);
	ck_assert_int_eq(state(p), PLAYER_PAUSED);
	ck_assert_int_eq(pos(p), 5 * S);
	ck_assert(!player_view(p).duration_known);
	command(p, "end", 0);
	while (state(p) == PLAYER_SEEKING)
		player_tick(p, 0);
	ck_assert_int_eq(state(p), PLAYER_FINISHED);
	ck_assert(player_view(p).duration_known);
	player_free(p);
	buf_free(&b);
}
END_TEST

START_TEST(player_survives_cut_recordings)
{
	for (size_t n = sizeof small - 1; n > 38; n--) {
		struct player *p =
			open_text(span_of(small, n), (struct player_opts){ .speed = 64 });

		run_to(p, 2 * S);
		ck_assert_int_eq(state(p), PLAYER_FINISHED);
		while (player_idle(p))
			;
		command(p, "start", 2 * S);
		command(p, "end", 2 * S);
		player_free(p);
	}
}
END_TEST

static TCase *
case_playing(void)
{
	TCase *t = tcase_create("playing");

	tcase_add_test(t, player_shows_messages_when_they_are_due);
	tcase_add_test(t, player_speed_changes_while_playing);
	tcase_add_test(t, player_cuts_idle_time);
	tcase_add_test(t, player_cuts_idle_time_alike_in_small_and_large_steps);
	tcase_add_test(t, player_idle_limit_comes_from_the_recording_unless_refused);
	tcase_add_test(t, player_pause_keeps_the_place);
	tcase_add_test(t, player_shows_frames_whole);
	tcase_add_test(t, player_takes_floods_in_slices);
	tcase_add_test(t, player_takes_many_sizes_in_slices);
	tcase_add_test(t, player_survives_cut_recordings);
	return t;
}

static TCase *
case_moving(void)
{
	TCase *t = tcase_create("moving");

	tcase_add_test(t, player_seeks_exactly);
	tcase_add_test(t, player_plays_on_from_where_it_was_put);
	tcase_add_test(t, player_steps_by_single_messages);
	tcase_add_test(t, player_goes_to_markers);
	tcase_add_test(t, player_seeks_into_floods_in_slices);
	tcase_add_test(t, player_goes_near_at_once);
	tcase_add_test(t, player_goes_far_in_slices_and_can_be_stopped);
	return t;
}

UNIT_MAIN("player", case_playing, case_moving)
