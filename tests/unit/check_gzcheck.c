/* SPDX-License-Identifier: ISC */
/* Files from our own writer, and the same with one thing made wrong. */
#include "format/gzcheck.h"

#include "base/clk.h"
#include "format/gzidx.h"
#include "format/tapew.h"
#include "format/wire.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define MESSAGES 400
#define MEMBER   2048

static struct buf file;

/* A destination whose bytes outlive its close. */
static ssize_t
keep_write(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	(void)d;
	(void)e;
	if (off < file.n)
		memcpy(file.p + off, p, off + n <= file.n ? n : file.n - (size_t)off);
	if (off + n > file.n)
		buf_add(&file, (const uint8_t *)p + (file.n - off),
			(size_t)(off + n) - file.n);
	return (ssize_t)n;
}

static int
keep_close(struct dst *d, struct err *e)
{
	(void)d;
	(void)e;
	return 0;
}

/* Messages of different sizes, in members of about MEMBER bytes. */
static void
make_file(enum tape_format format)
{
	struct tapew_opts o = { .member_bytes = MEMBER };
	static const struct dst_ops ops = { keep_write, NULL, NULL, keep_close };
	static struct dst d = { .ops = &ops, .seekable = true };
	struct tapew *w;
	struct err e;

	buf_clear(&file);
	ck_assert_int_eq(tapew_open(&w, format, &d, &o, &e), 0);
	for (int i = 0; i < MESSAGES; i++) {
		struct msg m;
		char text[80];
		int n = snprintf(text, sizeof text, "%0*d", 1 + i % 60, i * 7919);

		msg_init(&m, MSG_IO);
		m.time_ns = INT64_C(1000000000) + i * INT64_C(1000000);
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = span_of(text, (size_t)n);
		ck_assert_int_eq(tapew_put(w, &m, &e), 0);
	}
	ck_assert_int_eq(tapew_close(w, &e), 0);
}

/* What the check finds, one line each. */
static char findings[4096];

static void
take(void *ctx, int64_t offset, const char *text)
{
	size_t n = strlen(findings);

	(void)ctx;
	(void)offset;
	snprintf(findings + n, sizeof findings - n, "%s\n", text);
}

static struct gzcheck_result
walk(struct gzcheck **keep)
{
	struct gzcheck_opts o = { take, NULL, NULL };
	struct gzcheck *c = gzcheck_new(&o);
	struct src *s = src_mem(buf_span(&file));
	struct gzcheck_result r;
	struct err e;

	findings[0] = 0;
	ck_assert_int_eq(gzcheck_walk(c, s, &e), 0);
	r = gzcheck_result(c);
	src_close(s);
	if (keep)
		*keep = c;
	else
		gzcheck_free(c);
	return r;
}

/* The members, and every message as it is read. */
static void
walk_messages(void)
{
	struct gzcheck *c;
	const struct msg *m;
	struct tape_pos pos;
	struct tape *t;
	int64_t at;

	walk(&c);
	ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&file)), NULL, NULL), 0);
	pos = tape_tell(t);
	for (; tape_next(t, &m, &at, NULL) > 0; pos = tape_tell(t))
		gzcheck_message(c, pos.off, pos.ordinal, at);
	gzcheck_end(c, pos.ordinal, true);
	tape_close(t);
	gzcheck_free(c);
}

START_TEST(a_file_of_ours_agrees_with_itself)
{
	enum tape_format formats[] = { TAPE_AUDIT_V1, TAPE_AUDIT_V2 };

	for (int i = 0; i < 2; i++) {
		struct gzcheck_result r;

		make_file(formats[i]);
		r = walk(NULL);
		ck_assert_str_eq(findings, "");
		ck_assert(!r.broken);
		ck_assert_uint_gt(r.members, 10);
		ck_assert_uint_ge(r.checksums + 1, r.members);
		ck_assert_uint_gt(r.entries, 10);
		ck_assert_uint_gt(r.plain, MESSAGES * 60);
	}
}
END_TEST

static int
keep_cut(struct dst *d, uint64_t size, struct err *e)
{
	(void)d;
	(void)e;
	buf_cut(&file, (size_t)size);
	return 0;
}

