/* SPDX-License-Identifier: ISC */
/* Searching in what was on the screen, against a naive search over all screens. */
#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#define ROUNDS   6
#define MESSAGES 250

/* How often a row with the same text up to its last NEEDLE stands among ROWS. */
static int
count_rows(const struct buf *rows, const char *needle, size_t len, const char *head)
{
	const char *p = (const char *)rows->p, *end = p + rows->n;
	int n = 0;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *last = NULL, *q = p;

		while ((q = memmem(q, (size_t)(nl - q), needle, strlen(needle)))) {
			q += strlen(needle);
			last = q;
		}
		n += last && (size_t)(last - p) == len && memcmp(p, head, len) == 0;
		p = nl + 1;
	}
	return n;
}

/* The first row of AFTER that brings NEEDLE, seen from BEFORE; -1: none. */
static int
new_row(const struct buf *before, const struct buf *after, const char *needle)
{
	const char *p = (const char *)after->p, *end = p + after->n;

	for (int row = 0; p < end; row++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *last = NULL, *q = p;

		while ((q = memmem(q, (size_t)(nl - q), needle, strlen(needle)))) {
			q += strlen(needle);
			last = q;
		}
		if (last && count_rows(after, needle, (size_t)(last - p), p) >
				    count_rows(before, needle, (size_t)(last - p), p))
			return row;
		p = nl + 1;
	}
	return -1;
}

static void
fold_ascii(struct buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] >= 'A' && b->p[i] <= 'Z')
			b->p[i] |= 32;
}

static uint64_t
naive_find(const struct truth *t, uint64_t from, const char *needle, int dir)
{
	for (uint64_t k = from + (dir > 0); k >= 1 && k <= t->n;) {
		if (dir < 0)
			k--;
		if (k >= 1 && new_row(&t->rows[k - 1], &t->rows[k], needle) >= 0)
			return k;
		if (dir > 0)
			k++;
	}
	return 0;
}

static void
expect_find(struct reel *r, const struct truth *t, const char *needle, int dir)
{
	uint64_t from = reel_ordinal(r), want = naive_find(t, from, needle, dir);
	int row = -1, col = -1, rc;
	struct err e;

	rc = reel_find(r, needle, dir, &row, &col, NULL, NULL, &e);
	ck_assert_msg(rc == (want > 0), "'%s' from %llu: %d, not at %llu", needle,
		(unsigned long long)from, rc, (unsigned long long)want);
	truth_expect(r, t, want ? want : from);
	if (want) {
		ck_assert_int_le(
			new_row(&t->rows[want - 1], &t->rows[want], needle), row);
		ck_assert_int_ge(col, 0);
		ck_assert_int_lt(col, emu_cols(reel_screen(r)));
	}
}

START_TEST(find_is_a_naive_search)
{
	static const char *const needles[] = { "needle", "line 7", "lain", "red ", "x",
		"nowhere", "\xE6\x9C\xAC", "$" };
	struct reel_opts o = { .channel = -1, .keyframe_cost = 3000 };
	struct recording rec;
	struct truth t;
	struct reel *r;
	struct err e;

	recording_start(&rec, 4000 + (uint64_t)_i);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&t, &rec);
	ck_assert_uint_eq(t.n, rec.n);
	for (uint64_t k = 0; k <= t.n; k++)
		fold_ascii(&t.rows[k]);
	r = truth_reel(&rec, &o);
	for (int i = 0; i < 60; i++) {
		const char *needle = needles[recording_random(&rec, 8)];
		uint64_t k = recording_random(&rec, (uint32_t)t.n + 1);

		ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
		expect_find(r, &t, needle, recording_random(&rec, 2) ? 1 : -1);
		ck_assert_int_ge(reel_index(r, recording_random(&rec, 500), &e), 0);
	}
	/* all of them, one after the other, to the end and back */
	ck_assert_int_eq(reel_seek_ordinal(r, 0, NULL, NULL, &e), 0);
	while (reel_find(r, "needle", 1, NULL, NULL, NULL, NULL, &e) > 0)
		expect_find(r, &t, "needle", 1);
	while (naive_find(&t, reel_ordinal(r), "needle", -1))
		expect_find(r, &t, "needle", -1);
	reel_close(r);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

START_TEST(find_tells_row_and_column)
{
	struct recording rec;
	struct reel *r;
	struct err e;
	int row, col;

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 40, 5);
	recording_out(&rec, "one\r\n\xC3\xA4\xE6\x97\xA5\xE6\x9C\xAC needle\r\n"); /* 4 */
	recording_out(&rec, "needle");                                             /* 5 */
	recording_out(&rec, " typed on");                                          /* 6 */
	recording_out(&rec, "\r\n\r\n\r\n");                                       /* 7 */
	recording_out(&rec, "\r\n\r\n\r\nn");                                      /* 8 */
	recording_out(&rec, "eedle NEEDLE");                                       /* 9 */
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_find(r, "needle", 1, &row, &col, NULL, NULL, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 3);
	ck_assert_int_eq(row, 1);
	ck_assert_int_eq(col, 6);
	ck_assert(emu_dirty(reel_screen(r), 0));
	ck_assert_int_eq(reel_find(r, "needle", 1, &row, &col, NULL, NULL, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 4);
	ck_assert_int_eq(row, 2);
	ck_assert_int_eq(col, 0);
	ck_assert_int_eq(reel_find(r, "needle", 1, &row, &col, NULL, NULL, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 8);
	ck_assert_int_eq(row, 4);
	ck_assert_int_eq(col, 0);
	ck_assert_int_eq(reel_find(r, "needle", -1, &row, &col, NULL, NULL, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 4);
	ck_assert_int_eq(row, 2);
	ck_assert_int_eq(reel_find(r, "Needle", 1, &row, &col, NULL, NULL, &e), 0);
	ck_assert_uint_eq(reel_ordinal(r), 4);
	ck_assert_int_eq(reel_find(r, "NEEDLE", 1, &row, &col, NULL, NULL, &e), 1);
	ck_assert_int_eq(col, 7);
	ck_assert_int_eq(reel_find(r, "\xC3\x84", -1, &row, &col, NULL, NULL, &e), 0);
	ck_assert_int_eq(reel_find(r, "\xC3\xA4", -1, &row, &col, NULL, NULL, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 3);
	ck_assert_int_eq(reel_find(r, "", 1, &row, &col, NULL, NULL, &e), ERR_USAGE);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
case_find(void)
{
	TCase *t = tcase_create("find");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, find_is_a_naive_search, 0, ROUNDS);
	tcase_add_test(t, find_tells_row_and_column);
	return t;
}

UNIT_MAIN("find", case_find)
