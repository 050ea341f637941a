/* SPDX-License-Identifier: ISC */
/* ttyrec and raw: byte for byte and microsecond for microsecond, and what is no ttyrec. */
#include "format/ttyrec.h"

#include "tests/unit/cast_util.h"

#define RECORD(sec, us, len, data) sec "\0\0\0" us "\0\0\0" len "\0\0\0" data
#define TWO \
	RECORD("\x10", "\x05", "\x03", "a\xff\0") RECORD("\x12", "\x06", "\x02", "\r\n")

static char *
list(struct span bytes)
{
	return list_bytes(bytes, 5);
}

START_TEST(reads_records)
{
	char *text = list(SPAN_LIT(TWO));

	ck_assert_ptr_ne(strstr(text, "0.000000000 "), NULL);
	ck_assert_ptr_ne(strstr(text, "2.000001000 "), NULL);
	ck_assert_ptr_ne(strstr(text, "clean"), NULL);
	free(text);
}
END_TEST

START_TEST(round_trip_keeps_every_byte)
{
	struct span two = SPAN_LIT(TWO);
	struct buf audit = { 0 }, back = { 0 };

	convert(two, TAPE_TTYREC, &back, NULL);
	ck_assert(span_eq(two, buf_span(&back)));
	buf_free(&back);
	convert(two, TAPE_AUDIT_V2, &audit, NULL);
	convert(buf_span(&audit), TAPE_TTYREC, &back, NULL);
	ck_assert(span_eq(two, buf_span(&back)));
	buf_free(&back);
	convert(buf_span(&audit), TAPE_RAW, &back, NULL);
	ck_assert(span_eq(SPAN_LIT("a\xff\0\r\n"), buf_span(&back)));
	buf_free(&back);
	buf_free(&audit);
}
END_TEST

START_TEST(sizes_go_there_and_back)
{
	struct span file =
		SPAN_LIT("{\"version\": 2, \"width\": 100, \"height\": 30}\n"
			 "[1.5, \"o\", \"\\u001b[8;5;6t\"]\n[2.0, \"r\", \"90x20\"]\n");
	struct buf tty = { 0 };
	char *text;

	convert(file, TAPE_TTYREC, &tty, NULL);
	text = list(buf_span(&tty));
	ck_assert_ptr_ne(strstr(text, "100x30"), NULL);
	ck_assert_ptr_ne(strstr(text, "window 90x20"), NULL);
	/* what was output stays output */
	ck_assert_ptr_eq(strstr(text, "window 6x5"), NULL);
	free(text);
	buf_free(&tty);
}
END_TEST

START_TEST(what_is_lost_is_said)
{
	struct span file = SPAN_LIT(
		"{\"version\": 2, \"width\": 100, \"height\": 30}\n"
		"[1.5, \"o\", \"x\"]\n[1.6, \"i\", \"y\"]\n[2.0, \"r\", \"90x20\"]\n");
	struct lost_list lost = { 0 };
	struct buf out = { 0 };

	convert(file, TAPE_RAW, &out, &lost);
	ck_assert(span_is(buf_span(&out), "x"));
	ck_assert_ptr_ne(strstr(buf_cstr(&lost.text), "1 messages of input"), NULL);
	ck_assert_ptr_ne(strstr(buf_cstr(&lost.text), "2 sizes"), NULL);
	ck_assert_ptr_ne(strstr(buf_cstr(&lost.text), "1 times"), NULL);
	buf_free(&lost.text);
	buf_free(&out);
}
END_TEST

START_TEST(broken_off_and_damaged)
{
	static const struct {
		struct span bytes;
		const char *state;
	} cases[] = {
		{ SPAN_LIT(TWO "\x13\0\0"), "truncated" },
		{ SPAN_LIT(TWO RECORD("\x13", "\x01", "\x05", "ab")), "truncated" },
		{ SPAN_LIT(RECORD("\x13", "\x01", "\x05", "ab")), "truncated" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = list(cases[i].bytes);

		ck_assert_msg(strstr(text, cases[i].state) != NULL, "%zu: %s", i, text);
		free(text);
	}
}
END_TEST

START_TEST(damage_behind_the_beginning)
{
	struct buf file = { 0 };
	char *text;

	buf_add_span(&file, SPAN_LIT("\x10\0\0\0\0\0\0\0\0\x20\0\0"));
	for (int i = 0; i < 0x2000; i++)
		buf_add_byte(&file, 'x');
	buf_add_str(&file, "this is no head of a record");
	text = list(buf_span(&file));
	ck_assert_ptr_ne(strstr(text, "damaged"), NULL);
	free(text);
	buf_free(&file);
}
END_TEST

START_TEST(what_is_no_ttyrec)
{
	static const struct span others[] = {
		SPAN_LIT("plain text, with more than twelve bytes"),
		SPAN_LIT("\x10\0\0\0\0\0\0\0"),
		SPAN_LIT("\x10\0\0\0\x40\x42\x0f\0\x01\0\0\0x"), /* 1000000 us */
		SPAN_LIT("\x10\0\0\0\0\0\0\0\x01\0\0\x01x"),     /* above the limit */
		SPAN_LIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct tape *t;

		ck_assert_int_eq(
			tape_open(&t, src_mem(others[i]), NULL, NULL), ERR_FORMAT);
	}
}
END_TEST

START_TEST(seeks_exactly)
{
	struct tape *t;
	struct tape_pos pos;
	const struct msg *m;
	int64_t at, again;

	ck_assert_int_eq(tape_open(&t, src_mem(SPAN_LIT(TWO)), NULL, NULL), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(tape_next(t, &m, &at, NULL), 1);
	pos = tape_tell(t);
	ck_assert_int_eq(tape_next(t, &m, &at, NULL), 1);
	ck_assert_int_eq(tape_next(t, &m, &again, NULL), 0);
	ck_assert_int_eq(tape_seek(t, &pos, NULL), 0);
	ck_assert_int_eq(tape_next(t, &m, &again, NULL), 1);
	ck_assert_int_eq(at, again);
	ck_assert(span_is(m->p.io.data, "\r\n"));
	ck_assert_int_eq(tape_rewind(t, NULL), 0);
	ck_assert_int_eq(tape_next(t, &m, &at, NULL), 1);
	ck_assert_int_eq(m->type, MSG_NEW_CHANNEL_SUCCESSFUL);
	tape_close(t);
}
END_TEST

static TCase *
ttyrec_cases(void)
{
	TCase *t = tcase_create("ttyrec");

	tcase_add_test(t, reads_records);
	tcase_add_test(t, round_trip_keeps_every_byte);
	tcase_add_test(t, sizes_go_there_and_back);
	tcase_add_test(t, what_is_lost_is_said);
	tcase_add_test(t, broken_off_and_damaged);
	tcase_add_test(t, damage_behind_the_beginning);
	tcase_add_test(t, what_is_no_ttyrec);
	tcase_add_test(t, seeks_exactly);
	return t;
}

UNIT_MAIN("ttyrec", ttyrec_cases)
