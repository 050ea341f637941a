/* SPDX-License-Identifier: ISC */
/* What the list of events shows and what one event says: kinds, filter, sieve, details; and
 * the keys that were typed before a place. */
#include "play/detail.h"
#include "play/sieve.h"

#include "base/clk.h"
#include "base/utf8.h"
#include "format/explain.h"
#include "replay/events.h"

#include "tests/unit/recording.h"
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static struct reel_event
event(int32_t type, int vendor, const char *text)
{
	return (struct reel_event){ .type = type, .vendor = vendor, .text = text };
}

START_TEST(every_type_has_a_kind)
{
	for (size_t i = 0; i < msg_ndescs; i++)
		kind_of(msg_descs[i].code, VENDOR_NONE);
	for (int i = 0; i < KIND_COUNT; i++) {
		const struct event_kind *k = kind_row((enum kind_id)i);

		ck_assert_ptr_nonnull(k->name);
		ck_assert(k->ascii > ' ' && k->ascii < 0x7F);
		ck_assert_uint_gt(k->sign, ' ');
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(k->name, kind_row((enum kind_id)j)->name);
	}
	ck_assert_int_eq(kind_of(MSG_WINDOW, 0), KIND_SIZE);
	ck_assert_int_eq(
		kind_of(MSG_CHANNEL_REQUEST_UNKNOWN, VENDOR_MARKER), KIND_MARKER);
	ck_assert_int_eq(kind_of(-7, 99), KIND_OTHER);
}
END_TEST

START_TEST(filter_takes_words_and_types)
{
	static const struct {
		const char *filter;
		bool window, command, exec;
	} cases[] = {
		{ "", true, true, true },
		{ "   ", true, true, true },
		{ "80", true, false, false },
		{ "SUDO", false, false, false }, /* capitals count */
		{ "sudo", false, true, false },
		{ "sudo rm", false, true, false },
		{ "sudo mv", false, false, false },
		{ "-sudo", true, false, true },
		{ "type:", true, true, true },
		{ "type:size", true, false, false },
		{ "type:window", true, false, false },
		{ "type:si,comm", true, true, false },
		{ "-type:size", false, true, true },
		{ "type:exec", false, false, true },
		{ "type:command -rm", false, false, false },
		{ "type:nothing", false, false, false },
		{ "-", false, false, true },
	};
	struct reel_event window = event(MSG_WINDOW, 0, "window 80x24"),
			  command = event(MSG_CHANNEL_REQUEST_UNKNOWN, VENDOR_COMMAND,
				  "$ Sudo rm x"),
			  exec = event(MSG_EXEC, 0, "run top-x");
	struct filter f = { 0 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		filter_parse(&f, cases[i].filter, NULL);
		ck_assert_msg(filter_match(&f, &window) == cases[i].window, "%s",
			cases[i].filter);
		ck_assert_msg(filter_match(&f, &command) == cases[i].command, "%s",
			cases[i].filter);
		ck_assert_msg(
			filter_match(&f, &exec) == cases[i].exec, "%s", cases[i].filter);
	}
	ck_assert_int_eq(filter_parse(&f, "type:size,bogus", NULL), ERR_USAGE);
	ck_assert_int_eq(filter_parse(&f, "1 2 3 4 5 6 7 8 9", NULL), ERR_USAGE);
	filter_free(&f);
}
END_TEST

static struct reel *
reel_of(const struct recording *rec)
{
	struct reel_opts o = { .channel = -1, .text_memory = REEL_NO_TEXT };
	struct reel *r;

	ck_assert_int_eq(reel_open(&r, recording_tape(rec), &o, NULL), 0);
	return r;
}

static void
index_all(struct reel *r)
{
	while (reel_index(r, 1u << 20, NULL) > 0)
		;
}

