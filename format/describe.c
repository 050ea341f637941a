/* SPDX-License-Identifier: ISC */
/* One line for a person out of one message.  A type with a row in a table below is told by
 * its template: {key} is a member of the payload (by its name on the wire, or in the JSON
 * object of an event of ours), {key:time} nanoseconds, {key:list} with commas, and what
 * stands in [ ] is left out
 * when a member in it is absent or empty.  All other types: name and members.
 * Secret fields are never shown; texts are hostile, so they are cleaned and cut. */
#include "format/vendor.h"

#include "base/clk.h"
#include "format/seemly.h"

#include <inttypes.h>
#include <jansson.h>

#define VALUE_CHARS_MAX 160 /* characters of one value */
#define IO_CHARS_MAX    60  /* characters of an I/O message that are shown */
#define LIST_MAX        64  /* elements of a list that are shown */
#define KEY_MAX         32

struct form {
	int id;
	const char *text;
};

static const struct form forms[] = {
	{ MSG_CONNECT, "connected[ from {remoteAddr}]" },
	{ MSG_DISCONNECT, "disconnected" },
	{ MSG_AUTH_PASSWORD, "password offered for {username}" },
	{ MSG_AUTH_PASSWORD_SUCCESSFUL, "password accepted for {username}" },
	{ MSG_AUTH_PASSWORD_FAILED, "password wrong for {username}" },
	{ MSG_AUTH_PUBKEY, "key offered for {username}" },
	{ MSG_AUTH_PUBKEY_SUCCESSFUL, "key accepted for {username}" },
	{ MSG_AUTH_PUBKEY_FAILED, "key refused for {username}" },
	{ MSG_HANDSHAKE_FAILED, "handshake failed[: {reason}]" },
	{ MSG_HANDSHAKE_SUCCESSFUL, "logged in[ as {username}]" },
	{ MSG_NEW_CHANNEL_SUCCESSFUL, "channel[ {channelType}] opened" },
	{ MSG_CHANNEL_REQUEST_UNKNOWN, "request {requestType}" },
	{ MSG_SETENV, "environment {name}={value}" },
	{ MSG_EXEC, "run {program}" },
	{ MSG_PTY, "terminal[ {term}] {columns}x{rows}" },
	{ MSG_SHELL, "login shell" },
	{ MSG_SIGNAL, "signal {signal}" },
	{ MSG_SUBSYSTEM, "subsystem {subsystem}" },
	{ MSG_WINDOW, "window {columns}x{rows}" },
	{ MSG_CLOSE_WRITE, "no more output" },
	{ MSG_CLOSE, "channel closed" },
	{ MSG_EXIT_SIGNAL, "killed by signal {signal}[: {errorMessage}]" },
	{ MSG_EXIT, "exit {exitStatus}" },
};

#define COMMAND_START "[$ {text}][$ ({missing})]"
#define COMMAND_END   "[status {status}][ended: {why}][ after {duration:time}][: {text}]"

static const struct form vendor_forms[] = {
	{ VENDOR_SESSION, "session[ of {user}][ on {host}][, {tty}][: {title}]" },
	{ VENDOR_MARKER, "marker[: {label}]" },
	{ VENDOR_PAUSE, "recording paused" },
	{ VENDOR_RESUME, "recording resumed[ after {duration:time}]" },
	{ VENDOR_INPUT_MASKED, "input masked[: {why}]" },
	{ VENDOR_GAP, "gap[: {what}][, {bytes} bytes][, {messages} messages]"
		      "[, {events} events][: {why}]" },
	{ VENDOR_STREAMS, "streams[: input {stdin_bytes} bytes][, output {stdout_bytes}]"
			  "[, error output {stderr_bytes}]" },
	{ VENDOR_COMMAND, COMMAND_START },
	{ VENDOR_PROCESS_EXEC, "exec[ {exe}][: {argv}][ (pid {pid})]" },
	{ VENDOR_PROCESS_EXIT,
		"process {pid} ended[, status {status}][, signal {signal}]" },
	{ VENDOR_FILE_OPEN, "open {path}[ ({flags})][ (pid {pid})]" },
	{ VENDOR_CONNECT_OUT, "connection to {address}[ port {port}][ (pid {pid})]" },
	{ VENDOR_SOURCE, "event sources[: {active:list}][; not {inactive:list}]" },
	{ VENDOR_SEAL, "seal {n}[, final: {final}][ by {key}]" },
	{ VENDOR_EDITED, "edited: {what}[, {how}][, from {file}]" },
	{ VENDOR_HEADER, "header of the recording[: {title}]" },
	{ VENDOR_CAST_EVENT, "event {code}[: {data}]" },
};

