/* SPDX-License-Identifier: ISC */
/* Audit logs as files: what is written can be read back, whatever happens meanwhile. */
#include "format/wire.h"

#include "tests/unit/audit_file.h"
#include "tests/unit/unit.h"

#include <stdio.h>

START_TEST(what_is_written_is_read)
{
	static const size_t flushes[] = { 0, 1, 3, 50 }, members[] = { 1024, 20000, 0 };

	for (size_t v = 0; v < 2; v++)
		for (size_t k = 0; k < 4; k++)
			for (size_t b = 0; b < 3; b++)
				for (int end = 0; end < 2; end++) {
					struct tapew_opts o = { .member_bytes =
									members[b],
						.terminate = end };
					struct watch w;

					watch_init(&w);
					audit_write(&w, audit_versions[v], &o, AUDIT_MSGS,
						flushes[k]);
					ck_assert_int_eq(
						audit_expect(watch_bytes(&w), AUDIT_MSGS)
							.state,
						TAPE_CLEAN);
					watch_free(&w);
				}
}
END_TEST

/* Also the one cut that leaves nothing half: between two members. */
/* Bytes as even as encrypted ones are stored as they are: that is fast, and loses nothing.
 * Half of them is enough to compress again. */
START_TEST(noise_is_stored)
{
	static uint8_t data[200000];
	static const struct {
		size_t text, lo, hi; /* bytes of text in DATA; size of the file */
	} table[] = { { 0, 200000, 201000 }, { 200000, 0, 2000 },
		{ 100000, 100000, 110000 } };
	uint32_t x = 1;
	struct watch w;
	struct tapew *t;
	struct msg m;

	for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
		for (size_t i = 0; i < sizeof data; i++) {
			x = x * 1664525u + 1013904223u;
			data[i] = i < table[k].text ? 'a' : (uint8_t)(x >> 24);
		}
		watch_init(&w);
		ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
		msg_init(&m, MSG_IO);
		m.p.io.data = span_of(data, sizeof data);
		ck_assert_int_eq(tapew_put(t, &m, NULL), 0);
		ck_assert_int_eq(tapew_close(t, NULL), 0);
		ck_assert_uint_ge(watch_bytes(&w).n, table[k].lo);
		ck_assert_uint_le(watch_bytes(&w).n, table[k].hi);
		watch_free(&w);
	}
}
END_TEST

START_TEST(cut_between_members_is_not_clean)
{
	static const uint8_t head[] = { 0x1F, 0x8B, 8, 4 };
	struct tapew_opts o = { .member_bytes = 1024 };
	size_t cuts = 0;
	struct watch w;
	struct span all;

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, &o, AUDIT_MSGS, 3);
	all = watch_bytes(&w);
	for (size_t i = 41; i + sizeof head < all.n; i++) {
		const struct msg *m;
		struct tape *t;
		int64_t at_ns;

		if (memcmp(all.p + i, head, sizeof head) != 0)
			continue;
		ck_assert_int_eq(
			tape_open(&t, src_mem(span_of(all.p, i)), NULL, NULL), 0);
		while (tape_next(t, &m, &at_ns, NULL) > 0)
			;
		ck_assert_int_eq(tape_end(t).state, TAPE_TRUNCATED);
		tape_close(t);
		cuts++;
	}
	ck_assert_uint_gt(cuts, 3);
	watch_free(&w);
}
END_TEST

START_TEST(the_first_write_holds_header_and_message)
{
	struct buf store = { 0 };
	struct tapew *t;
	struct watch w;
	struct msg m;

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	ck_assert_uint_eq(w.states, 0);
	util_output(&m, 0, 100, &store);
	tapew_put(t, &m, NULL);
	ck_assert_int_eq(tapew_flush(t, NULL), 0);
	ck_assert_uint_eq(w.states, 1);
	ck_assert_int_eq(audit_expect(watch_bytes(&w), 1).state, TAPE_TRUNCATED);
	ck_assert_int_eq(tapew_flush(t, NULL), 0); /* nothing new: nothing written */
	ck_assert_uint_eq(w.states, 1);
	tapew_close(t, NULL);
	ck_assert_int_eq(audit_expect(watch_bytes(&w), 1).state, TAPE_CLEAN);
	watch_free(&w);
	buf_free(&store);
}
END_TEST

/* What the reference decoder needs to be silent: version 2 must not end at the end of a
 * member; version 1 must have its array closed. */
struct states {
	enum tape_format f;
	size_t least;
};

static void
state_is_readable(void *ctx, struct span file)
{
	struct states *s = ctx;
	struct buf json = { 0 };
	struct tape_end end;

	ck_assert_int_eq(util_read(file, &json, &end), 0);
	ck_assert_uint_eq(end.damages, 0);
	if (s->f == TAPE_AUDIT_V1)
		ck_assert_int_eq(end.state, TAPE_CLEAN);
	ck_assert_uint_ge(json.n, s->least);
	s->least = json.n;
	buf_free(&json);
}

