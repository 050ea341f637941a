/* SPDX-License-Identifier: ISC */
/* The text of plain output is read again from the recording: with all short cuts a reel has the
 * same text at the same places, and the same screens, as without any. */
#include "replay/search.h"
#include "tests/unit/emugen.h"
#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

#define ROUNDS   12
#define MESSAGES 400

static void
put_size(struct recording *rec, struct emugen *g)
{
	uint32_t cols = 2 + (uint32_t)emugen_below(g, 90);
	uint32_t rows = 1 + (uint32_t)emugen_below(g, 30);

	if (emugen_below(g, 4))
		recording_window(rec, 0, cols, rows);
	else
		recording_pty(rec, 0, cols, rows);
}

static void
put_other(struct recording *rec, struct emugen *g)
{
	switch (emugen_below(g, 12)) {
	case 0:
		put_size(rec, g);
		break;
	case 1:
		recording_io(rec, 1, MSG_STREAM_OUT, SPAN_LIT("another channel\r\n"));
		break;
	case 2:
		recording_io(rec, 0, MSG_STREAM_IN, SPAN_LIT("typed"));
		break;
	case 3:
		recording_marker(rec, "mark");
		break;
	default:
		break;
	}
}

/* Lines cut into messages anywhere: in the middle of lines, sequences and characters. */
static void
make(struct recording *rec, uint64_t seed, bool pty)
{
	struct emugen g = { seed };
	struct buf b = { 0 };

	recording_start(rec, seed);
	recording_connect(rec);
	if (pty)
		recording_pty(rec, 0, 40, 8);
	for (int i = 0; i < MESSAGES; i++) {
		int lines = emugen_below(&g, 8) ? 6 : 100;
		size_t n;

		if (b.n < 50)
			for (lines = emugen_below(&g, lines); lines >= 0; lines--)
				emugen_line(&g, &b, 1 << emugen_below(&g, 6));
		n = 1 + (size_t)emugen_below(&g, (int)b.n);
		rec->now_ns += emugen_below(&g, 3) * INT64_C(1000000);
		recording_io(rec, 0, MSG_STREAM_OUT, span_of(b.p, n));
		buf_consume(&b, n);
		put_other(rec, &g);
	}
	buf_free(&b);
	recording_end(rec);
}

static struct search *
all_lines(struct reel *r, struct query *q)
{
	struct search *s;
	struct err e;
	int rc;

	ck_assert_int_eq(search_open(&s, r, q, SEARCH_SHOWN, &e), 0);
	while ((rc = search_run(s, 1000000, &e)) > 0)
		;
	ck_assert_msg(rc == 0, "%s", e.text);
	return s;
}

static void
expect_same(struct search *a, struct search *b, uint64_t i, int seed)
{
	struct buf x = { 0 }, y = { 0 };
	struct search_hit h, k;

	ck_assert(search_hit(a, i, &h));
	ck_assert(search_hit(b, i, &k));
	if (i % 29 == 0) { /* reads a block for each */
		ck_assert_int_eq(search_context(a, &h, &x), 0);
		ck_assert_int_eq(search_context(b, &k, &y), 0);
	}
	ck_assert_msg(h.n == k.n && h.at_ns == k.at_ns && h.row == k.row &&
			      h.col == k.col && h.cols == k.cols && h.start == k.start &&
			      h.end == k.end && span_eq(buf_span(&x), buf_span(&y)),
		"seed %d, hit %d: after %d in row %d '%s', after %d in row %d '%s'", seed,
		(int)i, (int)h.n, h.row, buf_cstr(&x), (int)k.n, k.row, buf_cstr(&y));
	buf_free(&x);
	buf_free(&y);
}

static void
expect_same_text(struct reel *fast, struct reel *slow, const char *what, int seed)
{
	struct search *a, *b;
	struct query *q;
	struct err e;

	ck_assert_int_eq(query_new(&q, what, 0, &e), 0);
	a = all_lines(fast, q);
	b = all_lines(slow, q);
	for (uint64_t i = 0; i < search_state(a).hits && i < search_state(b).hits; i++)
		expect_same(a, b, i, seed);
	ck_assert_uint_eq(search_state(a).hits, search_state(b).hits);
	search_close(a);
	search_close(b);
	query_free(q);
}

static void
compare(const struct recording *rec, int seed)
{
	struct reel_opts slowly = { .channel = -1, .slow = true };
	struct reel_opts o = { .channel = -1, .keyframe_cost = 500 };
	struct emugen g = { (uint64_t)seed };
	struct reel *fast = truth_reel(rec, &o), *slow = truth_reel(rec, &slowly);
	uint64_t n;
	struct err e;

	for (int i = 0; i < 20; i++) { /* the index grows whoever moves */
		ck_assert_int_ge(
			reel_index(fast, (uint64_t)emugen_below(&g, 20000), &e), 0);
		if (reel_index_state(fast).messages)
			reel_seek_ordinal(fast,
				emugen_next(&g) % reel_index_state(fast).messages, NULL,
				NULL, &e);
	}
	truth_index_all(fast);
	truth_index_all(slow);
	n = reel_index_state(slow).messages;
	expect_same_text(fast, slow, ".+", seed);
	expect_same_text(fast, slow, "[a-z] ", seed);
	expect_same_text(fast, slow, "[^a]o\\w*|7$", seed);
	for (int i = 0; i < 60; i++) {
		uint64_t k = emugen_next(&g) % (n + 1);

		ck_assert_int_eq(reel_seek_ordinal(fast, k, NULL, NULL, &e), 0);
		ck_assert_int_eq(reel_seek_ordinal(slow, k, NULL, NULL, &e), 0);
		ck_assert_msg(emu_hash(reel_screen(fast)) == emu_hash(reel_screen(slow)),
			"seed %d, after %d", seed, (int)k);
	}
	reel_close(fast);
	reel_close(slow);
}

START_TEST(short_cuts_change_no_text)
{
	int rounds = getenv("EMU_TRIALS") ? atoi(getenv("EMU_TRIALS")) / 100 : ROUNDS;

	for (int i = 0; i < rounds; i++) {
		struct recording rec;

		make(&rec, (uint64_t)(i * 7919 + _i), _i != 0);
		compare(&rec, i);
		recording_free(&rec);
	}
}
END_TEST

static TCase *
case_derive(void)
{
	TCase *t = tcase_create("derive");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, short_cuts_change_no_text, 0, 3);
	return t;
}

UNIT_MAIN("derive", case_derive)