static struct dst long_dst = { .ops = &(const struct dst_ops){ keep_write, keep_cut, NULL,
				       keep_close },
	.seekable = true };

/* Every third message is longer than two members, and than what is read at once. */
static void
put_long(struct tapew *w)
{
	static char text[600000];
	uint32_t noise = 1;
	struct msg m;

	for (int i = 0; i < 12; i++) {
		for (size_t j = 0; j < sizeof text; j++)
			text[j] = (char)((noise = noise * 1103515245 + 12345) >> 16);
		msg_init(&m, MSG_IO);
		m.time_ns = INT64_C(1000000000) + i * INT64_C(1000000);
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = span_of(text, i % 3 == 0 ? sizeof text : 50);
		ck_assert_int_eq(tapew_put(w, &m, NULL), 0);
	}
}

/* Gone on with after a crash at any place: the index that is made anew agrees with what the
 * members say of themselves. */
START_TEST(long_messages_after_a_crash)
{
	struct buf copy;
	struct tapew *w;
	struct src *src;

	buf_clear(&file);
	ck_assert_int_eq(tapew_open(&w, TAPE_AUDIT_V2, &long_dst, NULL, NULL), 0);
	put_long(w);
	ck_assert_int_eq(tapew_flush(w, NULL), 0);
	tapew_leave(w);
	buf_init(&copy, 0);
	buf_add_span(&copy, buf_span(&file));
	for (size_t cut = copy.n / 4; cut <= copy.n; cut += copy.n / 11) {
		buf_clear(&file);
		buf_add(&file, copy.p, cut);
		src = src_mem(span_of(copy.p, cut));
		ck_assert_int_eq(
			tapew_append(&w, TAPE_AUDIT_V2, src, &long_dst, NULL, NULL), 0);
		src_close(src);
		ck_assert_int_eq(tapew_close(w, NULL), 0);
		walk_messages();
		ck_assert_msg(!findings[0], "cut at %zu: %s", cut, findings);
	}
	buf_free(&copy);
}
END_TEST

/* The index, rewritten by CHANGE, on the same members. */
static void
rewrite_index(void (*change)(struct gzidx *x))
{
	struct src *s = src_mem(buf_span(&file));
	struct gzidx x;
	struct err e;

	ck_assert_int_eq(gzidx_read(&x, s, &e), 1);
	src_close(s);
	change(&x);
	buf_cut(&file, (size_t)x.data_end);
	ck_assert_int_eq(gzidx_write(&x, &file, x.data_end, false), 0);
	gzidx_free(&x);
}

static void
wrong_file(struct gzidx *x)
{
	x->v[3].file++;
}
static void
wrong_plain(struct gzidx *x)
{
	x->v[3].plain++;
}
static void
wrong_ordinal(struct gzidx *x)
{
	x->v[3].ordinal++;
}
static void
wrong_end(struct gzidx *x)
{
	x->plain_end += 1000;
}

