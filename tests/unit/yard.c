/* SPDX-License-Identifier: ISC */
#include "tests/unit/yard.h"

#include "store/directory.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WAIT (20 * NS_PER_MS)

struct yard yard;

static int64_t
fake_now(void *ctx)
{
	(void)ctx;
	return yard.now_ns;
}
static const struct clk clk = { fake_now, fake_now, NULL };

uint32_t
yard_chance(void *ctx)
{
	(void)ctx;
	return yard.seed = yard.seed * 1664525u + 1013904223u;
}

static void
tell(void *ctx, const char *id, const struct s3_fault *fault, const char *text)
{
	size_t n = strlen(yard.told);

	(void)ctx;
	snprintf(yard.told + n, sizeof yard.told - n, "%.2s %s: %s\n", id ? id : "s3",
		fault ? fault->metric : "-", text);
}

void
yard_start(bool keep)
{
	struct directory_opts o = {
		.path = yard.dir, .spool = true, .sync = DIRECTORY_SYNC_NEVER
	};
	struct ship_opts so = {
		.clk = &clk, .chance = yard_chance, .tell = tell, .keep = keep
	};
	struct store *spool;

	ck_assert_int_eq(directory_open(&spool, &o, &yard.err), 0);
	ck_assert_msg(s3_store_open(&yard.box, yard.s3, spool, &so, &yard.err) == 0, "%s",
		yard.err.text);
}

void
yard_begin(void)
{
	strcpy(yard.dir, "ship.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(yard.dir));
	yard.server = fake_s3_new();
	yard.seed = 1;
	yard.now_ns = NS_PER_S;
	yard.told[0] = 0;
	s3_conf_init(&yard.conf);
	s3_conf_set(&yard.conf, "endpoint", "http://fake.test", NULL);
	s3_conf_set(&yard.conf, "pathStyleAccess", "yes", NULL);
	s3_conf_set(&yard.conf, "bucket", "recs", NULL);
	s3_conf_set(&yard.conf, "credentials", "none", NULL);
	s3_conf_set(&yard.conf, "parallelUploads", "4", NULL);
	yard.conf.part_size = YARD_PART;
	yard.conf.whole_size = 0; /* parts are what is tested most */
	ck_assert_msg(s3_new(&yard.s3, &yard.conf, fake_s3_port(yard.server), &clk,
			      &yard.err) == 0,
		"%s", yard.err.text);
	yard_start(false);
}

void
yard_end(void)
{
	char command[64];

	store_close(yard.box);
	s3_free(yard.s3);
	s3_conf_free(&yard.conf);
	fake_s3_free(yard.server);
	snprintf(command, sizeof command, "rm -rf %s", yard.dir);
	ck_assert_int_eq(system(command), 0);
}

void
yard_restart(void)
{
	store_close(yard.box);
	yard_start(false);
}

bool
yard_settle(void)
{
	struct timespec t;

	for (int64_t i = 0; i < YARD_TRIES * NS_PER_MS / WAIT; i++) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		if (ship_wait(s3_store_ship(yard.box),
			    t.tv_sec * NS_PER_S + t.tv_nsec + WAIT))
			return true;
		yard.now_ns += 10 * NS_PER_S;
		ship_poke(s3_store_ship(yard.box));
	}
	return false;
}

/* --- recordings --- */

const char *
yard_id(unsigned n)
{
	static char id[STORE_ID_LEN + 1];

	snprintf(id, sizeof id, "%032x", n);
	return id;
}

struct store_file *
yard_create(unsigned n)
{
	struct meta m = { 1, true, "192.0.2.1", "ann", "XX" };
	struct store_file *f;

	ck_assert_msg(store_create(yard.box, yard_id(n), &m, &f, &yard.err) == 0, "%s",
		yard.err.text);
	return f;
}

uint8_t
yard_byte(unsigned n, uint64_t at)
{
	return (uint8_t)((at * 2654435761u + n * 40503u) >> 13);
}

void
yard_append(struct store_file *f, unsigned n, size_t size)
{
	uint8_t bytes[256];

	for (size_t k; size; size -= k) {
		k = size < sizeof bytes ? size : sizeof bytes;
		for (size_t i = 0; i < k; i++)
			bytes[i] = yard_byte(n, f->size + i);
		ck_assert_int_eq(store_append(f, bytes, k, &yard.err), k);
	}
	ck_assert_int_eq(store_commit(f, yard.now_ns, true, &yard.err), 0);
}

void
yard_record(unsigned n, size_t size)
{
	struct store_file *f = yard_create(n);

	yard_append(f, n, size);
	ck_assert_int_eq(store_finish(f, &yard.err), 0);
}

void
yard_leave(unsigned n, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", yard.dir, yard_id(n));
	f = fopen(path, "w");
	for (size_t i = 0; i < size; i++)
		fputc(yard_byte(n, i), f);
	fclose(f);
}

void
yard_until_parts(unsigned parts)
{
	struct ship_stats st = { 0 };

	for (int i = 0; i < YARD_TRIES && st.parts < parts; i++) {
		usleep(1000);
		yard.now_ns += NS_PER_S;
		ship_poke(s3_store_ship(yard.box));
		ship_stats(s3_store_ship(yard.box), &st);
	}
	ck_assert_uint_ge(st.parts, parts);
}

/* --- what became of them --- */

void
yard_assert_stored(unsigned n, size_t size)
{
	unsigned puts;
	const struct buf *b = fake_s3_object(yard.server, yard_id(n), &puts);
	uint64_t wrong = 0;

	ck_assert_msg(b != NULL, "%u is not there:\n%s", n, yard.told);
	ck_assert_uint_eq(b->n, size);
	for (size_t i = 0; i < size; i++)
		wrong += b->p[i] != yard_byte(n, i);
	ck_assert_uint_eq(wrong, 0);
}

bool
yard_holds(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", yard.dir, name);
	return access(path, F_OK) == 0;
}

void
yard_assert_empty(void)
{
	char command[128];

	snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", yard.dir);
	ck_assert_int_eq(system(command), 0);
}

enum fake_s3_fate
yard_by_plan(void *ctx, const char *method, const char *url)
{
	struct yard_plan *p = ctx;

	if (p->left <= 0 || (p->method && strcmp(p->method, method) != 0) ||
		(p->url && !strstr(url, p->url)))
		return FAKE_S3_GOOD;
	p->left--;
	return p->fate;
}
