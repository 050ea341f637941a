/* SPDX-License-Identifier: ISC */
/* Recordings on their way from the spool into an object store, which fails in every way. */
#include "store/directory.h"
#include "store/s3_store.h"
#include "store/upload.h"

#include "tests/unit/unit.h"
#include "tests/unit/yard.h"

#include <stdio.h>
#include <unistd.h>

/* --- when all is well --- */

START_TEST(small_ones_are_one_request)
{
	struct ship_stats st;

	yard_record(1, 10);
	yard_record(2, YARD_PART);
	ck_assert(yard_settle());
	yard_assert_stored(1, 10);
	yard_assert_stored(2, YARD_PART);
	ship_stats(s3_store_ship(yard.box), &st);
	ck_assert_msg(st.requests == 2, "%s", yard.told);
	ck_assert_uint_eq(st.uploaded, 2);
	ck_assert_uint_eq(st.bytes_sent, YARD_PART + 10);
	ck_assert_uint_eq(st.parts, 0);
	yard_assert_empty();
}
END_TEST

/* Before any part of it went. */
START_TEST(finished_ones_are_one_request)
{
	struct ship_stats st;

	yard.conf.whole_size = 5 * YARD_PART;
	yard_leave(1, 5 * YARD_PART);
	yard_leave(2, 5 * YARD_PART + 1);
	yard_restart();
	ck_assert(yard_settle());
	yard_assert_stored(1, 5 * YARD_PART);
	yard_assert_stored(2, 5 * YARD_PART + 1);
	ship_stats(s3_store_ship(yard.box), &st);
	ck_assert_uint_eq(st.parts, 6);
	yard_assert_empty();
}
END_TEST

/* A client that comes back with the name of a session that was shipped. */
START_TEST(nothing_is_replaced)
{
	struct ship_stats st;

	yard_record(1, 10);
	yard_record(2, 3 * YARD_PART);
	ck_assert(yard_settle());
	yard_assert_empty();
	yard_record(1, _i ? YARD_PART : 20);
	yard_record(2, _i ? 20 : 4 * YARD_PART);
	yard_settle();
	ship_stats(s3_store_ship(yard.box), &st);
	ck_assert_msg(st.stuck == 2, "%s", yard.told);
	ck_assert_ptr_nonnull(strstr(yard.told, "another recording has this name"));
	yard_assert_stored(1, 10);
	yard_assert_stored(2, 3 * YARD_PART);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	ck_assert(yard_holds(yard_id(1)) && yard_holds(yard_id(2)));
}
END_TEST

START_TEST(parts_go_while_it_is_written)
{
	struct store_file *f = yard_create(1);

	yard_append(f, 1, 2 * YARD_PART + 100);
	yard_until_parts(2);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 2);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 1);
	yard_append(f, 1, YARD_PART);
	ck_assert_int_eq(store_finish(f, &yard.err), 0);
	ck_assert(yard_settle());
	yard_assert_stored(1, 3 * YARD_PART + 100);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 4);
	yard_assert_empty();
}
END_TEST

START_TEST(a_whole_number_of_parts)
{
	struct store_file *f = yard_create(1);

	yard_append(f, 1, YARD_PART);
	yard_append(f, 1, YARD_PART);
	ck_assert_int_eq(store_finish(f, &yard.err), 0);
	ck_assert(yard_settle());
	yard_assert_stored(1, 2 * YARD_PART);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 2);
}
END_TEST

START_TEST(kept_ones_stay_until_they_are_old)
{
	struct directory_limits all = { .max_age_ns = 1 };
	struct directory_opts o = { .path = yard.dir, .spool = true };
	struct store *spool;

	store_close(yard.box);
	yard_start(true);
	yard_record(1, 10);
	ck_assert(yard_settle());
	ck_assert(yard_holds(yard_id(1)));
	yard_restart();
	ck_assert(yard_settle());
	ck_assert_int_eq(directory_open(&spool, &o, &yard.err), 0);
	ck_assert_int_ge(directory_retain(spool, &all, INT64_MAX, &yard.err), 0);
	store_close(spool);
	ck_assert(!yard_holds(yard_id(1)));
}
END_TEST

START_TEST(what_containerssh_left)
{
	yard_leave(7, 2500);
	yard_restart();
	ck_assert(yard_settle());
	yard_assert_stored(7, 2500);
	yard_assert_empty();
}
END_TEST

/* --- when it is not --- */

static const struct {
	enum fake_s3_fate fate;
	const char *method, *url, *metric;
} trouble[] = {
	{ FAKE_S3_LOST, NULL, NULL, "network" },
	{ FAKE_S3_UNHEARD, NULL, NULL, "network" },
	{ FAKE_S3_SLOW_DOWN, NULL, NULL, "slow_down" },
	{ FAKE_S3_ERROR, NULL, NULL, "server_error" },
	{ FAKE_S3_DENIED, NULL, NULL, "denied" },
	{ FAKE_S3_NO_BUCKET, NULL, NULL, "bucket" },
	{ FAKE_S3_NO_UPLOAD, "PUT", "partNumber=2", "upload_gone" },
	{ FAKE_S3_NO_UPLOAD, "POST", "uploadId", "upload_gone" },
	{ FAKE_S3_UNHEARD, "POST", "uploadId", "network" },
	{ FAKE_S3_HALF, "POST", NULL, "answer" },
	{ FAKE_S3_LOST, "PUT", "partNumber=3", "network" },
};

