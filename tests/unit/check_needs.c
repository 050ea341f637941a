/* SPDX-License-Identifier: ISC */
/* What an expression needs: nothing that matches is ever ruled out, and what can be ruled out
 * mostly is. */
#include "replay/needs.h"
#include "replay/query.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#define PATTERNS 16000
#define TEXTS    8

static uint64_t rng = 1;

static unsigned
rnd(unsigned below)
{
	rng += UINT64_C(0x9E3779B97F4A7C15);
	uint64_t z = (rng ^ rng >> 30) * UINT64_C(0xBF58476D1CE4E5B9);

	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (unsigned)((z ^ z >> 31) >> 16) % below;
}

#define PICK(v) ((v)[rnd(sizeof(v) / sizeof *(v))])

/* --- texts and expressions of few letters, so that many match --- */

static const char *const letters[] = { "a", "b", "c", "a", "b", "k", "K", "s", "S", "A",
	"1", " ", "-", "\xC5\xBF", "\xE2\x84\xAA", "\xC3\xA9", "\xC3\x89", "\xE6\x97\xA5",
	"]", "}", "{" };

static void
add_letters(struct buf *b, unsigned n)
{
	while (n--)
		buf_add_str(b, PICK(letters));
}

/* As they stand in an expression; a brace might be a count. */
static void
add_literal(struct buf *b)
{
	const char *c = PICK(letters);

	if (*c == '{' && rnd(2))
		buf_add_str(b, "\\");
	buf_add_str(b, c);
}

static void
add_times(struct buf *b)
{
	static const char *const times[] = { "*", "+", "?", "*?", "+?", "??", "*+", "++",
		"{2}", "{0}", "{0,1}", "{1,}", "{1,2}?", "{,2}", "{ 1 }", "{2", "{a}",
		"{0,}", "{00}", "{1}" };

	if (rnd(3) == 0)
		buf_add_str(b, PICK(times));
}

static void
add_other(struct buf *b)
{
	static const char *const others[] = { ".", "[ab]", "[^a]", "[]a]", "[^]ab]",
		"[[:alpha:]]", "[a[:digit:]b]", "[[:^space:]]", "[\\]a]", "[a-c]", "[[]",
		"[\\Qab\\E]", "[a\\x62]", "\\d", "\\w", "\\S", "\\b", "\\B", "^", "$",
		"\\A", "\\z", "\\Z", "\\K", "\\x61", "\\x{62}", "\\x6", "\\p{L}", "\\PL",
		"\\p{Lu}", "\\N", "\\R", "\\X", "\\-", "\\]", "\\a", "\\t", "\\141",
		"\\o{141}", "\\Q\\E", "\\E", "\\Qa\\Eb", "\\Qab(\\E", "(?#a)", "\\1",
		"\\ca", "\\N{U+61}", "\\h", "\\_", "\\ ", "\\\xC3\xA9", "(*ACCEPT)",
		"(*FAIL)", "(?R)", "(?1)", "\\g{1}", "\\g1", "\\e" };

	buf_add_str(b, PICK(others));
}

static void add_either(struct buf *b, unsigned depth);

static void
add_group(struct buf *b, unsigned depth)
{
	static const char *const groups[] = { "(", "(", "(?:", "(?:", "(?>", "(?|",
		"(?=", "(?!", "(?<=", "(?<!", "(?i:", "(?-i:", "(?s-i:", "(?<n>", "(?'n'",
		"(?P<n>", "(?x:", "(?x)(", "(?(1)", "(?(?=a)", "(?im)(", "(?i)(",
		"(?^:", "(*atomic:", "(*pla:", "(?U:", "(?*", "(?<*" };

	buf_add_str(b, PICK(groups));
	add_either(b, depth + 1);
	buf_add_str(b, ")");
}

static void
add_branch(struct buf *b, unsigned depth)
{
	for (unsigned n = rnd(5) + (depth == 0); n; n--) {
		switch (rnd(10)) {
		case 0:
			if (depth < 4)
				add_group(b, depth);
			break;
		case 1:
			add_other(b);
			break;
		case 2:
			buf_add_str(b, "\\Q");
			add_letters(b, rnd(5));
			if (rnd(4))
				buf_add_str(b, "\\E");
			break;
		case 3:
			buf_add_str(b, "(?i)");
			continue;
		default:
			for (unsigned k = rnd(5); k; k--)
				add_literal(b);
		}
		add_times(b);
	}
}

static void
add_either(struct buf *b, unsigned depth)
{
	add_branch(b, depth);
	while (rnd(4) == 0) {
		buf_add_str(b, "|");
		add_branch(b, depth);
	}
}

/* --- what is asked of them --- */

