/* SPDX-License-Identifier: ISC */
/* What a page tells: rows of events, bounded. */
#include "base/clk.h"
#include "format/vendor.h"
#include "log/chronicle.h"
#include "log/page.h"

#include "tests/unit/unit.h"

#include <jansson.h>

static const struct tape_info dated = { .has_wall = true };
static const struct tape_end clean = { .state = TAPE_CLEAN };

static json_t *
told(struct chronicle *c)
{
	struct buf b = { 0 };
	json_t *j;

	ck_assert_int_eq(chronicle_put(c, &b, NULL, &clean), 0);
	j = json_loadb((const char *)b.p, b.n, 0, NULL);
	ck_assert_ptr_nonnull(j);
	buf_free(&b);
	return j;
}

static void
window(struct chronicle *c, int64_t at)
{
	struct msg m;

	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = 80;
	m.p.window.rows = 24;
	chronicle_note(c, &m, at, at);
}

static void
input(struct chronicle *c, const char *keys, int64_t at)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_IN;
	m.p.io.data = span_str(keys);
	chronicle_note(c, &m, at, at);
}

static const char *
text_of(const json_t *data, size_t i, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(data, "events"), i), key));
}

START_TEST(a_flood_is_counted)
{
	struct chronicle c;
	json_t *j;

	chronicle_init(&c, "x", &dated, true);
	for (int i = 0; i < CHRONICLE_ROWS_MAX + 1000; i++)
		window(&c, i);
	j = told(&c);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "leftOut")), 1000);
	ck_assert_uint_eq(
		json_array_size(json_object_get(j, "events")), CHRONICLE_ROWS_MAX);
	json_decref(j);
	chronicle_free(&c);
}
END_TEST

/* Large texts: fewer rows, and never more than the limit. */
START_TEST(large_events_are_bounded)
{
	struct buf payload = { 0 }, big = { 0 };
	struct chronicle c;
	struct jsonw w;
	struct msg m;
	json_t *j;

	for (int i = 0; i < 500; i++)
		buf_add_str(&big, "\xF0\x9D\x84\x9E");
	vendor_begin(&m, VENDOR_MARKER, &w, &payload);
	jsonw_ktext(&w, "label", buf_span(&big));
	vendor_end(&m, &w);
	chronicle_init(&c, "x", &dated, true);
	c.room = 1 << 20;
	for (int i = 0; i < 3000; i++)
		chronicle_note(&c, &m, i, i);
	ck_assert_uint_le(c.rows.n, c.room);
	ck_assert_uint_gt(c.left_out, 0);
	j = told(&c);
	ck_assert_uint_eq(
		json_array_size(json_object_get(j, "events")) + c.left_out, 3000);
	json_decref(j);
	chronicle_free(&c);
	buf_free(&payload);
	buf_free(&big);
}
END_TEST

START_TEST(typed_lines)
{
	struct chronicle c;
	json_t *j;

	chronicle_init(&c, "x", &dated, true);
	input(&c, "l", 1 * NS_PER_S);
	input(&c, "s -l\rca", 2 * NS_PER_S);
	input(&c, "t\x1b[A", 3 * NS_PER_S);
	j = told(&c);
	ck_assert_str_eq(text_of(j, 0, "s"), "ls -l");
	ck_assert_str_eq(text_of(j, 1, "s"), "cat<Up>");
	ck_assert_str_eq(text_of(j, 1, "k"), "typed");
	ck_assert(json_is_true(json_object_get(j, "typed")));
	json_decref(j);
	chronicle_free(&c);
	chronicle_init(&c, "x", &dated, false);
	input(&c, "secret\r", 1);
	j = told(&c);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "events")), 0);
	ck_assert(json_is_false(json_object_get(j, "typed")));
	json_decref(j);
	chronicle_free(&c);
}
END_TEST

START_TEST(pauses)
{
	struct chronicle c;
	json_t *j;

	chronicle_init(&c, "x", &dated, false);
	window(&c, 0);
	window(&c, CHRONICLE_PAUSE_NS - 1);
	window(&c, 2 * CHRONICLE_PAUSE_NS - 1);
	j = told(&c);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "events")), 4);
	ck_assert_str_eq(text_of(j, 2, "k"), "idle");
	json_decref(j);
	chronicle_free(&c);
}
END_TEST

START_TEST(json_in_a_script)
{
	struct buf b = { 0 };

	ck_assert_int_eq(page_json(&b, SPAN_LIT("[\"</script><!--\",\"a\"]")), 0);
	ck_assert_str_eq(buf_cstr(&b), "[\"\\u003c/script>\\u003c!--\",\"a\"]");
	buf_clear(&b);
	ck_assert_int_eq(page_json(&b, SPAN_LIT("")), 0);
	ck_assert_uint_eq(b.n, 0);
	buf_free(&b);
}
END_TEST

static TCase *
pages(void)
{
	TCase *t = tcase_create("pages");

	tcase_add_test(t, a_flood_is_counted);
	tcase_add_test(t, large_events_are_bounded);
	tcase_add_test(t, typed_lines);
	tcase_add_test(t, pauses);
	tcase_add_test(t, json_in_a_script);
	return t;
}

UNIT_MAIN("page", pages)
