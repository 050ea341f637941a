/* SPDX-License-Identifier: ISC */
/* A secret on every way onto a screen, through the keyboard and into events: it is gone, and
 * nothing else is. */
#include "tests/unit/emugen.h"
#include "tests/unit/redacted.h"
#include "tests/unit/unit.h"

#include <string.h>

#define SECRET "hunter2"
#define E      "\033"

static struct rules rules;
static struct session in, out;

static void
setup(void)
{
	session_size(&in, 40, 8);
}

static void
teardown(void)
{
	rules_free(&rules);
	session_free(&in);
	session_free(&out);
}

static void
gone(void)
{
	session_rule(&rules, RULE_TEXT, SECRET);
	ck_assert_uint_gt(session_redact(&out, &in, &rules), 0);
	ck_assert(!session_holds(&out, SECRET));
}

/* Output, one message for each text, and what it must be afterwards. */
static const struct {
	const char *was[8], *is;
} outputs[] = {
	{ { "a hunter2 b" }, "a ******* b" },
	{ { "hunter2hunter2 hunter 2" }, "************** hunter 2" },
	{ { "h", "u", "n", "t", "e", "r2" }, "*******" },
	{ { "hun" E "[31", "mter", "2" E "[0m" }, "***" E "[31m****" E "[0m" },
	/* corrected while it was typed */
	{ { "hunx", "\b \b", "ter2" }, "***x\b \b****" },
	{ { "unter2", "\r", E "[1@h" }, "******\r" E "[1@*" },
	{ { "hunXXter2\r", E "[3C", E "[2P" }, "***XX****\r" E "[3C" E "[2P" },
	/* written backwards, and in two parts that meet */
	{ { E "[1;7H2", E "[1;6Hr", E "[1;1Hhunte" },
		E "[1;7H*" E "[1;6H*" E "[1;1H*****" },
	/* gone again within one message: between them nobody saw it */
	{ { "hunter2\r" E "[Kother" }, "*******\r" E "[Kother" },
	{ { E "[5Gter2" E "[2Ghun" E "[2J" }, E "[5G****" E "[2G***" E "[2J" },
	{ { "hunter2" E "c" }, "*******" E "c" },
	/* over the edge: the terminal wraps, readline does, and a program by itself */
	{ { E "[1;38Hhunter2" }, E "[1;38H*******" },
	{ { E "[1;38Hhun", "t\rter2" }, E "[1;38H***t\r****" },
	{ { E "[1;38Hhun" E "[2;1Hter2" }, E "[1;38H***" E "[2;1H****" },
	{ { E "[1;38Hhun\r\n   ter2" }, E "[1;38H***\r\n   ****" },
	/* scrolled, inserted, repeated, in another character set */
	{ { "hun\n\n\n\n\n\n\n\n\n\n\n", E "[1;4H", "hunter2" },
		"hun\n\n\n\n\n\n\n\n\n\n\n" E "[1;4H*******" },
	{ { "hunter2\r\n\n\n\n\n\n\n\n\n\n\n\n\n" },
		"*******\r\n\n\n\n\n\n\n\n\n\n\n\n\n" },
	{ { "hunter", E "(0", "2", E "(B" }, "******" E "(0*" E "(B" },
	/* what shows nothing hides nothing */
	{ { "hun\xE2\x80\x8Bter2" }, "***\xE2\x80\x8B****" },
	/* its first letter ends a sequence: to be read only in the bytes */
	{ { E "[?47", "hunter2" }, E "[?47h******" },
	/* strings */
	{ { E "]0;my hunter2\a" }, E "]0;my *******\a" },
	{ { E "]2;my hun", "ter2" E "\\" }, E "]2;my *******" E "\\" },
	{ { E "khunter2" E "\\" }, E "k*******" E "\\" },
	{ { E "]8;;http://h/%68unter%32" E "\\x" E "]8;;" E "\\" },
		E "]8;;http://h/***********" E "\\x" E "]8;;" E "\\" },
	{ { E "]633;E;echo hunter\\x32\a" }, E "]633;E;echo **********\a" },
	{ { E "]52;c;bXkgaHVudGVyMiBjbGlw\a" }, E "]52;c;********************\a" },
	{ { E "Ptmux;" E E "]52;c;aHVudGVyMg==\a" E "\\" },
		E "Ptmux;" E E "]52;c;**********==\a" E "\\" },
	{ { E "_Gf=100;hunter2" E "\\" }, E "_Gf=100;*******" E "\\" },
};

