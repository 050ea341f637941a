/* SPDX-License-Identifier: ISC */
/* tlog's messages: the little program in each, bytes that are no text, several recordings in one
 * file, what is missing, torn, absurd; there and back. */
#include "format/tapew.h"

#include "tests/unit/folder_util.h"

#define HEAD(rec, id, pos)                                                        \
	"{\"ver\":\"2.3\",\"host\":\"box\",\"rec\":\"" rec "\",\"user\":\"ann\"," \
	"\"term\":\"xterm\",\"session\":7,\"id\":" #id ",\"pos\":" #pos ","       \
	"\"time\":1710000000.25,"
#define BODY(timing, in, in_bin, out, out_bin)                                \
	"\"timing\":\"" timing "\",\"in_txt\":\"" in "\",\"in_bin\":[" in_bin \
	"],\"out_txt\":\"" out "\",\"out_bin\":[" out_bin "]}\n"

START_TEST(all_records)
{
	add("t", HEAD("a", 1, 0) BODY("=100x30+10>2<1+5]1/2>1[1/1+1=90x20", "k\\ufffd",
			 "254", "h\\u00e9\\ufffd!", "255, 128"));
	has("t", "logged in as ann");
	has("t", "terminal xterm 100x30");
	has("t", "0.010000000 output, 3 bytes: h\xc3\xa9");
	has("t", "0.010000000 input, 1 byte: k");
	has("t", "0.015000000 output, 2 bytes");
	has("t", "0.015000000 output, 1 byte: !");
	has("t", "0.016000000 window 90x20");
	has("t", "clean");
}
END_TEST

START_TEST(positions_of_messages)
{
	add("t", HEAD("a", 1, 0) BODY("=80x24+10>1", "", "", "a", "") HEAD("a", 2, 2000)
			 BODY(">1+5>1", "", "", "bc", "") HEAD("a", 3, 100)
				 BODY(">1", "", "", "d", ""));
	has("t", "0.010000000 output, 1 byte: a");
	has("t", "2.000000000 output, 1 byte: b");
	has("t", "2.005000000 output, 1 byte: c");
	has("t", "2.005000000 output, 1 byte: d"); /* never back */
}
END_TEST

START_TEST(one_recording_of_several)
{
	char *text;

	add("t", HEAD("a", 1, 0) BODY("=80x24>1", "", "", "A", "") HEAD("b", 1, 0)
			 BODY("=99x9>1", "", "", "B", "") HEAD("a", 2, 5)
				 BODY(">1", "", "", "C", ""));
	text = list("t");
	ck_assert_ptr_ne(strstr(text, ": A"), NULL);
	ck_assert_ptr_ne(strstr(text, ": C"), NULL);
	ck_assert_ptr_eq(strstr(text, ": B"), NULL);
	ck_assert_ptr_ne(strstr(text, "clean"), NULL);
	free(text);
	text = list_with("t", (struct tape_opts){ .rec = "b" });
	ck_assert_ptr_ne(strstr(text, "99x9"), NULL);
	ck_assert_ptr_ne(strstr(text, ": B"), NULL);
	ck_assert_ptr_eq(strstr(text, ": A"), NULL);
	free(text);
}
END_TEST

