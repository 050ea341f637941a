/* SPDX-License-Identifier: ISC */
/* Recordings on their way into an object store, with restarts in between and answers that
 * nobody heard: nothing is lost, nothing is left behind, nothing is done twice. */
#include "store/s3_store.h"

#include "tests/unit/unit.h"
#include "tests/unit/yard.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* --- restarts --- */

START_TEST(goes_on_after_a_restart)
{
	struct yard_plan plan = { FAKE_S3_LOST, 1000000, "PUT", "partNumber=4" };

	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_record(1, 3 * YARD_PART + 5);
	yard_until_parts(3);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 3);
	plan.left = 0;
	yard_restart();
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 3 * YARD_PART + 5);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 4); /* none of them again */
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
}
END_TEST

START_TEST(an_open_one_is_gone_on_with)
{
	struct store_file *f = yard_create(1);

	yard_append(f, 1, YARD_PART + 1);
	yard_until_parts(1);
	store_leave(f);
	yard_restart();
	ck_assert_int_eq(store_resume(yard.box, yard_id(1), &f, &yard.err), 0);
	ck_assert_uint_eq(f->size, YARD_PART + 1);
	yard_append(f, 1, YARD_PART);
	ck_assert_int_eq(store_finish(f, &yard.err), 0);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 1);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 3);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
}
END_TEST

/* A torn end is cut off, together with what was sent of it. */
START_TEST(a_torn_end_is_cut)
{
	struct store_file *f = yard_create(1);
	uint8_t other = (uint8_t)~yard_byte(1, 2 * YARD_PART - 1);

	yard_append(f, 1, 2 * YARD_PART - 1);
	ck_assert_int_eq(store_append(f, &other, 1, &yard.err), 1);
	ck_assert_int_eq(store_append(f, "torn", 4, &yard.err), 4);
	ck_assert_int_eq(store_commit(f, yard.now_ns, true, &yard.err), 0);
	yard_until_parts(2);
	store_leave(f);
	yard_restart();
	ck_assert_int_eq(store_resume(yard.box, yard_id(1), &f, &yard.err), 0);
	ck_assert_uint_eq(f->size, 2 * YARD_PART + 4);
	ck_assert_int_eq(store_cut(f, 2 * YARD_PART - 1, &yard.err), 0);
	yard_append(f, 1, 2);
	ck_assert_int_eq(store_finish(f, &yard.err), 0);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 1);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
}
END_TEST

/* All parts are there, and the second one is not what the file holds any more. */
static void
change_what_was_sent(struct yard_plan *plan)
{
	char path[128];
	int fd;

	*plan = (struct yard_plan){ FAKE_S3_LOST, 1000000, "POST", "uploadId" };
	fake_s3_fate(yard.server, yard_by_plan, plan);
	yard_record(1, 2 * YARD_PART + 5);
	yard_until_parts(3);
	store_close(yard.box);
	snprintf(path, sizeof path, "%s/%s", yard.dir, yard_id(1));
	fd = open(path, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, "changed", 7, YARD_PART), 7);
	close(fd);
}

/* Bytes that were not durable when the machine fell over are others now. */
START_TEST(parts_that_are_not_ours_any_more)
{
	struct yard_plan plan;

	change_what_was_sent(&plan);
	plan.left = 0;
	yard_start(false);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 4); /* the second one again */
	ck_assert_mem_eq(
		fake_s3_object(yard.server, yard_id(1), &(unsigned){ 0 })->p + YARD_PART,
		"changed", 7);
}
END_TEST

/* The same where no part may be replaced: all of them go up anew. */
START_TEST(parts_that_cannot_be_replaced)
{
	struct yard_plan plan;

	change_what_was_sent(&plan);
	plan = (struct yard_plan){ FAKE_S3_UNABLE, 1, "PUT", "partNumber=2" };
	yard_start(false);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 6);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	ck_assert_mem_eq(
		fake_s3_object(yard.server, yard_id(1), &(unsigned){ 0 })->p + YARD_PART,
		"changed", 7);
}
END_TEST

START_TEST(uploads_nobody_knows_are_aborted)
{
	struct yard_plan plan = { FAKE_S3_UNHEARD, 1000000, "POST", "uploads=" };
	struct ship_stats st = { 0 };

	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_record(1, 2 * YARD_PART);
	for (int i = 0; i < YARD_TRIES && !st.failures[0].n; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(yard.box), &st);
	}
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 1);
	store_close(yard.box); /* before anybody can look for it */
	plan.left = 0;
	yard_start(false);
	ck_assert(yard_settle());
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	yard_assert_stored(1, 2 * YARD_PART);
}
END_TEST

/* Keys that may write, but neither list nor look. */
START_TEST(write_only)
{
	struct yard_plan plan = { FAKE_S3_DENIED, 1000000, "GET", NULL };
	struct yard_plan stop = { FAKE_S3_LOST, 1000000, "POST", "uploadId" };

	fake_s3_fate(yard.server, yard_by_plan, &stop);
	yard_record(1, 2 * YARD_PART + 1);
	yard_until_parts(3);
	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_restart();
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 1);
	yard_assert_empty();
}
END_TEST

START_TEST(an_end_that_was_not_heard_is_not_done_again)
{
	struct yard_plan plan = { FAKE_S3_UNHEARD, 1, "POST", "uploadId" };
	unsigned puts;

	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_record(1, 2 * YARD_PART + 1);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	fake_s3_object(yard.server, yard_id(1), &puts);
	ck_assert_uint_eq(puts, 1);
	ck_assert_uint_eq(fake_s3_parts(yard.server), 3);
}
END_TEST