START_TEST(outputs_masked)
{
	for (int i = 0; i < 8 && outputs[_i].was[i]; i++)
		session_out(&in, outputs[_i].was[i]);
	gone();
	ck_assert_str_eq(session_bytes(&out, MSG_STREAM_OUT), outputs[_i].is);
}
END_TEST

/* Two windows beside each other: the left one wraps. */
START_TEST(windows_masked)
{
	for (int row = 1; row <= 4; row++) {
		char line[40];

		snprintf(line, sizeof line, E "[%d;20H\xE2\x94\x82right", row);
		session_out(&in, line);
	}
	session_out(&in, E "[2;16Hhunt");
	session_out(&in, E "[3;1Her2");
	session_rule(&rules, RULE_TEXT, SECRET);
	ck_assert_uint_gt(session_redact(&out, &in, &rules), 0);
	ck_assert_ptr_null(strstr(session_bytes(&out, MSG_STREAM_OUT), "er2"));
}
END_TEST

START_TEST(wide_and_joined_masked)
{
	session_out(&in, "a \xE6\xBC\xA2\xE5\xAD\x97 b e\xCC\x81t\xC3\xA9 c");
	session_rule(&rules, RULE_TEXT, "\xE6\xBC\xA2\xE5\xAD\x97");
	session_rule(&rules, RULE_TEXT, "e\xCC\x81t\xC3\xA9");
	ck_assert_uint_eq(session_redact(&out, &in, &rules), 2);
	ck_assert_str_eq(session_bytes(&out, MSG_STREAM_OUT),
		"a \xEF\xBC\x8A\xEF\xBC\x8A b *\xCD\x8F** c");
}
END_TEST

START_TEST(character_cut_between_messages)
{
	session_out(&in, "pa\xC3");
	session_in(&in, "x");
	session_out(&in, "\xA4\xF0\x9F");
	session_out(&in, "\x98\x80 end");
	session_rule(&rules, RULE_TEXT, "pa\xC3\xA4\xF0\x9F\x98\x80");
	ck_assert_uint_eq(session_redact(&out, &in, &rules), 1);
	ck_assert_str_eq(session_bytes(&out, MSG_STREAM_OUT), "***\xEF\xBC\x8A end");
}
END_TEST

START_TEST(screens_of_other_sizes)
{
	session_out(&in, "hunt");
	session_window(&in, 60, 8);
	session_out(&in, "er2");
	session_size(&in, 5, 3);
	session_out(&in, SECRET);
	gone();
	ck_assert_str_eq(session_bytes(&out, MSG_STREAM_OUT), "**************");
}
END_TEST

/* Input and what it must be afterwards. */
static const struct {
	const char *was[8], *is;
} inputs[] = {
	{ { "su\rhunter2\r" }, "su\r*******\r" },
	{ { "h", "u", "n", "t", "e", "r", "2" }, "*******" },
	{ { "hunx", "\x7F", "ter2\r" }, "***x\x7F****\r" },
	{ { "huter2" E "[D" E "[D" E "[D" E "[Dn\r" },
		"******" E "[D" E "[D" E "[D" E "[D*\r" },
	{ { "unter2\001h\005\r" }, "******\001*\005\r" },
	{ { "xx\025hunter2" }, "xx\025*******" },
	{ { "hun\tter2\027hunter2\r" }, "hun\tter2\027*******\r" },
	{ { "hunter2\177\177\177\177\177\177\177\r" },
		"*******\177\177\177\177\177\177\177\r" },
	{ { E "[200~hunter2" E "[201~" }, E "[200~*******" E "[201~" },
	{ { "ihunter2" E ":wq\r" }, "i*******" E ":wq\r" },
	{ { E "hunter2\r" }, E "*******\r" },
	{ { "hun" E "OA" E "OBter2\r" }, "***" E "OA" E "OB****\r" },
};

START_TEST(inputs_masked)
{
	for (int i = 0; i < 8 && inputs[_i].was[i]; i++)
		session_in(&in, inputs[_i].was[i]);
	session_rule(&rules, RULE_TEXT, SECRET);
	ck_assert_uint_gt(session_redact(&out, &in, &rules), 0);
	ck_assert_str_eq(session_bytes(&out, MSG_STREAM_IN), inputs[_i].is);
}
END_TEST

