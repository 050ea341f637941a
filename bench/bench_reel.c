/* SPDX-License-Identifier: ISC */
/* Measures the reel on a recording: time to the first frame, speed of the index, time of
 * random seeks inside the indexed part, searches in all scopes, the way to the end without an
 * index, memory.  One figure a line: NAME VALUE UNIT. */
#include "base/clk.h"
#include "base/diag.h"
#include "base/opt.h"
#include "replay/reel.h"
#include "replay/search.h"
#include "sys/fdio.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define SEEKS      200
#define FIRST_NS   INT64_C(1000000000) /* the first frame shows the first second */
#define SLICE_COST UINT64_C(1000000)
#define TEXT_SLICE (128 << 10) /* as the player's */

static double
ms_since(int64_t start)
{
	return (double)(clk_mono(&clk_system) - start) / 1e6;
}

static double
cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_ms(const char *name, double *v, size_t n)
{
	char label[64];

	qsort(v, n, sizeof *v, compare);
	snprintf(label, sizeof label, "%s-median", name);
	printf("%-24s %10.2f ms\n", label, v[n / 2]);
	snprintf(label, sizeof label, "%s-worst", name);
	printf("%-24s %10.2f ms\n", label, v[n - 1]);
}

static uint64_t
output_bytes(struct reel *r)
{
	uint32_t slots[1000];
	uint64_t sum = 0;

	reel_activity(r, slots, 1000);
	for (int i = 0; i < 1000; i++)
		sum += slots[i];
	return sum;
}

static int
bench_index(struct reel *r, struct err *e)
{
	struct reel_index_state s = reel_index_state(r);
	int64_t start = clk_mono(&clk_system), from = s.times_ns, slice;
	double worst = 0, took, times = 0, mb, cpu = cpu_s();
	int rc;

	do {
		slice = clk_mono(&clk_system);
		rc = reel_index(r, SLICE_COST, e);
		took = ms_since(slice);
		worst = took > worst ? took : worst;
		s = reel_index_state(r);
		if (s.times_ns > from) {
			from = s.times_ns;
			times = ms_since(start);
		}
	} while (rc > 0);
	took = ms_since(start);
	cpu = cpu_s() - cpu;
	mb = (double)output_bytes(r) / 1e6;
	printf("%-24s %10.1f MB\n", "output", mb);
	printf("%-24s %10.2f s\n", "index-times", times / 1e3);
	printf("%-24s %10.2f s\n", "index-all", took / 1e3);
	printf("%-24s %10.1f MB/s\n", "index-times-speed", mb / (times / 1e3));
	printf("%-24s %10.1f MB/s\n", "index-all-speed", mb / (took / 1e3));
	printf("%-24s %10.2f s\n", "index-all-cpu", cpu);
	printf("%-24s %10.1f MB/s\n", "index-all-cpu-speed", mb / cpu);
	printf("%-24s %10.2f ms\n", "index-slice-worst", worst);
	printf("%-24s %10" PRIu64 "\n", "messages", s.messages);
	printf("%-24s %10" PRIu64 "\n", "keyframes", s.keyframes);
	printf("%-24s %10.1f MB\n", "keyframe-memory", (double)s.keyframe_bytes / 1e6);
	return rc;
}

static int
bench_seeks(struct reel *r, struct err *e)
{
	uint64_t n = reel_index_state(r).messages, rng = 1;
	double far[SEEKS], back[SEEKS];
	int rc = 0;

	for (int i = 0; i < SEEKS && rc >= 0; i++) {
		int64_t start = clk_mono(&clk_system);

		rng = rng * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		rc = reel_seek_ordinal(r, (rng >> 20) % (n + 1), NULL, NULL, e);
		far[i] = ms_since(start);
		start = clk_mono(&clk_system);
		rc = rc < 0 ? rc : reel_back(r, e);
		back[i] = ms_since(start);
	}
	if (rc < 0)
		return rc;
	print_ms("seek", far, SEEKS);
	print_ms("step-back", back, SEEKS);
	return 0;
}

static int
bench_find(struct reel *r, struct err *e)
{
	int64_t start;
	int rc = reel_seek_ordinal(r, reel_index_state(r).messages / 2, NULL, NULL, e);

	if (rc < 0)
		return rc;
	start = clk_mono(&clk_system);
	rc = reel_find(r, "no such text", 1, NULL, NULL, NULL, NULL, e);
	printf("%-24s %10.2f s\n", "find-forward-half", ms_since(start) / 1e3);
	return rc;
}

