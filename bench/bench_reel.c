/* SPDX-License-Identifier: ISC */
/* Measures the reel on a recording: time to the first frame, speed of the index, time of
 * random seeks inside the indexed part, memory.  One figure a line: NAME VALUE UNIT. */
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
#define TEXT_SLICE (1 << 20)

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

/* How long until the first hit from the middle on is known, and until all are. */
static int
bench_search(struct reel *r, const char *name, const char *text, struct err *e)
{
	uint64_t middle = reel_index_state(r).messages / 2;
	int64_t start = clk_mono(&clk_system);
	struct search_hit hit;
	struct search *s = NULL;
	struct query *q;
	bool first = true;
	int rc = query_new(&q, text, 0, e);

	if (rc == 0)
		rc = search_open(&s, r, q, SEARCH_SHOWN, e);
	if (rc < 0)
		return rc;
	search_aim(s, middle, 1);
	while ((rc = search_run(s, TEXT_SLICE, e)) >= 0) {
		if (first && search_near(s, middle, 1, &hit) == 1) {
			printf("search-%-17s %10.2f ms first\n", name, ms_since(start));
			first = false;
		}
		if (rc == 0)
			break;
	}
	printf("search-%-17s %10.2f ms all %" PRIu64 " up to message %" PRIu64 "\n", name,
		ms_since(start), search_state(s).hits, search_state(s).end);
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
bench(const char *path, size_t text_memory, struct err *e)
{
	struct reel_opts o = { .channel = -1, .text_memory = text_memory };
	int64_t start = clk_mono(&clk_system);
	struct src *s;
	struct tape *t;
	struct reel *r;
	int rc = fdio_open_src(&s, path, e);

	if (rc == 0)
		rc = tape_open(&t, s, NULL, e);
	if (rc == 0)
		rc = reel_open(&r, t, &o, e);
	if (rc < 0)
		return rc;
	rc = reel_seek_time(r, FIRST_NS, NULL, NULL, e);
	printf("%-24s %10.2f ms\n", "first-frame", ms_since(start));
	if (rc >= 0)
		rc = bench_index(r, e);
	if (rc >= 0)
		rc = bench_seeks(r, e);
	print_memory("peak-memory");
	if (rc >= 0)
		rc = bench_search(r, "rare", "\\b77777\\b", e);
	if (rc >= 0)
		rc = bench_search(r, "frequent", "timeout request", e);
	if (rc >= 0)
		rc = bench_find(r, e);
	reel_close(r);
	return rc;
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
