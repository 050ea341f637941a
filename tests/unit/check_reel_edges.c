/* SPDX-License-Identifier: ISC */
/* The reel on recordings that are not plain: several channels and connections, odd sizes, an
 * end that comes too early or has not come yet. */
#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#define MESSAGES 250

static void
expect_screen(struct reel *r, int cols, int rows, const char *first, const char *second)
{
	const struct emu *e = reel_screen(r);
	struct buf b = { 0 };

	ck_assert_int_eq(emu_cols(e), cols);
	ck_assert_int_eq(emu_rows(e), rows);
	emu_row_text(e, 0, &b, NULL);
	ck_assert_str_eq(buf_cstr(&b), first);
	buf_clear(&b);
	emu_row_text(e, 1, &b, NULL);
	ck_assert_str_eq(buf_cstr(&b), second);
	buf_free(&b);
}

static void
start_two_channels(struct recording *rec)
{
	recording_start(rec, 1);
	recording_connect(rec);
	recording_pty(rec, 0, 50, 11);
	recording_pty(rec, 1, 60, 12);
	recording_out(rec, "zero");
	recording_io(rec, 1, MSG_STREAM_OUT, SPAN_LIT("one"));
	recording_window(rec, 1, 70, 13);
	recording_window(rec, 0, 40, 10);
	recording_out(rec, "\r\nmore");
	recording_end(rec);
}

START_TEST(channel_is_the_first_with_output_or_chosen)
{
	struct reel_opts one = { .channel = 1 }, none = { .channel = 7 };
	struct recording rec;
	struct reel *r;
	struct err e;

	start_two_channels(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_seek_ordinal(r, 4, NULL, NULL, &e), 0);
	expect_screen(r, 50, 11, "zero", "");
	ck_assert_int_eq(reel_seek_time(r, INT64_MAX, NULL, NULL, &e), 0);
	expect_screen(r, 40, 10, "zero", "more");
	reel_close(r);
	r = truth_reel(&rec, &one);
	ck_assert_int_eq(reel_seek_time(r, INT64_MAX, NULL, NULL, &e), 0);
	expect_screen(r, 70, 13, "one", "");
	reel_close(r);
	r = truth_reel(&rec, &none);
	ck_assert_int_eq(reel_seek_time(r, INT64_MAX, NULL, NULL, &e), 0);
	expect_screen(r, 80, 24, "", "");
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(appended_connection_gets_a_new_terminal)
{
	struct recording rec;
	struct reel *r;
	struct err e;

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 50, 11);
	recording_out(&rec, "first\x1b[4h");
	recording_connect(&rec);
	recording_pty(&rec, 3, 60, 12);
	recording_io(&rec, 3, MSG_STREAM_OUT, SPAN_LIT("second"));
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_seek_ordinal(r, 4, NULL, NULL, &e), 0);
	expect_screen(r, 50, 11, "first", "");
	ck_assert_int_eq(reel_seek_ordinal(r, 6, NULL, NULL, &e), 0);
	expect_screen(r, 60, 12, "second", "");
	ck_assert_int_eq(reel_back(r, &e), 1);
	ck_assert_int_eq(reel_back(r, &e), 1);
	expect_screen(r, 50, 11, "first", "");
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(output_without_terminal_starts_lines_at_the_left)
{
	struct recording rec;
	struct reel *r;
	struct err e;

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_out(&rec, "one\ntwo\n");
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_seek_time(r, INT64_MAX, NULL, NULL, &e), 0);
	expect_screen(r, 80, 24, "one", "two");
	reel_close(r);
	recording_free(&rec);
}
END_TEST

START_TEST(odd_sizes_are_tamed)
{
	static const uint32_t sizes[][4] = { { 0, 0, 80, 24 }, { 1, 1, 1, 1 },
		{ 65535, 65535, EMU_COLS_MAX, EMU_ROWS_MAX },
		{ UINT32_MAX, UINT32_MAX, EMU_COLS_MAX, EMU_ROWS_MAX },
		{ 10, 0, 10, 24 } };
	struct recording rec;
	struct reel *r;
	struct err e;

	recording_start(&rec, 1);
	recording_pty(&rec, 0, sizes[_i][0], sizes[_i][1]);
	recording_out(&rec, "x");
	recording_window(&rec, 0, sizes[_i][0], sizes[_i][1]);
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_seek_time(r, INT64_MAX, NULL, NULL, &e), 0);
	ck_assert_int_eq(emu_cols(reel_screen(r)), (int)sizes[_i][2]);
	ck_assert_int_eq(emu_rows(reel_screen(r)), (int)sizes[_i][3]);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
case_shown(void)
{
	TCase *t = tcase_create("shown");

	tcase_add_test(t, channel_is_the_first_with_output_or_chosen);
	tcase_add_test(t, appended_connection_gets_a_new_terminal);
	tcase_add_test(t, output_without_terminal_starts_lines_at_the_left);
	tcase_add_loop_test(t, odd_sizes_are_tamed, 0, 5);
	return t;
}

/* --- recordings that end early, or not yet --- */

/* A source that shows only the first bytes of a recording. */
struct window {
	struct src src;
	struct span all;
	size_t *shown;
};

static ssize_t
window_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct window *w = (struct window *)s;

	(void)e;
	if (off >= *w->shown)
		return 0;
	n = n < *w->shown - off ? n : *w->shown - (size_t)off;
	memcpy(p, w->all.p + off, n);
	return (ssize_t)n;
}

static int64_t
window_size(struct src *s)
{
	return (int64_t) * ((struct window *)s)->shown;
}

static void
window_close(struct src *s)
{
	free(s);
}

