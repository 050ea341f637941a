/* SPDX-License-Identifier: ISC */
/* Messages: the descriptors, CBOR and JSON in both directions, and what the decoder makes
 * of things that other writers do. */
#include "format/msg_decode.h"
#include "format/schema.h"

#include "tests/unit/format_util.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static struct msg_decoder dec;

static void
setup(void)
{
	msg_decoder_init(&dec);
}

static void
teardown(void)
{
	msg_decoder_free(&dec);
}

START_TEST(descriptors_are_sorted_and_complete)
{
	for (size_t i = 0; i < msg_ndescs; i++) {
		const struct msg_desc *d = &msg_descs[i];

		ck_assert(i == 0 || d[-1].code < d->code);
		ck_assert_ptr_eq(msg_desc(d->code), d);
		ck_assert_ptr_eq(msg_desc_by_id(d->id), d);
		ck_assert(d->doc[0] && d->name[0] && d->payload->doc[0]);
		for (size_t k = 0; k < d->payload->nfields; k++)
			ck_assert(d->payload->fields[k].doc[0]);
	}
	ck_assert_ptr_null(msg_desc(2));
	ck_assert_ptr_null(msg_desc(-1));
	ck_assert_ptr_null(msg_desc_by_id("nothing"));
}
END_TEST

static size_t
unhex(struct buf *out, const char *hex, size_t n)
{
	buf_clear(out);
	for (size_t i = 0; i + 1 < n; i += 2) {
		unsigned v;

		ck_assert_int_eq(sscanf(hex + i, "%2x", &v), 1);
		buf_add_byte(out, (uint8_t)v);
	}
	return out->n;
}

/* One line of the golden file: type, CBOR, JSON.  Both directions, and the decoder on every
 * beginning of the CBOR. */
static void
golden_line(char *line, bool *seen)
{
	struct buf cbor = { 0 }, out = { 0 };
	char *hex = strchr(line, ' ') + 1, *json = strchr(hex, ' ') + 1;
	int code = atoi(line);
	struct msg m;

	unhex(&cbor, hex, (size_t)(json - hex - 1));
	ck_assert_int_eq(msg_decode(&dec, buf_span(&cbor), &m), (ssize_t)cbor.n);
	ck_assert_int_eq(dec.flaw.code, 0);
	ck_assert_int_eq(m.type, code);
	ck_assert_int_eq(msg_json(&out, &m, 0), 0);
	ck_assert_str_eq(buf_cstr(&out), json);
	buf_clear(&out);
	ck_assert_int_eq(msg_encode(&out, &m), 0);
	ck_assert(span_eq(buf_span(&out), buf_span(&cbor)));
	for (size_t cut = 0; cut < cbor.n; cut++) {
		ck_assert_int_eq(msg_decode(&dec, span_of(cbor.p, cut), &m), 0);
		ck_assert(dec.need <= cbor.n);
	}
	for (size_t i = 0; i < msg_ndescs; i++)
		seen[i] |= msg_descs[i].code == code;
	buf_free(&cbor);
	buf_free(&out);
}

START_TEST(golden_vector_of_every_type)
{
	struct buf file = { 0 };
	bool seen[256] = { 0 };
	char *save, *line;

	util_slurp(&file, "tests/golden/audit", "messages.txt");
	ck_assert_ptr_nonnull(buf_cstr(&file));
	for (line = strtok_r((char *)file.p, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save))
		if (line[0] != '#')
			golden_line(line, seen);
	for (size_t i = 0; i < msg_ndescs; i++)
		ck_assert_msg(seen[i],
			"no golden vector for type %d in tests/golden/audit/messages.txt",
			(int)msg_descs[i].code);
	buf_free(&file);
}
END_TEST

