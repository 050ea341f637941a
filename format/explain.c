/* SPDX-License-Identifier: ISC */
#include "format/explain.h"

#include "base/clk.h"
#include "base/utf8.h"
#include "base/when.h"
#include "format/explain_bytes.h"
#include "format/schema.h"
#include "format/seemly.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#define PATH_MAX_BYTES 96
#define DEPTH_MAX      8
#define EPOCH_NS_MIN   INT64_C(1000000000000000000) /* whole numbers from here on ... */
#define EPOCH_NS_MAX \
	INT64_C(4000000000000000000) /* ... to here are dates: 2001 to 2096 */

static bool
full(const struct buf *out)
{
	return out->n > EXPLAIN_BYTES_MAX || buf_failed(out);
}

static void
row(struct buf *out, const char *label, const char *value)
{
	buf_addf(out, "%s\t%s\n", label, value);
}

static void
text_row(struct buf *out, const char *label, struct span s)
{
	buf_addf(out, "%s\t", label);
	seemly_put(out, s, EXPLAIN_TEXT_MAX);
	buf_add_byte(out, '\n');
}

static void
add_date(struct buf *out, int64_t ns)
{
	char date[WHEN_TEXT_MAX];

	if (ns >= EPOCH_NS_MIN && ns <= EPOCH_NS_MAX)
		buf_addf(out, " (%s)", when_format_utc(date, ns, 9));
}

/* --- events of ours: the members of their JSON, by path --- */

static void json_rows(struct buf *out, const char *path, const json_t *v, int depth);

static void
json_members(struct buf *out, const char *path, const json_t *v, int depth)
{
	char under[PATH_MAX_BYTES], clean[PATH_MAX_BYTES];
	const char *key;
	json_t *one;

	json_object_foreach((json_t *)v, key, one)
	{
		struct buf name = { 0 };

		seemly_put(&name, span_str(key), PATH_MAX_BYTES / 4);
		snprintf(clean, sizeof clean, "%s",
			buf_cstr(&name) ? buf_cstr(&name) : "?");
		buf_free(&name);
		if (snprintf(under, sizeof under, "%s%s%s", path, *path ? "." : "",
			    clean) >= (int)sizeof under)
			memcpy(under + sizeof under - 4, "...", 4);
		json_rows(out, under, one, depth + 1);
		if (full(out))
			return;
	}
	if (!json_object_size(v) && *path)
		row(out, path, "{}");
}

static void
json_elements(struct buf *out, const char *path, const json_t *v, int depth)
{
	for (size_t i = 0; i < json_array_size(v) && !full(out); i++)
		json_rows(out, i ? "" : path, json_array_get(v, i), depth + 1);
	if (!json_array_size(v))
		row(out, path, "[]");
}

static void
json_number(struct buf *out, const char *path, int64_t n)
{
	buf_addf(out, "%s\t%" PRId64, path, n);
	if (strcmp(path, "duration") == 0)
		buf_addf(out, " (%.3f s)", (double)n / (double)NS_PER_S);
	add_date(out, n);
	buf_add_byte(out, '\n');
}

static void
json_rows(struct buf *out, const char *path, const json_t *v, int depth)
{
	char number[40];

	if (depth > DEPTH_MAX) {
		row(out, path, "...");
	} else if (json_is_object(v)) {
		json_members(out, path, v, depth);
	} else if (json_is_array(v)) {
		json_elements(out, path, v, depth);
	} else if (json_is_string(v)) {
		text_row(out, path, span_of(json_string_value(v), json_string_length(v)));
	} else if (json_is_integer(v)) {
		json_number(out, path, json_integer_value(v));
	} else if (json_is_real(v)) {
		snprintf(number, sizeof number, "%.17g", json_real_value(v));
		row(out, path, number);
	} else {
		row(out, path,
			json_is_true(v)    ? "yes"
			: json_is_false(v) ? "no"
					   : "null");
	}
}

static bool
vendor_rows(struct buf *out, const struct msg *m)
{
	json_t *json = vendor_of(m) == VENDOR_NONE ? NULL : vendor_json(m);

	if (!json)
		return false;
	json_rows(out, "", json, 0);
	json_decref(json);
	return true;
}

