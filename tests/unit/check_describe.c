/* SPDX-License-Identifier: ISC */
/* Events of our own, and the one line that a person sees of a message. */
#include "tests/unit/unit.h"

#include "format/vendor.h"

#include <jansson.h>

static struct buf text; /* of the last description */

static const char *
told(const struct msg *m)
{
	buf_clear(&text);
	ck_assert_int_eq(msg_describe(&text, m), 0);
	return buf_cstr(&text);
}

/* Message 400 with TYPE and PAYLOAD. */
static struct msg
request(const char *type, const char *payload)
{
	struct msg m;

	msg_init(&m, MSG_CHANNEL_REQUEST_UNKNOWN);
	m.p.channel_request_unknown.request_type = span_str(type);
	m.p.channel_request_unknown.payload = span_str(payload);
	return m;
}

START_TEST(names_go_both_ways)
{
	ck_assert_ptr_null(vendor_name(VENDOR_NONE));
	ck_assert_ptr_null(vendor_name(VENDOR_COUNT));
	for (int id = VENDOR_NONE + 1; id < VENDOR_COUNT; id++) {
		struct buf b = { 0 };
		struct jsonw w;
		struct msg m;

		ck_assert_str_ne(vendor_doc((enum vendor_id)id), "");
		vendor_begin(&m, (enum vendor_id)id, &w, &b);
		ck_assert_int_eq(vendor_end(&m, &w), 0);
		ck_assert_int_eq((int)vendor_of(&m), id);
		ck_assert_int_eq(m.type, MSG_CHANNEL_REQUEST_UNKNOWN);
		ck_assert(m.has_channel);
		ck_assert(span_is(m.p.channel_request_unknown.payload, "{}"));
		ck_assert_uint_gt(strlen(told(&m)), 0);
		buf_free(&b);
	}
}
END_TEST

START_TEST(others_are_not_ours)
{
	static const char *const types[] = { "", "marker", "@auditrec", "Marker@auditrec",
		"marker@auditrec2", "marker@Auditrec", "nothing@auditrec",
		"x-marker@auditrec" };
	struct msg m;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		m = request(types[i], "{}");
		ck_assert_int_eq((int)vendor_of(&m), VENDOR_NONE);
	}
	m = request("marker@auditrec", "{}");
	m.payload_null = true;
	ck_assert_int_eq((int)vendor_of(&m), VENDOR_NONE);
	msg_init(&m, MSG_SHELL);
	ck_assert_int_eq((int)vendor_of(&m), VENDOR_NONE);
}
END_TEST

START_TEST(members_are_found)
{
	struct msg m = request("gap@auditrec",
		"{\"what\":\"o\\u0000k\",\"bytes\":42,\"n\":1.5,\"b\":true,\"z\":null}");
	struct buf b = { 0 };
	int64_t v = 7;

	ck_assert(vendor_get_text(&m, "what", &b));
	ck_assert_uint_eq(b.n, 3);
	ck_assert_mem_eq(b.p, "o\0k", 3);
	ck_assert(vendor_get_int(&m, "bytes", &v));
	ck_assert_int_eq(v, 42);
	ck_assert(!vendor_get_int(&m, "n", &v));
	ck_assert(!vendor_get_int(&m, "what", &v));
	ck_assert(!vendor_get_int(&m, "none", &v));
	ck_assert(!vendor_get_text(&m, "bytes", &b));
	ck_assert(!vendor_get_text(&m, "z", &b));
	ck_assert_uint_eq(b.n, 3);
	buf_free(&b);
}
END_TEST

START_TEST(hostile_payloads_have_no_members)
{
	static const char *const payloads[] = { "", "x", "[]", "7", "{",
		"{\"label\":\"\xFF\"}", "{\"label\":1}{}" };
	struct buf b = { 0 }, big = { 0 };
	struct msg m;

	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
		m = request("marker@auditrec", payloads[i]);
		ck_assert(!vendor_get_text(&m, "label", &b));
		ck_assert_str_eq(told(&m), "marker (unreadable)");
	}
	for (int i = 0; i < 100000; i++)
		buf_add_byte(&big, '[');
	m.p.channel_request_unknown.payload = buf_span(&big);
	ck_assert(!vendor_get_text(&m, "label", &b));
	buf_clear(&big);
	buf_add_str(&big, "{\"label\":\"");
	for (int i = 0; i < 2000000; i++)
		buf_add_byte(&big, 'a');
	buf_add_str(&big, "\"}");
	m.p.channel_request_unknown.payload = buf_span(&big);
	ck_assert(!vendor_get_text(&m, "label", &b));
	ck_assert_ptr_null(vendor_json(&m));
	buf_free(&big);
	buf_free(&b);
}
END_TEST