START_TEST(what_is_wrong)
{
	static const struct {
		const char *bytes, *says;
	} rows[] = {
		{ HEAD("a", 1, 0) BODY(">1", "", "", "a", "") HEAD("a", 3, 1)
				BODY(">1", "", "", "b", ""),
			"damaged" }, /* one is missing */
		{ HEAD("a", 1, 0) BODY(">9", "", "", "a", ""), "damaged" },
		{ HEAD("a", 1, 0) BODY(">1]0/1", "", "", "a", ""), "damaged" },
		{ HEAD("a", 1, 0) BODY("]0/1", "", "", "", "256"), "damaged" },
		{ HEAD("a", 1, 0) BODY("]0/1", "", "", "", "\"x\""), "damaged" },
		{ HEAD("a", 1, 0) BODY("=99999999x1", "", "", "a", ""), "damaged" },
		{ HEAD("a", 1, 0) BODY("+99999999999999999999>1", "", "", "a", ""),
			"damaged" },
		{ HEAD("a", 1, 0) BODY("?", "", "", "a", ""), "damaged" },
		{ HEAD("a", 1, 0) BODY(">1", "", "", "a", "") "nonsense\n", "damaged" },
		{ HEAD("a", 1, 0) BODY(">1", "", "", "a", "") "{\"ver\":\"2.3\",\"re",
			"truncated" },
		{ HEAD("a", 1, -5) BODY(">1", "", "", "a", ""), "clean" },
		{ HEAD("a", 1, 0) "\"timing\":17}\n", "clean" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		add("t", rows[i].bytes);
		has("t", rows[i].says);
	}
}
END_TEST

START_TEST(what_is_none)
{
	static const struct {
		const char *bytes;
		int code;
	} rows[] = {
		{ "{\"ver\":\"3.0\",\"rec\":\"a\",\"pos\":0}\n", ERR_UNSUPPORTED },
		{ "{\"ver\":17,\"rec\":\"a\",\"pos\":0}\n", ERR_UNSUPPORTED },
		{ "{\"ver\":\"2.3\",\"rec\":5,\"pos\":0}\n", ERR_FORMAT },
		{ "{\"ver\":\"2.3\",\"rec\":\"a\",\"pos\":", ERR_FORMAT },
	};
	struct tape_opts o = { .rec = "c" };
	struct tape *t;
	struct err e;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		add("t", rows[i].bytes);
		ck_assert_msg(
			tape_open(&t, folder_src(&box, "t"), NULL, &e) == rows[i].code,
			"%zu: %s", i, e.text);
	}
	add("t", HEAD("a", 1, 0) BODY(">1", "", "", "a", ""));
	ck_assert_int_eq(tape_open(&t, folder_src(&box, "t"), &o, &e), ERR_NOTFOUND);
}
END_TEST

START_TEST(there_and_back)
{
	struct lost_list lost = { 0 };
	char *before, *after;

	add("t", HEAD("a", 1, 0) BODY("=100x30+10>2<1+5]1/2>1[1/1+1=90x20", "k\\ufffd",
			 "254", "h\\u0000\\ufffd!", "255,195"));
	before = list("t");
	write_as("t", TAPE_TLOG, "new", &lost);
	after = list("new");
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(lost.text.n, 0);
	ck_assert(span_eq(buf_span(folder_file(&box, "t")),
			  buf_span(folder_file(&box, "new"))) ||
		  strstr(buf_cstr(folder_file(&box, "new")), "1710000000.250"));
	free(before);
	free(after);
}
END_TEST

/* Much output becomes many messages; a character that is cut by one stays whole in bytes. */
START_TEST(large_output)
{
	struct buf text = { 0 }, cast = { 0 };
	struct buf *new;

	for (int i = 0; i < 30000; i++)
		buf_addf(&text, "%d\xe2\x82\xac", i);
	buf_add_str(&cast,
		"{\"version\": 2, \"width\": 80, \"height\": 24}\n[1.5, \"o\", \"");
	buf_add_span(&cast, buf_span(&text));
	buf_add_str(&cast, "\"]\n");
	box.step = 0;
	folder_add(&box, "c", buf_span(&cast));
	write_as("c", TAPE_TLOG, "t", NULL);
	new = folder_file(&box, "t");
	ck_assert_uint_gt(new->n, text.n);
	ck_assert_ptr_ne(memmem(new->p, new->n, "\"id\":10,", 8), NULL);
	ck_assert_ptr_eq(memmem(new->p, new->n, "]1/", 3), NULL);
	write_as("t", TAPE_RAW, "r", NULL);
	ck_assert(span_eq(buf_span(&text), buf_span(folder_file(&box, "r"))));
	buf_free(&text);
	buf_free(&cast);
}
END_TEST

static TCase *
tlog_cases(void)
{
	TCase *t = tcase_create("tlog");

	tcase_add_checked_fixture(t, box_open, box_close);
	tcase_add_test(t, all_records);
	tcase_add_test(t, positions_of_messages);
	tcase_add_test(t, one_recording_of_several);
	tcase_add_test(t, what_is_wrong);
	tcase_add_test(t, what_is_none);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, large_output);
	return t;
}

UNIT_MAIN("tlog", tlog_cases)