static bool
contains_payload(const char *json)
{
	const struct msg *m = &out.v[out.n - 1].m;

	return span_is(m->p.channel_request_unknown.payload, json);
}

/* Payloads of events. */
static const struct {
	const char *was, *is;
} events[] = {
	{ "{\"label\":\"a hunter2\",\"n\":1.50}",
		"{\"label\":\"a *******\",\"n\":1.50}" },
	{ "{\"text\":\"h\\u0075nter\\u0032 \\n\"}", "{\"text\":\"******* \\n\"}" },
	{ "{\"hunter2\":{\"a\":[\"hunter2\",true]}}",
		"{\"*******\":{\"a\":[\"*******\",true]}}" },
	{ "{\"text_bytes\":\"/2h1bnRlcjI=\"}", "{\"text_bytes\":\"************\"}" },
	{ "no JSON hunter2", "no JSON *******" },
	{ "{broken \"hunter2", "{broken \"*******" },
};

START_TEST(events_masked)
{
	session_event(&in, "x@auditrec", events[_i].was);
	gone();
	ck_assert(contains_payload(events[_i].is));
}
END_TEST

START_TEST(words_of_a_list_are_a_line)
{
	session_event(&in, "process-exec@auditrec",
		"{\"argv\":[\"mysql\",\"--password\",\"hunter2\"],\"password\":"
		"\"hunter2\"}");
	ck_assert_int_eq(rules_preset(&rules, "password", NULL), 0);
	ck_assert_uint_eq(session_redact(&out, &in, &rules), 2);
	ck_assert(contains_payload("{\"argv\":[\"mysql\",\"--password\",\"*******\"],"
				   "\"password\":\"*******\"}"));
}
END_TEST

START_TEST(fields_masked)
{
	struct msg m;

	msg_init(&m, MSG_SETENV);
	m.connection_id = span_str("id-hunter2");
	m.p.setenv.name = span_str("PASSWORD");
	m.p.setenv.value = span_str("other");
	session_put(&in, &m);
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = span_str("login -p hunter2");
	session_put(&in, &m);
	ck_assert_int_eq(rules_preset(&rules, "password", NULL), 0);
	gone();
	ck_assert(!session_holds(&out, "other"));
	ck_assert(span_is(out.v[2].m.p.exec.program, "login -p *******"));
}
END_TEST

START_TEST(secret_fields_masked_always)
{
	const struct msg_pair pair = { SPAN_LIT("Code?"), SPAN_LIT("4711"), false };
	struct msg m;

	msg_init(&m, MSG_AUTH_PASSWORD);
	m.p.auth_password.password = span_str("letmein");
	session_put(&in, &m);
	msg_init(&m, MSG_KBDINT_ANSWER);
	m.p.kbdint_answer.answers = (struct msg_list){ &pair, 1 };
	session_put(&in, &m);
	session_rule(&rules, RULE_TEXT, SECRET);
	ck_assert_uint_eq(session_redact(&out, &in, &rules), 2);
	ck_assert(span_is(out.v[1].m.p.auth_password.password, "***"));
	ck_assert(span_is(out.v[2].m.p.kbdint_answer.answers.v[0].answer, "***"));
	ck_assert(span_is(out.v[2].m.p.kbdint_answer.answers.v[0].question, "Code?"));
}
END_TEST

/* What is told besides, between two messages of the recording, takes nothing of theirs. */
START_TEST(other_messages_keep_apart)
{
	const struct msg_pair mine = { SPAN_LIT("hunter2?"), SPAN_LIT("yes"), false },
			      hers = { SPAN_LIT("who?"), SPAN_LIT("ann"), false };
	struct redact_opts o = { .rules = &rules };
	struct msg m, other, out_m, out_other;
	struct redact *r;

	session_rule(&rules, RULE_TEXT, SECRET);
	ck_assert_int_eq(redact_open(&r, &o, NULL), 0);
	msg_init(&m, MSG_KBDINT_ANSWER);
	m.connection_id = SPAN_LIT("of hunter2");
	other = m;
	other.connection_id = SPAN_LIT("hunter2, and more");
	m.p.kbdint_answer.answers = (struct msg_list){ &mine, 1 };
	other.p.kbdint_answer.answers = (struct msg_list){ &hers, 1 };
	ck_assert_int_eq(redact_find(r, &m, 0, false, NULL), 0);
	ck_assert_int_eq(redact_found(r, NULL), 0);
	ck_assert_int_eq(redact_mask(r, &m, &out_m, NULL), 0);
	ck_assert_int_eq(redact_fields(r, &other, &out_other, NULL), 0);
	ck_assert(span_is(out_m.connection_id, "of *******"));
	ck_assert(span_is(out_m.p.kbdint_answer.answers.v[0].question, "*******?"));
	ck_assert(span_is(out_other.connection_id, "*******, and more"));
	ck_assert(span_is(out_other.p.kbdint_answer.answers.v[0].question, "who?"));
	redact_close(r);
}
END_TEST

