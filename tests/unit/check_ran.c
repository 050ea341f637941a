/* SPDX-License-Identifier: ISC */
/* Events of sources as payloads, and on their way into the queue: at the place in the output
 * where they happened, counted when there is no room. */
#include "rec/ran.h"
#include "rec/ran_json.h"
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- payloads ---- */

static struct buf json;

static const struct {
	enum vendor_id id;
	const char *key;
} documented[] = {
#define VENDOR_KEY(ID, key, kind, doc) { VENDOR_##ID, key },
#include "format/vendor.def"
};

static bool
is_documented(enum vendor_id id, const char *key)
{
	for (size_t i = 0; i < sizeof documented / sizeof *documented; i++)
		if (documented[i].id == id && strcmp(documented[i].key, key) == 0)
			return true;
	return false;
}

/* Valid JSON of known members. */
static const char *
payload(const struct trace_event *ev, size_t max)
{
	enum vendor_id id = ran_json(&json, ev, 1000, max);
	json_t *j, *value;
	const char *key;

	if (id == VENDOR_NONE)
		return "";
	j = json_loadb((const char *)json.p, json.n, 0, NULL);
	ck_assert_ptr_nonnull(j);
	json_object_foreach(j, key, value)
		ck_assert_msg(is_documented(id, key), "%s: %s", vendor_name(id), key);
	json_decref(j);
	return buf_cstr(&json);
}

static struct trace_event
command(enum trace_kind kind, struct span text)
{
	return (struct trace_event){ .kind = kind,
		.source = "marks",
		.u.command = { .id = 7,
			.text = text,
			.missing = "why",
			.text_by = "shell",
			.verified = true,
			.origin = "osc133",
			.start_ns = 5,
			.end_ns = 9,
			.status = -1,
			.why = "gone" } };
}

START_TEST(payload_of_commands)
{
	struct trace_event ev = command(TRACE_COMMAND_START, SPAN_LIT("a\n\"b\""));

	ev.u.command.cwd = SPAN_LIT("/x");
	ck_assert_str_eq(payload(&ev, 4096),
		"{\"id\":7,\"phase\":\"start\",\"text\":\"a\\n\\\"b\\\"\",\"text_by\":"
		"\"shell\","
		"\"cwd\":\"/"
		"x\",\"start\":1005,\"trust\":\"nonce\",\"origin\":\"osc133\"}");
	ev = command(TRACE_COMMAND_END, (struct span){ 0 });
	ev.u.command.verified = false;
	ev.u.command.within = 3;
	ck_assert_str_eq(payload(&ev, 4096), "{\"id\":7,\"phase\":\"end\",\"missing\":"
					     "\"why\",\"start\":1005,\"end\":1009,"
					     "\"duration\":4,\"why\":\"gone\",\"within\":"
					     "3,\"trust\":\"claim\",\"origin\":"
					     "\"osc133\"}");
	ev.u.command.status = 0;
	ck_assert_ptr_nonnull(strstr(payload(&ev, 4096), "\"status\":0,\"within\""));
	ev = command(TRACE_COMMAND_START, SPAN_LIT("\377x"));
	ck_assert_ptr_nonnull(strstr(payload(&ev, 4096),
		"\"text\":\"\xEF\xBF\xBDx\",\"text_bytes\":\"/3g=\""));
	ev.u.command.cut = true;
	ck_assert_ptr_nonnull(strstr(payload(&ev, 4096), "\"text_cut\":true"));
}
END_TEST

START_TEST(payload_that_is_too_large)
{
	static char big[20000];
	struct trace_event ev = command(TRACE_COMMAND_START, span_of(big, sizeof big));

	memset(big, 1, sizeof big);
	ck_assert_int_eq(ran_json(&json, &ev, 0, RING_DATA_MAX), VENDOR_COMMAND);
	ck_assert_uint_le(json.n, RING_DATA_MAX);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&json), "\"text_cut\":true"));
	ck_assert_int_eq(ran_json(&json, &ev, 0, 100), VENDOR_NONE);
}
END_TEST

START_TEST(payload_of_processes)
{
	struct trace_event ev = { .kind = TRACE_EXEC,
		.source = "proc",
		.at_ns = 1,
		.u.process = { .pid = 5,
			.ppid = 4,
			.uid = 0,
			.exe = SPAN_LIT("/bin/x"),
			.argv = SPAN_LIT("x\0\0a b\0"),
			.cwd = SPAN_LIT("/") } };

	ck_assert_str_eq(payload(&ev, 4096),
		"{\"pid\":5,\"ppid\":4,\"uid\":0,\"exe\":\"/bin/"
		"x\",\"argv\":[\"x\",\"\",\"a b\"],"
		"\"cwd\":\"/\",\"time\":1001,\"source\":\"proc\"}");
	ev.u.process = (struct trace_process){ .pid = 5, .uid = -1 };
	ck_assert_str_eq(payload(&ev, 4096),
		"{\"pid\":5,\"missing\":\"gone, or not ours to look at\",\"time\":1001,"
		"\"source\":\"proc\"}");
	ev.u.process.argv = SPAN_LIT("\377\0b\0");
	ev.u.process.argv_cut = true;
	ck_assert_ptr_nonnull(strstr(payload(&ev, 4096),
		"\"argv\":[\"\xEF\xBF\xBD\",\"b\"],\"argv_cut\":true,\"argv_bytes\":"
		"\"/wBiAA==\""));
	ev.kind = TRACE_EXIT;
	ev.u.process.wait_status = 3 << 8;
	ck_assert_str_eq(payload(&ev, 4096),
		"{\"pid\":5,\"status\":3,\"time\":1001,\"source\":\"proc\"}");
	ev.u.process.wait_status = 9 | 0x80;
	ck_assert_str_eq(payload(&ev, 4096), "{\"pid\":5,\"signal\":9,\"core\":true,"
					     "\"time\":1001,\"source\":\"proc\"}");
}
END_TEST