/* Of all LINES of a text, each alone; the filter is that of the whole. */
static bool
matches(struct query *q, struct span line)
{
	size_t start = 0, end;

	return query_match(q, line, &start, &end) > 0;
}

struct counts {
	unsigned patterns, matches, ruled_out;
	struct gram_maker m; /* making one is dear, emptying it is not */
};

static void
check_text(struct query *q, const char *pattern, struct counts *c)
{
	struct gram_filter f;
	struct buf text = { 0 }, bits = { 0 };
	bool any = false;

	for (int line = 0; line < 2; line++) {
		size_t from = text.n;

		add_letters(&text, rnd(30));
		any |= matches(q, span_of(text.p + from, text.n - from));
		buf_add_byte(&text, '\n');
	}
	gram_add(&c->m, buf_span(&text));
	ck_assert_int_eq(gram_take(&c->m, &bits, &f.size, rnd(2)), 0);
	f.bits = bits.p;
	c->matches += any;
	if (!query_may_match(q, &f)) {
		c->ruled_out++;
		ck_assert_msg(!any, "'%s' in '%s'", pattern, buf_cstr(&text));
	}
	buf_free(&bits);
	buf_free(&text);
}

START_TEST(no_match_is_ruled_out)
{
	static const int flags[] = { 0, QUERY_EXACT, QUERY_FOLD, QUERY_PLAIN,
		QUERY_PLAIN | QUERY_FOLD, QUERY_PLAIN | QUERY_EXACT };
	struct counts c = { 0 };
	struct buf b = { 0 };

	ck_assert_int_eq(gram_init(&c.m), 0);
	for (int i = 0; i < PATTERNS / 4; i++) {
		struct query *q;
		int f = rnd(4) ? flags[rnd(3)] : PICK(flags);

		rng = (uint64_t)_i << 40 | (uint64_t)i << 8;
		buf_clear(&b);
		if (f & QUERY_PLAIN)
			add_letters(&b, 1 + rnd(9));
		else
			add_either(&b, 0);
		if (query_new(&q, buf_cstr(&b), f, NULL) < 0)
			continue;
		c.patterns++;
		for (int k = 0; k < TEXTS; k++)
			check_text(q, buf_cstr(&b), &c);
		query_free(q);
	}
	buf_free(&b);
	gram_free(&c.m);
	/* it is a test of something */
	ck_assert_uint_gt(c.patterns, PATTERNS / 16);
	ck_assert_uint_gt(c.matches, PATTERNS / 8);
	ck_assert_uint_gt(c.ruled_out, PATTERNS / 4);
}
END_TEST

static struct span
put_char(uint8_t out[4], uint32_t ch)
{
	size_t n = ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
	static const uint8_t first[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = n; i-- > 0; ch >>= 6)
		out[i] = (uint8_t)(0x80 | (ch & 0x3F));
	out[0] = (uint8_t)(first[n] | (out[0] & 0x1F));
	return span_of(out, n);
}

static bool
is_letter(const char *letter, struct span s)
{
	struct query *q;
	bool is;

	ck_assert_int_eq(query_new(&q, letter, QUERY_FOLD, NULL), 0);
	is = matches(q, s);
	query_free(q);
	return is;
}

/* All that PCRE2 takes for an ASCII letter when case is ignored, a filter does, too. */
START_TEST(case_is_that_of_the_search)
{
	struct query *q;
	unsigned found = 0;

	ck_assert_int_eq(query_new(&q, "[a-z]", QUERY_FOLD, NULL), 0);
	for (uint32_t ch = 0x80; ch < 0x110000; ch++) {
		struct buf folded = { 0 };
		uint8_t bytes[4];
		struct span s = put_char(bytes, ch);

		if ((ch >= 0xD800 && ch < 0xE000) || !matches(q, s))
			continue;
		found++;
		gram_fold(&folded, s);
		ck_assert_uint_eq(folded.n, 1);
		ck_assert(is_letter(buf_cstr(&folded), s));
		buf_free(&folded);
	}
	query_free(q);
	ck_assert_uint_eq(found, 2);
}
END_TEST

static bool
may_hold(const char *pattern, int flags, const char *text)
{
	struct gram_maker m;
	struct gram_filter f;
	struct buf bits = { 0 };
	struct query *q;
	bool may;

	ck_assert_int_eq(query_new(&q, pattern, flags, NULL), 0);
	ck_assert_int_eq(gram_init(&m), 0);
	gram_add(&m, span_str(text));
	ck_assert_int_eq(gram_take(&m, &bits, &f.size, rnd(2)), 0);
	f.bits = bits.p;
	may = query_may_match(q, &f);
	gram_free(&m);
	buf_free(&bits);
	query_free(q);
	return may;
}

