/* SPDX-License-Identifier: ISC */
/* Recordings on their way from the spool into an object store that fails in every way, with
 * restarts in between: nothing is lost, nothing is left behind. */
#include "store/directory.h"
#include "store/s3_store.h"
#include "store/upload.h"

#include "tests/unit/fake_s3.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART  1000 /* bytes, so that tests are small */
#define WAIT  (20 * NS_PER_MS)
#define TRIES 3000

static char dir[] = "ship.XXXXXX";
static struct fake_s3 *server;
static struct s3_conf conf;
static struct s3 *s3;
static struct store *box;
static struct err err;
static _Atomic int64_t now_ns;
static _Atomic uint32_t seed;
static char told[4096];

static int64_t
fake_now(void *ctx)
{
	(void)ctx;
	return now_ns;
}
static const struct clk clk = { fake_now, fake_now, NULL };

static uint32_t
chance(void *ctx)
{
	(void)ctx;
	return seed = seed * 1664525u + 1013904223u;
}

static void
tell(void *ctx, const char *id, const struct s3_fault *fault, const char *text)
{
	size_t n = strlen(told);

	(void)ctx;
	snprintf(told + n, sizeof told - n, "%.2s %s: %s\n", id,
		fault ? fault->metric : "-", text);
}

static void
start(bool keep)
{
	struct directory_opts o = {
		.path = dir, .spool = true, .sync = DIRECTORY_SYNC_NEVER
	};
	struct ship_opts so = {
		.clk = &clk, .chance = chance, .tell = tell, .keep = keep
	};
	struct store *spool;

	ck_assert_int_eq(directory_open(&spool, &o, &err), 0);
	ck_assert_msg(s3_store_open(&box, s3, spool, &so, &err) == 0, "%s", err.text);
}

static void
begin(void)
{
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	server = fake_s3_new();
	seed = 1;
	now_ns = NS_PER_S;
	told[0] = 0;
	s3_conf_init(&conf);
	s3_conf_set(&conf, "endpoint", "http://fake.test", NULL);
	s3_conf_set(&conf, "pathStyleAccess", "yes", NULL);
	s3_conf_set(&conf, "bucket", "recs", NULL);
	s3_conf_set(&conf, "credentials", "none", NULL);
	s3_conf_set(&conf, "parallelUploads", "4", NULL);
	conf.part_size = PART;
	ck_assert_msg(s3_new(&s3, &conf, fake_s3_port(server), &clk, &err) == 0, "%s",
		err.text);
	start(false);
}

static void
end(void)
{
	char command[64];

	store_close(box);
	s3_free(s3);
	s3_conf_free(&conf);
	fake_s3_free(server);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
restart(void)
{
	store_close(box);
	start(false);
}

/* Time passes until everything is uploaded. */
static bool
settle(void)
{
	struct timespec t;

	for (int i = 0; i < TRIES; i++) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		if (ship_wait(s3_store_ship(box), t.tv_sec * NS_PER_S + t.tv_nsec + WAIT))
			return true;
		now_ns += 10 * NS_PER_S;
		ship_poke(s3_store_ship(box));
	}
	return false;
}

static const char *
id_of(unsigned n)
{
	static char id[STORE_ID_LEN + 1];

	snprintf(id, sizeof id, "%032x", n);
	return id;
}

static struct store_file *
create(unsigned n)
{
	struct meta m = { 1, true, "192.0.2.1", "ann", "XX" };
	struct store_file *f;

	ck_assert_msg(store_create(box, id_of(n), &m, &f, &err) == 0, "%s", err.text);
	return f;
}

static uint8_t
byte_of(unsigned n, uint64_t at)
{
	return (uint8_t)((at * 2654435761u + n * 40503u) >> 13);
}

static void
append(struct store_file *f, unsigned n, size_t size)
{
	uint8_t bytes[256];

	for (size_t k; size; size -= k) {
		k = size < sizeof bytes ? size : sizeof bytes;
		for (size_t i = 0; i < k; i++)
			bytes[i] = byte_of(n, f->size + i);
		ck_assert_int_eq(store_append(f, bytes, k, &err), k);
	}
	ck_assert_int_eq(store_commit(f, now_ns, true, &err), 0);
}

static void
record(unsigned n, size_t size)
{
	struct store_file *f = create(n);

	append(f, n, size);
	ck_assert_int_eq(store_finish(f, &err), 0);
}

static void
assert_stored(unsigned n, size_t size)
{
	unsigned puts;
	const struct buf *b = fake_s3_object(server, id_of(n), &puts);
	uint64_t wrong = 0;

	ck_assert_msg(b != NULL, "%u is not there:\n%s", n, told);
	ck_assert_uint_eq(b->n, size);
	for (size_t i = 0; i < size; i++)
		wrong += b->p[i] != byte_of(n, i);
	ck_assert_uint_eq(wrong, 0);
}

