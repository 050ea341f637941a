/* SPDX-License-Identifier: ISC */
/* Time in the player: frames, pauses, prompts, parts that repeat, markers, recordings that
 * grow; each against what the recording is known to hold. */
#include "base/clk.h"
#include "format/vendor.h"
#include "play/player.h"

#include "tests/unit/recording.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define S  NS_PER_S
#define MS NS_PER_MS

/* A file of which only the first N bytes are there yet. */
struct growing {
	struct src src;
	struct span bytes;
	size_t *n;
};

static ssize_t
growing_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct growing *g = (struct growing *)s;

	(void)e;
	if (off >= *g->n)
		return 0;
	if (n > *g->n - off)
		n = *g->n - (size_t)off;
	memcpy(p, g->bytes.p + off, n);
	return (ssize_t)n;
}

static int64_t
growing_size(struct src *s)
{
	return (int64_t) * ((struct growing *)s)->n;
}

static void
growing_close(struct src *s)
{
	free(s);
}

static struct src *
growing_src(struct span bytes, size_t *n)
{
	static const struct src_ops ops = { growing_read_at, growing_size,
		growing_close };
	struct growing *g = calloc(1, sizeof *g);

	ck_assert_ptr_nonnull(g);
	*g = (struct growing){ { .ops = &ops }, bytes, n };
	return &g->src;
}

static struct player *
open_src(struct src *src, struct player_opts o)
{
	struct tape_opts to = { .live = o.live };
	struct reel_opts ro = { .channel = -1 };
	struct tape *t;
	struct reel *r;
	struct err e;
	struct player *p;

	ck_assert_int_eq(tape_open(&t, src, &to, &e), 0);
	ck_assert_int_eq(reel_open(&r, t, &ro, &e), 0);
	p = player_new(r, &o, 0);
	ck_assert_ptr_nonnull(p);
	return p;
}

static struct player *
open_text(const char *text, struct player_opts o)
{
	return open_src(src_mem(span_of(text, strlen(text))), o);
}

static unsigned
command(struct player *p, const char *text, int64_t now)
{
	struct command c;

	ck_assert_int_eq(command_parse(&c, text, NULL), 0);
	ck_assert(player_knows(c.id));
	return player_command(p, &c, now);
}

/* The same, until it has arrived. */
static unsigned
move(struct player *p, const char *text, int64_t now)
{
	unsigned flags = command(p, text, now);

	while (player_view(p).state == PLAYER_SEEKING)
		flags |= player_tick(p, now);
	return flags;
}

static unsigned
run_to(struct player *p, int64_t *now, int64_t end)
{
	unsigned flags = 0;
	int64_t next;

	for (int i = 0; (next = player_deadline(p)) <= end; i++) {
		ck_assert_int_lt(i, 100000);
		*now = next > *now ? next : *now;
		flags |= player_tick(p, *now);
	}
	*now = end;
	return flags | player_tick(p, end);
}

static int64_t
pos(struct player *p)
{
	return player_view(p).pos_ns;
}

static uint64_t
ordinal(struct player *p)
{
	return reel_ordinal(player_reel(p));
}

#define HEAD          "{\"version\":2,\"width\":20,\"height\":4,\"timestamp\":1700000000}\n"
#define HEAD_MESSAGES 4

/* Messages that change the screen are marked in FRAMES (numbers of messages applied). */
static const char framed[] = HEAD "[1,\"o\",\"a\"]\n"              /* 5 */
				  "[1,\"m\",\"x\"]\n"              /* 6 */
				  "[2,\"i\",\"typed\"]\n"          /* 7 */
				  "[3,\"o\",\"b\"]\n"              /* 8 */
				  "[4,\"o\",\"\\u001b[?2026h\"]\n" /* 9 */
				  "[4,\"o\",\"c\"]\n"              /* 10 */
				  "[4,\"o\",\"d\"]\n"              /* 11 */
				  "[5,\"o\",\"\\u001b[?2026l\"]\n" /* 12 */
				  "[6,\"o\",\"\\u001b[?25l\"]\n" /* 13: the cursor goes */
				  "[7,\"o\",\"\"]\n"             /* 14 */
				  "[8,\"r\",\"30x5\"]\n"         /* 15 */
				  "[9,\"o\",\"e\"]\n"            /* 16 */
				  "[9,\"m\",\"y\"]\n";           /* 17 */