START_TEST(what_is_ruled_out)
{
	static const char text[] = "the quick brown fox\njumps over the lazy dog\n";
	static const struct {
		const char *pattern;
		bool may;
	} v[] = { { "quick", true }, { "slower than that", false }, { "qu+ick", true },
		{ "qu*ic", true }, { "jumps|sleeps", true },
		{ "walks on water|sleeps for days", false }, { "walks|sleeps|.", true },
		{ "(brown|black) (fox|dog)", true },
		{ "(brown|black) (elephant|hippopotamus)", false },
		{ "(elephant)?lazy", true }, { "(elephant)+", false },
		{ "(elephant){0,2}", true }, { "(elephant){2}", false },
		{ "\\bquick\\b.*digging the earth\\w*ger", false },
		{ "fox.*\\Q.b*\\Ezzz", false }, { "(?!sleep)jump", true },
		{ "(?<=red )fox", true }, { "qu", true }, { "[a-z]+", true },
		{ "over$|^under", true }, { "foxjumpsover", false }, { "x\njum", true },
		{ "brown(?i) fixture of mine", false },
		{ "(?<n>fixture of mine)", false }, { "(?x)f i x", true },
		{ "fix(*ACCEPT)", true }, { "(fix|(?1))", true }, { "lazy{1} dog", true },
		{ "lazy{,5}", true }, { "{fixture of mine", false } };

	for (size_t i = 0; i < sizeof v / sizeof *v; i++)
		ck_assert_msg(may_hold(v[i].pattern, QUERY_EXACT, text) == v[i].may, "%s",
			v[i].pattern);
	ck_assert(may_hold("QUICK BR", QUERY_FOLD, text));
	ck_assert(!may_hold("LAZY FROG", QUERY_FOLD, text));
	ck_assert(!may_hold("qui?ck as can be", QUERY_PLAIN, text));
	ck_assert(may_hold("brown fox", QUERY_PLAIN | QUERY_FOLD, text));
}
END_TEST

static size_t
bits_set(const struct buf *bits)
{
	size_t n = 0;

	for (size_t i = 0; i < bits->n; i++)
		n += (size_t)__builtin_popcount(bits->p[i]);
	return n;
}

/* A filter is as small as it may be, and no smaller. */
START_TEST(filters_have_their_size)
{
	struct gram_maker m;
	struct buf bits = { 0 }, text = { 0 };
	uint32_t size;

	ck_assert_int_eq(gram_init(&m), 0);
	ck_assert_int_eq(gram_take(&m, &bits, &size, false), 0);
	ck_assert_uint_eq(bits_set(&bits), 0);
	for (int i = 0; i < 3000; i++)
		buf_addf(&text, "%04x %04x\n", rnd(1 << 16), rnd(1 << 16));
	gram_add(&m, buf_span(&text));
	buf_clear(&bits);
	ck_assert_int_eq(gram_take(&m, &bits, &size, false), 0);
	ck_assert_uint_eq(bits.n, size);
	ck_assert_uint_gt(bits_set(&bits), bits.n * 8 * 40 / 100);
	ck_assert_uint_lt(bits_set(&bits), bits.n * 8 * 60 / 100);
	gram_add(&m, buf_span(&text));
	buf_clear(&bits);
	ck_assert_int_eq(gram_take(&m, &bits, &size, true), 0);
	ck_assert_uint_gt(bits_set(&bits), bits.n * 8 * 25 / 100);
	ck_assert_uint_lt(bits_set(&bits), bits.n * 8 * 42 / 100);
	/* nothing of it is left */
	gram_add(&m, SPAN_LIT("abcde\n"));
	buf_clear(&bits);
	ck_assert_int_eq(gram_take(&m, &bits, &size, false), 0);
	ck_assert_uint_eq(bits.n, 1);
	ck_assert_uint_eq(bits_set(&bits), 1);
	for (uint8_t c[4] = { 0 }; text.n < (4u << 20);) {
		for (int i = 0; i < 8; i++)
			buf_add_span(&text, put_char(c, 0x80 + rnd(0x5000)));
		buf_add_byte(&text, '\n');
	}
	gram_add(&m, buf_span(&text));
	buf_clear(&bits);
	ck_assert_int_eq(gram_take(&m, &bits, &size, false), 0);
	ck_assert_uint_le(size, GRAM_SIZE_MAX);
	gram_free(&m);
	buf_free(&bits);
	buf_free(&text);
}
END_TEST

static TCase *
tcase_needs(void)
{
	TCase *tc = tcase_create("needs");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, no_match_is_ruled_out, 0, 4);
	tcase_add_test(tc, case_is_that_of_the_search);
	tcase_add_test(tc, what_is_ruled_out);
	tcase_add_test(tc, filters_have_their_size);
	return tc;
}

UNIT_MAIN("needs", tcase_needs)