START_TEST(random_messages_come_back)
{
	struct buf store = { 0 }, cbor = { 0 }, copied = { 0 };
	uint64_t seed = 1;
	struct msg m, back, copy;

	for (int i = 0; i < 20000; i++) {
		util_random_msg(&m, &seed, &store);
		buf_clear(&cbor);
		ck_assert_int_eq(msg_encode(&cbor, &m), 0);
		ck_assert_int_eq(
			msg_decode(&dec, buf_span(&cbor), &back), (ssize_t)cbor.n);
		ck_assert(msg_equal(&m, &back));
		ck_assert_int_eq(msg_copy(&copy, &back, &copied), 0);
		memset(cbor.p, 0xAA, cbor.n);
		ck_assert(msg_equal(&m, &copy));
	}
	buf_free(&store);
	buf_free(&cbor);
	buf_free(&copied);
}
END_TEST

START_TEST(flipped_bits_do_no_harm)
{
	struct buf store = { 0 }, cbor = { 0 };
	uint64_t seed = 2;
	struct msg m, back;

	for (int i = 0; i < 2000; i++) {
		util_random_msg(&m, &seed, &store);
		buf_clear(&cbor);
		msg_encode(&cbor, &m);
		for (int k = 0; k < 20; k++) {
			size_t at = util_random(&seed) % cbor.n;
			uint8_t was = cbor.p[at], *exact = malloc(cbor.n);
			ssize_t n;

			cbor.p[at] ^= (uint8_t)(1u << util_random(&seed) % 8);
			memcpy(exact, cbor.p, cbor.n);
			n = msg_decode(&dec, span_of(exact, cbor.n), &back);
			ck_assert(n <= (ssize_t)cbor.n);
			if (n > 0 && !dec.flaw.lost) {
				struct buf json = { 0 };

				ck_assert_int_eq(msg_json(&json, &back, 0), 0);
				buf_free(&json);
			}
			free(exact);
			cbor.p[at] = was;
		}
	}
	buf_free(&store);
	buf_free(&cbor);
}
END_TEST

/* What other writers do, and what becomes of it: CBOR in hex, the JSON behind the type, the
 * flaw. */
static const struct lenient {
	const char *hex, *json;
	const char *flaw; /* NULL: none */
	bool lost;
} lenients[] = {
	/* null, {} and a missing type are a Connect */
	{ "f6", "\"type\":0,", NULL, false },
	{ "a0", "\"payload\":{\"remoteAddr\":\"\",\"country\":\"\"},\"channelId\":null}",
		NULL, false },
	/* payload before type, keys in other case, type not in the shortest form */
	{ "a2675041594c4f4144a16444415441416164545950451b00000000000001f4",
		"{\"stream\":0,\"data\":\"YQ==\"}", NULL, false },
	/* unknown keys with nested values; integer keys */
	{ "a36178a1617982f6fb3ff000000000000001f6647479706518c7", "\"type\":199", NULL,
		false },
	/* tags everywhere */
	{ "d9d9f7a2c06474797065c11901f4677061796c6f6164d818a16464617461d8184161",
		"\"data\":\"YQ==\"", NULL, false },
	/* duplicate keys: first of the envelope, last of the payload */
	{ "a2647479706501647479706500", "\"type\":1,", NULL, false },
	{ "a264747970651901f3677061796c6f6164a26a65786974537461747573016a6578697453746174"
	  "757302",
		"\"exitStatus\":2", NULL, false },
	/* an array of numbers as bytes, a float as number, 2^32 + 7 cut */
	{ "a264747970651901f4677061796c6f6164a1646461746183186118621901ff",
		"\"data\":\"YWL/\"", NULL, false },
	{ "a264747970651901f3677061796c6f6164a16a65786974537461747573fb4054000000000000",
		"\"exitStatus\":80", NULL, false },
	{ "a264747970651901f3677061796c6f6164a16a657869745374617475731b0000000100000007",
		"\"exitStatus\":7", NULL, false },
	/* a chunked text that is no UTF-8 only when joined wrongly */
	{ "a26474797065184f677061796c6f6164f6", "", "unknown message type 79", true },
	{ "a26474797065190193677061796c6f6164a16770726f6772616d7f61c361bcff",
		"\"program\":\"\xC3\xBC\"", NULL, false },
	{ "a26474797065190193677061796c6f6164a16770726f6772616d62ff61",
		"\"program\":\"\xEF\xBF\xBD"
		"a\"",
		"program is not UTF-8", false },
	{ "a26474797065190193677061796c6f6164a16770726f6772616d426c73",
		"\"program\":\"ls\"", "program is a byte string", false },
	{ "a264747970651901f4677061796c6f6164a164646174616161", "\"data\":\"YQ==\"",
		"data is a text string", false },
	{ "a2647479706501696368616e6e656c496420", "\"channelId\":null", "channelId is -1",
		false },
	{ "a2647479706501696368616e6e656c496421", "", "wrong kind of value for channelId",
		true },
	{ "a264747970650169"
	  "74696d657374616d70"
	  "fb4054000000000000",
		"", "wrong kind of value for timestamp", true },
	{ "a264747970651901f4677061796c6f616480", "", "wrong kind of value for payload",
		true },
	{ "a1647479706561"
	  "61",
		"", "wrong kind of value for type", true },
	{ "a16474797065"
	  "39ffff",
		"", "unknown message type -65536", true },
};

