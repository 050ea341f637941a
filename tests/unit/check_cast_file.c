/* SPDX-License-Identifier: ISC */
/* Asciicast files as a whole: round trips, full disks, continuing, the reference's files. */
#include "tests/unit/cast_session.h"

#define GOLDEN "tests/golden/cast"

/* ---- round trips ---- */

static const struct fixture {
	const char *name;
	enum tape_format format;
	bool exact; /* written as our writer writes it */
} fixtures[] = {
	{ "minimal-v1.json", TAPE_CAST_V1, false },
	{ "full-v1.json", TAPE_CAST_V1, false },
	{ "nulls-v1.json", TAPE_CAST_V1, false },
	{ "minimal-v2.cast", TAPE_CAST_V2, true },
	{ "full-v2.cast", TAPE_CAST_V2, true },
	{ "nulls-v2.cast", TAPE_CAST_V2, false },
	{ "minimal-v3.cast", TAPE_CAST_V3, true },
	{ "full-v3.cast", TAPE_CAST_V3, true },
};
#define NFIXTURES ((int)(sizeof fixtures / sizeof *fixtures))

static bool
is_header(const struct msg *m)
{
	return vendor_of(m) == VENDOR_HEADER;
}

/* Same messages at the same times; the header's own text may differ, so its event and the
 * identity made from it may, too. */
static void
check_same(struct span a, struct span b, const char *name)
{
	struct slow_src sa = slow_src(a, a.n), sb = slow_src(b, b.n);
	struct tape *ta = open_cast(&sa.src, NULL, false),
		    *tb = open_cast(&sb.src, NULL, false);
	int ra, rb;

	do {
		const struct msg *ma, *mb;
		int64_t at_a, at_b;
		struct msg copy;

		ra = tape_next(ta, &ma, &at_a, NULL);
		rb = tape_next(tb, &mb, &at_b, NULL);
		ck_assert_msg(ra == rb, "%s: one ends earlier", name);
		if (ra <= 0)
			break;
		copy = *mb;
		copy.connection_id = ma->connection_id;
		ck_assert_msg(at_a == at_b, "%s: %" PRId64 " %" PRId64, name, at_a, at_b);
		ck_assert_msg(is_header(ma) || msg_equal(ma, &copy), "%s differs", name);
	} while (true);
	ck_assert_int_eq(tape_end(ta).state, tape_end(tb).state);
	tape_close(ta);
	tape_close(tb);
}

START_TEST(same_version_keeps_everything)
{
	const struct fixture *f = &fixtures[_i];
	struct buf in = { 0 }, out;
	struct lost_list lost = { 0 };

	ck_assert(read_file(&in, GOLDEN, f->name, ""));
	convert(buf_span(&in), f->format, &out, &lost);
	ck_assert_str_eq(buf_cstr(&lost.text), "");
	if (f->exact)
		ck_assert_str_eq(buf_cstr(&in), buf_cstr(&out));
	check_same(buf_span(&in), buf_span(&out), f->name);
	buf_free(&in);
	buf_free(&out);
	buf_free(&lost.text);
}
END_TEST

/* Through an audit log and back, nothing of a cast is lost either. */
START_TEST(a_cast_survives_the_audit_format)
{
	const struct fixture *f = &fixtures[_i];
	struct buf in = { 0 }, audit, out;

	ck_assert(read_file(&in, GOLDEN, f->name, ""));
	convert(buf_span(&in), TAPE_AUDIT_V2, &audit, NULL);
	convert(buf_span(&audit), f->format, &out, NULL);
	if (f->exact)
		ck_assert_str_eq(buf_cstr(&in), buf_cstr(&out));
	check_same(buf_span(&in), buf_span(&out), f->name);
	buf_free(&in);
	buf_free(&audit);
	buf_free(&out);
}
END_TEST