static const uint64_t frames[] = { 5, 8, 12, 13, 15, 16 };
#define FRAMES ((int)(sizeof frames / sizeof *frames))

START_TEST(frames_are_what_changes_the_screen)
{
	struct player *p = open_text(framed, (struct player_opts){ .paused = true });

	player_tick(p, 0);
	reel_seek_ordinal(player_reel(p), HEAD_MESSAGES, NULL, NULL, NULL);
	for (int i = 0; i < FRAMES; i++) {
		ck_assert(move(p, "frame", 0) & PLAYER_JUMPED);
		ck_assert_uint_eq(ordinal(p), frames[i]);
	}
	move(p, "frame", 0); /* the end, where nothing changes any more */
	ck_assert_uint_eq(ordinal(p), 17);
	for (int i = FRAMES - 2; i >= 0; i--) {
		ck_assert(move(p, "frame-back", 0) & PLAYER_JUMPED);
		ck_assert_uint_eq(ordinal(p), frames[i]);
	}
	for (int i = 0; i < 9; i++)
		move(p, "frame-back", 0);
	ck_assert_uint_eq(ordinal(p), 0);
	ck_assert_int_eq(player_view(p).state, PLAYER_PAUSED);
	player_free(p);
}
END_TEST

/* From anywhere, "frame-back" shows the frame before the one that is shown. */
START_TEST(frame_back_changes_the_picture)
{
	struct player *p = open_text(framed, (struct player_opts){ .paused = true });

	for (uint64_t n = 8; n <= 17; n++) {
		int shown = 0;

		while (shown + 1 < FRAMES && frames[shown + 1] <= n)
			shown++;
		reel_seek_ordinal(player_reel(p), n, NULL, NULL, NULL);
		move(p, "frame-back", 0);
		ck_assert_uint_eq(ordinal(p), frames[shown - 1]);
	}
	player_free(p);
}
END_TEST

/* Thousands of messages between two frames: in slices, found all the same, and given up for
 * a key. */
START_TEST(frames_far_apart_are_found_in_slices)
{
	struct buf b = { 0 };
	struct player *p;
	int ticks = 0;

	buf_add_str(&b, HEAD "[1,\"o\",\"one\"]\n[1,\"o\",\"two\"]\n");
	for (int i = 0; i < 20000; i++)
		buf_add_str(&b, "[1,\"i\",\"typed\"]\n");
	buf_add_str(&b, "[2,\"o\",\"three\"]\n");
	p = open_src(src_mem(buf_span(&b)), (struct player_opts){ .paused = true });
	move(p, "frame", 0); /* the size of the terminal */
	while (ordinal(p) < 6)
		move(p, "frame", 0);
	for (command(p, "frame", 0); player_view(p).state == PLAYER_SEEKING; ticks++)
		player_tick(p, 0);
	ck_assert_int_gt(ticks, 5);
	ck_assert_uint_eq(ordinal(p), 20007);
	ticks = 0;
	for (command(p, "frame-back", 0); player_view(p).state == PLAYER_SEEKING; ticks++)
		player_tick(p, 0);
	ck_assert_int_gt(ticks, 5);
	ck_assert_uint_eq(ordinal(p), 6);
	move(p, "frame-back", 0);
	ck_assert_uint_eq(ordinal(p), 5);
	move(p, "end", 0);
	command(p, "frame-back", 0);
	ck_assert_int_eq(player_view(p).state, PLAYER_SEEKING);
	ck_assert(player_cancel(p, 0) & PLAYER_JUMPED);
	ck_assert_int_eq(player_view(p).state, PLAYER_PAUSED);
	ck_assert_int_eq(pos(p), reel_time(player_reel(p)));
	player_free(p);
	buf_free(&b);
}
END_TEST

