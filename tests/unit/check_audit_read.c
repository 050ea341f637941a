/* SPDX-License-Identifier: ISC */
/* Audit logs as files: damage, places, the index, files that still grow. */
#include "format/gzidx.h"
#include "format/wire.h"

#include "tests/unit/audit_file.h"
#include "tests/unit/torn.h"
#include "tests/unit/unit.h"

#include <stdio.h>

START_TEST(every_beginning_can_be_read)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf all = { 0 }, some = { 0 };

	for (size_t v = 0; v < 2; v++) {
		struct watch w;
		struct span file;

		watch_init(&w);
		audit_write(&w, audit_versions[v], &o, 40, 3);
		file = watch_bytes(&w);
		buf_clear(&all);
		util_read(file, &all, NULL);
		for (size_t cut = 0; cut < file.n; cut++) {
			uint8_t *copy = malloc(cut ? cut : 1);
			struct tape_end end;
			int rc;

			memcpy(copy, file.p, cut);
			buf_clear(&some);
			rc = util_read(span_of(copy, cut), &some, &end);
			if (cut < AUDIT_HEADER) {
				ck_assert_int_eq(rc, ERR_FORMAT);
			} else {
				ck_assert_int_eq(rc, 0);
				ck_assert_uint_eq(end.damages, 0);
				ck_assert(some.n <= all.n);
				ck_assert(some.n == 0 ||
					  memcmp(some.p, all.p, some.n) == 0);
			}
			free(copy);
		}
		watch_free(&w);
	}
	buf_free(&all);
	buf_free(&some);
}
END_TEST

START_TEST(flipped_bits_never_crash_and_later_members_survive)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf json = { 0 }, copy = { 0 };
	uint64_t seed = 7;
	size_t worst = 40, lines;
	struct tape_end end;
	struct watch w;

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, &o, 40, 0);
	for (size_t at = AUDIT_HEADER; at < watch_bytes(&w).n; at++) {
		buf_clear(&copy);
		buf_add_span(&copy, watch_bytes(&w));
		copy.p[at] ^= (uint8_t)(1u << util_random(&seed) % 8);
		buf_clear(&json);
		ck_assert_int_eq(util_read(buf_span(&copy), &json, &end), 0);
		lines = 0;
		for (size_t i = 0; i < json.n; i++)
			lines += json.p[i] == '\n';
		if (lines < worst)
			worst = lines;
	}
	/* a member of 3,000 bytes holds at most eight of them */
	ck_assert_uint_ge(worst, 30);
	watch_free(&w);
	buf_free(&json);
	buf_free(&copy);
}
END_TEST

/* That the reference closed it, two markers say; when these cannot be read just now, nobody takes
 * it for a crash. */
START_TEST(an_end_that_cannot_be_read_is_none)
{
	static const uint8_t markers[] = { 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFF };
	struct buf file = { 0 };
	int read = 0, failed = 0, i = 0;
	struct tapew *writer;
	struct torn torn;
	struct watch w;

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&writer, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	audit_put(writer, 0, 2, 1);
	buf_add_span(&file, watch_bytes(&w));
	buf_add(&file, markers, sizeof markers);
	ck_assert_int_eq(tapew_close(writer, NULL), 0);
	do {
		const struct msg *m;
		struct tape *t;
		int64_t at;
		int rc = tape_open(&t, torn_open(&torn, buf_span(&file), i), NULL, NULL);

		failed += rc < 0;
		if (rc < 0)
			continue;
		while ((rc = tape_next(t, &m, &at, NULL)) > 0)
			continue;
		ck_assert(rc == ERR_NET || tape_end(t).state == TAPE_CLEAN);
		read += rc == 0;
		failed += rc < 0;
		tape_close(t);
	} while (i++ < torn.reads);
	ck_assert(read > 0 && failed > 2);
	watch_free(&w);
	buf_free(&file);
}
END_TEST

