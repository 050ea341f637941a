/* SPDX-License-Identifier: ISC */
/* Whatever leads to a place in a recording, by any commands, playing in between, with any
 * part of the index: the screen is the one that a straight run over the recording shows. */
#include "base/clk.h"
#include "play/player.h"

#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#define MESSAGES 500
#define MOVES    400
#define TICKS    100000 /* more than any move needs */

static const char *const moves[] = { "back 5", "forward 5", "back 0.3", "forward 0.3",
	"back 60", "forward 60", "start", "end", "tenth 1", "tenth 5", "tenth 9",
	"seek 33%", "seek 0:01", "seek 0:00.5", "frame", "frame-back", "step",
	"step-back", "next-event", "previous-event", "next-marker", "previous-marker",
	"next-prompt", "previous-prompt", "next-idle", "previous-idle", "pause", "faster",
	"slower", "speed 64", "idle", "loop", "loop-part", "stop-at-markers" };

struct walk {
	struct recording rec; /* and its random numbers */
	struct truth truth;
	struct player *player;
	int64_t now;
};

static uint32_t
rnd(struct walk *w, uint32_t below)
{
	return recording_random(&w->rec, below);
}

static void
expect_truth(struct walk *w)
{
	struct reel *r = player_reel(w->player);
	uint64_t n = reel_ordinal(r);

	ck_assert_uint_le(n, w->truth.n);
	truth_expect(r, &w->truth, n);
	/* nothing that is due is missing, unless single messages were stepped over */
	ck_assert_int_ge(player_view(w->player).pos_ns, w->truth.at[n]);
}

/* Lets it arrive; sometimes it is stopped on the way. */
static void
arrive(struct walk *w)
{
	for (int i = 0; player_view(w->player).state == PLAYER_SEEKING; i++) {
		ck_assert_int_lt(i, TICKS);
		if (rnd(w, 40) == 0)
			player_cancel(w->player, w->now);
		else
			player_tick(w->player, w->now);
		expect_truth(w);
	}
}

static void
play_a_while(struct walk *w)
{
	int64_t end = w->now + (int64_t)rnd(w, 800) * NS_PER_MS;

	for (int i = 0; i < 60 && player_deadline(w->player) <= end; i++) {
		if (player_deadline(w->player) > w->now)
			w->now = player_deadline(w->player);
		player_tick(w->player, w->now);
		expect_truth(w);
	}
}

/* Times are exact: all messages up to there and none behind it. */
static void
seek_anywhere(struct walk *w)
{
	int64_t last = w->truth.at[w->truth.n];
	struct when to = { .kind = WHEN_NS, .ns = last / 1000 * (int64_t)rnd(w, 1001) };

	player_seek(w->player, &to, w->now);
	while (player_view(w->player).state == PLAYER_SEEKING)
		player_tick(w->player, w->now);
	truth_expect(player_reel(w->player), &w->truth, truth_ordinal(&w->truth, to.ns));
}

static void
move(struct walk *w)
{
	struct command c;
	uint32_t what = rnd(w, 12);

	if (what == 0) {
		seek_anywhere(w);
	} else if (what == 1) {
		player_idle(w->player);
	} else if (what <= 4) {
		play_a_while(w);
	} else {
		ck_assert_int_eq(
			command_parse(
				&c, moves[rnd(w, sizeof moves / sizeof *moves)], NULL),
			0);
		player_command(w->player, &c, w->now);
		arrive(w);
	}
	expect_truth(w);
}

START_TEST(every_command_leads_to_the_true_screen)
{
	static const struct reel_opts opts[] = { { .channel = -1 },
		{ .channel = -1, .keyframe_cost = 300 },
		{ .channel = -1, .keyframe_cost = 1, .keyframe_memory = 100000 } };
	struct player_opts po = { .paused = _i % 2 };
	struct walk w = { .now = 0 };

	recording_start(&w.rec, 77 + (uint64_t)_i);
	recording_random_session(&w.rec, MESSAGES);
	recording_end(&w.rec);
	truth_make(&w.truth, &w.rec);
	w.player = player_new(truth_reel(&w.rec, &opts[_i % 3]), &po, 0);
	ck_assert_ptr_nonnull(w.player);
	for (int i = 0; i < MOVES; i++)
		move(&w);
	while (player_idle(w.player))
		;
	for (int i = 0; i < MOVES; i++)
		move(&w);
	player_free(w.player);
	truth_free(&w.truth);
	recording_free(&w.rec);
}
END_TEST

static TCase *
case_moves(void)
{
	TCase *t = tcase_create("moves");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, every_command_leads_to_the_true_screen, 0, 6);
	return t;
}

UNIT_MAIN("player_moves", case_moves)
