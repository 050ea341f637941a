/* SPDX-License-Identifier: ISC */
/* The search engine: what the store names is real and misses nothing; its limits hold. */
#include "replay/search.h"
#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define ROUNDS   8
#define MESSAGES 250

static struct query *
query_of(const char *text, int flags)
{
	struct query *q;
	struct err e;
	int rc = query_new(&q, text, flags, &e);

	ck_assert_msg(rc == 0, "%s: %s", text, e.text);
	return q;
}

static struct search *
search_of(struct reel *r, struct query *q, enum search_scope scope)
{
	struct search *s;

	ck_assert_int_eq(search_open(&s, r, q, scope, NULL), 0);
	return s;
}

static void
run_all(struct search *s)
{
	struct err e;
	int rc;

	while ((rc = search_run(s, 1, &e)) > 0)
		;
	ck_assert_msg(rc == 0, "%s", e.text);
}

/* Row number ROW of a screen. */
static struct span
row_of(const struct buf *rows, int row)
{
	const uint8_t *p = rows->p, *end = rows->p + rows->n, *nl;

	for (;; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		ck_assert_ptr_nonnull(nl);
		if (row-- == 0)
			return span_of(p, (size_t)(nl - p));
	}
}

static int
count_rows(const struct buf *rows)
{
	int n = 0;

	for (size_t i = 0; i < rows->n; i++)
		n += rows->p[i] == '\n';
	return n;
}

static bool
any_begins(const struct buf *rows, struct span head)
{
	for (int i = count_rows(rows) - 1; i >= 0; i--) {
		struct span row = row_of(rows, i);

		if (row.n >= head.n && memcmp(row.p, head.p, head.n) == 0)
			return true;
	}
	return false;
}

static void
expect_real(const struct search_hit *h, struct search *s, const struct truth *t,
	const char *needle)
{
	struct buf b = { 0 };
	struct span row;

	ck_assert_uint_ge(h->n, 1);
	ck_assert_uint_le(h->n, t->n);
	ck_assert_int_eq(h->at_ns, t->at[h->n]);
	ck_assert_int_eq(search_context(s, h, &b), 0);
	row = h->row < 0 ? buf_span(&b) /* it scrolled by */
			 : row_of(&t->rows[h->n], h->row);
	ck_assert_uint_le(h->end, row.n);
	ck_assert_uint_eq(h->end - h->start, strlen(needle));
	ck_assert_int_eq(
		strncasecmp((const char *)row.p + h->start, needle, strlen(needle)), 0);
	ck_assert(span_eq(buf_span(&b), row));
	buf_free(&b);
}

/* Is the place of NEEDLE that ends at END of row ROW after K messages among the hits? */
static bool
is_hit(struct search *s, uint64_t k, int row, size_t end)
{
	struct search_hit h;

	for (uint64_t i = 0; search_hit(s, i, &h); i++)
		if (h.n == k && h.row == row && h.end == end)
			return true;
	return false;
}

/* What stands in a row that begins as none did before must have been found. */
static void
expect_complete(struct search *s, const struct truth *t, uint64_t k, const char *needle)
{
	size_t len = strlen(needle);

	for (int i = count_rows(&t->rows[k]) - 1; i >= 0; i--) {
		struct span row = row_of(&t->rows[k], i);

		for (size_t at = 0; at + len <= row.n; at++) {
			if (strncasecmp((const char *)row.p + at, needle, len) != 0)
				continue;
			if (!any_begins(&t->rows[k - 1], span_of(row.p, at + len)))
				ck_assert_msg(is_hit(s, k, i, at + len),
					"'%s' missed after %d", needle, (int)k);
			at += len - 1;
		}
	}
}

/* Numbers, and the sum over a timeline, by looking at every hit. */
static void
expect_places(struct search *s)
{
	uint32_t slots[16] = { 0 }, want[16] = { 0 };
	struct search_hit h, last = { 0 };
	uint64_t n = search_state(s).hits;

	if (!n)
		return;
	ck_assert(search_hit(s, n - 1, &last));
	for (uint64_t i = 0; search_hit(s, i, &h); i++) {
		double at = last.at_ns ? (double)h.at_ns / (double)last.at_ns : 0;

		ck_assert_uint_eq(search_number(s, &h), i);
		want[at < 1 ? (int)(at * 16) : 15]++;
	}
	search_slots(s, last.at_ns, slots, 16);
	ck_assert_mem_eq(slots, want, sizeof slots);
}