static const struct src_ops window_ops = { window_read_at, window_size, window_close };

static struct reel *
open_window(const struct recording *rec, size_t *shown, bool live)
{
	struct tape_opts to = { .live = live };
	struct reel_opts ro = { .channel = -1, .keyframe_cost = 1000 };
	struct window *w = calloc(1, sizeof *w);
	struct tape *t;
	struct reel *r;
	struct err e;

	*w = (struct window){ { .ops = &window_ops }, buf_span(&rec->file), shown };
	if (tape_open(&t, &w->src, &to, &e) < 0)
		return NULL;
	ck_assert_int_eq(reel_open(&r, t, &ro, &e), 0);
	return r;
}

START_TEST(cut_recording_plays_to_the_cut)
{
	struct recording rec;
	struct truth t;
	struct err e;
	uint64_t most = 0;

	recording_start(&rec, 91);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&t, &rec);
	for (size_t cut = 60; cut < rec.file.n; cut += 97) {
		struct reel *r = open_window(&rec, &cut, false);
		uint64_t n;

		ck_assert_ptr_nonnull(r);
		while (reel_index(r, 20000, &e) > 0)
			;
		ck_assert(reel_index_state(r).done);
		n = reel_index_state(r).messages;
		ck_assert_uint_ge(n, most);
		most = n;
		reel_seek_time(r, INT64_MAX, NULL, NULL, &e);
		for (uint64_t k = n + 1; k-- > 0; k -= k > 20 ? 20 : 0) {
			ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
			truth_expect(r, &t, k);
		}
		reel_close(r);
	}
	ck_assert_uint_gt(most, t.n / 2);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

START_TEST(live_recording_grows)
{
	struct recording rec;
	size_t shown = 80;
	struct truth t;
	struct reel *r;
	struct err e;
	int ends = 0;

	recording_start(&rec, 92);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&t, &rec);
	r = open_window(&rec, &shown, true);
	ck_assert_ptr_nonnull(r);
	for (bool more = true; more;) {
		bool step = recording_random(&rec, 3), all = shown == rec.file.n;
		uint64_t k = reel_ordinal(r);
		int rc = step ? reel_step(r, NULL, &e) : reel_index(r, 100, &e);

		ck_assert_int_ge(rc, 0);
		truth_expect(r, &t, k + (uint64_t)(step ? rc : 0));
		ends += reel_at_end(r);
		if (reel_at_end(r))
			shown += recording_random(&rec, 300);
		shown = shown < rec.file.n ? shown : rec.file.n;
		more = rc > 0 || !step || !all;
	}
	ck_assert_uint_eq(reel_ordinal(r), t.n);
	ck_assert_int_gt(ends, 5);
	truth_index_all(r);
	ck_assert_uint_eq(reel_index_state(r).messages, t.n);
	reel_close(r);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

/* In every format that can be written. */
START_TEST(every_format_is_the_same_from_everywhere)
{
	static const enum tape_format formats[] = { TAPE_AUDIT_V1, TAPE_AUDIT_V2,
		TAPE_CAST_V1, TAPE_CAST_V2, TAPE_CAST_V3 };
	struct reel_opts o = { .channel = -1, .keyframe_cost = 1000 };
	struct recording rec;
	struct truth t;
	struct reel *r;
	struct err e;

	recording_start_as(&rec, 94, formats[_i]);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&t, &rec);
	ck_assert_uint_gt(t.n, MESSAGES / 2);
	r = truth_reel(&rec, &o);
	for (int i = 0; i < 300; i++) {
		uint64_t k = recording_random(&rec, (uint32_t)t.n + 1);

		ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
		truth_expect(r, &t, k);
		ck_assert_int_eq(reel_seek_time(r, t.at[k], NULL, NULL, &e), 0);
		truth_expect(r, &t, truth_ordinal(&t, t.at[k]));
		ck_assert_int_ge(reel_index(r, recording_random(&rec, 1000), &e), 0);
	}
	truth_index_all(r);
	ck_assert_uint_eq(reel_index_state(r).messages, t.n);
	reel_close(r);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

/* What a damaged recording is, its tape decides; the reel holds to it in every direction. */
START_TEST(damaged_recording_is_the_same_from_everywhere)
{
	struct reel_opts o = { .channel = -1, .keyframe_cost = 1000 };
	struct recording rec;
	uint64_t least = UINT64_MAX;

	recording_start(&rec, 93);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	for (size_t at = 100; at < rec.file.n; at += 211) {
		struct truth t;
		struct reel *r;
		struct err e;

		rec.file.p[at] ^= 0x55;
		truth_make(&t, &rec);
		least = t.n < least ? t.n : least;
		r = truth_reel(&rec, &o);
		while (reel_index(r, 5000, &e) > 0)
			;
		ck_assert_uint_eq(reel_index_state(r).messages, t.n);
		for (int i = 0; i < 30; i++) {
			uint64_t k = recording_random(&rec, (uint32_t)t.n + 1);

			ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
			truth_expect(r, &t, k);
		}
		reel_close(r);
		truth_free(&t);
		rec.file.p[at] ^= 0x55;
	}
	ck_assert_uint_lt(least, rec.n);
	recording_free(&rec);
}
END_TEST

static TCase *
case_ends(void)
{
	TCase *t = tcase_create("ends");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, cut_recording_plays_to_the_cut);
	tcase_add_test(t, live_recording_grows);
	tcase_add_loop_test(t, every_format_is_the_same_from_everywhere, 0, 5);
	tcase_add_test(t, damaged_recording_is_the_same_from_everywhere);
	return t;
}

UNIT_MAIN("reel_edges", case_shown, case_ends)