START_TEST(other_writers)
{
	const struct lenient *l = &lenients[_i];
	struct buf cbor = { 0 }, json = { 0 };
	struct msg m;

	unhex(&cbor, l->hex, strlen(l->hex));
	ck_assert_int_eq(msg_decode(&dec, buf_span(&cbor), &m), (ssize_t)cbor.n);
	ck_assert_str_eq(dec.flaw.code ? dec.flaw.text : "", l->flaw ? l->flaw : "");
	ck_assert_int_eq(dec.flaw.code && dec.flaw.lost, l->lost);
	if (!l->lost) {
		ck_assert_int_eq(msg_json(&json, &m, 0), 0);
		ck_assert_msg(strstr(buf_cstr(&json), l->json), "%s", buf_cstr(&json));
	}
	buf_free(&cbor);
	buf_free(&json);
}
END_TEST

/* Many chunked strings in one message: none may point to where the buffer was before. */
START_TEST(joined_strings_stay_where_they_are)
{
	struct buf cbor = { 0 };
	struct msg m;

	buf_add(&cbor, "\xA2\x64type\x19\x01\x94\x67payload\xA2\x64term\x7F", 24);
	for (int i = 0; i < 40; i++)
		buf_add(&cbor, "\x68xterm-25", 9);
	buf_add(&cbor, "\xFF\x68modelist\x5F", 11);
	for (int i = 0; i < 4000; i++)
		buf_add(&cbor,
			"\x48"
			"01234567",
			9);
	buf_add_byte(&cbor, 0xFF);
	ck_assert_int_eq(msg_decode(&dec, buf_span(&cbor), &m), (ssize_t)cbor.n);
	ck_assert_uint_eq(m.p.pty.term.n, 320);
	ck_assert_uint_eq(m.p.pty.modelist.n, 32000);
	ck_assert(memcmp(m.p.pty.term.p, "xterm-25xterm-25", 16) == 0);
	ck_assert(memcmp(m.p.pty.modelist.p + 31992, "01234567", 8) == 0);
	buf_free(&cbor);
}
END_TEST