/* In slices, while the recording is read, and thinned meanwhile: as a look at all of it. */
START_TEST(sieve_is_the_filter_over_all)
{
	struct recording rec;
	struct reel *r;
	struct sieve s = { 0 };
	struct filter f = { 0 };
	size_t n = 0;

	recording_start(&rec, 7);
	recording_pty(&rec, 0, 80, 24);
	for (int i = 0; i < 300000; i++) {
		struct msg m;

		msg_init(&m, MSG_SETENV);
		m.p.setenv.name = SPAN_LIT("N");
		m.p.setenv.value = span_of(&"0123456789"[i % 10], 1);
		recording_put(&rec, &m);
		if (i % 1000 == 0)
			recording_marker(&rec, "here");
	}
	recording_end(&rec);
	r = reel_of(&rec);
	sieve_set(&s, "type:env -5", NULL);
	filter_parse(&f, "type:env -5", NULL);
	while (reel_index(r, 1u << 18, NULL) > 0)
		sieve_work(&s, r, 1000);
	ck_assert_uint_gt(reel_index_state(r).events_thinned, 0);
	while (sieve_work(&s, r, 5000))
		ck_assert_uint_le(sieve_count(&s, r), reel_events(r));
	for (size_t i = 0; i < reel_events(r); i++) {
		const struct reel_event *e = reel_event(r, i);

		if (!filter_match(&f, e))
			continue;
		ck_assert_ptr_eq(sieve_event(&s, r, n), e);
		ck_assert_uint_eq(sieve_after(&s, r, e->ordinal), n);
		ck_assert_uint_eq(sieve_after(&s, r, e->ordinal + 1), n + 1);
		n++;
	}
	ck_assert_uint_eq(sieve_count(&s, r), n);
	ck_assert_uint_gt(n, 1000);
	sieve_set(&s, "", NULL);
	ck_assert(!sieve_work(&s, r, 10));
	ck_assert_uint_eq(sieve_count(&s, r), reel_events(r));
	sieve_free(&s);
	filter_free(&f);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static bool
has_line(struct buf *text, const char *line)
{
	return strstr(buf_cstr(text), line) != NULL;
}

START_TEST(explain_decodes_every_field)
{
	static const char key[] =
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQCBAAAAAAAAAQ== me@here";
	static const uint8_t modes[] = { 3, 0, 0, 0, 0x7F, 53, 0, 0, 0, 1, 1, 0, 0, 0, 3,
		0 };
	struct buf out = { 0 };
	struct msg m;

	msg_init(&m, MSG_PTY);
	m.time_ns = INT64_C(1700000000) * NS_PER_S;
	m.p.pty.term = SPAN_LIT("xterm\033[31m");
	m.p.pty.columns = 80;
	m.p.pty.modelist = span_of(modes, sizeof modes);
	ck_assert_int_eq(
		msg_explain(&out, &m, (struct explain_at){ 4, 1500 * NS_PER_MS, true }),
		0);
	ck_assert(has_line(&out, "type\tpty, 404\n"));
	ck_assert(has_line(&out, "time\t0:01.500000000 since the start\n"));
	ck_assert(has_line(&out, "\t2023-11-14T22:13:20.000000000Z\n"));
	ck_assert(has_line(&out, "message\tnumber 4, channel 0\n"));
	ck_assert(has_line(&out, "term\txterm^[[31m\n"));
	ck_assert(has_line(&out, "columns\t80\n"));
	ck_assert(has_line(
		&out, "modelist\t16 bytes\n\t03 00 00 00 7f 35 00 00  .....5..\n"));
	ck_assert(has_line(&out, "modes\t VERASE=^? ECHO=1 VINTR=^C\n"));
	buf_clear(&out);
	msg_init(&m, MSG_AUTH_PUBKEY);
	m.p.auth_pubkey.key = span_str(key);
	msg_explain(&out, &m, (struct explain_at){ 0 });
	ck_assert(has_line(&out, "kind of key\tssh-rsa, 64 bits\n"));
	ck_assert(has_line(&out, "fingerprint\tSHA256:"));
	buf_clear(&out);
	msg_init(&m, MSG_AUTH_PASSWORD);
	m.p.auth_password.password = SPAN_LIT("secret");
	msg_explain(&out, &m, (struct explain_at){ 0 });
	ck_assert(has_line(&out, "password\thidden, 6 bytes\n"));
	ck_assert(!has_line(&out, "secret"));
	buf_free(&out);
}
END_TEST

START_TEST(explain_shows_members_of_our_events)
{
	static const char json[] =
		"{\"text\":\"a\\nb\",\"start\":1700000000000000000,\"argv\":[\"x\",\"y\"]"
		","
		"\"in\":{\"deep\":[1.5,true,null]},\"none\":[],\"empty\":{}}";
	struct buf out = { 0 };
	struct msg m;

	msg_init(&m, MSG_CHANNEL_REQUEST_UNKNOWN);
	m.p.channel_request_unknown.request_type = SPAN_LIT("command@auditrec");
	m.p.channel_request_unknown.payload = span_str(json);
	ck_assert_int_eq(msg_explain(&out, &m, (struct explain_at){ 0 }), 0);
	ck_assert_ptr_null(
		strstr(buf_cstr(&out), "1970")); /* no date, or none that is known */
	ck_assert(has_line(&out, "text\ta^Jb\n"));
	ck_assert(has_line(
		&out, "start\t1700000000000000000 (2023-11-14T22:13:20.000000000Z)\n"));
	ck_assert(has_line(&out, "argv\tx\n\ty\n"));
	ck_assert(has_line(&out, "in.deep\t1.5\n\tyes\n\tnull\n"));
	ck_assert(has_line(&out, "none\t[]\n"));
	ck_assert(has_line(&out, "empty\t{}\n"));
	buf_clear(&out);
	m.p.channel_request_unknown.payload = SPAN_LIT("[[[[[\xFF");
	msg_explain(&out, &m, (struct explain_at){ 0 });
	ck_assert(has_line(&out, "payload\t6 bytes\n"));
	buf_free(&out);
}
END_TEST

/* Whatever a message holds: rows with one tab each, valid, without orders, and not too many. */
START_TEST(explain_bears_anything)
{
	struct recording rec;
	struct reel *r;
	struct buf store = { 0 }, out = { 0 };
	uint64_t n = 0;

	recording_start(&rec, 11);
	recording_random_session(&rec, 400);
	recording_end(&rec);
	r = reel_of(&rec);
	index_all(r);
	for (; n < reel_index_state(r).messages; n++) {
		struct msg m;
		int64_t at;

		ck_assert_int_eq(reel_message(r, n, &m, &at, &store, NULL), 1);
		buf_clear(&out);
		ck_assert_int_eq(
			msg_explain(&out, &m, (struct explain_at){ n, at, true }), 0);
		ck_assert(utf8_valid(buf_span(&out)));
		for (size_t i = 0; i < out.n; i++)
			ck_assert(
				out.p[i] >= ' ' || out.p[i] == '\n' || out.p[i] == '\t');
	}
	ck_assert_int_eq(
		reel_message(r, n, &(struct msg){ 0 }, &(int64_t){ 0 }, &store, NULL), 0);
	ck_assert_uint_eq(reel_ordinal(r), 0); /* nothing has moved */
	buf_free(&store);
	buf_free(&out);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static void
put_keys(struct recording *rec, const char *keys)
{
	recording_io(rec, 0, MSG_STREAM_IN, span_str(keys));
}

static const char *
keys_before(struct reel *r, uint64_t n, size_t max, char out[256])
{
	struct reel_key k[64];
	size_t count = reel_keys(r, n, k, max, NULL);

	out[0] = 0;
	for (size_t i = 0; i < count; i++)
		strcat(out, k[i].name);
	return out;
}

START_TEST(keys_depend_on_the_place_alone)
{
	struct recording rec;
	struct reel *r;
	struct msg m;
	struct jsonw w;
	struct buf b = { 0 };
	char text[256];
	uint64_t start;

	recording_start(&rec, 3);
	recording_pty(&rec, 0, 80, 24);
	start = rec.n;
	put_keys(&rec, "ls");
	put_keys(&rec, " -l\r");
	put_keys(&rec, "\033[");
	put_keys(&rec, "A\x7f\x03\t");
	put_keys(&rec, "\033[1;5C\xC3");
	put_keys(&rec, "\xA4");
	vendor_begin(&m, VENDOR_INPUT_MASKED, &w, &b);
	vendor_end(&m, &w);
	recording_put(&rec, &m);
	put_keys(&rec, "x");
	recording_end(&rec);
	r = reel_of(&rec);
	index_all(r);
	ck_assert_str_eq(keys_before(r, start, 64, text), "");
	ck_assert_str_eq(keys_before(r, start + 1, 64, text), "ls");
	ck_assert_str_eq(keys_before(r, start + 2, 64, text), "ls -l<Enter>");
	ck_assert_str_eq(
		keys_before(r, start + 4, 64, text), "ls -l<Enter><Up><BS>^C<Tab>");
	ck_assert_str_eq(keys_before(r, UINT64_MAX, 64, text),
		"ls -l<Enter><Up><BS>^C<Tab><C-Right>\xC3\xA4***x");
	ck_assert_str_eq(keys_before(r, UINT64_MAX, 3, text), "\xC3\xA4***x");
	ck_assert_str_eq(keys_before(r, UINT64_MAX, 1, text), "x");
	buf_free(&b);
	reel_close(r);
	recording_free(&rec);
}
END_TEST

static TCase *
list_case(void)
{
	TCase *t = tcase_create("list");

	tcase_set_timeout(t, 60); /* 300,000 events */

	setlocale(LC_ALL, "C.UTF-8");
	tcase_add_test(t, every_type_has_a_kind);
	tcase_add_test(t, filter_takes_words_and_types);
	tcase_add_test(t, sieve_is_the_filter_over_all);
	tcase_add_test(t, explain_decodes_every_field);
	tcase_add_test(t, explain_shows_members_of_our_events);
	tcase_add_test(t, explain_bears_anything);
	tcase_add_test(t, keys_depend_on_the_place_alone);
	return t;
}

UNIT_MAIN("list", list_case)
