/* SPDX-License-Identifier: ISC */
/* All matching lines in one pass: the same that the search finds, whatever is kept at once. */
#include "replay/sift.h"

#include "format/vendor.h"
#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define ROUNDS   6
#define MESSAGES 250

struct line {
	uint64_t n;
	char *text;
};

struct found {
	struct line v[20000];
	size_t n, stop_at;
};

static int
note_line(void *ctx, const struct sift_line *l)
{
	struct found *all = ctx;

	ck_assert_uint_lt(all->n, sizeof all->v / sizeof *all->v);
	ck_assert(l->start < l->end && l->end <= l->len);
	all->v[all->n].n = l->n;
	all->v[all->n++].text = strndup((const char *)l->text, l->len);
	return all->n == all->stop_at ? 7 : 0;
}

static int
sift(const struct recording *rec, const char *what, enum search_scope scope,
	size_t memory, struct found *all)
{
	struct sift s = {
		.scope = scope, .line = note_line, .ctx = all, .memory = memory
	};
	struct err e = { .text = "" };
	int rc;

	all->n = 0;
	ck_assert_int_eq(query_new(&s.query, what, QUERY_EXACT, &e), 0);
	rc = sift_run(&s, recording_tape(rec), NULL, &e);
	ck_assert_msg(rc >= 0, "%s", e.text);
	query_free(s.query);
	return rc;
}

static void
forget(struct found *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->v[i].text);
	all->n = 0;
}

static bool
holds(const struct found *all, uint64_t most_n, struct span text)
{
	for (size_t i = 0; i < all->n && all->v[i].n <= most_n; i++)
		if (strncmp(all->v[i].text, (const char *)text.p, text.n) == 0)
			return true;
	return false;
}

/* Each hit of the search is in a line, each line begins with one. */
static void
compare(const struct recording *rec, const char *what, enum search_scope scope,
	const struct found *all)
{
	struct reel *r = truth_reel(rec, NULL);
	struct search_hit hit;
	struct search *s;
	struct buf text = { 0 };
	struct query *q;
	size_t at = 0;

	truth_index_all(r);
	ck_assert_int_eq(query_new(&q, what, QUERY_EXACT, NULL), 0);
	ck_assert_int_eq(search_open(&s, r, q, scope, NULL), 0);
	search_aim(s, 0, 1);
	while (search_run(s, 1 << 16, NULL) > 0)
		;
	for (uint64_t i = 0; search_hit(s, i, &hit); i++) {
		buf_clear(&text);
		search_context(s, &hit, &text);
		ck_assert_msg(holds(all, hit.n, buf_span(&text)), "'%s' is missed",
			buf_cstr(&text));
		while (at < all->n && all->v[at].n < hit.n)
			ck_abort_msg("'%s' is no hit", all->v[at].text);
		while (at < all->n && all->v[at].n == hit.n)
			at++;
	}
	ck_assert_uint_eq(at, all->n);
	search_close(s);
	query_free(q);
	buf_free(&text);
	reel_close(r);
}

START_TEST(finds_what_the_search_finds)
{
	static const char *const needles[] = { "needle", "line 7", "red ", "x", "[0-9]+",
		"Z{3}" };
	static struct found one, other;
	size_t found = 0;

	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct recording rec;

		recording_start(&rec, seed);
		recording_random_session(&rec, MESSAGES);
		recording_end(&rec);
		for (size_t i = 0; i < sizeof needles / sizeof *needles; i++) {
			sift(&rec, needles[i], SEARCH_SHOWN, 0, &one);
			compare(&rec, needles[i], SEARCH_SHOWN, &one);
			found += one.n;
			sift(&rec, needles[i], SEARCH_SHOWN, 1, &other);
			ck_assert_uint_eq(one.n, other.n);
			for (size_t k = 0; k < one.n; k++) {
				ck_assert_str_eq(one.v[k].text, other.v[k].text);
				ck_assert_uint_eq(one.v[k].n, other.v[k].n);
			}
			forget(&one);
			forget(&other);
		}
		recording_free(&rec);
	}
	ck_assert_uint_gt(found, 100);
}
END_TEST

static void
expect(const struct recording *rec, const char *what, enum search_scope scope, uint64_t n,
	const char *text)
{
	static struct found all;

	sift(rec, what, scope, 0, &all);
	ck_assert_msg(all.n == 1, "%s: %zu", what, all.n);
	ck_assert_uint_eq(all.v[0].n, n);
	ck_assert_str_eq(all.v[0].text, text);
	forget(&all);
}

START_TEST(lines_are_whole)
{
	char command[600];
	struct recording rec;
	static struct found all;

	memset(command, 'a', sizeof command);
	snprintf(command + 590, 10, " hidden");
	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 80, 24);
	recording_out(&rec, "$ c"); /* 3 */
	recording_out(&rec, "a");
	recording_out(&rec, "t /etc/shadow ca"); /* 5 */
	recording_out(&rec, "t\r\nroot:*\r\nsome root:*");
	recording_io(&rec, 0, MSG_STREAM_IN, SPAN_LIT("cat x")); /* 7 */
	recording_io(&rec, 0, MSG_STREAM_IN, SPAN_LIT("yz\r"));
	recording_command(&rec, "start", command); /* 9 */
	recording_marker(&rec, "look here");       /* 10 */
	recording_end(&rec);
	expect(&rec, "cat", SEARCH_SHOWN, 5, "$ cat /etc/shadow cat");
	expect(&rec, "^root", SEARCH_SHOWN, 6, "root:*");
	expect(&rec, "cat", SEARCH_TYPED, 7, "cat xyz");
	expect(&rec, "look here", SEARCH_EVENTS, 10, "marker: look here");
	expect(&rec, "hidden", SEARCH_EVENTS, 9, command);
	sift(&rec, "Root", SEARCH_SHOWN, 0, &all);
	ck_assert_uint_eq(all.n, 0);
	all.stop_at = 1;
	ck_assert_int_eq(sift(&rec, "root", SEARCH_SHOWN, 0, &all), 7);
	ck_assert_uint_eq(all.n, 1);
	forget(&all);
	recording_free(&rec);
}
END_TEST

START_TEST(a_runaway_is_told)
{
	struct recording rec;
	struct sift s = { .line = note_line };
	struct err e = { .text = "" };

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 80, 24);
	recording_out(&rec, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
	recording_end(&rec);
	ck_assert_int_eq(query_new(&s.query, "(a+)+$", 0, &e), 0);
	ck_assert_int_eq(sift_run(&s, recording_tape(&rec), NULL, &e), ERR_LIMIT);
	ck_assert_ptr_nonnull(strstr(e.text, "left out"));
	query_free(s.query);
	recording_free(&rec);
}
END_TEST

static TCase *
tcase_sift(void)
{
	TCase *tc = tcase_create("sift");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, finds_what_the_search_finds);
	tcase_add_test(tc, lines_are_whole);
	tcase_add_test(tc, a_runaway_is_told);
	return tc;
}

UNIT_MAIN("sift", tcase_sift)
