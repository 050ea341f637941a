/* SPDX-License-Identifier: ISC */
/* Audit logs as files: going on in what is there, or was left by a crash. */
#include "format/gzcheck.h"

#include "tests/unit/audit_file.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static void
no_finding(void *ctx, int64_t offset, const char *text)
{
	ck_abort_msg("cut %zu: offset %lld: %s", *(size_t *)ctx, (long long)offset, text);
}

/* Members and index agree. */
static void
check_members(struct span file, size_t cut)
{
	struct gzcheck_opts o = { .found = no_finding, .ctx = &cut };
	struct gzcheck *c = gzcheck_new(&o);
	struct src *src = src_mem(file);

	ck_assert_int_eq(gzcheck_walk(c, src, NULL), 0);
	gzcheck_free(c);
	src_close(src);
}

/* Append to what a crash after CUT bytes left. */
static void
append_after(struct span file, size_t cut, enum tape_format f, size_t before)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf json = { 0 };
	struct tapew *t;
	struct watch w;
	struct src *src;
	struct buf old = { 0 };
	struct err e = { 0 };
	struct tape_end end;
	size_t lines = 0;
	int rc;

	watch_init(&w);
	dst_write_at(w.mem, 0, file.p, cut, NULL);
	buf_add(&old, file.p, cut);
	src = src_mem(buf_span(&old));
	rc = tapew_append(&t, f, src, &w.dst, &o, &e);
	ck_assert_msg(rc == 0, "cut %zu: %s", cut, e.text);
	audit_put(t, before, before + 20, 4);
	ck_assert_int_eq(tapew_close(t, &e), 0);
	ck_assert_int_eq(util_read(watch_bytes(&w), &json, &end), 0);
	ck_assert_msg(end.state == TAPE_CLEAN, "cut %zu: %s", cut, end.text);
	for (size_t i = 0; i < json.n; i++)
		lines += json.p[i] == '\n';
	if (cut % 5 == 2) /* costs more than all the rest */
		check_members(watch_bytes(&w), cut);
	/* what could be read before, and what came */
	buf_clear(&json);
	if (util_read(buf_span(&old), &json, NULL) == 0)
		for (size_t i = 0; i < json.n; i++)
			lines -= json.p[i] == '\n';
	ck_assert_msg(lines == 20, "cut %zu: %zu", cut, lines);
	src_close(src);
	watch_free(&w);
	buf_free(&json);
	buf_free(&old);
}

START_TEST(appending_to_whatever_a_crash_left)
{
	struct tapew_opts o = { .member_bytes = 3000 };

	for (size_t v = 0; v < 2; v++) {
		struct watch w;

		watch_init(&w);
		audit_write(&w, audit_versions[v], &o, 30, 3);
		for (size_t cut = 0; cut <= watch_bytes(&w).n; cut++)
			append_after(watch_bytes(&w), cut, audit_versions[v], 30);
		watch_free(&w);
	}
}
END_TEST

START_TEST(appending_again_and_again)
{
	struct tapew_opts o = { .member_bytes = 2000 };

	for (size_t v = 0; v < 2; v++)
		for (int end = 0; end < 2; end++) {
			struct tapew *t;
			struct watch w;

			o.terminate = end;
			watch_init(&w);
			audit_write(&w, audit_versions[v], &o, 10, 3);
			for (size_t round = 1; round < 12; round++) {
				struct src *src = src_mem(watch_bytes(&w));

				ck_assert_int_eq(tapew_append(&t, audit_versions[v], src,
							 &w.dst, &o, NULL),
					0);
				audit_put(t, round * 10, round * 10 + 10, 3);
				src_close(src);
				if (round % 3 == 2) /* a crash now and then */
					tapew_flush(t, NULL);
				tapew_close(t, NULL);
				audit_expect(watch_bytes(&w), round * 10 + 10);
			}
			ck_assert_int_eq(
				audit_expect(watch_bytes(&w), 120).state, TAPE_CLEAN);
			watch_free(&w);
		}
}
END_TEST

START_TEST(appending_refuses_what_it_cannot_do)
{
	struct watch w;
	struct tapew *t;
	struct err e;
	struct src *src;
	struct buf file = { 0 };

	watch_init(&w);
	audit_write(&w, TAPE_AUDIT_V2, NULL, 10, 3);
	src = src_mem(watch_bytes(&w));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V1, src, &w.dst, NULL, &e), ERR_USAGE);
	ck_assert_ptr_null(t);
	src_close(src);
	src = src_mem(
		SPAN_LIT("this is somebody's letter, not an audit log at all, sorry"));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V2, src, &w.dst, NULL, &e), ERR_FORMAT);
	src_close(src);
	src = src_mem(SPAN_LIT("letter"));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V2, src, &w.dst, NULL, &e), ERR_FORMAT);
	src_close(src);
	/* damage at the end that may hide messages */
	buf_add_span(&file, watch_bytes(&w));
	for (size_t i = 200; i < file.n; i++)
		file.p[i] = (uint8_t)(i * 37);
	src = src_mem(buf_span(&file));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V2, src, &w.dst, NULL, &e), ERR_DAMAGED);
	src_close(src);
	watch_free(&w);
	buf_free(&file);
}
END_TEST

START_TEST(zeros_after_a_power_failure)
{
	struct buf file = { 0 };
	struct tapew *t;
	struct watch w, w2;
	struct src *src;
	uint8_t zeros[512] = { 0 };

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	audit_put(t, 0, 20, 1);
	buf_add_span(&file, watch_bytes(&w));
	tapew_close(t, NULL);
	buf_add(&file, zeros, sizeof zeros);
	ck_assert_int_eq(audit_expect(buf_span(&file), 20).state, TAPE_TRUNCATED);
	watch_init(&w2);
	dst_write_at(w2.mem, 0, file.p, file.n, NULL);
	src = src_mem(buf_span(&file));
	ck_assert_int_eq(tapew_append(&t, TAPE_AUDIT_V2, src, &w2.dst, NULL, NULL), 0);
	audit_put(t, 20, 30, 1);
	tapew_close(t, NULL);
	ck_assert_int_eq(audit_expect(watch_bytes(&w2), 30).state, TAPE_CLEAN);
	src_close(src);
	watch_free(&w);
	watch_free(&w2);
	buf_free(&file);
}
END_TEST

START_TEST(empty_recordings)
{
	for (size_t v = 0; v < 2; v++) {
		struct tapew *t;
		struct watch w;

		watch_init(&w);
		ck_assert_int_eq(
			tapew_open(&t, audit_versions[v], &w.dst, NULL, NULL), 0);
		ck_assert_int_eq(tapew_flush(t, NULL), 0);
		ck_assert_int_eq(tapew_close(t, NULL), 0);
		ck_assert_int_eq(audit_expect(watch_bytes(&w), 0).state, TAPE_CLEAN);
		append_after(watch_bytes(&w), watch_bytes(&w).n, audit_versions[v], 0);
		watch_free(&w);
	}
}
END_TEST

static TCase *
case_append(void)
{
	TCase *t = tcase_create("append");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, appending_to_whatever_a_crash_left);
	tcase_add_test(t, appending_again_and_again);
	tcase_add_test(t, appending_refuses_what_it_cannot_do);
	tcase_add_test(t, zeros_after_a_power_failure);
	tcase_add_test(t, empty_recordings);
	return t;
}

UNIT_MAIN("audit_append", case_append)
