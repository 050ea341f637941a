/* SPDX-License-Identifier: ISC */
/* Recordings joined: all output of each comes, at its time behind the start of its part, and
 * after each message of it the screen is what it is in that recording alone.
 * JOIN_TRIALS=N joins N times random recordings instead of the default. */
#include "log/join.h"

#include "tests/unit/emugen.h"
#include "tests/unit/screens.h"
#include "tests/unit/side.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#define TRIALS 100
#define PARTS  3
#define OUT    "check_join.out"

static char name_0[] = "check_join.0", name_1[] = "check_join.1",
	    name_2[] = "check_join.2";
static char *const names[PARTS] = { name_0, name_1, name_2 };

static int
trials(void)
{
	const char *s = getenv("JOIN_TRIALS");

	return s ? atoi(s) : TRIALS;
}

static int
join(char *const *paths, size_t n, int64_t gap_ns, bool keep)
{
	struct join j = {
		.edit.copy = { .to = OUT, .mode = FDIO_ATOMIC, .format = TAPE_AUDIT_V2 },
		.gap_ns = gap_ns,
		.keep_times = keep
	};

	return join_run(&j, paths, n, &clk_system);
}

/* To the next output that is shown. */
static bool
next_output(struct side *s)
{
	while (side_read(s)) {
		side_apply(s);
		if (shown_is_output(&s->shown, s->m))
			return true;
	}
	return false;
}

static int64_t
length_of(const char *path)
{
	struct side s;
	int64_t last = 0;

	side_open(&s, path);
	while (side_read(&s))
		last = s.at_ns;
	side_close(&s);
	return last;
}

static bool
is_seam(const struct side *all)
{
	return span_is(all->m->p.io.data, "\030\033c\033]2;\033\\");
}

/* The output of PATH, which begins at BASE_NS of ALL. */
static void
check_part(struct side *all, const char *path, int64_t base_ns, const char *what)
{
	char why[SCREENS_WHY];
	struct side one;

	side_open(&one, path);
	for (int n = 0; next_output(&one); n++) {
		do
			ck_assert_msg(next_output(all), "%s: %s ends", what, path);
		while (is_seam(all));
		ck_assert_msg(all->at_ns == base_ns + one.at_ns,
			"%s: %s: output %d: its time", what, path, n);
		ck_assert_uint_eq(all->m->p.io.stream, one.m->p.io.stream);
		ck_assert_msg(screens_same(one.emu, all->emu, why),
			"%s: %s: output %d: %s", what, path, n, why);
	}
	side_close(&one);
}

static void
check_all(char *const *paths, size_t n, int64_t gap_ns, const char *what)
{
	struct side all;
	int64_t base = 0;

	ck_assert_msg(join(paths, n, gap_ns, false) == 0, "%s", what);
	side_open(&all, OUT);
	for (size_t i = 0; i < n; i++) {
		check_part(&all, paths[i], base, what);
		base += length_of(paths[i]) + gap_ns;
	}
	ck_assert_msg(!next_output(&all), "%s: more than there is", what);
	side_close(&all);
	unlink(OUT);
}

static char *
golden(char out[2048], const char *name)
{
	const char *src = getenv("srcdir");

	snprintf(out, 2048, "%s/tests/golden/%s", src ? src : ".", name);
	return out;
}

START_TEST(sessions)
{
	static const char *const files[] = { "play/tour.cast", "cast/full-v1.json",
		"play/large.cast", "cast/full-v3.cast", "play/hostile.cast",
		"play/tour.cast" };
	char text[6][2048], *paths[6];

	for (int i = 0; i < 6; i++)
		paths[i] = golden(text[i], files[i]);
	check_all(paths, 6, 0, "sessions");
	check_all(paths, 6, 1500 * NS_PER_MS, "sessions with gaps");
	check_all(paths, 1, 0, "one session");
}
END_TEST

START_TEST(random_recordings)
{
	char *const *paths = names;

	for (int i = 0; i < trials(); i++) {
		struct emugen g = { (uint64_t)i * 15485863 };
		char what[40];

		snprintf(what, sizeof what, "trial %d", i);
		for (int k = 0; k < PARTS; k++)
			side_random(&g, paths[k], (1700000000 + k * 100) * NS_PER_S);
		check_all(paths, PARTS, emugen_below(&g, 3) * NS_PER_S, what);
	}
	for (int k = 0; k < PARTS; k++)
		unlink(paths[k]);
}
END_TEST

/* ---- times and numbers ---- */

START_TEST(times_are_kept)
{
	char *const *paths = names;
	char *const back[] = { names[1], names[0] };
	struct emugen g = { 7 };
	struct side all;

	side_random(&g, paths[0], 1700000000 * NS_PER_S);
	side_random(&g, paths[1], 1700000100 * NS_PER_S);
	ck_assert_int_eq(join(paths, 2, 0, true), 0);
	side_open(&all, OUT);
	while (side_read(&all) && vendor_of(all.m) != VENDOR_MARKER)
		;
	ck_assert_int_eq(all.at_ns, 100 * NS_PER_S);
	side_close(&all);
	unlink(OUT);
	ck_assert_int_eq(join(back, 2, 0, true), 2);
	ck_assert_int_ne(access(OUT, F_OK), 0);
	unlink(paths[0]);
	unlink(paths[1]);
}
END_TEST

/* Channels of their own stay apart, main ones come together; one start and one end. */
START_TEST(channels_and_ends)
{
	char *const paths[] = { names[0], names[0], names[0] };
	uint64_t starts = 0, opened = 0, seen = 0;
	struct emugen g = { 20 };
	struct side all;

	side_random(&g, paths[0], 1700000000 * NS_PER_S);
	ck_assert_int_eq(join(paths, 3, 0, false), 0);
	side_open(&all, OUT);
	while (side_read(&all)) {
		starts += all.m->type == MSG_CONNECT;
		opened += all.m->type == MSG_NEW_CHANNEL_SUCCESSFUL;
		if (all.m->type == MSG_IO)
			seen |= UINT64_C(1) << all.m->channel;
	}
	ck_assert_uint_eq(starts, 1);
	ck_assert_uint_eq(opened, 1);
	/* 0 of all, and 1 of each */
	ck_assert_uint_eq(seen, 1 | 1 << 1 | 1 << 3 | 1 << 5);
	side_close(&all);
	unlink(OUT);
	unlink(paths[0]);
}
END_TEST

static TCase *
join_cases(void)
{
	TCase *t = tcase_create("join");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, sessions);
	tcase_add_test(t, times_are_kept);
	tcase_add_test(t, channels_and_ends);
	tcase_add_test(t, random_recordings);
	return t;
}

UNIT_MAIN("join", join_cases)