static bool
in_spool(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void
assert_spool_empty(void)
{
	char command[128];

	snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", dir);
	ck_assert_int_eq(system(command), 0);
}

/* --- when all is well --- */

START_TEST(small_ones_are_one_request)
{
	struct ship_stats st;

	record(1, 10);
	record(2, PART);
	ck_assert(settle());
	assert_stored(1, 10);
	assert_stored(2, PART);
	ship_stats(s3_store_ship(box), &st);
	ck_assert_msg(st.requests == 2, "%s", told);
	ck_assert_uint_eq(st.uploaded, 2);
	ck_assert_uint_eq(st.bytes_sent, PART + 10);
	ck_assert_uint_eq(st.parts, 0);
	assert_spool_empty();
}
END_TEST

/* A client that comes back with the name of a session that was shipped. */
START_TEST(nothing_is_replaced)
{
	struct ship_stats st;

	record(1, 10);
	record(2, 3 * PART);
	ck_assert(settle());
	assert_spool_empty();
	record(1, _i ? PART : 20);
	record(2, _i ? 20 : 4 * PART);
	settle();
	ship_stats(s3_store_ship(box), &st);
	ck_assert_msg(st.stuck == 2, "%s", told);
	ck_assert_ptr_nonnull(strstr(told, "another recording has this name"));
	assert_stored(1, 10);
	assert_stored(2, 3 * PART);
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
	ck_assert(in_spool(id_of(1)) && in_spool(id_of(2)));
}
END_TEST

START_TEST(parts_go_while_it_is_written)
{
	struct store_file *f = create(1);
	struct ship_stats st = { 0 };

	append(f, 1, 2 * PART + 100);
	for (int i = 0; i < TRIES && st.parts < 2; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(box), &st);
	}
	ck_assert_uint_eq(st.parts, 2);
	ck_assert_uint_eq(fake_s3_uploads(server), 1);
	append(f, 1, PART);
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert(settle());
	assert_stored(1, 3 * PART + 100);
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
	ck_assert_uint_eq(fake_s3_parts(server), 4);
	assert_spool_empty();
}
END_TEST

START_TEST(a_whole_number_of_parts)
{
	struct store_file *f = create(1);

	append(f, 1, PART);
	append(f, 1, PART);
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert(settle());
	assert_stored(1, 2 * PART);
	ck_assert_uint_eq(fake_s3_parts(server), 2);
}
END_TEST

START_TEST(kept_ones_stay_until_they_are_old)
{
	struct directory_limits all = { .max_age_ns = 1 };
	struct directory_opts o = { .path = dir, .spool = true };
	struct store *spool;

	store_close(box);
	start(true);
	record(1, 10);
	ck_assert(settle());
	ck_assert(in_spool(id_of(1)));
	restart();
	ck_assert(settle());
	ck_assert_int_eq(directory_open(&spool, &o, &err), 0);
	ck_assert_int_ge(directory_retain(spool, &all, INT64_MAX, &err), 0);
	store_close(spool);
	ck_assert(!in_spool(id_of(1)));
}
END_TEST

START_TEST(what_containerssh_left)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, id_of(7));
	f = fopen(path, "w");
	for (size_t i = 0; i < 2500; i++)
		fputc(byte_of(7, i), f);
	fclose(f);
	restart();
	ck_assert(settle());
	assert_stored(7, 2500);
	assert_spool_empty();
}
END_TEST

/* --- when it is not --- */

struct plan {
	enum fake_s3_fate fate;
	_Atomic int left;   /* how often */
	const char *method; /* of these, NULL all */
	const char *url;    /* that have this in them */
};

static enum fake_s3_fate
by_plan(void *ctx, const char *method, const char *url)
{
	struct plan *p = ctx;

	if (p->left <= 0 || (p->method && strcmp(p->method, method) != 0) ||
		(p->url && !strstr(url, p->url)))
		return FAKE_S3_GOOD;
	p->left--;
	return p->fate;
}

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
	struct plan plan = { trouble[_i].fate, 3, trouble[_i].method, trouble[_i].url };
	const struct ship_metric *m;
	struct ship_stats st;

	fake_s3_fate(server, by_plan, &plan);
	record(1, 3 * PART + 5);
	record(2, 10);
	ck_assert_msg(settle(), "%s", told);
	assert_stored(1, 3 * PART + 5);
	assert_stored(2, 10);
	ship_stats(s3_store_ship(box), &st);
	for (m = st.failures; m->label && strcmp(m->label, trouble[_i].metric) != 0; m++)
		continue;
	ck_assert_msg(m->label && m->n >= 1, "no %s:\n%s", trouble[_i].metric, told);
	ck_assert_msg(strstr(told, trouble[_i].metric) != NULL, "%s", told);
	assert_spool_empty();
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
}
END_TEST

