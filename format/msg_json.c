/* SPDX-License-Identifier: ISC */
/* A message as the reference decoder prints it, by its descriptor.  It is the inner loop of
 * decoding, so numbers are formatted here and constant text is copied whole. */
#include "format/schema.h"

#include "base/base64.h"
#include "base/jsonw.h"

#define PUT(out, s) buf_add(out, s, sizeof(s) - 1)

static void
put_uint(struct buf *out, uint64_t v)
{
	char b[20];
	int i = 20;

	do {
		b[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(out, b + i, (size_t)(20 - i));
}

static void
put_int(struct buf *out, int64_t v)
{
	if (v < 0) {
		PUT(out, "-");
		put_uint(out, 0 - (uint64_t)v);
	} else {
		put_uint(out, (uint64_t)v);
	}
}

static void
put_bool(struct buf *out, bool v)
{
	buf_add_str(out, v ? "true" : "false");
}

static void
put_text(struct buf *out, struct span s, bool hide)
{
	if (hide && s.n)
		PUT(out, "\"***\"");
	else
		json_quote(out, s);
}

static void
put_bytes(struct buf *out, struct span s, bool hide)
{
	if (!s.p) {
		PUT(out, "null");
	} else if (hide && s.n) {
		PUT(out, "\"***\"");
	} else {
		PUT(out, "\"");
		base64_put(out, s);
		PUT(out, "\"");
	}
}

static void
put_pair(struct buf *out, const struct msg_pair *pair, enum msg_kind kind, bool hide)
{
	PUT(out, "{\"question\":");
	json_quote(out, pair->question);
	if (kind == MSG_QUESTIONS) {
		PUT(out, ",\"echo\":");
		put_bool(out, pair->echo);
	} else {
		PUT(out, ",\"answer\":");
		put_text(out, pair->answer, hide);
	}
	PUT(out, "}");
}

static void
put_list(struct buf *out, const struct msg_list *list, enum msg_kind kind, bool hide)
{
	if (!list->v) {
		PUT(out, "null");
		return;
	}
	PUT(out, "[");
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			PUT(out, ",");
		put_pair(out, &list->v[i], kind, hide);
	}
	PUT(out, "]");
}

static void
put_field(struct buf *out, const void *value, enum msg_kind kind, bool hide)
{
	switch (kind) {
	case MSG_TEXT:
		put_text(out, *(const struct span *)value, hide);
		break;
	case MSG_BYTES:
		put_bytes(out, *(const struct span *)value, hide);
		break;
	case MSG_UINT:
		put_uint(out, *(const uint64_t *)value);
		break;
	case MSG_U32:
		put_uint(out, *(const uint32_t *)value);
		break;
	case MSG_BOOL:
		put_bool(out, *(const bool *)value);
		break;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		put_list(out, value, kind, hide);
		break;
	}
}

static void
put_payload(struct buf *out, const struct msg *m, const struct msg_payload *p, int flags)
{
	if (!p->nfields) {
		PUT(out, "null");
		return;
	}
	for (size_t i = 0; i < p->nfields; i++) {
		const struct msg_field *f = &p->fields[i];
		bool hide = (flags & MSG_JSON_REDACT) && (f->flags & MSG_F_SECRET);

		buf_add(out, i ? ",\"" : "{\"", 2);
		buf_add_str(out, f->key);
		PUT(out, "\":");
		put_field(out, msg_field_of(m, f), f->kind, hide);
	}
	PUT(out, "}");
}

static void
put_type(struct buf *out, const struct msg_desc *d)
{
	bool named = !(d->flags & MSG_T_UNNAMED);

	PUT(out, ",\"type\":");
	put_uint(out, (uint64_t)d->code);
	PUT(out, ",\"typeId\":\"");
	buf_add_str(out, named ? d->id : "invalid");
	PUT(out, "\",\"typeName\":\"");
	buf_add_str(out, named ? d->name : "invalid");
	PUT(out, "\",\"payload\":");
}

int
msg_json(struct buf *out, const struct msg *m, int flags)
{
	const struct msg_desc *d = msg_desc(m->type);

	if (!d)
		return ERR_UNSUPPORTED;
	PUT(out, "{\"connectionId\":");
	json_quote(out, m->connection_id);
	PUT(out, ",\"timestamp\":");
	put_int(out, m->time_ns);
	put_type(out, d);
	put_payload(out, m, d->payload, flags);
	PUT(out, ",\"channelId\":");
	if (m->has_channel)
		put_uint(out, m->channel);
	else
		PUT(out, "null");
	PUT(out, "}");
	return buf_failed(out);
}