static const char quiet[] = HEAD "[1,\"o\",\"a\"]\n"
				 "[2,\"i\",\"b\"]\n"
				 "[5,\"m\",\"no output\"]\n"
				 "[7,\"o\",\"c\"]\n"    /* after 5 s */
				 "[9,\"o\",\"d\"]\n"    /* 2 s are not longer than 2 s */
				 "[12.5,\"i\",\"e\"]\n" /* after 3.5 s */
				 "[30,\"o\",\"f\"]\n"   /* after 17.5 s */
				 "[30.1,\"o\",\"g\"]\n";

START_TEST(pauses_are_found_without_playing)
{
	static const int64_t ends[] = { 7000, 12500, 30000 };
	struct player *p = open_text(quiet, (struct player_opts){ .paused = true });

	player_tick(p, 0);
	for (int i = 0; i < 3; i++) {
		ck_assert(move(p, "next-idle", 0) & PLAYER_JUMPED);
		ck_assert_int_eq(pos(p), ends[i] * MS);
	}
	ck_assert(move(p, "next-idle", 0) & PLAYER_MISSED);
	for (int i = 1; i >= 0; i--) {
		ck_assert(move(p, "previous-idle", 0) & PLAYER_JUMPED);
		ck_assert_int_eq(pos(p), ends[i] * MS);
	}
	ck_assert(move(p, "previous-idle", 0) & PLAYER_MISSED);
	player_free(p);
	/* the limit is the one that idle time is cut by */
	p = open_text(
		quiet, (struct player_opts){ .paused = true, .idle_limit_ns = 4 * S });
	move(p, "next-idle", 0);
	move(p, "next-idle", 0);
	ck_assert_int_eq(pos(p), 30 * S);
	player_free(p);
}
END_TEST

START_TEST(prompts_are_gone_to)
{
	struct recording r;
	struct player *p;
	uint64_t at[3];

	recording_start(&r, 1);
	recording_connect(&r);
	recording_pty(&r, 0, 80, 24);
	for (int i = 0; i < 3; i++) {
		recording_out(&r, "$ ls\r\n");
		recording_marker(&r, "no command");
		r.now_ns += 3 * S;
		recording_command(&r, "start", "ls");
		at[i] = r.n;
	}
	recording_out(&r, "end");
	recording_end(&r);
	p = open_src(src_mem(buf_span(&r.file)), (struct player_opts){ .paused = true });
	for (int i = 0; i < 3; i++) {
		ck_assert(move(p, "next-prompt", 0) & PLAYER_JUMPED);
		ck_assert_uint_eq(ordinal(p), at[i]);
	}
	ck_assert(move(p, "next-prompt", 0) & PLAYER_MISSED);
	ck_assert(move(p, "previous-prompt", 0) & PLAYER_JUMPED);
	ck_assert_uint_eq(ordinal(p), at[1]);
	player_free(p);
	recording_free(&r);
}
END_TEST

static const char tens[] = HEAD "[1,\"o\",\"1\"]\n[2,\"o\",\"2\"]\n[3,\"o\",\"3\"]\n"
				"[4,\"o\",\"4\"]\n[5,\"m\",\"five\"]\n[6,\"o\",\"6\"]\n"
				"[20,\"o\",\"20\"]\n[21,\"o\",\"21\"]\n";

START_TEST(a_part_is_repeated)
{
	struct player *p = open_text(tens, (struct player_opts){ 0 });
	int64_t now = 0;

	run_to(p, &now, 1500 * MS);
	command(p, "loop-part", now);
	run_to(p, &now, 3500 * MS);
	ck_assert(command(p, "loop-part", now) & PLAYER_JUMPED);
	ck_assert_int_eq(pos(p), 1500 * MS);
	run_to(p, &now, 5 * S);
	ck_assert_int_eq(pos(p), 3 * S);
	run_to(p, &now, 3500 * MS + 20 * S + 700 * MS);
	ck_assert_int_eq(pos(p), 2200 * MS);
	ck_assert_uint_eq(ordinal(p), HEAD_MESSAGES + 2);
	move(p, "seek 6", now); /* behind it: on to the end */
	run_to(p, &now, now + 1 * S);
	ck_assert_int_eq(pos(p), 7 * S);
	move(p, "seek 2", now);
	command(p, "loop-part", now); /* no more */
	run_to(p, &now, now + 3 * S);
	ck_assert_int_eq(pos(p), 5 * S);
	player_free(p);
}
END_TEST

