/* SPDX-License-Identifier: ISC */
/* A screen painted anew is the same screen, now and after whatever comes then.
 * EMU_TRIALS=N runs N trials of each instead of the default. */
#include "tests/unit/unit.h"

#include "tests/unit/emugen.h"
#include "tests/unit/screens.h"
#include "term/emu.h"

#define TRIALS 300
#define STREAM 1500 /* bytes before and behind */

static int
trials(void)
{
	const char *s = getenv("EMU_TRIALS");

	return s ? atoi(s) : TRIALS;
}

struct trial {
	struct emugen gen;
	struct emu *a, *b;
	struct buf in, paint;
};

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
	buf_free(&t->paint);
}

/* B becomes what A is. */
static void
repaint(struct trial *t)
{
	buf_clear(&t->paint);
	ck_assert_int_eq(emu_repaint(t->a, &t->paint), 0);
	emu_reset(t->b, emu_cols(t->a), emu_rows(t->a));
	emu_write(t->b, buf_span(&t->paint));
}

static void
check_same(struct trial *t, int seed, const char *when)
{
	char why[SCREENS_WHY];

	ck_assert_msg(screens_same(t->a, t->b, why), "seed %d, %s: %s", seed, when, why);
}

/* ---- every state that a row of the table makes ---- */

static const char *const states[] = {
	"",
	"hello\r\nworld",
	"\033[1;31;44mred\033[0m \033[4:3;58:2::1:2:3mcurly\033[m\033[8mno\033[28myes",
	"\033]8;id=x;http://a/?b=c;d\033\\link\033]8;;\a no link \033]8;;http://e\aopen",
	"e\xCC\x81\xCC\x82 \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x91\xA8\xE2\x80\x8D"
	"\xF0\x9F\x91\xA9 \xCC\x81",
	"\033[44m\033[2J\033[K\033[5Cx\033[1@\033[m",
	"\033[3;10r\033[?6h\033[5;5Hx",
	"\033[?69h\033[3;20s\033[4;8r\033[?6h\033[2;2Hin",
	"\033[?69h\033[3;20s\033[4;20Hx",
	"0123456789012345678901234567890123456789",
	"\033[1;40Hx",
	"\033[1;39H\xE4\xB8\x96",
	"\033[1;40H\033[7mx\033[27m\0337\033[5;5H",
	"main\0337\033[?1049h\033[2Jalt\033[3;3H\033[31m",
	"main\033[?1049h\033[2Jalt\0337\033[?1049l after",
	"\033[?47halt\033[?47l main",
	"\033#6wide\r\n\033#3top\r\n\033#4bottom",
	"\033[3g\033[1;5H\033H\033[1;11H\033H\r",
	"\033(0lqqk\033(B\033)0\016x\017\033*A\033n#",
	"\033N",
	"\033)0\016\0337\017",
	"\033[1\"qkeep\033[0\"q gone\033[1\"q",
	"\033[4h\033[20h\033[?7l\033[?25l\033[?5h",
	"\033[3 q\033[?12l",
	"\033[6 q",
	"\033[?12l",
	"\033[?2026h",
	"\033]2;a title \xC3\xA4\033\\",
	"\033[?1h\033=\033[?2004h\033[?1002h\033[?1006h",
	"a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\nh\r\ni\r\nj\r\nk\r\nl\r\nm\r\nn\r\no\r\np",
	"long long line that wraps around the end of it and goes on for some while more",
	"x\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nend",
	"Z\033[2J\033[44m\033[K",
	"\0337\033[?6h\0338",
	"\033[2;5H\033[?6h\0337\033[?6l\033[9;9H",
};

/* A sequence or a character that is not complete. */
static const char *const halves[] = {
	"abc\033",
	"abc\033(",
	"abc\033[",
	"abc\033[?25;",
	"abc\033[38:2::1:2",
	"abc\033[1;2 ",
	"abc\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;"
	"28;29;"
	"30;31;32;33",
	"abc\033[?>1",
	"abc\033]0;half a ti",
	"abc\033]0;half a ti\033",
	"abc\033Pq1",
	"abc\033kname",
	"abc\xF0\x9F",
};

