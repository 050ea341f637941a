/* SPDX-License-Identifier: ISC */
/* The timeline under floods: everything stays bounded, nothing rare is lost; and the cost
 * that spaces key frames. */
#include "replay/timeline.h"

#include "base/clk.h"
#include "format/vendor.h"
#include "replay/cost.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static void
note_window(struct events *v, uint64_t n, uint32_t cols)
{
	struct msg m;

	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = cols;
	m.p.window.rows = 24;
	ck_assert(events_is(&m));
	events_note(v, &m, n, (int64_t)n);
}

static void
note_exit(struct events *v, uint64_t n)
{
	struct msg m;

	msg_init(&m, MSG_EXIT);
	m.p.exit.exit_status = 3;
	events_note(v, &m, n, (int64_t)n);
}

static size_t
count_type(const struct events *v, int32_t type)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		n += v->v[i].type == type;
		if (i)
			ck_assert_uint_gt(v->v[i].ordinal, v->v[i - 1].ordinal);
	}
	return n;
}

START_TEST(flood_of_resizes_keeps_the_rest)
{
	struct events v;
	uint64_t gap = 0;

	events_init(&v, 1000);
	for (uint64_t n = 0; n < 200000; n++)
		if (n % 1000 == 999)
			note_exit(&v, n);
		else
			note_window(&v, n, 80 + n % 7);
	ck_assert_uint_le(v.n, 1000);
	ck_assert_uint_eq(count_type(&v, MSG_EXIT), 200);
	ck_assert_uint_gt(count_type(&v, MSG_WINDOW), 200);
	ck_assert_uint_eq(v.n + v.dropped, 200000);
	/* what is left is spread evenly */
	for (size_t i = 1; i < v.n; i++)
		gap = v.v[i].ordinal - v.v[i - 1].ordinal > gap
			      ? v.v[i].ordinal - v.v[i - 1].ordinal
			      : gap;
	ck_assert_uint_lt(gap, 2000);
	ck_assert_uint_eq(events_after(&v, 0), 0);
	ck_assert_uint_eq(events_after(&v, 200000), v.n);
	ck_assert_uint_eq(v.v[events_after(&v, 100999)].ordinal, 100999);
	events_free(&v);
}
END_TEST

START_TEST(flood_of_rare_events_is_cut_and_counted)
{
	struct events v;

	events_init(&v, 1000);
	for (uint64_t n = 0; n < 5000; n++)
		note_exit(&v, n);
	ck_assert_uint_eq(v.n, 1000);
	ck_assert_uint_eq(v.dropped, 4000);
	ck_assert_uint_eq(v.v[999].ordinal, 999);
	events_free(&v);
}
END_TEST

START_TEST(equal_texts_are_kept_once)
{
	struct events v;

	events_init(&v, 0);
	for (uint64_t n = 0; n < 1000; n++)
		note_window(&v, n, 80 + n % 2);
	ck_assert_uint_eq(v.n, 1000);
	ck_assert_ptr_eq(v.v[0].text, v.v[998].text);
	ck_assert_ptr_ne(v.v[0].text, v.v[1].text);
	ck_assert_ptr_nonnull(strstr(v.v[1].text, "81"));
	ck_assert_uint_eq(v.ntable, 2);
	events_free(&v);
}
END_TEST

START_TEST(texts_are_bounded)
{
	char name[2000];
	struct events v;

	events_init(&v, 0);
	for (int i = 0; i < 60000; i++) {
		struct msg m;

		snprintf(name, sizeof name, "%d%01500d", i, 7);
		msg_init(&m, MSG_EXEC);
		m.p.exec.program = span_str(name);
		events_note(&v, &m, (uint64_t)i, i);
		ck_assert_uint_le(strlen(v.v[i].text), EVENTS_TEXT_MAX);
		ck_assert_uint_gt(strlen(v.v[i].text), 0);
	}
	ck_assert_uint_eq(v.n, 60000);
	ck_assert_uint_le(v.text_bytes, EVENTS_TEXTS_MAX);
	events_free(&v);
}
END_TEST

/* Where texts have no room left, an event of ours still has its name. */
START_TEST(without_room_events_have_names)
{
	struct events v;
	struct buf b = { 0 };
	struct jsonw w;
	struct msg m;
	char label[EVENTS_TEXT_MAX];

	events_init(&v, 0);
	for (int n = 0; n < 80000; n++) {
		snprintf(label, sizeof label, "%d %0*d", n, EVENTS_TEXT_MAX - 20, 0);
		vendor_begin(&m, VENDOR_MARKER, &w, &b);
		jsonw_kstr(&w, "label", label);
		ck_assert_int_eq(vendor_end(&m, &w), 0);
		events_note(&v, &m, (uint64_t)n, n);
	}
	ck_assert_uint_eq(v.n, 80000);
	ck_assert_int_eq(strncmp(v.v[0].text, "marker: 0 0", 11), 0);
	ck_assert_str_eq(v.v[79999].text, "marker");
	events_free(&v);
	buf_free(&b);
}
END_TEST