START_TEST(every_trouble_passes)
{
	struct yard_plan plan = { trouble[_i].fate, 3, trouble[_i].method,
		trouble[_i].url };
	const struct ship_metric *m;
	struct ship_stats st;

	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_record(1, 3 * YARD_PART + 5);
	yard_record(2, 10);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 3 * YARD_PART + 5);
	yard_assert_stored(2, 10);
	ship_stats(s3_store_ship(yard.box), &st);
	for (m = st.failures; m->label && strcmp(m->label, trouble[_i].metric) != 0; m++)
		continue;
	ck_assert_msg(m->label && m->n >= 1, "no %s:\n%s", trouble[_i].metric, yard.told);
	ck_assert_msg(strstr(yard.told, trouble[_i].metric) != NULL, "%s", yard.told);
	yard_assert_empty();
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
}
END_TEST

/* What does not get through in one request goes in parts, and is stored once. */
START_TEST(too_much_for_one_request)
{
	static const enum fake_s3_fate fates[] = { FAKE_S3_TOO_LARGE, FAKE_S3_LOST,
		FAKE_S3_UNHEARD };
	struct yard_plan plan = { fates[_i], 1, "PUT", NULL };
	unsigned puts;

	yard.conf.whole_size = 5 * YARD_PART;
	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_leave(1, 3 * YARD_PART + 5);
	yard_restart();
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 3 * YARD_PART + 5);
	ck_assert_ptr_nonnull(fake_s3_object(yard.server, yard_id(1), &puts));
	ck_assert_uint_eq(puts, 1);
	/* what nobody heard of is found */
	ck_assert_msg(
		fake_s3_parts(yard.server) == (fates[_i] == FAKE_S3_UNHEARD ? 0 : 4),
		"%s", yard.told);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	yard_assert_empty();
}
END_TEST

START_TEST(down_for_hours)
{
	struct yard_plan plan = { FAKE_S3_LOST, 1000000, NULL, NULL };
	struct ship_stats st = { 0 };
	char *lines = yard.told;
	int n = 0, looks = 0;

	fake_s3_fate(yard.server, yard_by_plan, &plan);
	for (unsigned i = 1; i <= 20; i++)
		yard_record(i, 100);
	for (; looks < 300 || (looks < YARD_TRIES && !st.paused); looks++) {
		yard.now_ns += 30 * NS_PER_S;
		ship_poke(s3_store_ship(yard.box));
		usleep(500);
		ship_stats(s3_store_ship(yard.box), &st);
	}
	ck_assert_uint_eq(st.waiting, 20);
	ck_assert(st.paused);
	/* one request at a time finds out, and less often than the clock is looked at */
	ck_assert_uint_le(st.requests, (unsigned)looks + 4);
	while ((lines = strchr(lines, '\n')))
		lines++, n++;
	ck_assert_int_eq(n, 1); /* not one a recording, nor one a try */
	plan.left = 0;
	ck_assert(yard_settle());
	for (unsigned i = 1; i <= 20; i++)
		yard_assert_stored(i, 100);
	yard_assert_empty();
}
END_TEST

/* Who has mended it need not wait for the next try. */
START_TEST(tried_again_at_once)
{
	struct yard_plan plan = { FAKE_S3_DENIED, 1000000, NULL, NULL };
	struct ship_stats st = { 0 };

	fake_s3_fate(yard.server, yard_by_plan, &plan);
	for (unsigned i = 1; i <= 5; i++)
		yard_record(i, 100);
	for (int i = 0; i < YARD_TRIES && !st.paused; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(yard.box), &st);
	}
	ck_assert(st.paused);
	plan.left = 0;
	for (int i = 0; i < YARD_TRIES && st.waiting; i++) {
		ship_again(s3_store_ship(yard.box));
		usleep(1000);
		ship_stats(s3_store_ship(yard.box), &st);
	}
	ck_assert_uint_eq(st.waiting, 0);
	ck_assert_msg(strstr(yard.told, "s3 -: goes on\n") != NULL, "%s", yard.told);
	yard_assert_empty();
}
END_TEST

/* --- places of parts --- */

START_TEST(parts_have_no_gaps)
{
	uint64_t off, size, want = 0;

	for (unsigned n = 1; n <= S3_PARTS_MAX; n++) {
		upload_part_at(S3_PART_MIN, n, &off, &size);
		ck_assert_uint_eq(off, want);
		ck_assert_uint_le(size, S3_PART_MAX);
		want = off + size;
	}
	ck_assert_uint_gt(want, UINT64_C(5000000000000)); /* the largest object */
}
END_TEST

static TCase *
well(void)
{
	TCase *t = tcase_create("well");

	tcase_add_checked_fixture(t, yard_begin, yard_end);
	tcase_add_test(t, small_ones_are_one_request);
	tcase_add_test(t, finished_ones_are_one_request);
	tcase_add_test(t, parts_go_while_it_is_written);
	tcase_add_loop_test(t, nothing_is_replaced, 0, 2);
	tcase_add_test(t, a_whole_number_of_parts);
	tcase_add_test(t, kept_ones_stay_until_they_are_old);
	tcase_add_test(t, what_containerssh_left);
	tcase_add_test(t, parts_have_no_gaps);
	return t;
}

static TCase *
badly(void)
{
	TCase *t = tcase_create("badly");

	tcase_add_checked_fixture(t, yard_begin, yard_end);
	tcase_add_loop_test(t, every_trouble_passes, 0, sizeof trouble / sizeof *trouble);
	tcase_add_test(t, down_for_hours);
	tcase_add_test(t, tried_again_at_once);
	tcase_add_loop_test(t, too_much_for_one_request, 0, 3);
	return t;
}

UNIT_MAIN("ship", well, badly)