/* Idle time that is cut does not lead beyond the end of the part, and is not shown there. */
START_TEST(a_part_is_repeated_though_idle_time_is_cut)
{
	struct player *p =
		open_text(tens, (struct player_opts){ .idle_limit_ns = 1 * S });
	int64_t now = 0;

	move(p, "seek 5.5", now);
	command(p, "loop-part", now);
	move(p, "seek 19", now);
	command(p, "loop-part", now);
	ck_assert_int_eq(pos(p), 5500 * MS);
	for (int i = 0; i < 200; i++) {
		run_to(p, &now, now + 37 * MS);
		ck_assert_int_le(pos(p), 19 * S);
		ck_assert_uint_le(ordinal(p), HEAD_MESSAGES + 6);
	}
	player_free(p);
}
END_TEST

START_TEST(all_is_repeated)
{
	struct player *p =
		open_text(tens, (struct player_opts){ .loop = true, .speed = 10 });
	int64_t now = 0;

	run_to(p, &now, 2200 * MS);
	ck_assert_int_eq(pos(p), 1 * S);
	ck_assert_int_eq(player_view(p).state, PLAYER_PLAYING);
	command(p, "loop", now);
	run_to(p, &now, 20 * S);
	ck_assert_int_eq(player_view(p).state, PLAYER_FINISHED);
	ck_assert(command(p, "loop", now) & PLAYER_JUMPED);
	player_free(p);
	/* nothing to play again */
	p = open_text(HEAD "[0,\"o\",\"x\"]\n", (struct player_opts){ .loop = true });
	now = 0;
	run_to(p, &now, 5 * S);
	ck_assert_int_eq(player_view(p).state, PLAYER_FINISHED);
	ck_assert_int_eq(player_deadline(p), INT64_MAX);
	player_free(p);
}
END_TEST

START_TEST(markers_are_stopped_at)
{
	struct player *p =
		open_text(tens, (struct player_opts){ .stop_at_markers = true });
	int64_t now = 5700 * MS; /* the clock is late */

	ck_assert(player_tick(p, now) & PLAYER_MARKER);
	ck_assert_int_eq(player_view(p).state, PLAYER_PAUSED);
	ck_assert_int_eq(pos(p), 5 * S);
	ck_assert_uint_eq(ordinal(p), HEAD_MESSAGES + 5);
	command(p, "pause", now);
	ck_assert_int_eq(run_to(p, &now, now + 2 * S) & PLAYER_MARKER, 0);
	ck_assert_int_eq(pos(p), 7 * S);
	command(p, "stop-at-markers", now);
	move(p, "seek 4", now);
	ck_assert_int_eq(run_to(p, &now, now + 2 * S) & PLAYER_MARKER, 0);
	ck_assert_int_eq(pos(p), 6 * S);
	player_free(p);
}
END_TEST

START_TEST(idle_time_that_is_cut_is_told)
{
	struct player *p =
		open_text(tens, (struct player_opts){ .idle_limit_ns = 2 * S });
	int64_t now = 0;

	ck_assert_int_eq(run_to(p, &now, 7 * S) & PLAYER_CUT, 0);
	ck_assert(run_to(p, &now, 9 * S) & PLAYER_CUT);
	ck_assert_int_eq(player_view(p).last_cut_ns, 12 * S);
	player_free(p);
}
END_TEST