static TCase *
texts(void)
{
	TCase *tc = tcase_create("texts");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
		tc, outputs_masked, 0, (int)(sizeof outputs / sizeof *outputs));
	tcase_add_test(tc, windows_masked);
	tcase_add_test(tc, wide_and_joined_masked);
	tcase_add_test(tc, character_cut_between_messages);
	tcase_add_test(tc, screens_of_other_sizes);
	tcase_add_loop_test(tc, inputs_masked, 0, (int)(sizeof inputs / sizeof *inputs));
	tcase_add_loop_test(tc, events_masked, 0, (int)(sizeof events / sizeof *events));
	tcase_add_test(tc, words_of_a_list_are_a_line);
	tcase_add_test(tc, fields_masked);
	tcase_add_test(tc, secret_fields_masked_always);
	tcase_add_test(tc, other_messages_keep_apart);
	return tc;
}

/* Random output with the secret planted in it, cut at random. */
static void
put_cut(struct emugen *g, struct span s)
{
	while (s.n) {
		size_t n = 1 + (size_t)emugen_below(g, emugen_below(g, 4) ? 4 : 400);

		n = n < s.n ? n : s.n;
		session_io(&in, emugen_below(g, 9) ? MSG_STREAM_OUT : MSG_STREAM_ERR,
			span_of(s.p, n));
		s = span_of(s.p + n, s.n - n);
	}
}

static void
plant(struct emugen *g, struct buf *b)
{
	static const char *const ways[] = { SECRET, "hunt" E "[1mer2", "hun\x7Fter2",
		"hunx\b \bter2", "unter2" E "[6D" E "[@h", E "[7Ghunter2" E "[2K",
		"hu" E "[7;31mn" E "[0mter2\r\n", E "]0;hunter2\a",
		"hun" E "7" E "8ter2" };

	buf_add_byte(b, 0x18); /* not in the middle of a sequence */
	buf_add_str(b, ways[emugen_below(g, (int)(sizeof ways / sizeof *ways))]);
}

/* Is there any way left to see it, in whatever comes out of the noise? */
START_TEST(nothing_left_in_noise)
{
	struct emugen g = { (uint64_t)_i };
	struct buf b = { 0 };

	for (int i = 0; i < 12; i++) {
		emugen_put(&g, &b, (size_t)emugen_below(&g, 150));
		plant(&g, &b);
	}
	put_cut(&g, buf_span(&b));
	session_rule(&rules, RULE_TEXT, SECRET);
	session_redact(&out, &in, &rules);
	ck_assert(!session_holds(&out, SECRET));
	buf_free(&b);
}
END_TEST

/* Expressions that match much. */
START_TEST(greedy_rules_keep_the_screen)
{
	static const char *const patterns[] = { "\\S+", "[^a]b?",
		"[\xC3\x80-\xF0\x9F\xBF\xBF]", "\\d+", ".*" };
	struct emugen g = { (uint64_t)_i + 1000 };
	struct buf b = { 0 };

	for (int i = 0; i < 8; i++)
		emugen_put(&g, &b, 200);
	put_cut(&g, buf_span(&b));
	session_rule(&rules, RULE_REGEX, patterns[_i % 5]);
	session_redact(&out, &in, &rules);
	buf_free(&b);
}
END_TEST

static TCase *
random_sessions(void)
{
	TCase *tc = tcase_create("random");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, nothing_left_in_noise, 0, 120);
	tcase_add_loop_test(tc, greedy_rules_keep_the_screen, 0, 60);
	tcase_set_timeout(tc, 120);
	return tc;
}

UNIT_MAIN("redact", texts, random_sessions)
