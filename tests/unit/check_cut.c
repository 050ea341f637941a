/* SPDX-License-Identifier: ISC */
/* A recording cut anywhere: from the cut on every message is the same at the same time, and the
 * screen is, too.  Of recordings as people make them and of random ones.
 * CUT_TRIALS=N cuts N random recordings instead of the default. */
#include "log/cut.h"

#include "tests/unit/emugen.h"
#include "tests/unit/screens.h"
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

/* A recording and its screen. */
struct side {
	struct tape *tape;
	struct shown shown;
	struct emu *emu;
	const struct msg *m;
	int64_t at_ns;
};

static void
side_open(struct side *s, const char *path)
{
	struct src *src;
	struct err e;

	ck_assert_msg(fdio_open_src(&src, path, &e) == 0, "%s", e.text);
	ck_assert_msg(tape_open(&s->tape, src, NULL, &e) == 0, "%s", e.text);
	shown_init(&s->shown, -1);
	s->emu = emu_new(SHOWN_COLS, SHOWN_ROWS);
	ck_assert_ptr_nonnull(s->emu);
}

static void
side_close(struct side *s)
{
	tape_close(s->tape);
	emu_free(s->emu);
}

/* What says that it is no original is passed over. */
static bool
side_read(struct side *s)
{
	struct err e;
	int r;

	do {
		r = tape_next(s->tape, &s->m, &s->at_ns, &e);
	} while (r > 0 && vendor_of(s->m) == VENDOR_EDITED);
	ck_assert_msg(r >= 0, "%s", e.text);
	return r > 0;
}

static void
side_apply(struct side *s)
{
	if (shown_touches(&s->shown, s->m))
		shown_apply(&s->shown, s->emu, s->m);
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
	ck_assert_int_eq(tape_rewind(b.tape, NULL), 0);
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
	ck_assert_int_eq(tape_rewind(s.tape, NULL), 0);
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

static void
put(struct tapew *w, struct msg *m, int64_t time_ns)
{
	struct err e;

	m->connection_id = SPAN_LIT("random");
	m->time_ns = time_ns;
	ck_assert_msg(tapew_put(w, m, &e) == 0, "%s", e.text);
}

static void
put_size(struct emugen *g, struct tapew *w, enum msg_type type, int64_t time_ns)
{
	struct msg m;
	uint32_t cols = 6 + (uint32_t)emugen_below(g, 80);
	uint32_t rows = 3 + (uint32_t)emugen_below(g, 30);

	msg_init(&m, type);
	if (type == MSG_PTY) {
		m.p.pty.columns = cols;
		m.p.pty.rows = rows;
	} else {
		m.p.window.columns = cols;
		m.p.window.rows = rows;
	}
	put(w, &m, time_ns);
}

static void
put_output(struct emugen *g, struct tapew *w, int64_t time_ns)
{
	struct buf out = { 0 };
	struct msg m;

	if (emugen_below(g, 2))
		emugen_put(g, &out, (size_t)emugen_below(g, 60));
	else
		emugen_line(g, &out, 200);
	msg_init(&m, MSG_IO);
	m.channel = emugen_below(g, 20) == 0;
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = buf_span(&out);
	put(w, &m, time_ns);
	buf_free(&out);
}

static void
write_random(struct emugen *g)
{
	int64_t t = INT64_C(1700000000) * NS_PER_S;
	struct tapew *w;
	struct dst *d;
	struct msg m;
	struct err e;

	ck_assert_int_eq(fdio_open_dst(&d, IN, FDIO_OVERWRITE, &e), 0);
	ck_assert_int_eq(tapew_open(&w, TAPE_AUDIT_V2, d, NULL, &e), 0);
	msg_init(&m, MSG_CONNECT);
	put(w, &m, t);
	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	put(w, &m, t);
	if (emugen_below(g, 8))
		put_size(g, w, MSG_PTY, t);
	msg_init(&m, MSG_SHELL);
	put(w, &m, t);
	for (int i = 0; i < 60; i++) {
		t += 1 + emugen_below(g, 1000000);
		if (emugen_below(g, 15))
			put_output(g, w, t);
		else
			put_size(g, w, MSG_WINDOW, t);
	}
	ck_assert_int_eq(tapew_close(w, &e), 0);
}

START_TEST(random_recordings)
{
	for (int i = 0; i < trials(); i++) {
		struct emugen g = { (uint64_t)i * 104729 };
		char what[40];

		snprintf(what, sizeof what, "recording %d", i);
		write_random(&g);
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