static void
expect_near(struct search *s, const struct truth *t)
{
	struct search_hit h, near;
	uint64_t from = 0, n = 0;

	for (uint64_t i = 0; search_hit(s, i, &h); i++) {
		if (h.n == from)
			continue;
		ck_assert_uint_gt(h.n, from);
		ck_assert_int_eq(search_near(s, from, 1, &near), 1);
		ck_assert_uint_eq(near.n, h.n);
		if (from) {
			ck_assert_int_eq(search_near(s, h.n, -1, &near), 1);
			ck_assert_uint_eq(near.n, from);
		}
		from = h.n;
		n++;
	}
	ck_assert_int_eq(search_near(s, from, 1, &near), 0);
	ck_assert_int_eq(search_near(s, t->n + 1, -1, &near), n > 0);
}

START_TEST(hits_are_real_and_complete)
{
	static const char *const needles[] = { "needle", "line 7", "red ", "x", "$",
		"nowhere", "\xE6\x9C\xAC" };
	struct reel_opts o = { .channel = -1, .keyframe_cost = 3000 };
	struct recording rec;
	struct truth t;
	struct reel *r;
	struct err e;

	recording_start(&rec, 7000 + (uint64_t)_i);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&t, &rec);
	r = truth_reel(&rec, &o);
	for (int i = 0; i < 40; i++) { /* the index grows whoever moves */
		uint64_t k = recording_random(&rec, (uint32_t)t.n + 1);

		ck_assert_int_ge(reel_index(r, recording_random(&rec, 800), &e), 0);
		ck_assert_int_eq(reel_seek_ordinal(r, k, NULL, NULL, &e), 0);
	}
	truth_index_all(r);
	for (size_t i = 0; i < sizeof needles / sizeof *needles; i++) {
		struct query *q = query_of(needles[i], QUERY_PLAIN);
		struct search *s = search_of(r, q, SEARCH_SHOWN);
		struct search_hit h;

		run_all(s);
		for (uint64_t n = 0; search_hit(s, n, &h); n++)
			expect_real(&h, s, &t, needles[i]);
		for (uint64_t k = 1; k <= t.n; k++)
			expect_complete(s, &t, k, needles[i]);
		expect_near(s, &t);
		expect_places(s);
		ck_assert_uint_eq(search_state(s).end, t.n);
		ck_assert(!search_state(s).full);
		search_close(s);
		query_free(q);
	}
	reel_close(r);
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

/* A long session: many blocks.  BEFORE each line something that makes it less than plain. */
#define NOT_PLAIN "\033[?25h"
static void
long_session(struct recording *rec, int lines, const char *before)
{
	char text[200];

	recording_start(rec, 5);
	recording_connect(rec);
	recording_pty(rec, 0, 80, 24);
	for (int i = 0; i < lines; i++) {
		snprintf(text, sizeof text, "%s%08x line %d of a long session%s\r\n",
			before, recording_random(rec, 1u << 31), i,
			i % 1000 == 500 ? " needle" : "");
		rec->now_ns += 1000000;
		recording_out(rec, text);
	}
	recording_end(rec);
}

START_TEST(hits_come_while_the_index_grows)
{
	struct query *q = query_of("need.e$", 0);
	struct search_hit h, first;
	struct recording rec;
	struct search *s;
	struct reel *r;
	struct err e;
	uint64_t last = 0;
	int rc;

	long_session(&rec, 6000, "");
	r = truth_reel(&rec, NULL);
	s = search_of(r, q, SEARCH_SHOWN);
	ck_assert_int_eq(search_near(s, 0, 1, &h), 0);
	do {
		rc = reel_index(r, 20000, &e);
		if (search_near(s, 0, 1, &h) == SEARCH_WAIT)
			run_all(s);
		run_all(s);
		ck_assert_uint_ge(search_state(s).hits, last);
		last = search_state(s).hits;
	} while (rc > 0);
	ck_assert_uint_eq(last, 6);
	ck_assert(search_state(s).done == 1);
	ck_assert_int_eq(search_near(s, 0, 1, &first), 1);
	ck_assert_uint_eq(first.n, 503);
	ck_assert(search_hit(s, 5, &h));
	ck_assert_uint_eq(h.n, 5503);
	expect_places(s);
	search_close(s);
	/* from the end backwards: the block there is looked at first */
	s = search_of(r, q, SEARCH_SHOWN);
	search_aim(s, 6002, -1);
	ck_assert_int_eq(search_near(s, 6002, -1, &h), SEARCH_WAIT);
	ck_assert_int_eq(search_run(s, 1, &e), 1);
	ck_assert_int_eq(search_near(s, 6002, -1, &h), 1);
	ck_assert_uint_eq(h.n, 5503);
	ck_assert_int_eq(search_near(s, 0, 1, &h), SEARCH_WAIT);
	search_close(s);
	reel_close(r);
	query_free(q);
	recording_free(&rec);
}
END_TEST