/* --- fields of the schema --- */

static void
list_rows(struct buf *out, const char *label, const struct msg_list *l, bool answers)
{
	if (!l->n)
		row(out, label, l->v ? "none" : "null");
	for (size_t i = 0; i < l->n; i++) {
		text_row(out, i ? "" : label, l->v[i].question);
		if (answers)
			buf_addf(
				out, "\t  answer: hidden, %zu bytes\n", l->v[i].answer.n);
		else
			row(out, "",
				l->v[i].echo ? "  the answer was shown"
					     : "  the answer was not shown");
	}
}

static void
number_row(struct buf *out, const char *label, uint64_t n)
{
	buf_addf(out, "%s\t%" PRIu64 "\n", label, n);
}

static void
field_rows(struct buf *out, const struct msg *m, const struct msg_field *f)
{
	const void *v = msg_field_of(m, f);
	const struct span *s = v;

	switch (f->kind) {
	case MSG_TEXT:
	case MSG_BYTES:
		if (f->flags & MSG_F_SECRET)
			buf_addf(out, "%s\thidden, %zu bytes\n", f->key, s->n);
		else if (f->kind == MSG_TEXT)
			text_row(out, f->key, *s);
		else
			explain_bytes(out, f->key, *s);
		break;
	case MSG_UINT:
		number_row(out, f->key, *(const uint64_t *)v);
		break;
	case MSG_U32:
		number_row(out, f->key, *(const uint32_t *)v);
		break;
	case MSG_BOOL:
		row(out, f->key, *(const bool *)v ? "yes" : "no");
		break;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		list_rows(out, f->key, v, f->kind == MSG_ANSWERS);
		break;
	}
}

static void
payload_rows(struct buf *out, const struct msg *m, const struct msg_desc *d)
{
	if (m->payload_null && d->payload->nfields) {
		row(out, "payload", "null");
		return;
	}
	for (size_t i = 0; i < d->payload->nfields && !full(out); i++) {
		const struct msg_field *f = &d->payload->fields[i];

		if (m->type == MSG_CHANNEL_REQUEST_UNKNOWN && f->kind == MSG_BYTES &&
			vendor_rows(out, m))
			continue;
		field_rows(out, m, f);
		if (m->type == MSG_PTY && f->kind == MSG_BYTES)
			explain_modes(out, *(const struct span *)msg_field_of(m, f));
		if (strcmp(f->key, "key") == 0)
			explain_key(out, *(const struct span *)msg_field_of(m, f));
	}
}

/* --- the envelope --- */

static void
head_rows(struct buf *out, const struct msg *m, struct explain_at at)
{
	const struct msg_desc *d = msg_desc(m->type);
	enum vendor_id vendor = vendor_of(m);
	char since[WHEN_TEXT_MAX], date[WHEN_TEXT_MAX];

	buf_addf(out, "type\t%s, %" PRId32 "\n", d ? d->id : "unknown", m->type);
	if (vendor != VENDOR_NONE)
		buf_addf(out, "\t%s: %s\n", vendor_name(vendor), vendor_doc(vendor));
	else if (d)
		row(out, "", d->doc);
	buf_addf(out, "time\t%s since the start\n", when_format(since, at.at_ns, 9));
	if (at.dated)
		row(out, "", when_format_utc(date, m->time_ns, 9));
	buf_addf(out, "message\tnumber %" PRIu64, at.ordinal);
	if (m->has_channel)
		buf_addf(out, ", channel %" PRIu64, m->channel);
	buf_add_byte(out, '\n');
	if (m->connection_id.n)
		text_row(out, "connection", m->connection_id);
}

int
msg_explain(struct buf *out, const struct msg *m, struct explain_at at)
{
	const struct msg_desc *d = msg_desc(m->type);

	head_rows(out, m, at);
	if (d)
		payload_rows(out, m, d);
	if (out->n > EXPLAIN_BYTES_MAX)
		row(out, "", "... and more (auditlog decode prints all of it)");
	return buf_failed(out);
}