START_TEST(events_are_told)
{
	static const struct {
		const char *type, *payload, *want;
	} t[] = {
		{ "marker@auditrec", "{\"label\":\"here\"}", "marker: here" },
		{ "marker@auditrec", "{\"label\":\"\"}", "marker" },
		{ "pause@auditrec", "{}", "recording paused" },
		{ "resume@auditrec", "{\"duration\":12345678901}",
			"recording resumed after 12.3 s" },
		{ "resume@auditrec", "{\"duration\":3600000000000}",
			"recording resumed after 60 min 0 s" },
		{ "resume@auditrec", "{\"duration\":\"x\"}", "recording resumed" },
		{ "gap@auditrec",
			"{\"what\":\"output\",\"bytes\":5,\"why\":\"disk full\"}",
			"gap: output, 5 bytes: disk full" },
		{ "command@auditrec",
			"{\"phase\":\"start\",\"trust\":\"nonce\","
			"\"text\":\"make\\ninstall\"}",
			"$ make^Jinstall" },
		{ "command@auditrec", "{\"trust\":\"claim\",\"text\":\"ls\"}",
			"$ ls (claim)" },
		{ "command@auditrec",
			"{\"trust\":\"nonce\",\"missing\":\"the shell did not tell it\"}",
			"$ (the shell did not tell it)" },
		{ "command@auditrec",
			"{\"phase\":\"end\",\"trust\":\"nonce\",\"text\":\"make\","
			"\"status\":2,\"duration\":1500000000}",
			"status 2 after 1.5 s: make" },
		{ "command@auditrec",
			"{\"phase\":\"end\",\"trust\":\"claim\",\"why\":\"the session "
			"ended\"}",
			"ended: the session ended (claim)" },
		{ "streams@auditrec",
			"{\"stdin_bytes\":1,\"stdout_bytes\":22,\"stderr_bytes\":0}",
			"streams: input 1 bytes, output 22, error output 0" },
		{ "source@auditrec",
			"{\"active\":[\"marks\",\"proc\"],\"inactive\":[\"x: y\"]}",
			"event sources: marks, proc; not x: y" },
		{ "source@auditrec", "{\"active\":[],\"inactive\":[]}", "event sources" },
		{ "process-exit@auditrec", "{\"pid\":7,\"signal\":9}",
			"process 7 ended, signal 9" },
		{ "gap@auditrec", "{\"what\":\"process events\",\"events\":3}",
			"gap: process events, 3 events" },
		{ "process-exec@auditrec",
			"{\"source\":\"foreground\",\"argv\":[\"vim\",\"x\"],\"pid\":7}",
			"foreground: vim x (pid 7)" },
		{ "process-exec@auditrec",
			"{\"exe\":\"/bin/"
			"ls\",\"argv\":[\"ls\",\"-l\",[\"x\"]],\"pid\":7}",
			"exec /bin/ls: ls -l (pid 7)" },
		{ "cast-event@auditrec", "{\"code\":\"z\",\"data\":\"\\u001b]0;x\"}",
			"event z: ^[]0;x" },
		{ "other@example.org", "{}", "request other@example.org" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct msg m = request(t[i].type, t[i].payload);

		ck_assert_str_eq(told(&m), t[i].want);
	}
}
END_TEST

START_TEST(frequent_messages_are_told)
{
	struct msg m;

	msg_init(&m, MSG_PTY);
	m.p.pty.term = SPAN_LIT("xterm");
	m.p.pty.columns = 80;
	m.p.pty.rows = 24;
	ck_assert_str_eq(told(&m), "terminal xterm 80x24");
	m.p.pty.term = SPAN_LIT("");
	ck_assert_str_eq(told(&m), "terminal 80x24");
	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = 4294967295u;
	ck_assert_str_eq(told(&m), "window 4294967295x0");
	msg_init(&m, MSG_EXIT);
	m.p.exit.exit_status = 3;
	ck_assert_str_eq(told(&m), "exit 3");
	msg_init(&m, MSG_EXIT_SIGNAL);
	m.p.exit_signal.signal = SPAN_LIT("KILL");
	ck_assert_str_eq(told(&m), "killed by signal KILL");
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = SPAN_LIT("ls \xE2\x80\xAE\xFF\x9B");
	ck_assert_str_eq(told(&m), "run ls \uFFFD\uFFFD\uFFFD");
	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = SPAN_LIT("\x1b[1m\r\n\x7f");
	ck_assert_str_eq(told(&m), "output, 7 bytes: ^[[1m^M^J^?");
	m.p.io.stream = UINT64_MAX;
	ck_assert_ptr_nonnull(strstr(told(&m), "stream 18446744073709551615"));
	m.type = 999;
	ck_assert_str_eq(told(&m), "message of unknown type 999");
}
END_TEST

/* Every type gives one clean line, empty, null or full of hostile text; no secret is told. */
static void
fill(struct msg *m, const struct msg_desc *d)
{
	static const struct msg_pair pairs[] = { { SPAN_LIT("Q\n"), SPAN_LIT("hidden"),
		true } };

	for (size_t i = 0; i < d->payload->nfields; i++) {
		const struct msg_field *f = &d->payload->fields[i];
		void *v = (uint8_t *)m + f->offset;

		if (f->kind == MSG_TEXT || f->kind == MSG_BYTES)
			*(struct span *)v =
				f->flags & MSG_F_SECRET
					? SPAN_LIT("hidden")
					: SPAN_LIT("a\x1b\n\xC2\x9B\xE2\x80\xA8");
		else if (f->kind == MSG_QUESTIONS || f->kind == MSG_ANSWERS)
			*(struct msg_list *)v = (struct msg_list){ pairs, 1 };
	}
}

static void
check_clean(const char *line)
{
	ck_assert_str_ne(line, "");
	for (const char *p = line; *p; p++)
		ck_assert_msg((unsigned char)*p >= 0x20 && *p != 0x7F, "%s", line);
	ck_assert_ptr_null(strstr(line, "hidden"));
	ck_assert_ptr_null(strstr(line, "\xC2\x9B"));
	ck_assert_ptr_null(strstr(line, "\xE2\x80\xA8"));
}

START_TEST(every_type_is_one_clean_line)
{
	for (size_t i = 0; i < msg_ndescs; i++) {
		struct msg m;

		msg_init(&m, (enum msg_type)msg_descs[i].code);
		check_clean(told(&m));
		m.payload_null = true;
		check_clean(told(&m));
		m.payload_null = false;
		if (msg_descs[i].payload)
			fill(&m, &msg_descs[i]);
		check_clean(told(&m));
	}
}
END_TEST

START_TEST(long_texts_are_cut)
{
	struct buf b = { 0 };
	struct msg m;

	for (int i = 0; i < 100000; i++)
		buf_add_str(&b, "\u20ac");
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = buf_span(&b);
	ck_assert_uint_lt(strlen(told(&m)), 1000);
	ck_assert_ptr_nonnull(strstr(told(&m), "..."));
	buf_free(&b);
}
END_TEST

static TCase *
vendor_case(void)
{
	TCase *c = tcase_create("vendor");

	tcase_add_test(c, names_go_both_ways);
	tcase_add_test(c, others_are_not_ours);
	tcase_add_test(c, members_are_found);
	tcase_add_test(c, hostile_payloads_have_no_members);
	return c;
}

static TCase *
describe_case(void)
{
	TCase *c = tcase_create("describe");

	tcase_add_test(c, events_are_told);
	tcase_add_test(c, frequent_messages_are_told);
	tcase_add_test(c, every_type_is_one_clean_line);
	tcase_add_test(c, long_texts_are_cut);
	return c;
}

UNIT_MAIN("describe", vendor_case, describe_case)