START_TEST(a_full_store_is_said_and_search_goes_on)
{
	struct reel_opts o = { .channel = -1, .text_memory = 100000 };
	struct query *q = query_of("needle", QUERY_PLAIN);
	struct search_state st;
	struct recording rec;
	struct search *s;
	struct reel *r;
	struct err e;

	long_session(&rec, 6000, NOT_PLAIN);
	r = truth_reel(&rec, &o);
	truth_index_all(r);
	s = search_of(r, q, SEARCH_SHOWN);
	run_all(s);
	st = search_state(s);
	ck_assert(st.full);
	ck_assert_uint_gt(st.end, 600);
	ck_assert_uint_lt(st.end, 5500);
	ck_assert_uint_gt(st.hits, 0);
	ck_assert_uint_lt(st.hits, 6);
	for (uint64_t n = 503; n < 6000; n += 1000) {
		ck_assert_int_eq(
			reel_find(r, "needle", 1, NULL, NULL, NULL, NULL, &e), 1);
		ck_assert_uint_eq(reel_ordinal(r), n);
	}
	ck_assert_int_eq(reel_find(r, "needle", 1, NULL, NULL, NULL, NULL, &e), 0);
	for (uint64_t n = 4503; n > 503; n -= 1000) {
		ck_assert_int_eq(
			reel_find(r, "needle", -1, NULL, NULL, NULL, NULL, &e), 1);
		ck_assert_uint_eq(reel_ordinal(r), n);
	}
	search_close(s);
	reel_close(r);
	query_free(q);
	recording_free(&rec);
}
END_TEST

START_TEST(search_without_a_store)
{
	struct reel_opts o = { .channel = -1, .text_memory = REEL_NO_TEXT };
	struct query *q = query_of("needle", QUERY_PLAIN);
	struct recording rec;
	struct search *s;
	struct reel *r;
	struct err e;

	long_session(&rec, 600, "");
	r = truth_reel(&rec, &o);
	truth_index_all(r);
	s = search_of(r, q, SEARCH_SHOWN);
	run_all(s);
	ck_assert_uint_eq(search_state(s).end, 0);
	ck_assert(search_state(s).full);
	ck_assert_int_eq(reel_find(r, "needle", 1, NULL, NULL, NULL, NULL, &e), 1);
	ck_assert_uint_eq(reel_ordinal(r), 503);
	ck_assert_int_eq(reel_find(r, "needle", -1, NULL, NULL, NULL, NULL, &e), 0);
	search_close(s);
	reel_close(r);
	query_free(q);
	recording_free(&rec);
}
END_TEST

START_TEST(a_runaway_expression_is_an_error)
{
	static const char *const hostile[] = { "(a+)+$", "(a|a)*b", "(.*)*\\1x",
		"(?=(a+)+b)a" };
	char text[80 + 1], line[100];
	struct recording rec;
	struct reel *r;
	struct err e;
	int rc;

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 100, 24);
	memset(text, 'a', 80);
	text[80] = 0;
	for (int i = 0; i < 2000; i++) {
		snprintf(line, sizeof line, "%s!%d\r\n", text, i);
		recording_out(&rec, line);
	}
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	truth_index_all(r);
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		struct query *q = query_of(hostile[i], 0);
		struct search *s = search_of(r, q, SEARCH_SHOWN);

		while ((rc = search_run(s, 1, &e)) > 0)
			;
		ck_assert(rc == 0 || rc == ERR_LIMIT);
		if (i == 0)
			ck_assert_int_eq(rc, ERR_LIMIT);
		search_close(s);
		query_free(q);
	}
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static void
expect_refused(const char *text, int code)
{
	struct query *q;
	struct err e;

	ck_assert_int_eq(query_new(&q, text, 0, &e), code);
	ck_assert_ptr_null(q);
	ck_assert(e.text[0]);
}