/* A command is told twice; who looks for where one begins can tell them apart. */
START_TEST(commands_begin_and_end)
{
	static const char *const phases[] = { "start", "end", "" };
	struct events v;
	struct buf b = { 0 };

	events_init(&v, 0);
	for (int n = 0; n < 3; n++) {
		struct jsonw w;
		struct msg m;

		vendor_begin(&m, VENDOR_COMMAND, &w, &b);
		jsonw_kstr(&w, "text", "ls");
		jsonw_kstr(&w, "trust", "nonce");
		jsonw_kstr(&w, "phase", phases[n]);
		jsonw_kint(&w, "status", 1);
		ck_assert_int_eq(vendor_end(&m, &w), 0);
		events_note(&v, &m, (uint64_t)n, n);
		ck_assert_int_eq(v.v[n].ends, n == 1);
	}
	ck_assert_str_eq(v.v[0].text, "$ ls");
	ck_assert_str_eq(v.v[1].text, "status 1: ls");
	events_free(&v);
	buf_free(&b);
}
END_TEST

static TCase *
case_events(void)
{
	TCase *t = tcase_create("events");

	tcase_add_test(t, flood_of_resizes_keeps_the_rest);
	tcase_add_test(t, flood_of_rare_events_is_cut_and_counted);
	tcase_add_test(t, equal_texts_are_kept_once);
	tcase_add_test(t, texts_are_bounded);
	tcase_add_test(t, without_room_events_have_names);
	tcase_add_test(t, commands_begin_and_end);
	return t;
}

static void
note_output(struct timeline *t, int64_t at_ns, size_t bytes)
{
	static const uint8_t zeros[4096];
	struct tape_pos after = t->next.pos;
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = span_of(zeros, bytes);
	after.off += bytes + 100;
	after.ordinal++;
	after.time_ns = at_ns;
	timeline_note(t, &m, at_ns, &after);
}

START_TEST(activity_adds_up)
{
	static const int64_t step[] = { 1, NS_PER_MS / 3, NS_PER_S, INT64_MAX / 5000 };
	struct timeline *t = calloc(1, sizeof *t);
	struct tape_pos start = { 0 };
	uint32_t slots[100];
	uint64_t sum = 0;

	timeline_init(t, &start);
	for (int i = 0; i < 5000; i++)
		note_output(t, step[_i] * i, 1000);
	timeline_activity(t, t->next.at_ns, slots, 100);
	for (int i = 0; i < 100; i++)
		sum += slots[i];
	ck_assert_uint_eq(sum, 5000 * 1000);
	if (step[_i] > NS_PER_MS / 10)
		for (int i = 0; i < 100; i++)
			ck_assert_uint_gt(slots[i], 20000);
	timeline_free(t);
	free(t);
}
END_TEST

START_TEST(places_get_coarser_and_stay_right)
{
	struct timeline *t = calloc(1, sizeof *t);
	struct tape_pos start = { .off = 40 };

	timeline_init(t, &start);
	ck_assert_ptr_null(timeline_by_ordinal(t, 0));
	t->place_bytes = 200; /* as if the recording were 300 times as long */
	for (int i = 0; i < 200000; i++)
		note_output(t, i * 10, 150);
	ck_assert_uint_le(t->nplaces, TIMELINE_PLACES_MAX);
	ck_assert_uint_gt(t->nplaces, TIMELINE_PLACES_MAX / 3);
	ck_assert_ptr_null(timeline_by_time(t, -1));
	for (uint64_t n = 0; n < 200000; n += 777) {
		const struct timeline_place *p = timeline_by_ordinal(t, n);

		ck_assert_uint_le(p->n, n);
		ck_assert_uint_lt(n - p->n, 50);
		ck_assert_uint_eq(p->pos.off, 40 + p->n * 250);
		ck_assert_int_eq(p->at_ns, p->n ? (int64_t)(p->n - 1) * 10 : 0);
		p = timeline_by_time(t, (int64_t)n * 10);
		ck_assert_int_le(p->at_ns, (int64_t)n * 10);
		ck_assert_uint_lt(n + 1 - p->n, 50);
	}
	timeline_free(t);
	free(t);
}
END_TEST

static TCase *
case_timeline(void)
{
	TCase *t = tcase_create("timeline");

	tcase_add_loop_test(t, activity_adds_up, 0, 4);
	tcase_add_test(t, places_get_coarser_and_stay_right);
	return t;
}

static const struct {
	const char *text;
	const char *dearer; /* costs more, at the same number of bytes */
} costs[] = {
	{ "abcdefghijklmnopqrstuvw", "abcdefghij\nklmnopqrstuv" },
	{ "abcdefghij\nklmnopqrstuv", "abcdefghij\nklmnopqrstu\n" },
	{ "abcdefghijklmnop", "abcdefgh\xC3\xA4klmnop" },
	{ "abcdefghijk", "abcdef\x1b[31m" },
	{ "abcdef\x1b[31m", "abcdef\x1b[22L" },
	{ "abcdefg\x1b[2L", "abcdefg\x1b[2J" },
	{ "abcd\x1b[?25h..", "abcd\x1b[?1049h" },
};

START_TEST(cost_grows_with_work)
{
	uint64_t cheap = cost_of_output(span_str(costs[_i].text), 200, 60);
	uint64_t dear = cost_of_output(span_str(costs[_i].dearer), 200, 60);

	ck_assert_uint_ge(cheap, strlen(costs[_i].text));
	ck_assert_uint_gt(dear, cheap);
	for (size_t n = 0; n <= strlen(costs[_i].dearer); n++)
		ck_assert_uint_ge(cost_of_output(span_of(costs[_i].dearer, n), 1, 1), n);
}
END_TEST

static TCase *
case_cost(void)
{
	TCase *t = tcase_create("cost");

	tcase_add_loop_test(
		t, cost_grows_with_work, 0, (int)(sizeof costs / sizeof *costs));
	return t;
}

UNIT_MAIN("timeline", case_events, case_timeline, case_cost)