/* Other templates for payloads that have these texts: "key=value ...". */
static const struct variant {
	int id;
	const char *when, *text;
} variants[] = {
	{ VENDOR_COMMAND, "phase=end trust=nonce", COMMAND_END },
	{ VENDOR_COMMAND, "phase=end", COMMAND_END " (claim)" },
	{ VENDOR_COMMAND, "trust=claim", COMMAND_START " (claim)" },
	{ VENDOR_PROCESS_EXEC, "source=foreground",
		"foreground[: {argv}][ (pid {pid})]" },
};

static const char *
form_of(const struct form *f, size_t n, int id)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].id == id)
			return f[i].text;
	return NULL;
}

static void
put_duration(struct buf *out, int64_t ns)
{
	bool minus = ns < 0;
	uint64_t ms = (minus ? 0 - (uint64_t)ns : (uint64_t)ns) / NS_PER_MS;

	if (minus)
		buf_add_byte(out, '-');
	if (ms < 120000)
		buf_addf(out, "%" PRIu64 ".%01" PRIu64 " s", ms / 1000, ms % 1000 / 100);
	else
		buf_addf(
			out, "%" PRIu64 " min %" PRIu64 " s", ms / 60000, ms / 1000 % 60);
}

static void
put_list(struct buf *out, const struct msg_list *l, bool answers)
{
	for (size_t i = 0; i < l->n && i < LIST_MAX; i++) {
		if (i)
			buf_add_str(out, ", ");
		seemly_put(out, l->v[i].question, VALUE_CHARS_MAX);
		if (answers)
			buf_add_str(out, " ***");
	}
}

static const struct msg_field *
field_of(const struct msg_payload *p, const char *key)
{
	for (size_t i = 0; p && i < p->nfields; i++)
		if (strcmp(p->fields[i].key, key) == 0)
			return &p->fields[i];
	return NULL;
}

/* Append the value of field F; false when there is nothing to show. */
static bool
put_field(struct buf *out, const struct msg *m, const struct msg_field *f)
{
	const void *v = (const uint8_t *)m + f->offset;
	size_t before = out->n;

	if (f->flags & MSG_F_SECRET)
		return false;
	switch (f->kind) {
	case MSG_TEXT:
		seemly_put(out, *(const struct span *)v, VALUE_CHARS_MAX);
		break;
	case MSG_BYTES:
		buf_addf(out, "%zu bytes", ((const struct span *)v)->n);
		break;
	case MSG_UINT:
		buf_addf(out, "%" PRIu64, *(const uint64_t *)v);
		break;
	case MSG_U32:
		buf_addf(out, "%" PRIu32, *(const uint32_t *)v);
		break;
	case MSG_BOOL:
		buf_add_str(out, *(const bool *)v ? "yes" : "no");
		break;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		put_list(out, v, f->kind == MSG_ANSWERS);
		break;
	}
	return out->n > before;
}

