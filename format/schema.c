/* SPDX-License-Identifier: ISC */
/* The descriptor tables, expanded from audit.def, and what works on any message by walking
 * them.  X-macros stop in this file. */
#include "format/schema.h"

#define SECRET   MSG_F_SECRET
#define BULK     MSG_F_BULK
#define ARCHIVED MSG_T_ARCHIVED
#define UNNAMED  MSG_T_UNNAMED

/* Every list ends in a row without a key, so that the empty payload is legal C too. */
#define PAYLOAD(name, doc) static const struct msg_field fields_##name[] = {
#define FIELD(name, member, key, kind, flags, doc) \
	{ key, MSG_##kind, flags, offsetof(struct msg, p.name.member), doc },
#define PAYLOAD_END(name) \
	{                 \
		0         \
	}                 \
	}                 \
	;
#include "format/audit.def"

#define PAYLOAD(name, doc)                                                            \
	static const struct msg_payload payload_##name = { #name, doc, fields_##name, \
		sizeof fields_##name / sizeof *fields_##name - 1 };
#include "format/audit.def"

const struct msg_desc msg_descs[] = {
#define MESSAGE(code, ID, id, name, payload, flags, doc) \
	{ code, id, name, flags, &payload_##payload, doc },
#include "format/audit.def"
};
const size_t msg_ndescs = sizeof msg_descs / sizeof *msg_descs;

const struct msg_desc *
msg_desc(int32_t code)
{
	size_t lo = 0, hi = msg_ndescs;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (msg_descs[mid].code == code)
			return &msg_descs[mid];
		if (msg_descs[mid].code < code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct msg_desc *
msg_desc_by_id(const char *id)
{
	for (size_t i = 0; i < msg_ndescs; i++)
		if (strcmp(msg_descs[i].id, id) == 0)
			return &msg_descs[i];
	return NULL;
}

/* The value that a field has when nothing is said about it. */
static void
clear_field(void *value, enum msg_kind kind)
{
	switch (kind) {
	case MSG_TEXT:
	case MSG_BYTES:
		*(struct span *)value = SPAN_LIT("");
		break;
	case MSG_UINT:
		*(uint64_t *)value = 0;
		break;
	case MSG_U32:
		*(uint32_t *)value = 0;
		break;
	case MSG_BOOL:
		*(bool *)value = false;
		break;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		*(struct msg_list *)value = (struct msg_list){ &msg_no_pairs, 0 };
		break;
	}
}

const struct msg_pair msg_no_pairs;

void
msg_init(struct msg *m, enum msg_type type)
{
	const struct msg_desc *d = msg_desc((int32_t)type);

	memset(m, 0, sizeof *m);
	m->type = (int32_t)type;
	m->connection_id = SPAN_LIT("");
	m->has_channel = type >= MSG_NEW_CHANNEL && type <= MSG_REQUEST_FAILED;
	for (size_t i = 0; d && i < d->payload->nfields; i++)
		clear_field(msg_field_at(m, &d->payload->fields[i]),
			d->payload->fields[i].kind);
}

static bool
list_equal(const struct msg_list *a, const struct msg_list *b)
{
	if (a->n != b->n || !a->v != !b->v)
		return false;
	for (size_t i = 0; a->v && i < a->n; i++)
		if (!span_eq(a->v[i].question, b->v[i].question) ||
			!span_eq(a->v[i].answer, b->v[i].answer) ||
			a->v[i].echo != b->v[i].echo)
			return false;
	return true;
}

static bool
field_equal(const void *a, const void *b, enum msg_kind kind)
{
	switch (kind) {
	case MSG_BYTES:
		if (!((const struct span *)a)->p != !((const struct span *)b)->p)
			return false;
		return span_eq(*(const struct span *)a, *(const struct span *)b);
	case MSG_TEXT:
		return span_eq(*(const struct span *)a, *(const struct span *)b);
	case MSG_UINT:
		return *(const uint64_t *)a == *(const uint64_t *)b;
	case MSG_U32:
		return *(const uint32_t *)a == *(const uint32_t *)b;
	case MSG_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		return list_equal(a, b);
	}
	return false;
}

bool
msg_equal(const struct msg *a, const struct msg *b)
{
	const struct msg_desc *d = msg_desc(a->type);

	if (a->type != b->type || a->time_ns != b->time_ns ||
		a->has_channel != b->has_channel ||
		(a->has_channel && a->channel != b->channel) ||
		!span_eq(a->connection_id, b->connection_id))
		return false;
	if (!d || !d->payload->nfields)
		return true;
	if (a->payload_null != b->payload_null)
		return false;
	for (size_t i = 0; !a->payload_null && i < d->payload->nfields; i++) {
		const struct msg_field *f = &d->payload->fields[i];

		if (!field_equal(msg_field_of(a, f), msg_field_of(b, f), f->kind))
			return false;
	}
	return true;
}

/* Copying is two walks over the same fields: the first adds up, the second moves the bytes
 * into a block that is no longer going to move. */
struct copier {
	uint8_t *at; /* NULL while adding up */
	size_t need;
};

static void *
copy_bytes(struct copier *c, const void *p, size_t n, size_t align)
{
	size_t pad = (align - c->need % align) % align;
	uint8_t *to = c->at ? c->at + c->need + pad : NULL;

	c->need += pad + n;
	if (to && n)
		memcpy(to, p, n);
	return to;
}

static void
copy_span(struct copier *c, struct span *s)
{
	void *to = copy_bytes(c, s->p, s->n, 1);

	if (to && s->p)
		s->p = to;
}

static void
copy_list(struct copier *c, struct msg_list *l)
{
	struct msg_pair *v =
		copy_bytes(c, l->v, l->n * sizeof *v, _Alignof(struct msg_pair));

	for (size_t i = 0; i < l->n; i++) {
		struct msg_pair pair = l->v[i];

		copy_span(c, &pair.question);
		copy_span(c, &pair.answer);
		if (v)
			v[i] = pair;
	}
	if (v && l->v)
		l->v = v;
}

static void
copy_walk(struct copier *c, struct msg *m, const struct msg_desc *d)
{
	copy_span(c, &m->connection_id);
	for (size_t i = 0; d && i < d->payload->nfields; i++) {
		const struct msg_field *f = &d->payload->fields[i];
		void *v = msg_field_at(m, f);

		if (f->kind == MSG_TEXT || f->kind == MSG_BYTES)
			copy_span(c, v);
		else if (f->kind == MSG_QUESTIONS || f->kind == MSG_ANSWERS)
			copy_list(c, v);
	}
}

int
msg_copy(struct msg *out, const struct msg *m, struct buf *store)
{
	const struct msg_desc *d = msg_desc(m->type);
	struct copier c = { NULL, 0 };
	struct msg copy = *m;
	int rc;

	copy_walk(&c, &copy, d);
	buf_clear(store);
	rc = buf_reserve(store, c.need + 1);
	if (rc < 0)
		return rc;
	c = (struct copier){ store->p, 0 };
	copy_walk(&c, &copy, d);
	store->n = c.need;
	*out = copy;
	return 0;
}

bool
msg_is_output(const struct msg *m)
{
	return m->type == MSG_IO &&
	       (m->p.io.stream == MSG_STREAM_OUT || m->p.io.stream == MSG_STREAM_ERR);
}

bool
msg_size(const struct msg *m, uint32_t *cols, uint32_t *rows)
{
	if (m->type == MSG_PTY) {
		*cols = m->p.pty.columns;
		*rows = m->p.pty.rows;
		return true;
	}
	if (m->type == MSG_WINDOW) {
		*cols = m->p.window.columns;
		*rows = m->p.window.rows;
		return true;
	}
	return false;
}
