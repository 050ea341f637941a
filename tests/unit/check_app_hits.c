/* SPDX-License-Identifier: ISC */
/* Searching in the player over long and random recordings: every hit, on its screen; ways that
 * are long, stopped or never end. */
#include "base/clk.h"

#include "tests/unit/app_show.h"
#include "tests/unit/truth.h"

#include <locale.h>
#include <stdio.h>
#include <strings.h>

#define HEAD     "{\"version\":2,\"width\":20,\"height\":4}\n"
#define MESSAGES 200

static int
count(const struct buf *rows, const char *needle)
{
	const uint8_t *p = rows->p;
	size_t left = rows->n;
	int n = 0;

	while ((p = memmem(p, left, needle, strlen(needle))) != NULL) {
		n++;
		p += strlen(needle);
		left = rows->n - (size_t)(p - rows->p);
	}
	return n;
}

/* Until it has arrived, wherever that is. */
static void
settle(struct show *s)
{
	while (app_deadline(&s->app) <= s->now)
		app_tick(&s->app, s->now);
	paint_app(&s->app, &s->canvas);
}

static struct search_hit
go(struct show *s, const char *key)
{
	struct search_hit none = { 0 };

	press(s, key);
	settle(s);
	return s->app.find.has_hit && !s->app.find.wrapped ? s->app.find.hit : none;
}

/* The player stands at a hit: the screen is that of the truth, and shows it. */
static void
expect_here(struct show *s, const struct truth *t, const struct search_hit *h,
	const char *needle)
{
	struct reel *r = player_reel(s->app.player);
	struct buf line = { 0 };
	const struct find_mark *m = find_mark_here(&s->app.find);

	truth_expect(r, t, h->n);
	if (h->row < 0) { /* scrolled by within the message */
		ck_assert_ptr_null(m);
		ck_assert_int_eq(find_line(&s->app.find, h, &line), 0);
		ck_assert_int_eq(strncasecmp((const char *)line.p + h->start, needle,
					 h->end - h->start),
			0);
		buf_free(&line);
		return;
	}
	ck_assert_ptr_nonnull(m);
	ck_assert_int_eq(m->row, h->row);
	ck_assert_int_eq(m->col, h->col);
	ck_assert_int_eq(m->cols, h->cols);
	ck_assert_int_eq(emu_row_text(reel_screen(r), h->row, &line, NULL), 0);
	ck_assert_int_eq(
		strncasecmp((const char *)line.p + h->start, needle, h->end - h->start),
		0);
	buf_free(&line);
}

static void
walk(struct show *s, const struct truth *t, const char *needle)
{
	struct search_hit h, first = { 0 }, last = { 0 };
	uint64_t n = 0, before = 0;

	for (h = go(s, "n"); h.n; h = go(s, "n")) {
		expect_here(s, t, &h, needle);
		first = n++ ? first : h;
		for (uint64_t k = before + 1; k < h.n; k++)
			ck_assert_int_le(count(&t->rows[k], needle),
				count(&t->rows[k - 1], needle));
		before = h.n;
		last = h;
	}
	for (uint64_t k = before + 1; k <= t->n; k++)
		ck_assert_int_le(
			count(&t->rows[k], needle), count(&t->rows[k - 1], needle));
	show_index(s);
	ck_assert_uint_eq(find_state(&s->app.find).hits, n);
	if (!n)
		return;
	press(s, "N"); /* it went round: back to the last one */
	ck_assert_uint_eq(s->app.find.hit.n, last.n);
	while (--n) {
		h = go(s, "N");
		expect_here(s, t, &h, needle);
	}
	ck_assert_uint_eq(h.n ? h.n : first.n, first.n);
	ck_assert_uint_eq(go(s, "N").n, 0);
}

START_TEST(goes_to_every_hit)
{
	static const char *const needles[] = { "needle", "line 7", "red ", "x",
		"\xE6\x9C\xAC", "nowhere" };
	struct reel_opts o = { .channel = -1, .keyframe_cost = 3000 };
	struct recording rec;
	struct truth t;
	struct show s;

	recording_start(&rec, 9000 + (uint64_t)_i);
	recording_random_session(&rec, MESSAGES);
	recording_end(&rec);
	truth_make(&t, &rec);
	for (size_t i = 0; i < sizeof needles / sizeof *needles; i++) {
		show_reel(&s, truth_reel(&rec, &o), 100, 40);
		find_write(&s.app.find, needles[i], true, SEARCH_SHOWN);
		find_take_draft(&s.app.find);
		walk(&s, &t, needles[i]);
		show_close(&s);
	}
	truth_free(&t);
	recording_free(&rec);
}
END_TEST

/* Erased, drawn with cursor moves, typed with backspaces, wide. */
START_TEST(finds_what_a_person_saw)
{
	static const struct {
		const char *text;
		int at_s, row, col, cols;
	} wanted[] = {
		{ "secrex", 2, 0, 0, 6 }, /* wiped out by the next message */
		{ "^secret$", 3, 0, 0, 6 },
		{ "CPU 99%", 4, 2, 4, 7 }, /* drawn from right to left */
		{ "\xE6\x97\xA5.*x", 5, 3, 2, 6 },
		{ "t:ks<bs>", 6, -1, 0, 0 },
	};
	struct show s;

	show_open(&s,
		SPAN_LIT(HEAD "[1,\"o\",\"secre\"]\n[2,\"o\",\"x\"]\n[3,\"o\",\"\\bt\"]"
			      "\n[4,\"o\",\"\\u001b[3;9H99%\\u001b[3;5HCPU \"]\n"
			      "[5,\"o\",\"\\u001b[4;1H\\u672c\\u65e5\\u672c x\"]\n"
			      "[6,\"i\",\"ks\\u007f\"]\n[7,\"o\",\"\\u001b[2J\"]\n"),
		60, 24);
	tick_to(&s, 0);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		const struct find_mark *m;

		press(&s, "End");
		tick_to(&s, 0);
		show_search(&s, "?", wanted[i].text);
		ck_assert_int_eq(show_pos(&s), wanted[i].at_s * NS_PER_S);
		m = find_mark_here(&s.app.find);
		ck_assert_int_eq(m != NULL, wanted[i].row >= 0);
		if (!m)
			continue;
		ck_assert_int_eq(m->row, wanted[i].row);
		ck_assert_int_eq(m->col, wanted[i].col);
		ck_assert_int_eq(m->cols, wanted[i].cols);
	}
	show_close(&s);
}
END_TEST