static bool
put_json(struct buf *out, const json_t *v, const char *between)
{
	size_t before = out->n;

	if (json_is_string(v))
		seemly_put(out, span_of(json_string_value(v), json_string_length(v)),
			VALUE_CHARS_MAX);
	else if (json_is_integer(v))
		buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		buf_addf(out, "%g", json_real_value(v));
	else if (json_is_boolean(v))
		buf_add_str(out, json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		for (size_t i = 0; i < json_array_size(v) && i < LIST_MAX; i++) {
			json_t *one = json_array_get(v, i);
			size_t n = out->n;

			if (n > before)
				buf_add_str(out, between);
			if (json_is_array(one) || !put_json(out, one, between))
				buf_cut(out, n);
		}
	return out->n > before;
}

struct values { /* where {key} is looked up */
	const struct msg *m;
	const struct msg_payload *payload;
	const json_t *json; /* instead of the payload's fields */
};

static bool
put_value(struct buf *out, const struct values *v, const char *key, const char *how)
{
	const struct msg_field *f;

	if (v->json) {
		json_t *j = json_object_get(v->json, key);

		if (strncmp(how, ":time", 5) != 0)
			return put_json(out, j, strncmp(how, ":list", 5) ? " " : ", ");
		if (json_is_integer(j))
			put_duration(out, json_integer_value(j));
		return json_is_integer(j);
	}
	f = field_of(v->payload, key);
	return f && put_field(out, v->m, f);
}

/* T stands behind a '{'; returns the place behind the '}'. */
static const char *
expand_one(struct buf *out, const struct values *v, const char *t, bool *missing)
{
	size_t n = strcspn(t, ":}"), all = strcspn(t, "}");
	char key[KEY_MAX];

	snprintf(key, sizeof key, "%.*s", (int)n, t);
	if (!put_value(out, v, key, t + n))
		*missing = true;
	return t + all + 1;
}

static void
expand(struct buf *out, const struct values *v, const char *t)
{
	size_t group = 0;
	bool missing = false;

	while (*t) {
		if (*t == '{') {
			t = expand_one(out, v, t + 1, &missing);
			continue;
		}
		if (*t == '[') {
			group = out->n;
			missing = false;
		} else if (*t == ']') {
			if (missing)
				buf_cut(out, group);
		} else {
			buf_add_byte(out, (uint8_t)*t);
		}
		t++;
	}
}

static void
describe_io(struct buf *out, const struct msg *m)
{
	static const char *const names[] = { "input", "output", "error output" };
	uint64_t stream = m->p.io.stream;

	if (stream <= MSG_STREAM_ERR)
		buf_add_str(out, names[stream]);
	else
		buf_addf(out, "stream %" PRIu64, stream);
	buf_addf(out, ", %zu byte%s: ", m->p.io.data.n, m->p.io.data.n == 1 ? "" : "s");
	seemly_put(out, m->p.io.data, IO_CHARS_MAX);
}

/* WHEN is "key=value ...": all of them are texts of the payload. */
static bool
holds(const json_t *json, const char *when)
{
	while (when && *when) {
		size_t n = strcspn(when, "="), all = strcspn(when, " ");
		char key[KEY_MAX];
		const char *v;

		snprintf(key, sizeof key, "%.*s", (int)n, when);
		v = json_string_value(json_object_get(json, key));
		if (!v || strlen(v) != all - n - 1 ||
			memcmp(v, when + n + 1, all - n - 1) != 0)
			return false;
		when += all + (when[all] == ' ');
	}
	return true;
}

static const char *
vendor_form(enum vendor_id id, const json_t *json)
{
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
		if (variants[i].id == (int)id && holds(json, variants[i].when))
			return variants[i].text;
	return form_of(vendor_forms, sizeof vendor_forms / sizeof *vendor_forms, (int)id);
}

static bool
describe_vendor(struct buf *out, const struct msg *m)
{
	enum vendor_id id = vendor_of(m);
	struct values v = { .m = m };
	size_t before = out->n;
	const char *form;
	json_t *json;

	if (id == VENDOR_NONE)
		return false;
	json = vendor_json(m);
	form = vendor_form(id, json);
	v.json = json;
	if (json && form)
		expand(out, &v, form);
	else
		buf_addf(out, "%s (unreadable)", vendor_name(id));
	if (out->n == before)
		buf_add_str(out, vendor_name(id));
	json_decref(json);
	return true;
}

static void
describe_plain(struct buf *out, const struct msg *m, const struct msg_desc *d)
{
	bool some = false;

	buf_add_str(out, d->name);
	for (size_t i = 0; d->payload && i < d->payload->nfields; i++) {
		const struct msg_field *f = &d->payload->fields[i];
		size_t before = out->n;

		buf_addf(out, "%s%s ", some ? ", " : ": ", f->key);
		if (put_field(out, m, f))
			some = true;
		else
			buf_cut(out, before);
	}
}

int
msg_describe(struct buf *out, const struct msg *m)
{
	const struct msg_desc *d = msg_desc(m->type);
	struct values v = { .m = m, .payload = d ? d->payload : NULL };
	const char *form = form_of(forms, sizeof forms / sizeof *forms, m->type);

	if (!d)
		buf_addf(out, "message of unknown type %" PRId32, m->type);
	else if (m->payload_null)
		buf_add_str(out, d->name);
	else if (m->type == MSG_IO)
		describe_io(out, m);
	else if (describe_vendor(out, m))
		;
	else if (form)
		expand(out, &v, form);
	else
		describe_plain(out, m, d);
	return buf_failed(out);
}