static const struct {
	const char *name, *text;
	enum search_scope scope;
	int flags;
} searches[] = {
	{ "rare", "\\b77777\\b", SEARCH_SHOWN, 0 },
	{ "frequent", "timeout request", SEARCH_SHOWN, QUERY_PLAIN },
	{ "expression", "time\\w+ (error|wa[a-z]+) +\\d", SEARCH_SHOWN, 0 },
	{ "nowhere", "no such text", SEARCH_SHOWN, QUERY_PLAIN },
	{ "typed", "make -j", SEARCH_TYPED, QUERY_PLAIN },
	{ "events", "window", SEARCH_EVENTS, QUERY_PLAIN },
};

struct times {
	double first, all, cpu, worst;
	uint64_t hits;
};

/* How long until the first hit from the middle on is known, and until all are. */
static int
run_search(struct search *s, uint64_t middle, struct times *t, struct err *e)
{
	int64_t start = clk_mono(&clk_system), slice;
	double cpu = cpu_s();
	struct search_hit hit;
	int rc;

	t->first = -1;
	t->worst = 0;
	search_aim(s, middle, 1);
	do {
		slice = clk_mono(&clk_system);
		rc = search_run(s, TEXT_SLICE, e);
		t->worst = ms_since(slice) > t->worst ? ms_since(slice) : t->worst;
		if (t->first < 0 && search_near(s, middle, 1, &hit) == 1)
			t->first = ms_since(start);
	} while (rc > 0);
	t->all = ms_since(start);
	t->cpu = (cpu_s() - cpu) * 1e3;
	t->hits = search_state(s).hits;
	return rc;
}

static int
bench_search(struct reel *r, size_t i, struct err *e)
{
	uint64_t middle = reel_index_state(r).messages / 2;
	struct search *s = NULL;
	struct query *q;
	struct times t;
	int rc = query_new(&q, searches[i].text, searches[i].flags, e);

	if (rc < 0)
		return rc;
	rc = search_open(&s, r, q, searches[i].scope, e);
	if (rc == 0)
		rc = run_search(s, middle, &t, e);
	if (rc == 0)
		printf("search-%-17s %10.2f ms all, %.2f ms CPU, first %.2f ms, "
		       "slice-worst "
		       "%.2f ms, %" PRIu64 " hits%s\n",
			searches[i].name, t.all, t.cpu, t.first, t.worst, t.hits,
			search_state(s).full ? ", not all stored" : "");
	search_close(s);
	query_free(q);
	return rc;
}

static void
print_memory(const char *name)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("%-24s %10.1f MB\n", name, (double)u.ru_maxrss / 1e3);
}

static int
open_reel(struct reel **r, const char *path, size_t text_memory, struct err *e)
{
	struct reel_opts o = { .channel = -1, .text_memory = text_memory };
	struct src *s;
	struct tape *t;
	int rc = fdio_open_src(&s, path, e);

	if (rc == 0)
		rc = tape_open(&t, s, NULL, e);
	return rc == 0 ? reel_open(r, t, &o, e) : rc;
}

/* The key End in a recording that was just opened. */
static int
bench_end(const char *path, struct err *e)
{
	int64_t start = clk_mono(&clk_system);
	double cpu = cpu_s();
	struct reel *r;
	int rc = open_reel(&r, path, 0, e);

	if (rc < 0)
		return rc;
	rc = reel_seek_time(r, INT64_MAX, NULL, NULL, e);
	printf("%-24s %10.2f s, %.2f s CPU\n", "end-without-index", ms_since(start) / 1e3,
		cpu_s() - cpu);
	reel_close(r);
	return rc;
}

static int
bench(const char *path, size_t text_memory, struct err *e)
{
	int64_t start = clk_mono(&clk_system);
	struct reel *r;
	int rc = open_reel(&r, path, text_memory, e);

	if (rc < 0)
		return rc;
	rc = reel_seek_time(r, FIRST_NS, NULL, NULL, e);
	printf("%-24s %10.2f ms\n", "first-frame", ms_since(start));
	if (rc >= 0)
		rc = bench_index(r, e);
	if (rc >= 0)
		rc = bench_seeks(r, e);
	for (size_t i = 0; i < sizeof searches / sizeof *searches && rc >= 0; i++)
		rc = bench_search(r, i, e);
	print_memory("peak-memory");
	if (rc >= 0)
		rc = bench_find(r, e);
	reel_close(r);
	return rc < 0 ? rc : bench_end(path, e);
}

int
main(int argc, char **argv)
{
	struct err e;

	diag_init("bench_reel");
	if (argc != 2 && argc != 3) {
		diag_error("usage: bench_reel RECORDING [MIB-OF-TEXT]");
		return 2;
	}
	return bench(argv[1], argc > 2 ? (size_t)atoi(argv[2]) << 20 : 0, &e) < 0
		       ? diag_fail(&e, argv[1])
		       : 0;
}
