/* SPDX-License-Identifier: ISC */
/* Properties of the emulator on random output, from fixed seeds:
 *   - where the bytes are cut does not matter;
 *   - the short cuts change nothing;
 *   - a snapshot brings back everything, a half sequence and libvterm's memory included;
 *   - sizes may change at any moment;
 *   - what is on the screen is always well formed.
 * EMU_TRIALS=N runs N trials of each instead of the default. */
#include "tests/unit/unit.h"

#include "base/utf8.h"
#include "tests/unit/emugen.h"
#include "term/emu.h"

#define TRIALS 900
#define STREAM 1500 /* bytes a trial */

static int
trials(void)
{
	const char *s = getenv("EMU_TRIALS");

	return s ? atoi(s) : TRIALS;
}

struct trial {
	struct emugen gen;
	struct emu *a, *b;
	struct buf in;
};

static void
begin(struct trial *t, int seed)
{
	static const int sizes[][2] = { { 80, 24 }, { 10, 4 }, { 1, 1 }, { 2, 3 },
		{ 132, 43 }, { 3, 1 }, { 1, 9 }, { 40, 12 } };
	const int *s;

	t->gen.state = (uint64_t)seed * 7919;
	s = sizes[emugen_below(&t->gen, 8)];
	emu_reset(t->a, s[0], s[1]);
	emu_reset(t->b, s[0], s[1]);
	buf_clear(&t->in);
	emugen_put(&t->gen, &t->in, STREAM);
}

static void
open_trial(struct trial *t)
{
	memset(t, 0, sizeof *t);
	t->a = emu_new(80, 24);
	t->b = emu_new(80, 24);
}

static void
close_trial(struct trial *t)
{
	emu_free(t->a);
	emu_free(t->b);
	buf_free(&t->in);
}

static struct span
part(const struct trial *t, size_t from, size_t to)
{
	return span_of(t->in.p + from, to - from);
}

static void
write_cut(struct trial *t, struct emu *e)
{
	for (size_t at = 0, end; at < t->in.n; at = end) {
		end = at + 1 +
		      (size_t)emugen_below(&t->gen, emugen_below(&t->gen, 2) ? 3 : 200);
		end = end > t->in.n ? t->in.n : end;
		emu_write(e, part(t, at, end));
	}
}

START_TEST(cuts_do_not_matter)
{
	struct trial t;

	open_trial(&t);
	for (int i = 0; i < trials(); i++) {
		begin(&t, i);
		emu_write(t.a, buf_span(&t.in));
		write_cut(&t, t.b);
		ck_assert_msg(emu_hash(t.a) == emu_hash(t.b), "seed %d", i);
	}
	close_trial(&t);
}
END_TEST

START_TEST(short_cuts_change_nothing)
{
	struct trial t;

	open_trial(&t);
	emu_set_slow(t.b, true);
	for (int i = 0; i < trials(); i++) {
		begin(&t, i + 100000);
		emu_write(t.a, buf_span(&t.in));
		emu_write(t.b, buf_span(&t.in));
		ck_assert_msg(emu_hash(t.a) == emu_hash(t.b), "seed %d", i);
	}
	close_trial(&t);
}
END_TEST

/* Everything in the block, pointers too. */
static void
save_raw(const struct emu *e, struct buf *out)
{
	buf_clear(out);
	ck_assert_int_eq(buf_reserve(out, emu_save_size(e)), 0);
	emu_save(e, out->p);
	out->n = emu_save_size(e);
}

static void
scribble(struct trial *t, struct emu *e)
{
	struct buf junk = { 0 };

	emu_resize(e, 1 + emugen_below(&t->gen, 150), 1 + emugen_below(&t->gen, 60));
	emugen_put(&t->gen, &junk, 400);
	emu_write(e, buf_span(&junk));
	buf_free(&junk);
}

START_TEST(snapshots_are_exact)
{
	struct buf raw = { 0 }, packed = { 0 }, end = { 0 }, again = { 0 };
	struct trial t;

	open_trial(&t);
	for (int i = 0; i < trials(); i++) {
		size_t cut;

		begin(&t, i + 200000);
		cut = (size_t)emugen_below(&t.gen, (int)t.in.n);
		emu_write(t.a, part(&t, 0, cut));
		save_raw(t.a, &raw);
		buf_clear(&packed);
		ck_assert_int_eq(emu_pack(t.a, &packed), 0);
		emu_write(t.a, part(&t, cut, t.in.n));
		save_raw(t.a, &end);

		scribble(&t, t.a);
		emu_load(t.a, raw.p, raw.n);
		emu_write(t.a, part(&t, cut, t.in.n));
		save_raw(t.a, &again);
		ck_assert_msg(
			span_eq(buf_span(&end), buf_span(&again)), "raw, seed %d", i);

		scribble(&t, t.a);
		ck_assert_int_eq(emu_unpack(t.a, buf_span(&packed)), 0);
		save_raw(t.a, &again);
		ck_assert_msg(
			span_eq(buf_span(&raw), buf_span(&again)), "packed, seed %d", i);
		emu_write(t.a, part(&t, cut, t.in.n));
		emu_write(t.b, buf_span(&t.in));
		ck_assert_msg(emu_hash(t.a) == emu_hash(t.b), "hash, seed %d", i);
	}
	buf_free(&raw);
	buf_free(&packed);
	buf_free(&end);
	buf_free(&again);
	close_trial(&t);
}
END_TEST