/* Such servers are there: ending what has ended is an error of theirs, for ever. */
static enum fake_s3_fate
ends_once(void *ctx, const char *method, const char *url)
{
	int *ends = ctx;

	if (strcmp(method, "POST") != 0 || !strstr(url, "uploadId"))
		return FAKE_S3_GOOD;
	return (*ends)++ ? FAKE_S3_ERROR : FAKE_S3_UNHEARD;
}

START_TEST(an_end_that_cannot_be_done_again)
{
	int ends = 0;

	fake_s3_fate(yard.server, ends_once, &ends);
	yard_record(1, 2 * YARD_PART + 1);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 1);
	ck_assert_int_eq(ends, 1); /* the object was looked at first */
	yard_assert_empty();
}
END_TEST

/* What was sent is lost, but the server does not say so. */
static enum fake_s3_fate
forgets_silently(void *ctx, const char *method, const char *url)
{
	int *ends = ctx;

	if (strcmp(method, "POST") != 0 || !strstr(url, "uploadId") || *ends > 5)
		return FAKE_S3_GOOD;
	if ((*ends)++ == 0)
		return FAKE_S3_FORGETS;
	return FAKE_S3_ERROR;
}

START_TEST(an_end_that_always_fails)
{
	int ends = 0;

	fake_s3_fate(yard.server, forgets_silently, &ends);
	yard_record(1, 2 * YARD_PART + 1);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 1);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	yard_assert_empty();
}
END_TEST

/* What the server cannot say of something, for ever. */
START_TEST(never_an_answer)
{
	struct yard_plan stop = { FAKE_S3_LOST, 1000000, "POST", "uploadId" };
	struct yard_plan plan = { FAKE_S3_ERROR, 1000000, _i ? "GET" : "HEAD",
		_i ? "uploadId" : NULL };

	fake_s3_fate(yard.server, yard_by_plan, &stop);
	yard_record(1, 2 * YARD_PART + 1);
	yard_until_parts(3);
	store_close(yard.box);
	yard_leave(2, 10);
	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_start(false);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 1);
	yard_assert_stored(2, 10);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
	yard_assert_empty();
}
END_TEST

/* --- everything at once --- */

/* Who may not list uploads and abort them leaves some, as he is told to: then it is an error. */
static enum fake_s3_fate
at_random(void *ctx, const char *method, const char *url)
{
	enum fake_s3_fate fate = FAKE_S3_GOOD;

	(void)ctx;
	(void)url;
	if (yard_chance(NULL) >> 24 < 120)
		fate = (enum fake_s3_fate)(yard_chance(NULL) >> 16) % FAKE_S3_FATES;
	if (fate == FAKE_S3_DENIED && (*method == 'G' || *method == 'D'))
		fate = FAKE_S3_ERROR;
	return fate;
}

START_TEST(anything_may_happen)
{
	size_t size[12];
	struct store_file *f[12];

	yard.seed = (uint32_t)_i * 7919 + 1;
	fake_s3_fate(yard.server, at_random, NULL);
	for (unsigned n = 0; n < 12; n++) {
		size[n] = 1 + (yard_chance(NULL) >> 16) % (5 * YARD_PART);
		f[n] = yard_create(n);
		yard_append(f[n], n, size[n] / 2);
	}
	for (int round = 0; round < 3; round++) {
		yard.now_ns += 100 * NS_PER_S;
		ship_poke(s3_store_ship(yard.box));
		usleep(2000);
		for (unsigned n = 0; n < 12; n++)
			store_leave(f[n]);
		yard_restart();
		for (unsigned n = 0; n < 12; n++)
			ck_assert_int_eq(
				store_resume(yard.box, yard_id(n), &f[n], &yard.err), 0);
	}
	for (unsigned n = 0; n < 12; n++) {
		yard_append(f[n], n, size[n] - size[n] / 2);
		ck_assert_int_eq(store_finish(f[n], &yard.err), 0);
	}
	yard_restart();
	fake_s3_fate(yard.server, NULL, NULL);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	for (unsigned n = 0; n < 12; n++)
		yard_assert_stored(n, size[n]);
	yard_assert_empty();
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
}
END_TEST

static TCase *
restarts(void)
{
	TCase *t = tcase_create("restarts");

	tcase_add_checked_fixture(t, yard_begin, yard_end);
	tcase_add_test(t, goes_on_after_a_restart);
	tcase_add_test(t, an_open_one_is_gone_on_with);
	tcase_add_test(t, a_torn_end_is_cut);
	tcase_add_test(t, parts_that_are_not_ours_any_more);
	tcase_add_test(t, parts_that_cannot_be_replaced);
	tcase_add_test(t, uploads_nobody_knows_are_aborted);
	tcase_add_test(t, write_only);
	tcase_add_test(t, an_end_that_was_not_heard_is_not_done_again);
	tcase_add_test(t, an_end_that_cannot_be_done_again);
	tcase_add_test(t, an_end_that_always_fails);
	tcase_add_loop_test(t, never_an_answer, 0, 2);
	tcase_add_loop_test(t, anything_may_happen, 0, 20);
	return t;
}

UNIT_MAIN("ship_again", restarts)