START_TEST(times_of_day_are_gone_to)
{
	struct player *p = open_text(tens, (struct player_opts){ .paused = true });

	setenv("TZ", "UTC", 1);
	move(p, "seek 22:13:24", 0); /* longer than it lasts: a time of day */
	ck_assert_int_eq(pos(p), 4 * S);
	move(p, "seek @22:13:40", 0);
	ck_assert_int_eq(pos(p), 20 * S);
	move(p, "seek 2023-11-14T22:13:23Z", 0);
	ck_assert_int_eq(pos(p), 3 * S);
	move(p, "seek 0:00:06", 0); /* from the start */
	ck_assert_int_eq(pos(p), 6 * S);
	move(p, "seek @22:13", 0); /* it was a second before: the next day, so the end */
	ck_assert_int_eq(pos(p), 21 * S);
	player_free(p);
	p = open_text("{\"version\":2,\"width\":9,\"height\":4}\n[9,\"o\",\"a\"]\n",
		(struct player_opts){ .paused = true });
	ck_assert(move(p, "seek @22:13", 0) & PLAYER_MISSED);
	player_free(p);
}
END_TEST

/* --- recordings that grow --- */

/* Messages in the first N bytes, and how the screen looks behind them. */
static uint64_t
truth(struct span bytes, size_t n, uint64_t *hash)
{
	struct player *p =
		open_src(growing_src(bytes, &n), (struct player_opts){ .live = true });
	struct err e;

	while (reel_step(player_reel(p), NULL, &e) > 0)
		;
	*hash = emu_hash(reel_screen(player_reel(p)));
	n = (size_t)ordinal(p);
	player_free(p);
	return n;
}

/* The player shows all that is there within a few looks at the file. */
static void
expect_live(struct player *p, struct span bytes, size_t n, int64_t *now)
{
	uint64_t hash, want = truth(bytes, n, &hash);

	for (int i = 0; i < 100 && ordinal(p) != want; i++)
		run_to(p, now, *now + 50 * MS);
	run_to(p, now, *now + 50 * MS);
	ck_assert_uint_eq(ordinal(p), want);
	ck_assert_uint_eq(emu_hash(reel_screen(player_reel(p))), hash);
}

static void
follow(enum tape_format format, uint64_t seed)
{
	struct recording r;
	struct player *p;
	struct msg m;
	size_t n;
	int64_t now = 0;
	unsigned flags = 0;

	recording_start_as(&r, seed, format);
	recording_connect(&r);
	recording_random_session(&r, 600);
	msg_init(&m, MSG_EXIT);
	m.has_channel = true;
	recording_put(&r, &m);
	recording_end(&r);
	n = r.file.n / 3;
	p = open_src(
		growing_src(buf_span(&r.file), &n), (struct player_opts){ .live = true });
	move(p, "end", 0);
	while (n < r.file.n) {
		expect_live(p, buf_span(&r.file), n, &now);
		ck_assert(player_view(p).live);
		ck_assert(player_view(p).at_edge);
		ck_assert_int_eq(player_view(p).state, PLAYER_PLAYING);
		if (recording_random(&r, 4) == 0) { /* back, and to the present again */
			move(p, "back 60", now);
			ck_assert(!player_view(p).at_edge);
			run_to(p, &now, now + 30 * MS);
			ck_assert(move(p, "live", now) & PLAYER_JUMPED);
		}
		n += 1 + recording_random(&r, (uint32_t)r.file.n / 20);
		if (n > r.file.n)
			n = r.file.n;
	}
	for (int i = 0; i < 100 && player_view(p).live; i++)
		flags |= run_to(p, &now, now + 50 * MS);
	ck_assert(!player_view(p).live);
	ck_assert(flags & PLAYER_ENDED);
	run_to(p, &now, now + S);
	ck_assert_int_eq(player_view(p).state, PLAYER_FINISHED);
	ck_assert_int_eq(player_deadline(p), INT64_MAX);
	ck_assert(command(p, "live", now) & PLAYER_MISSED);
	player_free(p);
	recording_free(&r);
}

START_TEST(audit_recordings_are_followed)
{
	follow(TAPE_AUDIT_V2, (uint64_t)_i + 1);
}
END_TEST

/* An asciicast is complete with the event that says how the program ended. */
START_TEST(asciicasts_are_followed)
{
	follow(TAPE_CAST_V3, (uint64_t)_i + 1);
}
END_TEST

