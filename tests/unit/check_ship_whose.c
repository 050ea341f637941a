/* SPDX-License-Identifier: ISC */
/* An object has the recording's name already: one of ours whose answer nobody heard is done, a
 * stranger's is neither replaced nor taken for ours, whatever the server tells about it. */
#include "store/s3_store.h"

#include "tests/unit/unit.h"
#include "tests/unit/yard.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the server tells of objects. */
static const struct {
	bool meta, sums;
} kinds[] = { { true, false }, { false, true }, { true, true }, { false, false } };
#define KINDS 4
#define FULL  ((size_t)1 << 20) /* what a file may have when there is no room */

static unsigned
stuck(void)
{
	struct ship_stats st;

	ship_stats(s3_store_ship(yard.box), &st);
	return (unsigned)st.stuck;
}

/* Time passes, and nothing more happens. */
static void
idle(void)
{
	ck_assert(!yard_settle() || stuck());
}

static void
until_failed(const char *metric, uint64_t n)
{
	const struct ship_metric *m;
	struct ship_stats st;

	for (int i = 0; i < YARD_TRIES; i++) {
		ship_stats(s3_store_ship(yard.box), &st);
		for (m = st.failures; m->label; m++)
			if (m->n >= n && strcmp(m->label, metric) == 0)
				return;
		usleep(1000);
		yard.now_ns += NS_PER_S;
		ship_poke(s3_store_ship(yard.box));
	}
	ck_abort_msg("nothing is %s", metric);
}

static void
strangers(unsigned n, size_t size)
{
	static const uint8_t bytes[5 * YARD_PART];

	fake_s3_put(yard.server, yard_id(n), span_of(bytes, size));
}

static void
assert_strangers_stay(unsigned n, size_t size)
{
	unsigned puts;
	const struct buf *b = fake_s3_object(yard.server, yard_id(n), &puts);

	ck_assert_uint_eq(puts, 1);
	ck_assert_uint_eq(b->n, size);
	ck_assert_uint_eq(b->p[0], 0);
	ck_assert(yard_holds(yard_id(n)));
	ck_assert_ptr_nonnull(strstr(yard.told, "another recording has this name"));
}

/* A request of ours was lost, so that the object could be ours; it has the same size. */
START_TEST(a_strangers_of_the_same_size)
{
	size_t size = _i % 2 ? 10 : 2 * YARD_PART + 5;
	struct yard_plan plan = { FAKE_S3_LOST, 1, _i % 2 ? "PUT" : "POST",
		_i % 2 ? NULL : "uploadId" };

	fake_s3_tells(yard.server, kinds[_i / 2].meta, kinds[_i / 2].sums);
	strangers(1, size);
	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_record(1, size);
	idle();
	ck_assert_msg(stuck() == 1, "%s", yard.told);
	assert_strangers_stay(1, size);
	yard_restart();
	idle();
	assert_strangers_stay(1, size);
	ck_assert_uint_eq(fake_s3_uploads(yard.server), 0);
}
END_TEST

START_TEST(ours_whose_answer_was_lost)
{
	struct yard_plan small = { FAKE_S3_UNHEARD, 1, "PUT", NULL };
	struct yard_plan large = { FAKE_S3_UNHEARD, 1, "POST", "uploadId" };
	unsigned puts;

	fake_s3_tells(yard.server, kinds[_i].meta, kinds[_i].sums);
	fake_s3_fate(yard.server, yard_by_plan, &small);
	yard_record(1, 10);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	fake_s3_fate(yard.server, yard_by_plan, &large);
	yard_record(2, 2 * YARD_PART + 5);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 10);
	yard_assert_stored(2, 2 * YARD_PART + 5);
	for (unsigned n = 1; n <= 2; n++) {
		fake_s3_object(yard.server, yard_id(n), &puts);
		ck_assert_uint_eq(puts, 1);
	}
	yard_assert_empty();
}
END_TEST

/* The same, with a restart before anybody could look. */
START_TEST(ours_of_an_earlier_run)
{
	struct yard_plan plan = { FAKE_S3_UNHEARD, 1000000, _i % 2 ? "PUT" : "POST",
		_i % 2 ? NULL : "uploadId" };
	size_t size = _i % 2 ? 10 : 2 * YARD_PART + 5;
	unsigned puts = 0;

	fake_s3_tells(yard.server, kinds[_i / 2].meta, kinds[_i / 2].sums);
	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_record(1, size);
	for (int i = 0; i < YARD_TRIES && !puts; i++) {
		usleep(1000);
		fake_s3_object(yard.server, yard_id(1), &puts);
	}
	store_close(yard.box);
	fake_s3_fate(yard.server, NULL, NULL);
	yard_start(false);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, size);
	fake_s3_object(yard.server, yard_id(1), &puts);
	ck_assert_uint_eq(puts, 1);
	yard_assert_empty();
}
END_TEST

/* --- keys that may only write --- */

