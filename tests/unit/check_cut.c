/* SPDX-License-Identifier: ISC */
/* A recording cut anywhere: from the cut on every message is the same at the same time, and the
 * screen is, too.  Of recordings as people make them and of random ones.
 * CUT_TRIALS=N cuts N random recordings instead of the default. */
#include "log/cut.h"

#include "tests/unit/emugen.h"
#include "tests/unit/screens.h"
#include "tests/unit/side.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#define TRIALS 60
#define IN     "check_cut.in"
#define OUT    "check_cut.out"

static int
trials(void)
{
	const char *s = getenv("CUT_TRIALS");

	return s ? atoi(s) : TRIALS;
}

/* TO_NS: INT64_MAX means the end. */
static int
cut(const char *in, int64_t from_ns, int64_t to_ns)
{
	struct cut c = { .edit.copy = { .from = in,
				 .to = OUT,
				 .mode = FDIO_ATOMIC,
				 .format = TAPE_AUDIT_V2 } };
	char from[40], to[40];
	struct err e;

	snprintf(from, sizeof from, "%lld.%09llds", (long long)(from_ns / NS_PER_S),
		(long long)(from_ns % NS_PER_S));
	snprintf(to, sizeof to, "%lld.%09llds", (long long)(to_ns / NS_PER_S),
		(long long)(to_ns % NS_PER_S));
	ck_assert_int_eq(moment_parse(&c.from, from, &e), 0);
	if (to_ns != INT64_MAX)
		ck_assert_int_eq(moment_parse(&c.to, to, &e), 0);
	return cut_run(&c, &clk_system);
}

/* What differs is what was set anew: the time of a recording without a date. */
static bool
same_message(const struct side *a, const struct side *b, int64_t from_ns)
{
	struct msg m = *a->m;

	if (tape_info(a->tape)->has_wall)
		ck_assert_int_eq(
			ns_add(tape_info(a->tape)->start_ns, a->at_ns), b->m->time_ns);
	m.time_ns = b->m->time_ns;
	return msg_equal(&m, b->m) && b->at_ns == a->at_ns - from_ns;
}

static void
check_cut(const char *in, int64_t from_ns, uint64_t kept, const char *what)
{
	struct side a, b;
	char why[SCREENS_WHY];
	uint64_t all = 0, n = 0;

	ck_assert_msg(cut(in, from_ns, INT64_MAX) == 0, "%s", what);
	side_open(&a, in);
	side_open(&b, OUT);
	while (side_read(&b))
		all++;
	ck_assert_uint_ge(all, kept);
	side_rewind(&b);
	while (n++ < all - kept && side_read(&b))
		side_apply(&b);
	while (side_read(&a) && a.at_ns < from_ns)
		side_apply(&a);
	for (n = 0; n < kept; n++) {
		ck_assert_msg(screens_same(a.emu, b.emu, why), "%s: message %d: %s", what,
			(int)n, why);
		ck_assert(side_read(&b));
		ck_assert_msg(
			same_message(&a, &b, from_ns), "%s: message %d", what, (int)n);
		side_apply(&a);
		side_apply(&b);
		ck_assert(side_read(&a) == (n + 1 < kept));
	}
	ck_assert_msg(screens_same(a.emu, b.emu, why), "%s: at the end: %s", what, why);
	side_close(&a);
	side_close(&b);
	unlink(OUT);
}

/* Cuts at the times of all messages, or one in EVERY. */
static void
check_everywhere(const char *in, int every, const char *what)
{
	struct side s;
	uint64_t n = 0, all = 0;
	int64_t last = -1;

	side_open(&s, in);
	while (side_read(&s))
		all++;
	side_rewind(&s);
	for (n = 0; side_read(&s); n++) {
		bool first = s.at_ns > last; /* of its time, which the cut is at */

		last = s.at_ns;
		if (first && n % (uint64_t)every == 0)
			check_cut(in, s.at_ns, all - n, what);
	}
	side_close(&s);
}

static void
check_folder(const char *folder, int every)
{
	const char *src = getenv("srcdir");
	char dir[2048], path[4096];
	struct dirent *d;
	int n = 0;
	DIR *h;

	snprintf(dir, sizeof dir, "%s/tests/golden/%s", src ? src : ".", folder);
	h = opendir(dir);
	ck_assert_msg(h != NULL, "%s", dir);
	while ((d = readdir(h))) {
		const char *dot = strrchr(d->d_name, '.');

		if (!dot || (strcmp(dot, ".cast") != 0 && strcmp(dot, ".json") != 0))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, d->d_name);
		check_everywhere(path, every, d->d_name);
		n++;
	}
	closedir(h);
	ck_assert_int_gt(n, 3);
}

START_TEST(sessions)
{
	check_folder("play", 3);
}
END_TEST

START_TEST(casts)
{
	check_folder("cast", 1);
}
END_TEST

/* ---- random recordings ---- */

START_TEST(random_recordings)
{
	for (int i = 0; i < trials(); i++) {
		struct emugen g = { (uint64_t)i * 104729 };
		char what[40];

		snprintf(what, sizeof what, "recording %d", i);
		side_random(&g, IN, INT64_C(1700000000) * NS_PER_S);
		check_everywhere(IN, 7, what);
	}
	unlink(IN);
}
END_TEST

static TCase *
cut_cases(void)
{
	TCase *t = tcase_create("cut");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, sessions);
	tcase_add_test(t, casts);
	tcase_add_test(t, random_recordings);
	return t;
}

UNIT_MAIN("cut", cut_cases)