/* A player that is paused or behind stays where it is, and knows that there is more. */
START_TEST(a_paused_player_lets_it_grow)
{
	static const char text[] =
		HEAD "[1,\"o\",\"a\"]\n[2,\"o\",\"b\"]\n[3,\"o\",\"c\"]\n";
	size_t n = sizeof HEAD - 1 + 14;
	struct player *p = open_src(
		growing_src(SPAN_LIT(text), &n), (struct player_opts){ .live = true });
	int64_t now = 0;

	move(p, "live", now);
	ck_assert_int_eq(pos(p), 1 * S);
	run_to(p, &now, 400 * MS);
	ck_assert_int_eq(pos(p), 1400 * MS); /* the clock goes on while nothing comes */
	command(p, "pause", now);
	n = sizeof text - 1;
	run_to(p, &now, 600 * MS);
	ck_assert_int_eq(pos(p), 1400 * MS);
	ck_assert_int_eq(player_view(p).duration_ns, 3 * S);
	command(p, "pause", now); /* on, from there, at its own speed */
	ck_assert_int_eq(player_view(p).state, PLAYER_PLAYING);
	run_to(p, &now, 1100 * MS);
	ck_assert_int_eq(pos(p), 1900 * MS);
	ck_assert(!player_view(p).at_edge);
	run_to(p, &now, 2300 * MS);
	ck_assert(player_view(p).at_edge);
	player_free(p);
}
END_TEST

/* Whatever floods, one call applies a slice: so keys never wait longer. */
START_TEST(a_flood_takes_slices_whatever_is_pressed)
{
	static const char *const keys[] = { "faster", "slower", "pause", "pause", "idle",
		"stop-at-markers", "stop-at-markers", "speed 1", "frame", "pause", "step",
		"pause" };
	struct buf b = { 0 };
	char line[1100];
	struct player *p;
	uint64_t was;

	memset(line, 'x', sizeof line);
	buf_add_str(&b, HEAD);
	for (int i = 0; i < 4000; i++)
		buf_addf(&b, "[%d.0,\"o\",\"%.1000s\"]\n", i / 1000, line);
	p = open_src(src_mem(buf_span(&b)), (struct player_opts){ 0 });
	player_tick(p, 10 * S);
	ck_assert_uint_lt(ordinal(p), 200);
	for (int i = 0; player_view(p).state != PLAYER_FINISHED; i++) {
		was = ordinal(p);
		command(p, keys[i % 12], 10 * S);
		player_tick(p, 10 * S);
		ck_assert_uint_lt(ordinal(p) - was, 300);
		ck_assert_int_lt(i, 1000);
	}
	player_free(p);
	buf_free(&b);
}
END_TEST

static TCase *
case_moves(void)
{
	TCase *t = tcase_create("moves");

	tcase_add_test(t, frames_are_what_changes_the_screen);
	tcase_add_test(t, frame_back_changes_the_picture);
	tcase_add_test(t, frames_far_apart_are_found_in_slices);
	tcase_add_test(t, pauses_are_found_without_playing);
	tcase_add_test(t, prompts_are_gone_to);
	tcase_add_test(t, times_of_day_are_gone_to);
	return t;
}

static TCase *
case_modes(void)
{
	TCase *t = tcase_create("modes");

	tcase_add_test(t, a_part_is_repeated);
	tcase_add_test(t, a_part_is_repeated_though_idle_time_is_cut);
	tcase_add_test(t, all_is_repeated);
	tcase_add_test(t, markers_are_stopped_at);
	tcase_add_test(t, idle_time_that_is_cut_is_told);
	tcase_add_test(t, a_flood_takes_slices_whatever_is_pressed);
	return t;
}

static TCase *
case_live(void)
{
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, audit_recordings_are_followed, 0, 4);
	tcase_add_loop_test(t, asciicasts_are_followed, 0, 4);
	tcase_add_test(t, a_paused_player_lets_it_grow);
	return t;
}

UNIT_MAIN("player in time", case_moves, case_modes, case_live)