/* ---- the way into the queue ---- */

static struct ring ring;
static struct recorder rec;
static struct ran ran;
static int64_t now = 5 * NS_PER_S;

static int64_t
fixed(void *ctx)
{
	return *(int64_t *)ctx;
}
static const struct clk test_clk = { fixed, fixed, &now };

static void
set_up(void)
{
	memset(&rec, 0, sizeof rec);
	ck_assert_int_eq(ring_init(&ring, 1 << 17, eventfd(0, 0), NULL), 0);
	rec.ring = &ring;
	strcpy(rec.id, "0123456789abcdef0123456789abcdef");
	ck_assert_int_eq(
		ran_start(&ran, TRACE_BIT(TRACE_MARKS), 0, &rec, &test_clk, NULL), 0);
}

static void
tear_down(void)
{
	ran_end(&ran, now);
	buf_free(&rec.json);
	close(ring.space_fd);
	ring_free(&ring);
}

/* Names of the vendor events in the queue, which is emptied. */
static const char *
queued(void)
{
	static char out[4000];
	struct ring_item it;

	out[0] = 0;
	while (ring_peek(&ring, &it)) {
		ck_assert_int_eq(it.h.kind, REC_VENDOR);
		sprintf(out + strlen(out), "%s ",
			vendor_name((enum vendor_id)it.h.stream));
		if (it.h.stream == VENDOR_GAP)
			sprintf(out + strlen(out), "%.*s ", (int)it.h.n, it.data);
		ring_release(&ring, &it);
	}
	return out;
}

START_TEST(queue_stops_behind_each_mark)
{
	const char *text = "ab\033]133;C\007cd\033]133;D\007ef";
	size_t n = ran_output(&ran, 1, span_str(text), now);

	ck_assert_uint_eq(n, 10);
	ck_assert_str_eq(queued(), "");
	ran_flush(&ran);
	ck_assert_str_eq(queued(), "command ");
	text += n;
	n = ran_output(&ran, 1, span_str(text), now);
	ck_assert_uint_eq(n, 10);
	ran_flush(&ran);
	ck_assert_uint_eq(ran_output(&ran, 1, span_str(text + n), now), 2);
	ran_flush(&ran);
	ck_assert_str_eq(queued(), "command ");
	ran.paused = true;
	ran_output(&ran, 1, SPAN_LIT("\033]133;C\007"), now);
	ran_flush(&ran);
	ck_assert_str_eq(queued(), "");
}
END_TEST

START_TEST(queue_that_is_full)
{
	struct ring_head h = { .n = 4096, .kind = REC_VENDOR, .stream = VENDOR_MARKER };
	static char bytes[4096];
	struct ring_item it;

	for (; h.n >= 16; h.n /= 16)
		while (ring_put(&ring, RING_LAST, &h, bytes))
			;
	for (int i = 0; i < 3; i++) {
		ran_output(&ran, 1, SPAN_LIT("\033]133;C\007"), now);
		ran_flush(&ran);
	}
	while (ring_peek(&ring, &it))
		ring_release(&ring, &it);
	now += NS_PER_S;
	ran_output(&ran, 1, SPAN_LIT("\033]133;D\007"), now);
	ran_flush(&ran);
	ck_assert_str_eq(queued(),
		"gap {\"what\":\"events\",\"events\":5,\"from\":5000000000,"
		"\"to\":6000000000,\"why\":\"the queue was full\",\"source\":"
		"\"queue\"} command ");
	now -= NS_PER_S;
}
END_TEST

START_TEST(queue_nonce)
{
	struct ran none;
	char env[64];

	ran_env(&ran, env);
	ck_assert_uint_eq(strlen(env), strlen("AUDITREC_NONCE=") + 32);
	memset(&none, 0, sizeof none);
	ran_env(&none, env);
	ck_assert_str_eq(env, "AUDITREC_NONCE");
	ran_end(&none, now);
}
END_TEST

static TCase *
case_payloads(void)
{
	TCase *t = tcase_create("payloads");

	tcase_add_test(t, payload_of_commands);
	tcase_add_test(t, payload_that_is_too_large);
	tcase_add_test(t, payload_of_processes);
	return t;
}

static TCase *
case_queue(void)
{
	TCase *t = tcase_create("queue");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, queue_stops_behind_each_mark);
	tcase_add_test(t, queue_that_is_full);
	tcase_add_test(t, queue_nonce);
	return t;
}

UNIT_MAIN("ran", case_payloads, case_queue)