static bool
text_ok(const struct emu *e, const struct cell *c)
{
	char text[EMU_CELL_TEXT_MAX];
	int n = emu_cell_text(e, c, text);

	for (int i = 0; i < n; i++)
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return n < EMU_CELL_TEXT_MAX && utf8_valid(span_of(text, (size_t)n)) &&
	       (c->width || !n);
}

/* Wide characters are whole, and every cell has a text that can be shown. */
static bool
row_ok(const struct emu *e, int row)
{
	const struct cell *c = emu_row(e, row);

	for (int col = 0; col < emu_cols(e); col++) {
		bool half = c[col].width == 0;

		if (!text_ok(e, &c[col]) || c[col].width > 2 ||
			half != (col > 0 && c[col - 1].width == 2) ||
			(c[col].width == 2 && col + 1 == emu_cols(e)))
			return false;
	}
	return true;
}

static void
check_screen(const struct emu *e)
{
	struct emu_cursor at = emu_cursor(e);

	ck_assert(at.row >= 0 && at.row < emu_rows(e));
	ck_assert(at.col >= 0 && at.col < emu_cols(e));
	ck_assert(utf8_valid(span_str(emu_title(e))));
	for (int row = 0; row < emu_rows(e); row++)
		ck_assert_msg(row_ok(e, row), "row %d", row);
}

START_TEST(sizes_change_at_any_moment)
{
	struct trial t;

	open_trial(&t);
	emu_set_slow(t.b, true);
	for (int i = 0; i < trials(); i++) {
		begin(&t, i + 300000);
		for (size_t at = 0, end; at < t.in.n; at = end) {
			int most = emugen_below(&t.gen, 4) ? 12 : 200;
			int cols = emugen_below(&t.gen, most),
			    rows = emugen_below(&t.gen, most / 2);

			end = at + 1 + (size_t)emugen_below(&t.gen, 400);
			end = end > t.in.n ? t.in.n : end;
			emu_write(t.a, part(&t, at, end));
			emu_write(t.b, part(&t, at, end));
			check_screen(t.a);
			emu_resize(t.a, cols, rows);
			emu_resize(t.b, cols, rows);
		}
		check_screen(t.a);
		ck_assert_msg(emu_hash(t.a) == emu_hash(t.b), "seed %d", i);
	}
	close_trial(&t);
}
END_TEST

/* The size of a snapshot follows the terminal's size, whatever it was before. */
START_TEST(snapshots_shrink)
{
	struct emu *e = emu_new(80, 24);
	size_t small = emu_save_size(e);

	for (int i = 0; i < 12; i++) {
		emu_resize(e, 1024, 512);
		emu_resize(e, 80 + 20 * i, 24 + 20 * i);
	}
	emu_resize(e, 80, 24);
	ck_assert_uint_lt(emu_save_size(e), small + 8192);
	emu_resize(e, 200, 60);
	ck_assert_uint_lt(emu_save_size(e), 700000);
	emu_free(e);
}
END_TEST

START_TEST(wrong_snapshots_are_refused)
{
	struct emu *e = emu_new(80, 24);
	struct buf b = { 0 };
	uint64_t h;

	emu_write(e, SPAN_LIT("hello"));
	h = emu_hash(e);
	ck_assert_int_eq(emu_pack(e, &b), 0);
	ck_assert_int_lt(emu_unpack(e, SPAN_LIT("no zlib")), 0);
	ck_assert(emu_hash(e) == h);
	emu_load(e, "short", 5);
	ck_assert(emu_hash(e) == h);
	ck_assert_int_lt(emu_unpack(e, span_of(b.p, b.n / 2)), 0);
	emu_write(e, SPAN_LIT("\033[2J"));
	ck_assert_int_eq(emu_unpack(e, buf_span(&b)), 0);
	ck_assert(emu_hash(e) == h);
	buf_free(&b);
	emu_free(e);
}
END_TEST

static TCase *
properties(void)
{
	TCase *c = tcase_create("properties");

	tcase_set_timeout(c, 600);
	tcase_add_test(c, cuts_do_not_matter);
	tcase_add_test(c, short_cuts_change_nothing);
	tcase_add_test(c, snapshots_are_exact);
	tcase_add_test(c, sizes_change_at_any_moment);
	tcase_add_test(c, snapshots_shrink);
	tcase_add_test(c, wrong_snapshots_are_refused);
	return c;
}

UNIT_MAIN("emu", properties)