/* --- long ways, and expressions that never end --- */

static void
long_recording(struct buf *b, int lines, const char *text)
{
	buf_add_str(b, HEAD);
	for (int i = 0; i < lines; i++)
		buf_addf(b, "[%d,\"o\",\"%s %d\\r\\n\"]\n", i + 1, text, i);
}

START_TEST(a_long_way_is_told_and_stopped)
{
	struct buf b = { 0 };
	struct show s;

	long_recording(&b, 60000, "words");
	show_open(&s, buf_span(&b), 80, 24);
	tick_to(&s, 0);
	show_search(&s, "/", "59998$");
	ck_assert(row_has(&s, 23, "looking for 59998$: "));
	ck_assert(row_has(&s, 23, "any key cancels"));
	tick_to(&s, 1);
	press(&s, "x");
	ck_assert(row_has(&s, 23, "cancelled"));
	ck_assert_int_eq(show_pos(&s), 0);
	ck_assert_int_eq(app_deadline(&s.app), s.app.toast_end);
	go(&s, "n");
	ck_assert_int_eq(show_pos(&s), INT64_C(59999) * NS_PER_S);
	go(&s, "n");
	ck_assert(row_has(&s, 23, "hit 1 of 1, from the start again"));
	show_search(&s, "/", "not there");
	settle(&s);
	ck_assert(row_has(&s, 23, "not found: not there"));
	ck_assert_int_eq(show_pos(&s), INT64_C(59999) * NS_PER_S);
	show_close(&s);
	buf_free(&b);
}
END_TEST

/* What was typed is known before the screens are: the way there is a move like any other. */
START_TEST(goes_where_no_screen_is_known)
{
	struct buf b = { 0 };
	struct show s;

	long_recording(&b, 60000, "words");
	buf_add_str(&b, "[70000,\"i\",\"sudo\"]\n[70001,\"o\",\"sudo\"]\n");
	show_open(&s, buf_span(&b), 80, 24);
	tick_to(&s, 0);
	show_search(&s, "/", "t:sudo");
	ck_assert_int_eq(show_pos(&s), 0);
	settle(&s);
	ck_assert_int_eq(show_pos(&s), INT64_C(70000) * NS_PER_S);
	ck_assert(find_at_hit(&s.app.find));
	ck_assert(row_has(&s, 23, "hit 1 of 1: sudo"));
	show_close(&s);
	buf_free(&b);
}
END_TEST

START_TEST(an_expression_that_never_ends_is_told)
{
	struct buf b = { 0 };
	struct show s;

	long_recording(&b, 500, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	show_open(&s, buf_span(&b), 80, 24);
	tick_to(&s, NS_PER_S);
	show_index(&s);
	press(&s, "/");
	type(&s, "(a+)+(a+)+[!-#]");
	show_index(&s);
	ck_assert(row_has(&s, 23, "this expression takes too long"));
	press(&s, "Enter");
	settle(&s);
	ck_assert(row_has(&s, 23, "this expression takes too long"));
	ck_assert_int_eq(show_pos(&s), NS_PER_S);
	show_close(&s);
	buf_free(&b);
}
END_TEST

START_TEST(a_store_that_is_full_is_told)
{
	struct reel_opts o = { .channel = -1, .text_memory = 100000 };
	struct recording rec;
	struct show s;
	char line[64];

	recording_start(&rec, 1);
	recording_connect(&rec);
	recording_pty(&rec, 0, 80, 24);
	for (int i = 0; i < 20000; i++) {
		rec.now_ns += NS_PER_MS;
		snprintf(line, sizeof line, "\033[?25h%08x %d\r\n",
			recording_random(&rec, 1u << 31), i);
		recording_out(&rec, line);
	}
	recording_end(&rec);
	show_reel(&s, truth_reel(&rec, &o), 100, 40);
	tick_to(&s, 0);
	show_index(&s);
	show_search(&s, "/", " 20$");
	ck_assert(row_has(&s, 39, "hit 1 of 1+ "));
	go(&s, "n");
	ck_assert(row_has(&s, 39, "hit 1 of 1+, round what could be kept"));
	show_search(&s, "/", " 19999$");
	settle(&s);
	ck_assert(row_has(&s, 39, "not found:  19999$ (not all could be kept"));
	show_close(&s);
	recording_free(&rec);
}
END_TEST

static TCase *
case_hits(void)
{
	TCase *t = tcase_create("hits");

	setlocale(LC_ALL, "C.UTF-8"); /* widths of characters */
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, goes_to_every_hit, 0, 4);
	tcase_add_test(t, finds_what_a_person_saw);
	tcase_add_test(t, a_long_way_is_told_and_stopped);
	tcase_add_test(t, goes_where_no_screen_is_known);
	tcase_add_test(t, an_expression_that_never_ends_is_told);
	tcase_add_test(t, a_store_that_is_full_is_told);
	return t;
}

UNIT_MAIN("app_hits", case_hits)
