/* SPDX-License-Identifier: ISC */
/* A message as CBOR, by its descriptor: the five keys of the envelope in the reference's
 * order, every field of the payload, null where there is no channel or payload. */
#include "format/schema.h"

#include "format/cborw.h"

static void
put_pair(struct buf *out, const struct msg_pair *pair, enum msg_kind kind)
{
	cborw_map(out, 2);
	cborw_key(out, "question");
	cborw_text(out, pair->question);
	if (kind == MSG_QUESTIONS) {
		cborw_key(out, "echo");
		cborw_bool(out, pair->echo);
	} else {
		cborw_key(out, "answer");
		cborw_text(out, pair->answer);
	}
}

static void
put_list(struct buf *out, const struct msg_list *list, enum msg_kind kind)
{
	if (!list->v) {
		cborw_null(out);
		return;
	}
	cborw_array(out, list->n);
	for (size_t i = 0; i < list->n; i++)
		put_pair(out, &list->v[i], kind);
}

static void
put_field(struct buf *out, const void *value, enum msg_kind kind)
{
	switch (kind) {
	case MSG_TEXT:
		cborw_text(out, *(const struct span *)value);
		break;
	case MSG_BYTES:
		cborw_bytes(out, *(const struct span *)value);
		break;
	case MSG_UINT:
		cborw_uint(out, *(const uint64_t *)value);
		break;
	case MSG_U32:
		cborw_uint(out, *(const uint32_t *)value);
		break;
	case MSG_BOOL:
		cborw_bool(out, *(const bool *)value);
		break;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		put_list(out, value, kind);
		break;
	}
}

static void
put_payload(struct buf *out, const struct msg *m, const struct msg_payload *p)
{
	if (!p->nfields || m->payload_null) {
		cborw_null(out);
		return;
	}
	cborw_map(out, p->nfields);
	for (size_t i = 0; i < p->nfields; i++) {
		cborw_key(out, p->fields[i].key);
		put_field(out, msg_field_of(m, &p->fields[i]), p->fields[i].kind);
	}
}

int
msg_encode(struct buf *out, const struct msg *m)
{
	const struct msg_desc *d = msg_desc(m->type);
	size_t start = out->n;
	int rc = out->failed;

	if (!d)
		return ERR_UNSUPPORTED;
	if (rc < 0)
		return rc;
	cborw_map(out, 5);
	cborw_key(out, "connectionId");
	cborw_text(out, m->connection_id);
	cborw_key(out, "timestamp");
	cborw_int(out, m->time_ns);
	cborw_key(out, "type");
	cborw_int(out, m->type);
	cborw_key(out, "payload");
	put_payload(out, m, d->payload);
	cborw_key(out, "channelId");
	if (m->has_channel)
		cborw_uint(out, m->channel);
	else
		cborw_null(out);
	rc = buf_failed(out);
	if (rc < 0)
		buf_cut(out, start);
	return rc;
}