START_TEST(down_for_hours)
{
	struct plan plan = { FAKE_S3_LOST, 1000000, NULL, NULL };
	struct ship_stats st;
	char *lines = told;
	int n = 0;

	fake_s3_fate(server, by_plan, &plan);
	for (unsigned i = 1; i <= 20; i++)
		record(i, 100);
	for (int i = 0; i < 300; i++) {
		now_ns += 30 * NS_PER_S;
		ship_poke(s3_store_ship(box));
		usleep(500);
	}
	ship_stats(s3_store_ship(box), &st);
	ck_assert_uint_eq(st.waiting, 20);
	ck_assert(st.paused);
	/* one request at a time finds out, and less often than the clock is looked at */
	ck_assert_uint_le(st.requests, 300 + 4);
	while ((lines = strchr(lines, '\n')))
		lines++, n++;
	ck_assert_int_le(n, 20); /* one line a recording, not one a try */
	plan.left = 0;
	ck_assert(settle());
	for (unsigned i = 1; i <= 20; i++)
		assert_stored(i, 100);
	assert_spool_empty();
}
END_TEST

/* --- restarts --- */

START_TEST(goes_on_after_a_restart)
{
	struct plan plan = { FAKE_S3_LOST, 1000000, "PUT", "partNumber=4" };
	struct ship_stats st = { 0 };

	fake_s3_fate(server, by_plan, &plan);
	record(1, 3 * PART + 5);
	for (int i = 0; i < TRIES && st.parts < 3; i++) {
		usleep(1000);
		now_ns += NS_PER_S;
		ship_poke(s3_store_ship(box));
		ship_stats(s3_store_ship(box), &st);
	}
	ck_assert_uint_eq(fake_s3_parts(server), 3);
	plan.left = 0;
	restart();
	ck_assert_msg(settle(), "%s", told);
	assert_stored(1, 3 * PART + 5);
	ck_assert_uint_eq(fake_s3_parts(server), 4); /* none of them again */
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
}
END_TEST

START_TEST(an_open_one_is_gone_on_with)
{
	struct store_file *f = create(1);
	struct ship_stats st = { 0 };

	append(f, 1, PART + 1);
	for (int i = 0; i < TRIES && st.parts < 1; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(box), &st);
	}
	store_leave(f);
	restart();
	ck_assert_int_eq(store_resume(box, id_of(1), &f, &err), 0);
	ck_assert_uint_eq(f->size, PART + 1);
	append(f, 1, PART);
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_msg(settle(), "%s", told);
	assert_stored(1, 2 * PART + 1);
	ck_assert_uint_eq(fake_s3_parts(server), 3);
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
}
END_TEST

/* A torn end is cut off, together with what was sent of it. */
START_TEST(a_torn_end_is_cut)
{
	struct store_file *f = create(1);
	struct ship_stats st = { 0 };
	uint8_t other = (uint8_t)~byte_of(1, 2 * PART - 1);

	append(f, 1, 2 * PART - 1);
	ck_assert_int_eq(store_append(f, &other, 1, &err), 1);
	ck_assert_int_eq(store_append(f, "torn", 4, &err), 4);
	ck_assert_int_eq(store_commit(f, now_ns, true, &err), 0);
	for (int i = 0; i < TRIES && st.parts < 2; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(box), &st);
	}
	store_leave(f);
	restart();
	ck_assert_int_eq(store_resume(box, id_of(1), &f, &err), 0);
	ck_assert_uint_eq(f->size, 2 * PART + 4);
	ck_assert_int_eq(store_cut(f, 2 * PART - 1, &err), 0);
	append(f, 1, 2);
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_msg(settle(), "%s", told);
	assert_stored(1, 2 * PART + 1);
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
}
END_TEST

/* Bytes that were not durable when the machine fell over are others now. */
START_TEST(parts_that_are_not_ours_any_more)
{
	struct plan plan = { FAKE_S3_LOST, 1000000, "POST", "uploadId" };
	struct ship_stats st = { 0 };
	char path[128];
	int fd;

	fake_s3_fate(server, by_plan, &plan);
	record(1, 2 * PART + 5);
	for (int i = 0; i < TRIES && st.parts < 3; i++) {
		usleep(1000);
		now_ns += NS_PER_S;
		ship_poke(s3_store_ship(box));
		ship_stats(s3_store_ship(box), &st);
	}
	store_close(box);
	snprintf(path, sizeof path, "%s/%s", dir, id_of(1));
	fd = open(path, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, "changed", 7, PART), 7);
	close(fd);
	plan.left = 0;
	start(false);
	ck_assert_msg(settle(), "%s", told);
	ck_assert_uint_eq(fake_s3_parts(server), 4); /* the second one again */
	ck_assert_mem_eq(fake_s3_object(server, id_of(1), &(unsigned){ 0 })->p + PART,
		"changed", 7);
}
END_TEST