START_TEST(every_state_in_between_is_readable)
{
	for (size_t v = 0; v < 2; v++) {
		struct tapew_opts o = { .member_bytes = 5000 };
		struct states s = { audit_versions[v], 0 };
		struct watch w;

		watch_init(&w);
		w.state = state_is_readable;
		w.ctx = &s;
		audit_write(&w, audit_versions[v], &o, AUDIT_MSGS, 2);
		ck_assert_uint_gt(w.states, 100);
		watch_free(&w);
	}
}
END_TEST

START_TEST(a_full_disk_is_survived_without_a_seam)
{
	struct tapew_opts o = { .member_bytes = 5000 };

	for (size_t v = 0; v < 2; v++)
		for (uint64_t limit = 1; limit < 6000; limit += 487) {
			struct buf store = { 0 };
			struct err e = { 0 };
			struct tapew *t;
			struct watch w;
			struct msg m;
			size_t failed = 0;

			watch_init(&w);
			dst_mem_limit(w.mem, limit);
			ck_assert_int_eq(
				tapew_open(&t, audit_versions[v], &w.dst, &o, NULL), 0);
			for (size_t i = 0; i < AUDIT_MSGS;) {
				util_output(&m, i, 100 + i % 7 * 300, &store);
				if (tapew_put(t, &m, &e) == 0) {
					i++;
					tapew_flush(t, NULL);
					continue;
				}
				ck_assert_int_eq(e.code, ERR_NOSPACE);
				ck_assert_uint_lt(tapew_stats(t).pending_bytes, 1 << 20);
				if (++failed > 3)
					dst_mem_limit(w.mem, 0);
			}
			ck_assert_uint_gt(failed, 3);
			ck_assert_int_eq(tapew_flush(t, &e), 0);
			ck_assert_uint_eq(tapew_stats(t).pending_bytes, 0);
			ck_assert_int_eq(tapew_close(t, NULL), 0);
			ck_assert_int_eq(audit_expect(watch_bytes(&w), AUDIT_MSGS).state,
				TAPE_CLEAN);
			watch_free(&w);
			buf_free(&store);
		}
}
END_TEST

static void
count_lost(void *ctx, const char *what, uint64_t count)
{
	ck_assert_ptr_nonnull(strstr(what, "131,072"));
	*(uint64_t *)ctx += count;
}

START_TEST(version_1_holds_131072_messages)
{
	uint64_t lost = 0;
	struct tapew_opts o = { .lost = count_lost, .ctx = &lost };
	struct tapew *t;
	struct watch w;
	struct msg m;

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V1, &w.dst, &o, NULL), 0);
	msg_init(&m, MSG_CLOSE);
	for (size_t i = 0; i < AUDIT_V1_MESSAGES_MAX + 5; i++)
		ck_assert_int_eq(tapew_put(t, &m, NULL), 0);
	ck_assert_int_eq(tapew_close(t, NULL), 0);
	ck_assert_uint_eq(lost, 5);
	ck_assert_uint_eq(util_count(watch_bytes(&w)), AUDIT_V1_MESSAGES_MAX);
	watch_free(&w);
}
END_TEST

START_TEST(a_huge_message_goes_through)
{
	size_t n = (size_t)20 << 20;
	uint8_t *big = malloc(n);
	const struct msg *got;
	struct tape *t;
	struct tapew *wr;
	struct watch w;
	struct msg m;
	int64_t at_ns;
	uint64_t seed = 5;

	for (size_t i = 0; i < n; i++)
		big[i] = (uint8_t)util_random(&seed);
	watch_init(&w);
	ck_assert_int_eq(tapew_open(&wr, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	audit_put(wr, 0, 3, 2);
	msg_init(&m, MSG_IO);
	m.p.io.data = span_of(big, n);
	ck_assert_int_eq(tapew_put(wr, &m, NULL), 0);
	ck_assert_int_eq(tapew_close(wr, NULL), 0);
	ck_assert_int_eq(tape_open(&t, src_mem(watch_bytes(&w)), NULL, NULL), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
	ck_assert(msg_equal(got, &m));
	ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 0);
	tape_close(t);
	watch_free(&w);
	free(big);
}
END_TEST

static TCase *
case_write(void)
{
	TCase *t = tcase_create("write");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, what_is_written_is_read);
	tcase_add_test(t, noise_is_stored);
	tcase_add_test(t, cut_between_members_is_not_clean);
	tcase_add_test(t, the_first_write_holds_header_and_message);
	tcase_add_test(t, every_state_in_between_is_readable);
	tcase_add_test(t, a_full_disk_is_survived_without_a_seam);
	tcase_add_test(t, version_1_holds_131072_messages);
	tcase_add_test(t, a_huge_message_goes_through);
	return t;
}

UNIT_MAIN("audit", case_write)