/* Going anywhere and reading on must give what reading from the front gives. */
static void
check_seeks(struct span file, size_t n)
{
	struct tape_pos *pos = calloc(n + 1, sizeof *pos);
	struct buf store = { 0 };
	const struct msg *got;
	struct tape *t, *fresh;
	struct msg want;
	uint64_t seed = 3;
	int64_t at_ns;

	ck_assert_int_eq(tape_open(&t, src_mem(file), NULL, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		pos[i] = tape_tell(t);
		ck_assert_uint_eq(pos[i].ordinal, i);
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
	}
	for (int k = 0; k < 200; k++) {
		size_t i = util_random(&seed) % n;

		ck_assert_int_eq(tape_open(&fresh, src_mem(file), NULL, NULL), 0);
		ck_assert_int_eq(tape_seek(t, &pos[i], NULL), 0);
		ck_assert_int_eq(tape_seek(fresh, &pos[i], NULL), 0);
		util_output(&want, i, 100 + i % 7 * 300, &store);
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
		ck_assert(msg_equal(got, &want) && at_ns == (int64_t)i * 1000000);
		ck_assert_int_eq(tape_next(fresh, &got, &at_ns, NULL), 1);
		ck_assert(msg_equal(got, &want) && at_ns == (int64_t)i * 1000000);
		ck_assert_uint_eq(tape_tell(t).ordinal, i + 1);
		tape_close(fresh);
	}
	ck_assert_int_eq(tape_rewind(t, NULL), 0);
	ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
	ck_assert_int_eq(at_ns, 0);
	tape_close(t);
	buf_free(&store);
	free(pos);
}

START_TEST(seeking_is_skipping)
{
	static const size_t members[] = { 2000, 0 };

	for (size_t v = 0; v < 2; v++)
		for (size_t b = 0; b < 2; b++) {
			struct tapew_opts o = { .member_bytes = members[b] };
			struct watch w;

			watch_init(&w);
			audit_write(&w, audit_versions[v], &o, 500, 7);
			check_seeks(watch_bytes(&w), 500);
			watch_free(&w);
		}
}
END_TEST

/* One long member, as the reference writes it: the reader makes marks of its own. */
START_TEST(seeking_in_one_long_member)
{
	struct tapew_opts o = { .member_bytes = (size_t)8 << 20 };
	struct watch w;

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, &o, 6000, 7);
	check_seeks(watch_bytes(&w), 6000);
	watch_free(&w);
}
END_TEST

static void
check_index(struct span file, size_t n, bool complete)
{
	struct tape_access x;
	struct buf store = { 0 };
	const struct msg *got;
	struct tape *t;
	struct msg want;
	int64_t at_ns;

	ck_assert_int_eq(tape_open(&t, src_mem(file), NULL, NULL), 0);
	if (complete) {
		ck_assert_int_eq(tape_info(t)->duration_ns, (int64_t)(n - 1) * 1000000);
		ck_assert_uint_eq(tape_info(t)->messages, n);
	}
	for (size_t i = 0; i < n; i += 13) {
		ck_assert(tape_index_find(t, (int64_t)i * 1000000, &x));
		ck_assert(x.at_ns <= (int64_t)i * 1000000);
		ck_assert_int_eq(tape_seek(t, &x.pos, NULL), 0);
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
		util_output(&want, x.pos.ordinal, 100 + x.pos.ordinal % 7 * 300, &store);
		ck_assert(msg_equal(got, &want));
		ck_assert(at_ns == x.at_ns || !complete);
	}
	ck_assert(!tape_index_find(t, -1, &x));
	tape_close(t);
	buf_free(&store);
}

