/* SPDX-License-Identifier: ISC */
/* A vendor event is message 400 whose requestType is "NAME@auditrec" and whose payload is
 * one JSON object.  Names come from vendor.def.  Payloads are read with jansson, and only
 * up to PAYLOAD_MAX: an event that is larger or no JSON object has no members. */
#include "format/vendor.h"

#include <jansson.h>

#define VENDOR_DOMAIN "@auditrec"
#define PAYLOAD_MAX   ((size_t)1 << 20)

static const struct vendor_row {
	const char *name, *type, *doc;
} rows[VENDOR_COUNT] = {
#define VENDOR(ID, name, doc) [VENDOR_##ID] = { name, name VENDOR_DOMAIN, doc },
#include "format/vendor.def"
};

static const struct vendor_row *
row_of(enum vendor_id id)
{
	return id > VENDOR_NONE && id < VENDOR_COUNT ? &rows[id] : NULL;
}

const char *
vendor_name(enum vendor_id id)
{
	return row_of(id) ? rows[id].name : NULL;
}

const char *
vendor_doc(enum vendor_id id)
{
	return row_of(id) ? rows[id].doc : NULL;
}

enum vendor_id
vendor_of(const struct msg *m)
{
	size_t n = sizeof VENDOR_DOMAIN - 1;
	struct span type;

	if (m->type != MSG_CHANNEL_REQUEST_UNKNOWN || m->payload_null)
		return VENDOR_NONE;
	type = m->p.channel_request_unknown.request_type;
	if (type.n <= n || memcmp(type.p + type.n - n, VENDOR_DOMAIN, n) != 0)
		return VENDOR_NONE;
	for (int id = VENDOR_NONE + 1; id < VENDOR_COUNT; id++)
		if (span_is(type, rows[id].type))
			return (enum vendor_id)id;
	return VENDOR_NONE;
}

void
vendor_begin(struct msg *m, enum vendor_id id, struct jsonw *w, struct buf *buf)
{
	msg_init(m, MSG_CHANNEL_REQUEST_UNKNOWN);
	if (row_of(id))
		m->p.channel_request_unknown.request_type = span_str(rows[id].type);
	buf_clear(buf);
	jsonw_init(w, buf);
	jsonw_object(w);
}

int
vendor_end(struct msg *m, struct jsonw *w)
{
	jsonw_object_end(w);
	if (buf_failed(w->out))
		return buf_failed(w->out);
	m->p.channel_request_unknown.payload = buf_span(w->out);
	return 0;
}

void
vendor_raw(struct msg *m, enum vendor_id id, struct span payload)
{
	msg_init(m, MSG_CHANNEL_REQUEST_UNKNOWN);
	if (row_of(id))
		m->p.channel_request_unknown.request_type = span_str(rows[id].type);
	m->p.channel_request_unknown.payload = payload;
}

struct json_t *
vendor_json(const struct msg *m)
{
	struct span s;
	json_t *j;

	if (m->type != MSG_CHANNEL_REQUEST_UNKNOWN || m->payload_null)
		return NULL;
	s = m->p.channel_request_unknown.payload;
	if (!s.n || s.n > PAYLOAD_MAX)
		return NULL;
	j = json_loadb((const char *)s.p, s.n, JSON_ALLOW_NUL, NULL);
	if (j && !json_is_object(j)) {
		json_decref(j);
		return NULL;
	}
	return j;
}

bool
vendor_get_text(const struct msg *m, const char *key, struct buf *out)
{
	json_t *j = vendor_json(m), *v = json_object_get(j, key);
	bool ok = json_is_string(v) &&
		  buf_add(out, json_string_value(v), json_string_length(v)) == 0;

	json_decref(j);
	return ok;
}

bool
vendor_get_int(const struct msg *m, const char *key, int64_t *out)
{
	json_t *j = vendor_json(m), *v = json_object_get(j, key);
	bool ok = json_is_integer(v);

	if (ok)
		*out = json_integer_value(v);
	json_decref(j);
	return ok;
}

bool
vendor_get_true(const struct msg *m, const char *key)
{
	json_t *j = vendor_json(m);
	bool yes = json_is_true(json_object_get(j, key));

	json_decref(j);
	return yes;
}

static bool
add_string(struct buf *out, const json_t *v)
{
	return json_is_string(v) &&
	       buf_add(out, json_string_value(v), json_string_length(v)) == 0;
}

static void
add_words(struct buf *out, const json_t *j)
{
	const json_t *exe = json_object_get(j, "exe"), *argv = json_object_get(j, "argv");
	size_t n = json_array_size(argv);

	if (add_string(out, exe) && n && json_equal(exe, json_array_get(argv, 0)))
		buf_clear(out);
	for (size_t i = 0; i < n; i++) {
		if (out->n)
			buf_add_byte(out, ' ');
		add_string(out, json_array_get(argv, i));
	}
}

int
vendor_ran(const struct msg *m, struct buf *out)
{
	enum vendor_id id = vendor_of(m);
	struct buf text = { 0 };
	json_t *j;

	if (m->type == MSG_EXEC && !m->payload_null)
		buf_add_span(&text, m->p.exec.program);
	if (id == VENDOR_COMMAND || id == VENDOR_PROCESS_EXEC) {
		j = vendor_json(m);
		if (id == VENDOR_COMMAND)
			add_string(&text, json_object_get(j, "text"));
		else
			add_words(&text, j);
		json_decref(j);
	}
	if (text.n)
		buf_add_span(out, buf_span(&text));
	else
		id = VENDOR_COUNT;
	buf_free(&text);
	if (id == VENDOR_COUNT)
		return 0;
	return id == VENDOR_PROCESS_EXEC ? VENDOR_RAN_PROGRAM : VENDOR_RAN_LINE;
}
