/* SPDX-License-Identifier: ISC */
/* Recordings that were made to keep whoever looks at them waiting: there is an end to the work
 * that any bytes make, and slices of it stay small. */
#include "format/vendor.h"
#include "play/catalog.h"
#include "play/detail.h"
#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DENSE (1 << 19) /* bytes */

/* Each blanks or moves all of a screen; some are told by no ESC. */
static const char *const dense[] = {
	"\033[41m\033[2J",
	"\xC2\x9B"
	"2J",
	"\033#8",
	"\033c",
	"\033['}\033['~",
	"\033[?1049;1049;1047;1047;1049;1049h\033[?1049l",
	"\033[?69h\033[2;99s\033[H\033M\033[?69l",
	"\033[1\"q\033[?2J",
	"\033[44m\033[500S",
	"\033[?69h\033[3;99s\033[2;99r\033[99;4H0123456789012345678901234567890123456789"
	"012345678901234567890123456789012345678901234567890123456789012345678901234567",
};
#define NDENSE ((int)(sizeof dense / sizeof *dense))

static void
fill(struct buf *b, const char *with, size_t n)
{
	while (b->n < n)
		buf_add_str(b, with);
}

START_TEST(work_of_any_bytes_has_an_end)
{
	struct emu *e = emu_new(EMU_COLS_MAX, EMU_ROWS_MAX);
	struct buf b = { 0 };
	uint64_t work;

	fill(&b, dense[_i], DENSE);
	emu_write(e, SPAN_LIT("\033[43m"));
	work = emu_work(e);
	emu_write(e, buf_span(&b));
	work = emu_work(e) - work;
	/* what may be owed and what the bytes pay for, once more for single rows */
	ck_assert_uint_lt(work, (UINT64_C(1) << 26) + 2 * 1024 * (uint64_t)DENSE);
	buf_free(&b);
	emu_free(e);
}
END_TEST

/* Then, and when it is paid for, all is as with every cut and without short cuts. */
START_TEST(left_out_work_is_the_same_everywhere)
{
	struct emu *a = emu_new(900, 400), *s = emu_new(900, 400);
	struct buf b = { 0 };

	emu_set_slow(s, true);
	fill(&b, dense[_i], 1 << 12);
	for (int i = 0; i < 300; i++)
		buf_add_str(&b, "plain text that pays for some of it\r\n");
	fill(&b, dense[(_i + 1) % NDENSE], 1 << 14);
	emu_write(a, buf_span(&b));
	for (size_t i = 0; i < b.n; i += 7)
		emu_write(s, span_of(b.p + i, b.n - i < 7 ? b.n - i : 7));
	ck_assert_uint_eq(emu_hash(a), emu_hash(s));
	buf_clear(&b);
	fill(&b, "12345678\r\n", 1 << 18);
	buf_add_str(&b, "\033[0m\033[2J");
	emu_write(a, buf_span(&b));
	buf_clear(&b);
	ck_assert_int_eq(emu_row_text(a, 399, &b, NULL), 0);
	ck_assert_uint_eq(b.n, 0); /* it is paid for */
	buf_free(&b);
	emu_free(a);
	emu_free(s);
}
END_TEST

START_TEST(slice_counts_the_work)
{
	struct recording rec;
	struct reel *r;
	struct err e;

	recording_start(&rec, 1);
	recording_pty(&rec, 0, EMU_COLS_MAX, EMU_ROWS_MAX);
	for (int i = 0; i < 5000; i++)
		recording_out(&rec, "\033[41m\xC2\x9B"
				    "2J");
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	while (!reel_index_state(r).times_done)
		ck_assert_int_ge(reel_index(r, 1000, &e), 0);
	ck_assert_int_eq(reel_index(r, 1 << 20, &e), 1);
	truth_index_all(r);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

/* A megabyte of JSON is more work than a megabyte of text. */
START_TEST(slice_counts_what_events_hold)
{
	struct recording rec;
	struct buf json = { 0 };
	struct reel *r;
	struct err e;

	buf_add_str(&json, "{\"label\":\"x\",\"a\":[");
	fill(&json, "{},", 900000);
	buf_add_str(&json, "0]}");
	recording_start(&rec, 1);
	for (int i = 0; i < 20; i++) {
		struct msg m;

		vendor_raw(&m, VENDOR_MARKER, buf_span(&json));
		recording_put(&rec, &m);
	}
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	ck_assert_int_eq(reel_index(r, 1 << 20, &e), 1);
	ck_assert_uint_lt(reel_index_state(r).messages, 3);
	truth_index_all(r);
	ck_assert_uint_eq(reel_events(r), 20);
	ck_assert_str_eq(reel_event(r, 19)->text, reel_event(r, 0)->text);
	reel_close(r);
	recording_free(&rec);
	buf_free(&json);
}
END_TEST

START_TEST(file_from_another_age_is_listed)
{
	struct timespec far[2] = { { .tv_sec = INT64_C(15000000000) },
		{ .tv_sec = INT64_C(15000000000) } };
	char path[] = "hostile-XXXXXX", *roots[] = { path };
	struct catalog c;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(futimens(fd, far), 0);
	close(fd);
	catalog_init(&c, roots, 1);
	while (catalog_work(&c))
		;
	ck_assert_uint_eq(c.n, 1);
	ck_assert(c.v[0].mtime_ns > INT64_C(4000000000) * 1000000000);
	catalog_free(&c);
	unlink(path);
}
END_TEST

START_TEST(detail_of_no_width_has_its_own_lines)
{
	struct detail d = { 0 };
	struct recording rec;
	struct reel *r;

	recording_start(&rec, 1);
	recording_marker(&rec, "a marker with a long label, which takes room of its own");
	recording_connect(&rec);
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	truth_index_all(r);
	for (uint64_t n = 0; n < 2; n++) {
		detail_set(&d, r, n, 0);
		for (size_t i = 0; i < d.n; i++)
			ck_assert_uint_le(d.line[i].value + d.line[i].value_n, d.text.n);
	}
	detail_free(&d);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
case_work(void)
{
	TCase *t = tcase_create("work");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, work_of_any_bytes_has_an_end, 0, NDENSE);
	tcase_add_loop_test(t, left_out_work_is_the_same_everywhere, 0, NDENSE);
	tcase_add_test(t, slice_counts_the_work);
	tcase_add_test(t, slice_counts_what_events_hold);
	tcase_add_test(t, file_from_another_age_is_listed);
	tcase_add_test(t, detail_of_no_width_has_its_own_lines);
	return t;
}

UNIT_MAIN("hostile", case_work)