START_TEST(other_versions_say_what_they_lose)
{
	static const struct {
		const char *name;
		enum tape_format to;
		const char *lost;
	} t[] = {
		{ "full-v2.cast", TAPE_CAST_V3, "1 members of the header\n" },
		{ "full-v3.cast", TAPE_CAST_V2, "4 members of the header\n" },
		{ "full-v1.json", TAPE_CAST_V2, "" },
		{ "full-v1.json", TAPE_CAST_V3, "" },
		{ "full-v2.cast", TAPE_CAST_V1,
			"3 members of the header\n1 date of the recording\n"
			"1 input message\n2 marker events\n1 window message\n"
			"2 cast-event events\n1 exit message\n" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct buf in = { 0 }, out;
		struct lost_list lost = { 0 };

		ck_assert(read_file(&in, GOLDEN, t[i].name, ""));
		convert(buf_span(&in), t[i].to, &out, &lost);
		ck_assert_str_eq(buf_cstr(&lost.text), t[i].lost);
		buf_free(&in);
		buf_free(&out);
		buf_free(&lost.text);
	}
}
END_TEST

/* ---- writing ---- */

START_TEST(only_whole_lines_go_out)
{
	struct session s = { 0 };
	struct buf in = { 0 };

	for (int i = 0; i < 3000; i++)
		buf_add_str(&in, "some output\n");
	session_start(&s, TAPE_CAST_V2);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(put_bytes(&s, MSG_STREAM_OUT, buf_span(&in)), 0);
		if (i % 7 == 0)
			ck_assert_int_eq(tapew_flush(s.w, NULL), 0);
	}
	ck_assert_int_eq(tapew_close(s.w, NULL), 0);
	ck_assert(s.d.whole_lines);
	buf_free(&in);
	buf_free(&s.d.bytes);
	buf_free(&s.lost.text);
}
END_TEST

static void
write_some(struct session *s, size_t limit)
{
	struct err e = { 0 };
	bool failed = false;

	session_start(s, TAPE_CAST_V2);
	s->d.limit = limit;
	for (int i = 0; i < 50; i++) {
		char text[32];

		snprintf(text, sizeof text, "line %d\r\n", i);
		if (i == 30) {
			ck_assert(!limit || failed);
			s->d.limit = 0;
		}
		if (put_bytes(s, MSG_STREAM_OUT, span_str(text)) < 0) {
			/* not taken while the disk is full */
			failed = true;
			continue;
		}
		if (tapew_flush(s->w, &e) < 0) {
			ck_assert_int_eq(e.code, ERR_NOSPACE);
			failed = true;
		}
	}
	ck_assert_int_eq(tapew_close(s->w, NULL), 0);
}

START_TEST(a_full_disk_leaves_no_seam)
{
	for (size_t limit = 1; limit < 300; limit += 7) {
		struct session s = { 0 };
		struct slow_src src;
		struct tape *t;
		struct buf out = { 0 };

		write_some(&s, limit);
		src = slow_src(buf_span(&s.d.bytes), 4096);
		t = open_cast(&src.src, NULL, false);
		list_tape(&out, t);
		ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "line 49"));
		tape_close(t);
		buf_free(&out);
		buf_free(&s.d.bytes);
		buf_free(&s.lost.text);
	}
}
END_TEST

/* ---- continuing ---- */

static int
append(struct session *s, enum tape_format f, const char *before, struct err *e)
{
	static struct slow_src src;
	static struct buf copy;

	*s = (struct session){ .o = { .lost = see_lost },
		.now_ns = START_NS + 99 * NS_PER_S };
	s->o.ctx = &s->lost;
	kept_init(&s->d);
	buf_add_str(&s->d.bytes, before);
	buf_clear(&copy);
	buf_add_str(&copy, before);
	src = slow_src(buf_span(&copy), 4096);
	return tapew_append(&s->w, f, &src.src, &s->d.dst, &s->o, e);
}

static void
second_session(struct session *s)
{
	put_pty(s, 100, 30);
	put_exec(s, "again");
	put_out(s, "b");
	s->now_ns += 1500 * NS_PER_MS;
	put_out(s, "c");
}