START_TEST(an_index_that_lies_is_found)
{
	static const struct {
		void (*change)(struct gzidx *x);
		const char *says;
	} rows[] = {
		{ wrong_file, "the index points here, but no member begins here" },
		{ wrong_plain, "bytes stand before this member, but there are" },
		{ wrong_ordinal, "the member says" },
		{ wrong_end, "bytes of messages, but there are" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		make_file(TAPE_AUDIT_V2);
		rewrite_index(rows[i].change);
		walk(NULL);
		ck_assert_msg(
			strstr(findings, rows[i].says) != NULL, "%zu: %s", i, findings);
	}
}
END_TEST

/* Where entry I of the index begins. */
static struct gzidx_entry
entry(size_t i)
{
	struct src *s = src_mem(buf_span(&file));
	struct gzidx_entry found;
	struct gzidx x;
	struct err e;

	ck_assert_int_eq(gzidx_read(&x, s, &e), 1);
	found = x.v[i];
	src_close(s);
	gzidx_free(&x);
	return found;
}

START_TEST(a_member_that_lies_is_found)
{
	struct gzidx_member m;
	struct gzidx_entry at;
	uint8_t *extra;

	make_file(TAPE_AUDIT_V2);
	at = entry(5);
	extra = file.p + at.file + GZ_HEADER + 2;
	ck_assert(gzidx_member_get(span_of(extra, GZIDX_MEMBER_SIZE), &m));
	m.prev++;
	gzidx_member_put(extra, &m);
	walk(NULL);
	ck_assert_ptr_nonnull(strstr(findings, "the one before it begins at"));
}
END_TEST

START_TEST(behind_damage_headers_are_still_looked_at)
{
	struct gzcheck_result r;
	struct gzidx_entry e;

	make_file(TAPE_AUDIT_V2);
	e = entry(2);
	for (int i = 60; i < 90; i++)
		file.p[e.file + (size_t)i] ^= 0x55;
	r = walk(NULL);
	ck_assert(r.broken);
	ck_assert_str_eq(findings, ""); /* the damage itself is the tape's to tell */
	e = entry(6);
	file.p[e.file] = 0;
	walk(NULL);
	ck_assert_str_eq(findings, "the index points here, but no member begins here\n");
}
END_TEST

START_TEST(messages_are_held_against_the_index)
{
	struct gzcheck *c;
	struct gzidx_entry e;

	make_file(TAPE_AUDIT_V2);
	e = entry(0);
	walk(&c);
	gzcheck_message(c, e.plain, e.ordinal, e.at_ns);
	e = entry(1);
	gzcheck_message(c, e.plain, e.ordinal + 1, e.at_ns);
	ck_assert_ptr_nonnull(strstr(findings, "but it is number"));
	e = entry(2);
	gzcheck_message(c, e.plain, e.ordinal, e.at_ns + NS_PER_S);
	ck_assert_ptr_nonnull(strstr(findings, "but the message is at"));
	findings[0] = 0;
	e = entry(3);
	gzcheck_message(c, e.plain + 1, e.ordinal, e.at_ns);
	ck_assert_str_eq(findings, "the index points into the middle of a message\n");
	findings[0] = 0;
	gzcheck_end(c, MESSAGES - 1, false);
	ck_assert_str_eq(findings, "");
	gzcheck_end(c, MESSAGES - 1, true);
	ck_assert_str_eq(findings, "the index counts 400 messages, but there are 399\n");
	gzcheck_free(c);
}
END_TEST

START_TEST(offsets_belong_to_members)
{
	struct gzcheck *c;
	struct gzidx_entry e;

	make_file(TAPE_AUDIT_V2);
	e = entry(1);
	walk(&c);
	ck_assert_uint_eq(gzcheck_member_of(c, -1), 0);
	ck_assert_uint_eq(gzcheck_member_of(c, 0), 0);
	ck_assert_uint_eq(gzcheck_member_of(c, AUDIT_HEADER), 1);
	ck_assert_uint_eq(gzcheck_member_of(c, (int64_t)e.file - 1), 1);
	ck_assert_uint_eq(gzcheck_member_of(c, (int64_t)e.file), 2);
	gzcheck_free(c);
}
END_TEST

/* Cut at every length, and files that are none: no finding but what is there, no crash. */
START_TEST(any_beginning_can_be_walked)
{
	size_t whole;

	make_file(TAPE_AUDIT_V2);
	whole = file.n;
	for (size_t n = whole; n-- > 0;) {
		file.n = n;
		walk(NULL);
		ck_assert_str_eq(findings, "");
	}
	file.n = whole;
	file.p[0] = 'X';
	ck_assert_uint_eq(walk(NULL).members, 0);
}
END_TEST

static TCase *
gzcheck_cases(void)
{
	const TTest *const tests[] = {
		a_file_of_ours_agrees_with_itself,
		long_messages_after_a_crash,
		an_index_that_lies_is_found,
		a_member_that_lies_is_found,
		behind_damage_headers_are_still_looked_at,
		messages_are_held_against_the_index,
		offsets_belong_to_members,
		any_beginning_can_be_walked,
	};
	TCase *t = tcase_create("gzcheck");

	tcase_set_timeout(t, 60);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(t, tests[i]);
	return t;
}

UNIT_MAIN("gzcheck", gzcheck_cases)