static bool
matches(const char *pattern, int flags, const char *text)
{
	struct query *q = query_of(pattern, flags);
	size_t start = 0, end = 0;
	int rc = query_match(q, span_str(text), &start, &end);

	query_free(q);
	ck_assert_int_ge(rc, 0);
	return rc;
}

START_TEST(queries)
{
	char many[QUERY_MAX + 2];

	memset(many, 'x', sizeof many - 1);
	many[sizeof many - 1] = 0;
	expect_refused("", ERR_USAGE);
	expect_refused("(", ERR_USAGE);
	expect_refused("\xFF", ERR_USAGE);
	expect_refused("a\\C", ERR_USAGE);
	expect_refused(many, ERR_LIMIT);
	ck_assert(matches("abc", 0, "xABC"));
	ck_assert(!matches("aBc", 0, "xABC"));
	ck_assert(matches("\\Sbc", 0, "xABC"));
	ck_assert(matches("a.c", QUERY_PLAIN, "A.C"));
	ck_assert(!matches("a.c", QUERY_PLAIN, "abc"));
	ck_assert(matches("\xC3\xA4", QUERY_PLAIN, "\xC3\x84"));
	ck_assert(!matches("\xC3\x84", QUERY_PLAIN, "\xC3\xA4"));
	ck_assert(!matches("x*", 0, "yyy"));
	ck_assert(!matches("a\\K", 0, "a"));
}
END_TEST

static void
type(struct recording *rec, const char *text)
{
	recording_io(rec, 0, MSG_STREAM_IN, span_str(text));
}

static void
expect_one(struct reel *r, enum search_scope scope, const char *text, uint64_t n,
	const char *line)
{
	struct query *q = query_of(text, QUERY_PLAIN);
	struct search *s = search_of(r, q, scope);
	struct buf b = { 0 };
	struct search_hit h;

	run_all(s);
	ck_assert_uint_eq(search_state(s).hits, 1);
	ck_assert(search_hit(s, 0, &h));
	ck_assert_uint_eq(h.n, n);
	ck_assert_int_eq(search_context(s, &h, &b), 0);
	ck_assert_str_eq(buf_cstr(&b), line);
	buf_free(&b);
	search_close(s);
	query_free(q);
}

START_TEST(scopes)
{
	struct recording rec;
	struct reel *r;

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 80, 24);
	recording_out(&rec, "$ ");
	type(&rec, "c"); /* 4 */
	recording_out(&rec, "c");
	type(&rec, "at /ets\x7F"); /* 6 */
	recording_out(&rec, "at /ets");
	recording_out(&rec, "\b \b");
	type(&rec, "c/shadow\r\x1b"); /* 9 */
	type(&rec, "[Als\x03");       /* 10 */
	recording_out(&rec, "c/shadow\r\nroot:");
	recording_marker(&rec, "look here"); /* 12 */
	recording_end(&rec);
	r = truth_reel(&rec, NULL);
	truth_index_all(r);
	expect_one(r, SEARCH_TYPED, "cat", 6, "cat /ets<BS>");
	expect_one(r, SEARCH_TYPED, "shadow", 9, "cat /ets<BS>c/shadow");
	expect_one(r, SEARCH_TYPED, "<up>ls^c", 10, "<Up>ls^C");
	expect_one(r, SEARCH_SHOWN, "/ets", 7, "$ cat /ets");
	expect_one(r, SEARCH_SHOWN, "/etc/shadow", 11, "$ cat /etc/shadow");
	expect_one(r, SEARCH_EVENTS, "look here", 12, "marker: look here");
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
case_search(void)
{
	TCase *t = tcase_create("search");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, hits_are_real_and_complete, 0, ROUNDS);
	tcase_add_test(t, hits_come_while_the_index_grows);
	tcase_add_test(t, a_full_store_is_said_and_search_goes_on);
	tcase_add_test(t, search_without_a_store);
	tcase_add_test(t, a_runaway_expression_is_an_error);
	tcase_add_test(t, queries);
	tcase_add_test(t, scopes);
	return t;
}

UNIT_MAIN("search", case_search)