static enum fake_s3_fate
write_only(void *ctx, const char *method, const char *url)
{
	if (strcmp(method, "PUT") != 0 && strcmp(method, "POST") != 0)
		return FAKE_S3_DENIED;
	return ctx ? yard_by_plan(ctx, method, url) : FAKE_S3_GOOD;
}

START_TEST(who_only_writes_ships)
{
	fake_s3_fate(yard.server, write_only, NULL);
	yard_record(1, 10);
	yard_record(2, 2 * YARD_PART + 5);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 10);
	yard_assert_stored(2, 2 * YARD_PART + 5);
	yard_assert_empty();
}
END_TEST

/* What an earlier run began is begun again: nobody can say what is there. */
START_TEST(who_only_writes_begins_again)
{
	struct yard_plan plan = { FAKE_S3_LOST, 1000000, "POST", "uploadId" };

	fake_s3_fate(yard.server, write_only, &plan);
	yard_record(1, 2 * YARD_PART + 5);
	yard_until_parts(3);
	store_close(yard.box);
	plan.left = 0;
	yard_start(false);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 2 * YARD_PART + 5);
	yard_assert_empty();
}
END_TEST

/* There is something, and nobody can say whose it is: told, and kept, until somebody can. */
START_TEST(who_only_writes_cannot_tell)
{
	struct yard_plan plan = { FAKE_S3_UNHEARD, 1, "PUT", NULL };
	unsigned puts;

	fake_s3_fate(yard.server, write_only, &plan);
	yard_record(1, 10);
	until_failed("denied", 3); /* to list uploads once, to look twice */
	ck_assert_uint_eq(stuck(), 0);
	store_close(yard.box);
	ck_assert_msg(strstr(yard.told, "denied") != NULL, "%s", yard.told);
	yard_start(false);
	until_failed("denied", 3);
	ck_assert(yard_holds(yard_id(1)));
	ck_assert_uint_eq(stuck(), 0);
	fake_s3_fate(yard.server, NULL, NULL);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	fake_s3_object(yard.server, yard_id(1), &puts);
	ck_assert_uint_eq(puts, 1);
	yard_assert_empty();
}
END_TEST

START_TEST(who_only_writes_replaces_nothing)
{
	fake_s3_fate(yard.server, write_only, NULL);
	strangers(1, 10);
	yard_record(1, 10);
	idle();
	ck_assert_msg(stuck() == 1, "%s", yard.told);
	assert_strangers_stay(1, 10);
}
END_TEST

/* --- a spool that is full --- */

/* A recording whose journal has room for half a line. */
static void
fill_spool(const char *state)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", yard.dir, yard_id(1));
	f = fopen(path, "w");
	for (size_t i = 0; i < 10; i++)
		fputc(yard_byte(1, i), f);
	fclose(f);
	f = fopen(state, "w");
	for (size_t n = 0; n < FULL - 20; n += 5)
		fputs("open\n", f);
	fputs("finished 10\n", f);
	fclose(f);
}

static size_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

/* Shipping is what makes room: it goes on without a journal, and leaves no half lines in it. */
START_TEST(full_spool)
{
	struct yard_plan plan = { FAKE_S3_LOST, 3, "PUT", NULL };
	struct rlimit full = { FULL, RLIM_INFINITY };
	char state[64];
	size_t size;

	snprintf(state, sizeof state, "%s/%s.state", yard.dir, yard_id(1));
	store_close(yard.box);
	fill_spool(state);
	size = size_of(state);
	ck_assert_uint_gt(size, FULL - 20);
	ck_assert_uint_lt(size, FULL);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
	fake_s3_fate(yard.server, yard_by_plan, &plan);
	yard_start(false);
	for (int i = 0; i < YARD_TRIES && plan.left > 2; i++)
		usleep(1000);
	ck_assert_int_le(plan.left, 2);
	ck_assert_uint_eq(size_of(state), size);
	ck_assert_msg(yard_settle(), "%s", yard.told);
	yard_assert_stored(1, 10);
	yard_assert_empty();
}
END_TEST

static TCase *
whose(void)
{
	TCase *t = tcase_create("whose");

	tcase_add_checked_fixture(t, yard_begin, yard_end);
	/* who tells neither is believed */
	tcase_add_loop_test(t, a_strangers_of_the_same_size, 0, 2 * (KINDS - 1));
	tcase_add_loop_test(t, ours_whose_answer_was_lost, 0, KINDS);
	tcase_add_loop_test(t, ours_of_an_earlier_run, 0, 2 * KINDS);
	return t;
}

static TCase *
writers(void)
{
	TCase *t = tcase_create("writers");

	tcase_add_checked_fixture(t, yard_begin, yard_end);
	tcase_add_test(t, who_only_writes_ships);
	tcase_add_test(t, who_only_writes_begins_again);
	tcase_add_test(t, who_only_writes_cannot_tell);
	tcase_add_test(t, who_only_writes_replaces_nothing);
	tcase_add_test(t, full_spool);
	return t;
}

UNIT_MAIN("ship_whose", whose, writers)