START_TEST(uploads_nobody_knows_are_aborted)
{
	struct plan plan = { FAKE_S3_UNHEARD, 1000000, "POST", "uploads=" };
	struct ship_stats st = { 0 };

	fake_s3_fate(server, by_plan, &plan);
	record(1, 2 * PART);
	for (int i = 0; i < TRIES && !st.failures[0].n; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(box), &st);
	}
	ck_assert_uint_eq(fake_s3_uploads(server), 1);
	store_close(box); /* before anybody can look for it */
	plan.left = 0;
	start(false);
	ck_assert(settle());
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
	assert_stored(1, 2 * PART);
}
END_TEST

/* Keys that may write, but neither list nor look. */
START_TEST(write_only)
{
	struct plan plan = { FAKE_S3_DENIED, 1000000, "GET", NULL };
	struct plan stop = { FAKE_S3_LOST, 1000000, "POST", "uploadId" };
	struct ship_stats st = { 0 };

	fake_s3_fate(server, by_plan, &stop);
	record(1, 2 * PART + 1);
	for (int i = 0; i < TRIES && st.parts < 3; i++) {
		usleep(1000);
		ship_stats(s3_store_ship(box), &st);
	}
	fake_s3_fate(server, by_plan, &plan);
	restart();
	ck_assert_msg(settle(), "%s", told);
	assert_stored(1, 2 * PART + 1);
	assert_spool_empty();
}
END_TEST

START_TEST(an_end_that_was_not_heard_is_not_done_again)
{
	struct plan plan = { FAKE_S3_UNHEARD, 1, "POST", "uploadId" };
	unsigned puts;

	fake_s3_fate(server, by_plan, &plan);
	record(1, 2 * PART + 1);
	ck_assert_msg(settle(), "%s", told);
	fake_s3_object(server, id_of(1), &puts);
	ck_assert_uint_eq(puts, 1);
	ck_assert_uint_eq(fake_s3_parts(server), 3);
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
	if (chance(NULL) >> 24 < 120)
		fate = (enum fake_s3_fate)(chance(NULL) >> 16) % FAKE_S3_FATES;
	if (fate == FAKE_S3_DENIED && (*method == 'G' || *method == 'D'))
		fate = FAKE_S3_ERROR;
	return fate;
}

START_TEST(anything_may_happen)
{
	size_t size[12];
	struct store_file *f[12];

	seed = (uint32_t)_i * 7919 + 1;
	fake_s3_fate(server, at_random, NULL);
	for (unsigned n = 0; n < 12; n++) {
		size[n] = 1 + (chance(NULL) >> 16) % (5 * PART);
		f[n] = create(n);
		append(f[n], n, size[n] / 2);
	}
	for (int round = 0; round < 3; round++) {
		now_ns += 100 * NS_PER_S;
		ship_poke(s3_store_ship(box));
		usleep(2000);
		for (unsigned n = 0; n < 12; n++)
			store_leave(f[n]);
		restart();
		for (unsigned n = 0; n < 12; n++)
			ck_assert_int_eq(store_resume(box, id_of(n), &f[n], &err), 0);
	}
	for (unsigned n = 0; n < 12; n++) {
		append(f[n], n, size[n] - size[n] / 2);
		ck_assert_int_eq(store_finish(f[n], &err), 0);
	}
	restart();
	fake_s3_fate(server, NULL, NULL);
	ck_assert_msg(settle(), "%s", told);
	for (unsigned n = 0; n < 12; n++)
		assert_stored(n, size[n]);
	assert_spool_empty();
	ck_assert_uint_eq(fake_s3_uploads(server), 0);
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

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, small_ones_are_one_request);
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

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, every_trouble_passes, 0, sizeof trouble / sizeof *trouble);
	tcase_add_test(t, down_for_hours);
	return t;
}

static TCase *
restarts(void)
{
	TCase *t = tcase_create("restarts");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, goes_on_after_a_restart);
	tcase_add_test(t, an_open_one_is_gone_on_with);
	tcase_add_test(t, a_torn_end_is_cut);
	tcase_add_test(t, parts_that_are_not_ours_any_more);
	tcase_add_test(t, uploads_nobody_knows_are_aborted);
	tcase_add_test(t, write_only);
	tcase_add_test(t, an_end_that_was_not_heard_is_not_done_again);
	tcase_add_loop_test(t, anything_may_happen, 0, 20);
	return t;
}

UNIT_MAIN("ship", well, badly, restarts)
