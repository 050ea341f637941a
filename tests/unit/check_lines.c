/* SPDX-License-Identifier: ISC */
/* Plain output: what is left out of drawing changes nothing, and the rows that are told from
 * the bytes alone are those of a terminal.  Random output around the edges of what is plain. */
#include "tests/unit/unit.h"

#include "tests/unit/emugen.h"
#include "term/emu.h"

#include <stdlib.h>

#define TRIALS 1500

static int
trials(void)
{
	const char *s = getenv("EMU_TRIALS");

	return s ? atoi(s) : TRIALS;
}

static const int sizes[][2] = { { 80, 24 }, { 10, 4 }, { 2, 3 }, { 1, 2 }, { 132, 43 },
	{ 20, 1 }, { 8, 6 } };

#define PICK(g, list) list[emugen_below(g, (int)(sizeof list / sizeof *list))]

static void
put_lines(struct emugen *g, struct buf *out, int lines, int odd)
{
	while (lines-- > 0)
		emugen_line(g, out, odd);
}

static void
write_both(struct emu *a, struct emu *b, struct span s)
{
	emu_write(a, s);
	emu_write(b, s);
}

START_TEST(what_is_gone_before_seen_changes_nothing)
{
	struct emu *a = emu_new(80, 24), *b = emu_new(80, 24);
	struct buf in = { 0 };

	emu_set_slow(b, true);
	for (int i = 0; i < trials(); i++) {
		struct emugen g = { (uint64_t)i * 7919 };
		const int *s = PICK(&g, sizes);

		emu_reset(a, s[0], s[1]);
		emu_reset(b, s[0], s[1]);
		for (int k = 0; k < 4; k++) {
			buf_clear(&in);
			put_lines(
				&g, &in, emugen_below(&g, 400), 1 << emugen_below(&g, 7));
			if (emugen_below(&g, 2) && in.n)
				buf_cut(&in, (size_t)emugen_below(&g, (int)in.n));
			write_both(a, b, buf_span(&in));
			ck_assert_msg(emu_hash(a) == emu_hash(b), "seed %d", i);
			if (emugen_below(&g, 3) == 0) {
				int cols = 1 + emugen_below(&g, 90);
				int rows = 1 + emugen_below(&g, 30);

				emu_resize(a, cols, rows);
				emu_resize(b, cols, rows);
			}
		}
	}
	buf_free(&in);
	emu_free(a);
	emu_free(b);
}
END_TEST

/* Rows that left a terminal, as text; VIA lines.h the same. */
struct pages {
	struct emu *e;
	struct buf rows;
	int n;
};

static void
take_row(void *ctx, int row, int change)
{
	struct pages *p = ctx;

	ck_assert_int_ne(change, 0);
	ck_assert_int_eq(emu_row_text(p->e, row, &p->rows, NULL), 0);
	buf_add_byte(&p->rows, '\n');
	p->n++;
}

/* The last FEEDS + 1 rows: gone or still there. */
static struct span
rows_of_emu(struct pages *p, uint64_t feeds)
{
	int last = emu_cursor(p->e).row;
	struct span s;

	for (int row = 0; row <= last; row++)
		take_row(p, row, 1);
	s = buf_span(&p->rows);
	for (uint64_t skip = (uint64_t)p->n - 1 - feeds; skip > 0; skip--) {
		const uint8_t *nl = memchr(s.p, '\n', s.n);

		s = span_of(nl + 1, s.n - (size_t)(nl + 1 - s.p));
	}
	return s;
}

/* Begins at a plain place, goes on to the first bytes that are not. */
static void
follow(struct emu *e, struct emugen *g, struct span s)
{
	struct pages p = { .e = e };
	struct buf out = { 0 };
	struct span rows;
	struct lines scan, text;
	size_t n, at = 0;

	if (!emu_plain(e, &scan, &out))
		return;
	text = scan;
	emu_watch_gone(e, take_row, &p);
	n = lines_scan(&scan, s);
	scan = text;
	ck_assert_uint_eq(lines_scan(&scan, span_of(s.p, n)), n);
	ck_assert_int_eq(buf_reserve(&out, n * LINES_GROWTH + LINES_SLACK), 0);
	while (at < n) { /* cut anywhere */
		size_t more = 1 + (size_t)emugen_below(g, (int)(n - at));
		uint8_t *from = out.p + out.n;

		while (from > out.p && from[-1] != '\n')
			from--;
		out.n = (size_t)(lines_text(&text, span_of(s.p + at, more), from,
					 out.p + out.n) -
				 out.p);
		at += more;
	}
	emu_write(e, span_of(s.p, n));
	emu_watch_gone(e, NULL, NULL);
	while (out.n && out.p[out.n - 1] == ' ')
		out.n--;
	buf_add_byte(&out, '\n');
	rows = rows_of_emu(&p, scan.feeds);
	ck_assert_uint_eq(scan.feeds, text.feeds);
	ck_assert_int_eq(scan.len, text.len);
	ck_assert_msg(span_eq(buf_span(&out), rows), "\n%s---\n%s", buf_cstr(&out),
		buf_cstr(&p.rows));
	buf_free(&out);
	buf_free(&p.rows);
}

START_TEST(rows_are_those_of_a_terminal)
{
	struct emu *e = emu_new(80, 24);
	struct buf in = { 0 };

	for (int i = 0; i < trials(); i++) {
		struct emugen g = { (uint64_t)i * 104729 };
		const int *s = PICK(&g, sizes);

		emu_reset(e, s[0], s[1]);
		for (int k = 0; k < 10; k++) {
			buf_clear(&in);
			put_lines(&g, &in, emugen_below(&g, 40), emugen_below(&g, 50));
			follow(e, &g, buf_span(&in));
			buf_clear(&in);
			put_lines(&g, &in, emugen_below(&g, 4), 200);
			emu_write(e, buf_span(&in));
		}
	}
	buf_free(&in);
	emu_free(e);
}
END_TEST

static size_t
plain_bytes(const char *text)
{
	struct lines l = { .cols = 10 };

	return lines_scan(&l, span_str(text));
}

START_TEST(what_is_plain)
{
	ck_assert_uint_eq(plain_bytes("ab\r\n\033[1mcd\033[K\033[m\r\n\t.\a"), 21);
	ck_assert_uint_eq(plain_bytes("ab\rc"), 3);
	ck_assert_uint_eq(plain_bytes("ab\n"), 2);
	ck_assert_uint_eq(plain_bytes("ab\b"), 2);
	ck_assert_uint_eq(plain_bytes("ab\033[1A"), 5);
	ck_assert_uint_eq(plain_bytes("0123456789\033[K"), 12);
	ck_assert_uint_eq(plain_bytes("0123456789a\033[K"), 14);
	ck_assert_uint_eq(plain_bytes("e\xCC\x81"), 1);
}
END_TEST

static TCase *
case_lines(void)
{
	TCase *t = tcase_create("lines");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, what_is_gone_before_seen_changes_nothing);
	tcase_add_test(t, rows_are_those_of_a_terminal);
	tcase_add_test(t, what_is_plain);
	return t;
}

UNIT_MAIN("lines", case_lines)
