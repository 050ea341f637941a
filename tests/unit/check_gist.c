/* SPDX-License-Identifier: ISC */
/* The gist of a recording: a search by it finds what one through all of the recording does,
 * and one that is of another file, or damaged, is told. */
#include "replay/sift.h"

#include "tests/unit/truth.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define ROUNDS   6
#define MESSAGES 250

static const struct gist_key key = { 1, 2, 3, SEARCH_SHOWN };

static uint64_t room; /* for text, in gists that are made */

/* Each line found as a line of text. */
struct told {
	struct buf text;
	uint64_t n, stop_at;
};

static int
tell(void *ctx, const struct sift_line *l)
{
	struct told *t = ctx;

	buf_addf(&t->text, "%llu %lld %zu-%zu ", (unsigned long long)l->n,
		(long long)l->at_ns, l->start, l->end);
	buf_add(&t->text, l->text, l->len);
	buf_add_byte(&t->text, '\n');
	return ++t->n == t->stop_at ? 5 : 0;
}

static int
open_again(void *ctx, struct tape **t, struct err *e)
{
	const struct recording *rec = ctx;

	(void)e;
	*t = recording_tape(rec);
	return 0;
}

/* All that is found, and, GIST not NULL, the gist. */
static int
plainly(struct sift *s, const struct recording *rec, struct told *told, struct dst *gist)
{
	struct gist_key k = key;
	struct gist_writer w;
	struct tape_end end;
	bool kept;
	int rc;

	k.scope = s->scope;
	*told = (struct told){ .stop_at = told->stop_at };
	s->line = tell;
	s->ctx = told;
	if (gist) {
		ck_assert_int_eq(gist_begin(&w, gist, &k, NULL), 0);
		w.room = room;
		s->keep = &w;
		s->kept = &kept;
	}
	rc = sift_run(s, recording_tape(rec), &end, NULL);
	s->keep = NULL;
	s->kept = NULL;
	if (gist) {
		ck_assert(kept);
		ck_assert_int_eq(gist_end(&w, &end, NULL), 0);
	}
	return rc;
}

static int
by_gist(struct sift *s, const struct recording *rec, struct told *told, struct span bytes)
{
	struct gist_key k = key;
	struct gist g;
	int rc;

	k.scope = s->scope;
	*told = (struct told){ .stop_at = told->stop_at };
	s->ctx = told;
	ck_assert_int_eq(gist_open(&g, src_mem(bytes), &k, NULL), 0);
	rc = sift_gist(s, &g, open_again, (void *)(uintptr_t)rec, NULL);
	gist_close(&g);
	return rc;
}

/* Both ways say the same; where the gist has no text, it says the beginning of it. */
static void
compare(struct sift *s, const struct recording *rec, struct span bytes)
{
	struct told a = { 0 }, b = { 0 };
	int x = plainly(s, rec, &a, NULL), y = by_gist(s, rec, &b, bytes);

	if (!room && y == ERR_STATE) {
		ck_assert_uint_le(b.text.n, a.text.n);
		a.text.n = b.text.n;
	} else {
		ck_assert_int_eq(x, y);
	}
	ck_assert_msg(span_eq(buf_span(&a.text), buf_span(&b.text)), "%s---\n%s",
		buf_cstr(&a.text), buf_cstr(&b.text));
	buf_free(&a.text);
	buf_free(&b.text);
}

static const char *const patterns[] = { "needle", "line 7", "red ", "x", "[0-9]+", "Z{3}",
	"(?i)NEEDLE|line", "^\\S+ ", "ne+d", "li.e 1|red", "nowhere at all", "\\Qin\\E",
	"(?=line)...e", "\xE6\x97\xA5" };

static void
compare_all(const struct recording *rec, enum search_scope scope)
{
	struct sift s = { .scope = scope, .memory = scope == SEARCH_TYPED ? 1 : 0 };
	struct dst *gist = dst_mem();
	struct told none = { 0 };

	plainly(&s, rec, &none, gist); /* nothing is looked for */
	ck_assert_uint_eq(none.n, 0);
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct dst *other = dst_mem();
		struct told told = { 0 };

		ck_assert_int_eq(query_new(&s.query, patterns[i], QUERY_EXACT, NULL), 0);
		plainly(&s, rec, &told, other);
		ck_assert(span_eq(dst_mem_bytes(gist), dst_mem_bytes(other)));
		compare(&s, rec, dst_mem_bytes(gist));
		query_free(s.query);
		buf_free(&told.text);
		dst_close(other, NULL);
	}
	dst_close(gist, NULL);
}