START_TEST(the_index_leads_to_the_messages)
{
	struct tapew_opts o = { .member_bytes = 2000 };

	for (size_t v = 0; v < 2; v++)
		for (int end = 0; end < 2; end++) {
			struct buf part = { 0 };
			struct watch w;
			struct gzidx x;
			struct src *src;

			o.terminate = end;
			watch_init(&w);
			audit_write(&w, audit_versions[v], &o, 400, 7);
			check_index(watch_bytes(&w), 400, true);
			/* without the closing header the members' records must do */
			src = src_mem(watch_bytes(&w));
			ck_assert_int_eq(gzidx_read(&x, src, NULL), 1);
			buf_add(&part, watch_bytes(&w).p, x.data_end + 5);
			check_index(buf_span(&part), 400, false);
			/* any flipped bit in the index: it is not used, or it is right */
			for (size_t at = x.data_end; at < watch_bytes(&w).n; at++) {
				struct tape *t;
				struct tape_access a;

				buf_clear(&part);
				buf_add_span(&part, watch_bytes(&w));
				part.p[at] ^= 4;
				ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&part)),
							 NULL, NULL),
					0);
				if (tape_index_find(t, INT64_MAX, &a))
					ck_assert_int_eq(tape_seek(t, &a.pos, NULL), 0);
				tape_close(t);
			}
			gzidx_free(&x);
			src_close(src);
			buf_free(&part);
			watch_free(&w);
		}
}
END_TEST

START_TEST(a_long_index_is_chained_and_thinned)
{
	struct buf out = { 0 };
	struct gzidx x, back;
	struct src *src;
	size_t n = 3 * GZIDX_ENTRIES_MAX + 17;

	ck_assert_int_eq(gzidx_init(&x), 0);
	for (size_t i = 0; i < n; i++)
		gzidx_add(&x, &(struct gzidx_entry){ 40 + i * 100003, i * 300007,
				      i * 5000, (int64_t)i * 123456789 });
	ck_assert_uint_le(x.n, GZIDX_ENTRIES_MAX);
	ck_assert_uint_ge(x.n, GZIDX_ENTRIES_MAX / 2);
	x.start_ns = -5;
	x.duration_ns = (int64_t)n * 123456789;
	x.messages = n * 5000;
	x.plain_end = n * 300007;
	x.data_end = 40 + n * 100003;
	/* as if the messages were there */
	ck_assert_int_eq(gzidx_write(&x, &out, 0, false), 0);
	ck_assert_uint_gt(out.n, 65536);
	buf_clear(&out);
	for (size_t i = 0; i < 1000; i++)
		buf_add_byte(&out, 0);
	x.data_end = 900;
	ck_assert_int_eq(gzidx_write(&x, &out, 1000, true), 0);
	src = src_mem(buf_span(&out));
	ck_assert_int_eq(
		gzidx_read(&back, src, NULL), 0); /* entries point behind data_end */
	src_close(src);
	gzidx_free(&back);
	x.n = 5;
	for (size_t i = 0; i < x.n; i++)
		x.v[i].file = 40 + i;
	buf_cut(&out, 1000);
	ck_assert_int_eq(gzidx_write(&x, &out, 1000, true), 0);
	src = src_mem(buf_span(&out));
	ck_assert_int_eq(gzidx_read(&back, src, NULL), 1);
	ck_assert(
		back.ended && back.n == 5 && back.start_ns == -5 && back.data_end == 900);
	ck_assert(memcmp(back.v, x.v, 5 * sizeof *x.v) == 0);
	src_close(src);
	gzidx_free(&back);
	gzidx_free(&x);
	buf_free(&out);
}
END_TEST

START_TEST(thousands_of_members)
{
	struct tapew_opts o = { .member_bytes = 1024 };
	struct watch w;

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, &o, 20000, 0);
	check_index(watch_bytes(&w), 20000, true);
	ck_assert_int_eq(audit_expect(watch_bytes(&w), 20000).state, TAPE_CLEAN);
	watch_free(&w);
}
END_TEST

/* A source over a file that grows. */
struct growing {
	struct src src;
	struct span all;
	size_t have;
};

static ssize_t
growing_read(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct growing *g = (struct growing *)s;

	(void)e;
	if (off >= g->have)
		return 0;
	n = n < g->have - off ? n : g->have - (size_t)off;
	memcpy(p, g->all.p + off, n);
	return (ssize_t)n;
}

static int64_t
growing_size(struct src *s)
{
	return (int64_t)((struct growing *)s)->have;
}

static void
growing_close(struct src *s)
{
	(void)s;
}

static const struct src_ops growing_ops = { growing_read, growing_size, growing_close };