START_TEST(hostile_sizes_are_refused)
{
	struct msg m;

	/* a text of 2^63 bytes, an array of 2^60 elements, a map nested a thousand times */
	ck_assert_int_eq(
		msg_decode(
			&dec, SPAN_LIT("\xA1\x7B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), &m),
		ERR_LIMIT);
	ck_assert_int_eq(
		msg_decode(&dec, SPAN_LIT("\xA1\x01\x9B\x10\0\0\0\0\0\0\0"), &m), 0);
	struct buf deep = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_add(&deep, "\xA1\x01", 2);
	ck_assert_int_eq(msg_decode(&dec, buf_span(&deep), &m), ERR_FORMAT);
	buf_free(&deep);
	/* well formed, but no map */
	ck_assert_int_eq(msg_decode(&dec, SPAN_LIT("\x05"), &m), ERR_FORMAT);
}
END_TEST

START_TEST(lists_are_cut_at_their_limit)
{
	struct buf cbor = { 0 };
	struct msg m;

	buf_add(&cbor,
		"\xA2\x64type\x18\x6D\x67payload\xA1\x67"
		"answers\x98\x50",
		27);
	for (int i = 0; i < 80; i++)
		buf_add(&cbor,
			"\xA1\x66"
			"answer\x61"
			"a",
			10);
	ck_assert_int_eq(msg_decode(&dec, buf_span(&cbor), &m), (ssize_t)cbor.n);
	ck_assert_uint_eq(m.p.kbdint_answer.answers.n, MSG_LIST_MAX);
	ck_assert_int_eq(dec.flaw.code, ERR_LIMIT);
	buf_free(&cbor);
}
END_TEST

START_TEST(secrets_are_masked)
{
	struct msg_pair pair = { SPAN_LIT("Password: "), SPAN_LIT("hunter2"), false };
	struct buf out = { 0 };
	struct msg m;

	msg_init(&m, MSG_AUTH_PASSWORD);
	m.p.auth_password.username = SPAN_LIT("alice");
	m.p.auth_password.password = SPAN_LIT("s3cret");
	msg_json(&out, &m, MSG_JSON_REDACT);
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&out), "\"username\":\"alice\",\"password\":\"***\""));
	buf_clear(&out);
	m.p.auth_password.password = SPAN_LIT("");
	msg_json(&out, &m, MSG_JSON_REDACT);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "\"password\":\"\""));
	buf_clear(&out);
	msg_init(&m, MSG_KBDINT_ANSWER);
	m.p.kbdint_answer.answers = (struct msg_list){ &pair, 1 };
	msg_json(&out, &m, MSG_JSON_REDACT);
	ck_assert_ptr_nonnull(strstr(
		buf_cstr(&out), "{\"question\":\"Password: \",\"answer\":\"***\"}"));
	ck_assert_ptr_null(strstr(buf_cstr(&out), "hunter2"));
	buf_free(&out);
}
END_TEST

START_TEST(new_messages_are_empty)
{
	struct msg m;
	uint32_t cols = 1, rows = 1;

	msg_init(&m, MSG_CHANNEL_REQUEST_UNKNOWN);
	ck_assert_ptr_nonnull(m.p.channel_request_unknown.payload.p);
	ck_assert(m.has_channel);
	ck_assert(!msg_size(&m, &cols, &rows));
	msg_init(&m, MSG_CONNECT);
	ck_assert(!m.has_channel);
	msg_init(&m, MSG_KBDINT_CHALLENGE);
	ck_assert_ptr_nonnull(m.p.kbdint_challenge.questions.v);
	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = 132;
	m.p.window.rows = 50;
	ck_assert(msg_size(&m, &cols, &rows) && cols == 132 && rows == 50);
	msg_init(&m, MSG_IO);
	ck_assert(!msg_is_output(&m));
	m.p.io.stream = MSG_STREAM_ERR;
	ck_assert(msg_is_output(&m));
}
END_TEST

static TCase *
case_msg(void)
{
	TCase *t = tcase_create("msg");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, descriptors_are_sorted_and_complete);
	tcase_add_test(t, golden_vector_of_every_type);
	tcase_add_test(t, random_messages_come_back);
	tcase_add_test(t, flipped_bits_do_no_harm);
	tcase_add_loop_test(
		t, other_writers, 0, (int)(sizeof lenients / sizeof *lenients));
	tcase_add_test(t, joined_strings_stay_where_they_are);
	tcase_add_test(t, hostile_sizes_are_refused);
	tcase_add_test(t, lists_are_cut_at_their_limit);
	tcase_add_test(t, secrets_are_masked);
	tcase_add_test(t, new_messages_are_empty);
	return t;
}

UNIT_MAIN("msg", case_msg)