START_TEST(says_the_same)
{
	struct recording rec;

	recording_start_as(
		&rec, (uint64_t)_i + 1, _i % 3 == 2 ? TAPE_CAST_V2 : TAPE_AUDIT_V2);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	for (room = 0; room < 2 << 20; room += 1 << 20)
		for (int scope = SEARCH_SHOWN; scope <= SEARCH_EVENTS; scope++)
			compare_all(&rec, (enum search_scope)scope);
	recording_free(&rec);
}
END_TEST

/* Much plain output: many sections, of which few are read. */
static void
put_log(struct recording *rec, int lines)
{
	struct buf b = { 0 };

	recording_connect(rec);
	recording_pty(rec, 0, 80, 24);
	for (int i = 0; i < lines; i++) {
		buf_addf(&b, "\033[1mline\033[m %d of %d: %x\r\n", i, lines,
			recording_random(rec, 1u << 30));
		if (i == lines / 2)
			buf_add_str(&b, "a Needle in a stack of hay\r\n");
		if (b.n > 3000 || i == lines - 1) {
			recording_io(rec, 0, MSG_STREAM_OUT, buf_span(&b));
			buf_clear(&b);
		}
	}
	buf_free(&b);
	recording_end(rec);
}

static int
count_opens(void *ctx, struct tape **t, struct err *e)
{
	const struct recording **rec = ctx;

	(void)e;
	rec[1] = NULL; /* it was */
	*t = recording_tape(rec[0]);
	return 0;
}

START_TEST(reads_what_it_must)
{
	struct recording rec;
	struct sift s = { .scope = SEARCH_SHOWN };
	struct dst *gist = dst_mem();
	struct told told = { 0 };
	const struct recording *opened[2] = { &rec, &rec };
	struct gist g;
	uint64_t sections = 0, held = 0;
	int rc;

	recording_start(&rec, 3);
	put_log(&rec, 200000);
	plainly(&s, &rec, &told, gist);
	ck_assert_uint_lt(dst_mem_bytes(gist).n, rec.file.n / 5);
	ck_assert_int_eq(
		query_new(&s.query, "needle in a (hay)?stack", QUERY_FOLD, NULL), 0);
	ck_assert_int_eq(gist_open(&g, src_mem(dst_mem_bytes(gist)), &key, NULL), 0);
	for (; (rc = gist_next(&g, NULL)) > 0; sections++)
		held += query_may_match(s.query, &g.filter);
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(g.state, TAPE_CLEAN);
	gist_close(&g);
	ck_assert_uint_gt(sections, 4);
	ck_assert_uint_eq(held, 1);
	compare(&s, &rec, dst_mem_bytes(gist));
	query_free(s.query);
	/* what is nowhere needs no recording */
	ck_assert_int_eq(query_new(&s.query, "nowhere to be found", QUERY_FOLD, NULL), 0);
	ck_assert_int_eq(gist_open(&g, src_mem(dst_mem_bytes(gist)), &key, NULL), 0);
	ck_assert_int_eq(sift_gist(&s, &g, count_opens, opened, NULL), 0);
	ck_assert_ptr_nonnull(opened[1]);
	gist_close(&g);
	query_free(s.query);
	dst_close(gist, NULL);
	recording_free(&rec);
}
END_TEST

START_TEST(who_stops_early_has_the_gist)
{
	struct recording rec;
	struct sift s = { .scope = SEARCH_SHOWN };
	struct dst *whole = dst_mem(), *part = dst_mem();
	struct told told = { 0 };

	recording_start(&rec, 4);
	put_log(&rec, 3000);
	plainly(&s, &rec, &told, whole);
	ck_assert_int_eq(query_new(&s.query, "line", QUERY_FOLD, NULL), 0);
	told.stop_at = 2;
	ck_assert_int_eq(plainly(&s, &rec, &told, part), 5);
	ck_assert_uint_eq(told.n, 2);
	ck_assert(span_eq(dst_mem_bytes(whole), dst_mem_bytes(part)));
	buf_free(&told.text);
	told.stop_at = 2;
	ck_assert_int_eq(by_gist(&s, &rec, &told, dst_mem_bytes(whole)), 5);
	ck_assert_uint_eq(told.n, 2);
	buf_free(&told.text);
	query_free(s.query);
	dst_close(whole, NULL);
	dst_close(part, NULL);
	recording_free(&rec);
}
END_TEST