/* What comes afterwards asks for all that was kept. */
static const char *const asks[] = {
	"",
	"x\xE4\xB8\x96y",
	"\r\n\n\n\n\n\n\n\n\n\nz",
	"\033[5b",
	"\t\tx\tx\033[2Zx",
	"\0338x",
	"\033[?1049lx\033[?1049hy",
	"\033[?47hx\033[?47ly",
	"\033[2J",
	"\033[?2J",
	"\033[Hx\033[99;99Hxy",
	"\033[?69lx",
	"m\\\a more\r\n",
	"0;1mx",
	"\033\\x",
	"lqqk",
	"\x98\x80x",
	"\033Mx\033M\033[Lx\033[2Px\033[3@x\033[3Xx",
	"\r\033Dx\033Ex",
	"\033[3;4rx\033[20Hx\nx",
	"\033[!px\0338x",
};

#define N(a) (sizeof(a) / sizeof *(a))

static void
check_state(struct trial *t, const char *state, int number)
{
	for (size_t k = 0; k < N(asks); k++) {
		int seed = number * 1000 + (int)k;

		emu_reset(t->a, 40, 12);
		emu_write(t->a, span_str(state));
		repaint(t);
		check_same(t, seed, "painted");
		emu_write(t->a, span_str(asks[k]));
		emu_write(t->b, span_str(asks[k]));
		check_same(t, seed, "and written to");
	}
}

START_TEST(every_state_is_kept)
{
	struct trial t;

	open_trial(&t);
	for (size_t i = 0; i < N(states); i++)
		check_state(&t, states[i], (int)i);
	for (size_t i = 0; i < N(halves); i++)
		check_state(&t, halves[i], 1000 + (int)i);
	close_trial(&t);
}
END_TEST

/* All that there is to know of it, for states without odds and ends. */
START_TEST(exactly)
{
	struct trial t;

	open_trial(&t);
	for (size_t i = 0; i < N(states); i++) {
		emu_reset(t.a, 40, 12);
		emu_write(t.a, span_str(states[i]));
		repaint(&t);
		ck_assert_msg(emu_hash_told(t.a) == emu_hash_told(t.b), "state %zu", i);
	}
	close_trial(&t);
}
END_TEST

static TCase *
table_cases(void)
{
	TCase *t = tcase_create("table");

	tcase_add_test(t, every_state_is_kept);
	tcase_add_test(t, exactly);
	return t;
}

/* ---- random ---- */

START_TEST(random_states_are_kept)
{
	static const int sizes[][2] = { { 80, 24 }, { 10, 4 }, { 132, 43 }, { 40, 12 } };
	struct trial t;

	open_trial(&t);
	for (int i = 0; i < trials(); i++) {
		const int *s;

		t.gen.state = (uint64_t)i * 7919;
		s = sizes[emugen_below(&t.gen, 4)];
		emu_reset(t.a, s[0], s[1]);
		buf_clear(&t.in);
		emugen_put(&t.gen, &t.in, STREAM);
		emu_write(t.a, buf_span(&t.in));
		repaint(&t);
		check_same(&t, i, "painted");
		for (int k = 0; k < 20; k++) {
			buf_clear(&t.in);
			emugen_put(&t.gen, &t.in, STREAM / 20);
			emu_write(t.a, buf_span(&t.in));
			emu_write(t.b, buf_span(&t.in));
			check_same(&t, i, "and written to");
		}
	}
	close_trial(&t);
}
END_TEST

static TCase *
random_cases(void)
{
	TCase *t = tcase_create("random");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, random_states_are_kept);
	return t;
}

UNIT_MAIN("repaint", table_cases, random_cases)