START_TEST(continuing)
{
	static const char tail2[] = "[2.5, \"r\", \"100x30\"]\n[2.5, \"o\", \"b\"]\n"
				    "[4.0, \"o\", \"c\"]\n",
			  tail3[] = "[0.000, \"r\", \"100x30\"]\n[0.000, \"o\", \"b\"]\n"
				    "[1.500, \"o\", \"c\"]\n";
	static const struct {
		enum tape_format f;
		const char *before, *kept, *tail;
	} t[] = {
		{ TAPE_CAST_V2, HEAD2 "[2.5, \"o\", \"a\"]\n",
			HEAD2 "[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V2, HEAD2 "[2.5, \"o\", \"a\"]",
			HEAD2 "[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V2, HEAD2 "[2.5, \"o\", \"a\"]\n[3.5, \"o\", \"to",
			HEAD2 "[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V2, HEAD2 "bad\n[2.5, \"o\", \"a\"]\n[3.5,",
			HEAD2 "bad\n[2.5, \"o\", \"a\"]\n", tail2 },
		{ TAPE_CAST_V3, HEAD3 "[2.5, \"o\", \"a\"]\n[1.0, \"x\", \"0\"]\n",
			HEAD3 "[2.5, \"o\", \"a\"]\n[1.0, \"x\", \"0\"]\n", tail3 },
		{ TAPE_CAST_V3, HEAD3, HEAD3, tail3 },
		{ TAPE_CAST_V3, HEAD3 "[", HEAD3, tail3 },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char want[512];
		struct session s;

		snprintf(want, sizeof want, "%s%s", t[i].kept, t[i].tail);
		ck_assert_int_eq(append(&s, t[i].f, t[i].before, NULL), 0);
		second_session(&s);
		session_is(&s, want, "1 members of the header\n");
	}
}
END_TEST

START_TEST(continuing_an_empty_file_starts_it)
{
	struct session s;

	ck_assert_int_eq(append(&s, TAPE_CAST_V2, "", NULL), 0);
	s.now_ns = START_NS;
	put_out(&s, "a");
	session_is(&s, HEAD2 "[0.0, \"o\", \"a\"]\n", "");
}
END_TEST

START_TEST(what_cannot_be_continued)
{
	static const struct {
		enum tape_format f;
		const char *before;
	} t[] = {
		{ TAPE_CAST_V2, HEAD3 },
		{ TAPE_CAST_V3, HEAD2 },
		{ TAPE_CAST_V2,
			"{\"version\":1,\"width\":8,\"height\":2,\"stdout\":[]}" },
		{ TAPE_CAST_V1,
			"{\"version\":1,\"width\":8,\"height\":2,\"stdout\":[]}" },
		{ TAPE_CAST_V2, "no cast at all" },
	};

	struct kept_dst d;
	struct tapew *w;

	kept_init(&d);
	ck_assert_int_eq(tapew_append(&w, TAPE_CAST_V2, NULL, &d.dst, NULL, NULL),
		ERR_UNSUPPORTED);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct err e = { 0 };
		struct session s;

		ck_assert_int_lt(append(&s, t[i].f, t[i].before, &e), 0);
		ck_assert_str_ne(e.text, "");
		ck_assert_str_eq(buf_cstr(&s.d.bytes), t[i].before);
		buf_free(&s.d.bytes);
	}
}
END_TEST

/* ---- what the reference makes of the same messages ---- */

static void
strip_marks(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->n - i >= 3 && memcmp(b->p + i, "\uFFFD", 3) == 0)
			i += 2;
		else
			b->p[to++] = b->p[i];
	}
	b->n = to;
}

/* Its text is ours, but for the bytes that are no UTF-8: it replaces each one. */
START_TEST(text_agrees_with_the_reference)
{
	static const char *const names[] = { "session.v2", "all-types.v2",
		"containerssh-0-4-0.v1" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct buf audit = { 0 }, cast = { 0 }, ours, a = { 0 }, b = { 0 };

		if (!read_file(&audit, "../shared/vectors", names[i], ".audit") ||
			!read_file(&cast, "../shared/vectors", names[i], ".cast"))
			continue;
		convert(buf_span(&audit), TAPE_CAST_V2, &ours, NULL);
		output_of(buf_span(&ours), &a);
		output_of(buf_span(&cast), &b);
		strip_marks(&a);
		strip_marks(&b);
		ck_assert_msg(span_eq(buf_span(&a), buf_span(&b)), "%s", names[i]);
		buf_free(&audit);
		buf_free(&cast);
		buf_free(&ours);
		buf_free(&a);
		buf_free(&b);
	}
}
END_TEST

static TCase *
round_trip_case(void)
{
	TCase *c = tcase_create("round trips");

	tcase_add_loop_test(c, same_version_keeps_everything, 0, NFIXTURES);
	tcase_add_loop_test(c, a_cast_survives_the_audit_format, 0, NFIXTURES);
	tcase_add_test(c, other_versions_say_what_they_lose);
	tcase_add_test(c, text_agrees_with_the_reference);
	return c;
}

static TCase *
file_case(void)
{
	TCase *c = tcase_create("file");

	tcase_add_test(c, only_whole_lines_go_out);
	tcase_add_test(c, a_full_disk_leaves_no_seam);
	tcase_add_test(c, continuing);
	tcase_add_test(c, continuing_an_empty_file_starts_it);
	tcase_add_test(c, what_cannot_be_continued);
	return c;
}

UNIT_MAIN("cast_file", round_trip_case, file_case)