/* One of another recording, as if it was of this one: nothing is told that cannot be. */
START_TEST(of_another_recording)
{
	struct recording rec, other;
	struct sift s = { .scope = SEARCH_SHOWN };
	struct dst *gist = dst_mem();
	struct told told = { 0 };

	recording_start(&rec, 5);
	put_log(&rec, 3000);
	recording_start(&other, 6);
	recording_random_session(&other, MESSAGES);
	recording_end(&other);
	plainly(&s, &rec, &told, gist);
	ck_assert_int_eq(query_new(&s.query, "line", QUERY_FOLD, NULL), 0);
	ck_assert_int_lt(by_gist(&s, &other, &told, dst_mem_bytes(gist)), 0);
	buf_free(&told.text);
	query_free(s.query);
	dst_close(gist, NULL);
	recording_free(&rec);
	recording_free(&other);
}
END_TEST

START_TEST(of_another_file)
{
	struct recording rec;
	struct sift s = { .scope = SEARCH_SHOWN };
	struct dst *gist = dst_mem();
	struct told told = { 0 };
	struct gist_key keys[] = { key, key, key, key };
	struct gist g;

	recording_start(&rec, 1);
	recording_end(&rec);
	plainly(&s, &rec, &told, gist);
	keys[0].inode++;
	keys[1].size++;
	keys[2].mtime_ns++;
	keys[3].scope++;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
			gist_open(&g, src_mem(dst_mem_bytes(gist)), &keys[i], NULL),
			ERR_DAMAGED);
	dst_close(gist, NULL);
	recording_free(&rec);
}
END_TEST

/* Every byte that is read has a checksum. */
START_TEST(damage_is_told)
{
	struct recording rec;
	struct sift s = { .scope = SEARCH_SHOWN };
	struct dst *gist = dst_mem();
	struct told told = { 0 }, whole = { 0 };
	struct buf bad = { 0 };
	struct gist g;

	recording_start(&rec, 7);
	put_log(&rec, 200);
	ck_assert_int_eq(query_new(&s.query, "line 1", QUERY_FOLD, NULL), 0);
	plainly(&s, &rec, &whole, gist);
	for (size_t at = 0; at < dst_mem_bytes(gist).n; at++) {
		bool cut = at % 2;
		int rc;

		buf_clear(&bad);
		buf_add_span(&bad, dst_mem_bytes(gist));
		if (cut)
			buf_cut(&bad, at);
		else
			bad.p[at] ^= (uint8_t)(1u << at / 2 % 8);
		if (gist_open(&g, src_mem(buf_span(&bad)), &key, NULL) < 0)
			continue;
		told = (struct told){ 0 };
		s.ctx = &told;
		rc = sift_gist(&s, &g, open_again, &rec, NULL);
		ck_assert_msg(rc < 0, "%s at %zu of %zu", cut ? "cut" : "flip", at,
			dst_mem_bytes(gist).n);
		ck_assert_uint_le(told.text.n, whole.text.n);
		ck_assert(told.text.n == 0 ||
			  memcmp(told.text.p, whole.text.p, told.text.n) == 0);
		buf_free(&told.text);
		gist_close(&g);
	}
	query_free(s.query);
	buf_free(&bad);
	buf_free(&whole.text);
	dst_close(gist, NULL);
	recording_free(&rec);
}
END_TEST

static TCase *
tcase_gist(void)
{
	TCase *tc = tcase_create("gist");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, says_the_same, 0, ROUNDS);
	tcase_add_test(tc, reads_what_it_must);
	tcase_add_test(tc, who_stops_early_has_the_gist);
	tcase_add_test(tc, of_another_recording);
	tcase_add_test(tc, of_another_file);
	tcase_add_test(tc, damage_is_told);
	return tc;
}

UNIT_MAIN("gist", tcase_gist)