START_TEST(a_live_tape_follows)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct tape_opts live = { .live = true };
	const struct msg *got;
	struct growing g;
	struct tape *t;
	struct watch w;
	size_t n = 0;
	int64_t at_ns;
	int rc;

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, &o, AUDIT_MSGS, 2);
	g = (struct growing){ { .ops = &growing_ops }, watch_bytes(&w), 60 };
	ck_assert_int_eq(tape_open(&t, &g.src, &live, NULL), 0);
	while (g.have <= g.all.n) {
		while ((rc = tape_next(t, &got, &at_ns, NULL)) > 0)
			ck_assert_int_eq(at_ns, (int64_t)n++ * 1000000);
		ck_assert_int_eq(rc, 0);
		if (g.have == g.all.n)
			break;
		ck_assert_int_ne(tape_end(t).state, TAPE_TRUNCATED);
		ck_assert_int_ne(tape_end(t).state, TAPE_DAMAGED);
		g.have = g.have + 37 < g.all.n ? g.have + 37 : g.all.n;
	}
	ck_assert_uint_eq(n, AUDIT_MSGS);
	ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
	tape_close(t);
	watch_free(&w);
}
END_TEST

/* Version 1 with its tail, state by state. */
struct follower {
	struct growing g;
	struct tape *t;
	size_t n;
};

static void
follow(void *ctx, struct span file)
{
	struct follower *f = ctx;
	struct tape_opts live = { .live = true };
	const struct msg *got;
	int64_t at_ns;

	f->g.all = file;
	f->g.have = file.n;
	if (!f->t)
		ck_assert_int_eq(tape_open(&f->t, &f->g.src, &live, NULL), 0);
	while (tape_next(f->t, &got, &at_ns, NULL) > 0)
		ck_assert_int_eq(at_ns, (int64_t)f->n++ * 1000000);
	ck_assert_uint_eq(tape_end(f->t).damages, 0);
}

START_TEST(a_live_version_1_follows)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct follower f = { .g = { .src.ops = &growing_ops } };
	struct watch w;

	watch_init(&w);
	w.state = follow;
	w.ctx = &f;
	audit_write(&w, TAPE_AUDIT_V1, &o, AUDIT_MSGS, 2);
	ck_assert_uint_eq(f.n, AUDIT_MSGS);
	ck_assert_int_eq(tape_end(f.t).state, TAPE_CLEAN);
	tape_close(f.t);
	watch_free(&w);
}
END_TEST

START_TEST(notes_are_told_once)
{
	uint64_t told = 0;
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf file = { 0 }, json = { 0 };
	const struct msg *got;
	struct tape *t;
	struct watch w;
	int64_t at_ns;

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, &o, 100, 0);
	buf_add_span(&file, watch_bytes(&w));
	memset(file.p + 600, 0x55, 40);
	ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&file)), NULL, NULL), 0);
	for (int round = 0; round < 3; round++) {
		while (tape_next(t, &got, &at_ns, NULL) > 0)
			;
		ck_assert_int_eq(tape_end(t).state, TAPE_DAMAGED);
		if (round == 0)
			told = tape_end(t).damages;
		ck_assert_uint_eq(tape_end(t).damages, told);
		ck_assert_int_eq(tape_rewind(t, NULL), 0);
	}
	ck_assert(told == 1 || told == 2); /* the data, and a message that they spoilt */
	tape_close(t);
	watch_free(&w);
	buf_free(&file);
	buf_free(&json);
}
END_TEST

static TCase *
case_read(void)
{
	TCase *t = tcase_create("read");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, every_beginning_can_be_read);
	tcase_add_test(t, flipped_bits_never_crash_and_later_members_survive);
	tcase_add_test(t, an_end_that_cannot_be_read_is_none);
	tcase_add_test(t, seeking_is_skipping);
	tcase_add_test(t, seeking_in_one_long_member);
	tcase_add_test(t, the_index_leads_to_the_messages);
	tcase_add_test(t, a_long_index_is_chained_and_thinned);
	tcase_add_test(t, thousands_of_members);
	tcase_add_test(t, a_live_tape_follows);
	tcase_add_test(t, a_live_version_1_follows);
	tcase_add_test(t, notes_are_told_once);
	return t;
}

UNIT_MAIN("audit_read", case_read)
