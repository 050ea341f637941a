/* SPDX-License-Identifier: ISC */
/* A walk over the envelope map; the payload is read by the type's descriptor, at once when
 * the type is known by then (our order and the reference's), else afterwards. */
#include "format/msg_decode.h"

#include "base/utf8.h"
#include "format/cborr.h"
#include "format/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <sys/types.h>

struct walk {
	struct cborr r;
	struct msg_decoder *d;
	struct msg *m;
	const struct msg_desc *desc; /* known once the type was read */
	struct span payload;         /* came before the type */
	unsigned seen;               /* bit per envelope key */
	bool has_payload;            /* a map */
};

void
msg_decoder_init(struct msg_decoder *d)
{
	*d = (struct msg_decoder){ 0 };
	buf_init(&d->scratch, 4 * MSG_DECODE_MAX);
}

void
msg_decoder_free(struct msg_decoder *d)
{
	buf_free(&d->scratch);
}

/* Remember what is wrong; a lost message beats an odd one, else the first counts. */
static bool __attribute__((format(printf, 4, 5)))
flaw(struct msg_decoder *d, int code, bool lost, const char *fmt, ...)
{
	va_list ap;

	if (d->flaw.code && (d->flaw.lost || !lost))
		return true;
	d->flaw.code = code;
	d->flaw.lost = lost;
	va_start(ap, fmt);
	vsnprintf(d->flaw.text, sizeof d->flaw.text, fmt, ap);
	va_end(ap);
	return true;
}

/* A value of a kind that does not fit: pass over it, the message is lost. */
static bool
wrong(struct walk *w, const struct cbor_item *it, const char *key)
{
	flaw(w->d, ERR_FORMAT, true, "wrong kind of value for %s", key);
	return cborr_skip_rest(&w->r, it);
}

static bool
nomem(struct walk *w)
{
	if (w->r.status == CBORR_OK)
		w->r.status = CBORR_NOMEM;
	return false;
}

/* S as valid UTF-8. */
static bool
clean(struct walk *w, struct span *s, const char *key)
{
	struct buf *b = &w->d->scratch;
	size_t from = b->n;

	if (utf8_valid(*s))
		return true;
	flaw(w->d, ERR_FORMAT, false, "%s is not UTF-8", key);
	/* Room first: S may lie in the buffer that would move. */
	if (b->n && s->p >= b->p && s->p < b->p + b->n) {
		size_t at = (size_t)(s->p - b->p);

		if (buf_reserve(b, 3 * s->n) < 0)
			return nomem(w);
		s->p = b->p + at;
	}
	if (utf8_clean(b, *s) < 0)
		return nomem(w);
	*s = span_of(b->p + from, b->n - from);
	return true;
}

static bool
get_text(struct walk *w, struct span *s, const char *key)
{
	struct cbor_item it;

	*s = SPAN_LIT("");
	if (!cborr_item(&w->r, &it))
		return false;
	if (cbor_is_null(&it))
		return true;
	if (it.major != CBOR_TEXT && it.major != CBOR_BYTES)
		return wrong(w, &it, key);
	if (it.major == CBOR_BYTES)
		flaw(w->d, ERR_FORMAT, false, "%s is a byte string", key);
	return cborr_string(&w->r, &it, &w->d->scratch, s) && clean(w, s, key);
}

/* Bytes as the reference also takes them: an array of numbers. */
static bool
get_number_array(
	struct walk *w, const struct cbor_item *arr, struct span *s, const char *key)
{
	struct buf *b = &w->d->scratch;
	size_t from = b->n;
	uint64_t count = 0;
	struct cbor_item it;

	while (cborr_more(&w->r, arr, &count)) {
		if (!cborr_item(&w->r, &it))
			return false;
		if (it.major != CBOR_UINT) {
			if (!wrong(w, &it, key))
				return false;
			continue;
		}
		if (buf_add_byte(b, (uint8_t)it.v) < 0)
			return nomem(w);
	}
	*s = span_of(buf_span(b).p + from, b->n - from);
	return w->r.status == CBORR_OK;
}

static bool
get_bytes(struct walk *w, struct span *s, const char *key)
{
	struct cbor_item it;

	*s = (struct span){ NULL, 0 };
	if (!cborr_item(&w->r, &it))
		return false;
	if (cbor_is_null(&it))
		return true;
	if (it.major == CBOR_ARRAY)
		return get_number_array(w, &it, s, key);
	if (it.major != CBOR_TEXT && it.major != CBOR_BYTES)
		return wrong(w, &it, key);
	if (it.major == CBOR_TEXT)
		flaw(w->d, ERR_FORMAT, false, "%s is a text string", key);
	return cborr_string(&w->r, &it, &w->d->scratch, s);
}

static bool
get_uint(struct walk *w, uint64_t *v, const char *key)
{
	struct cbor_item it;
	double f;

	*v = 0;
	if (!cborr_item(&w->r, &it))
		return false;
	if (cbor_is_null(&it))
		return true;
	if (it.major == CBOR_UINT)
		*v = it.v;
	else if (cbor_float(&it, &f) && f >= 0 && f < 0x1p64)
		*v = (uint64_t)f;
	else
		return wrong(w, &it, key);
	return true;
}

static bool
get_bool(struct walk *w, bool *v, const char *key)
{
	struct cbor_item it;

	*v = false;
	if (!cborr_item(&w->r, &it))
		return false;
	if (it.major != CBOR_SIMPLE || it.info < 20 || it.info > 23)
		return wrong(w, &it, key);
	*v = it.info == 21;
	return true;
}

static bool
key_is(struct span key, const char *name)
{
	size_t n = strlen(name);

	return key.n == n && strncasecmp((const char *)key.p, name, n) == 0;
}

/* A key of a map: text (or bytes); anything else counts as an unknown key. */
static bool
get_key(struct walk *w, struct span *key)
{
	struct cbor_item it;

	*key = SPAN_LIT("");
	if (!cborr_item(&w->r, &it))
		return false;
	if (it.major != CBOR_TEXT && it.major != CBOR_BYTES)
		return cborr_skip_rest(&w->r, &it);
	return cborr_string(&w->r, &it, &w->d->scratch, key);
}

static bool
get_pair(struct walk *w, struct msg_pair *pair, enum msg_kind kind, const char *name)
{
	struct cbor_item map;
	uint64_t count = 0;
	struct span key;
	bool ok = true;

	*pair = (struct msg_pair){ SPAN_LIT(""), SPAN_LIT(""), false };
	if (!cborr_item(&w->r, &map))
		return false;
	if (cbor_is_null(&map))
		return true;
	if (map.major != CBOR_MAP)
		return wrong(w, &map, name);
	w->r.depth++;
	while (ok && cborr_more(&w->r, &map, &count)) {
		if (!get_key(w, &key))
			return false;
		if (key_is(key, "question"))
			ok = get_text(w, &pair->question, name);
		else if (kind == MSG_ANSWERS && key_is(key, "answer"))
			ok = get_text(w, &pair->answer, name);
		else if (kind == MSG_QUESTIONS && key_is(key, "echo"))
			ok = get_bool(w, &pair->echo, name);
		else
			ok = cborr_skip(&w->r);
	}
	w->r.depth--;
	return ok && w->r.status == CBORR_OK;
}

static bool
get_list(struct walk *w, struct msg_list *list, enum msg_kind kind, const char *key)
{
	struct msg_decoder *d = w->d;
	struct cbor_item arr;
	uint64_t count = 0;
	size_t from = d->npairs;
	bool ok = true;

	*list = (struct msg_list){ NULL, 0 };
	if (!cborr_item(&w->r, &arr))
		return false;
	if (cbor_is_null(&arr))
		return true;
	if (arr.major != CBOR_ARRAY)
		return wrong(w, &arr, key);
	w->r.depth++;
	while (ok && cborr_more(&w->r, &arr, &count)) {
		if (d->npairs < MSG_LIST_MAX) {
			ok = get_pair(w, &d->pairs[d->npairs++], kind, key);
			continue;
		}
		flaw(d, ERR_LIMIT, false, "more than %d %s", MSG_LIST_MAX, key);
		ok = cborr_skip(&w->r);
	}
	w->r.depth--;
	*list = (struct msg_list){ d->pairs + from, d->npairs - from };
	return ok && w->r.status == CBORR_OK;
}

static bool
get_field(struct walk *w, void *to, const struct msg_field *f)
{
	uint64_t v;

	switch (f->kind) {
	case MSG_TEXT:
		return get_text(w, to, f->key);
	case MSG_BYTES:
		return get_bytes(w, to, f->key);
	case MSG_UINT:
		return get_uint(w, to, f->key);
	case MSG_U32:
		if (!get_uint(w, &v, f->key))
			return false;
		*(uint32_t *)to = (uint32_t)v; /* cut as the reference cuts it */
		return true;
	case MSG_BOOL:
		return get_bool(w, to, f->key);
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		w->d->npairs =
			0; /* a type has one list; a key that comes twice is the last */
		return get_list(w, to, f->kind, f->key);
	}
	return false;
}

/* The field of KEY, looked for from *HINT on, where it usually is. */
static const struct msg_field *
find_field(const struct msg_payload *p, struct span key, size_t *hint)
{
	for (size_t i = 0; i < p->nfields; i++) {
		size_t at = (*hint + i) % p->nfields;

		if (key_is(key, p->fields[at].key)) {
			*hint = at + 1;
			return &p->fields[at];
		}
	}
	return NULL;
}

static bool
get_payload(struct walk *w)
{
	const struct msg_payload *p = w->desc->payload;
	const struct msg_field *f;
	struct cbor_item map;
	uint64_t count = 0;
	size_t hint = 0;
	struct span key;

	if (!cborr_item(&w->r, &map))
		return false;
	if (cbor_is_null(&map))
		return true;
	if (!p->nfields) /* the reference also passes over it */
		return cborr_skip_rest(&w->r, &map);
	if (map.major != CBOR_MAP)
		return wrong(w, &map, "payload");
	w->has_payload = true;
	w->r.depth++;
	while (cborr_more(&w->r, &map, &count)) {
		if (!get_key(w, &key))
			return false;
		f = find_field(p, key, &hint);
		if (!(f ? get_field(w, msg_field_at(w->m, f), f) : cborr_skip(&w->r)))
			return false;
	}
	w->r.depth--;
	return w->r.status == CBORR_OK;
}

/* A payload in front of the type must wait. */
static bool
take_payload(struct walk *w)
{
	const uint8_t *from = w->r.p;

	if (w->desc)
		return get_payload(w);
	if (!cborr_skip(&w->r))
		return false;
	w->payload = span_of(from, (size_t)(w->r.p - from));
	return true;
}

static bool
take_time(struct walk *w)
{
	struct cbor_item it;

	if (!cborr_item(&w->r, &it))
		return false;
	if (cbor_is_null(&it))
		return true;
	if (it.major > CBOR_NINT || it.v > INT64_MAX)
		return wrong(w, &it, "timestamp");
	w->m->time_ns = it.major == CBOR_UINT ? (int64_t)it.v : -1 - (int64_t)it.v;
	return true;
}

/* The payload starts out as what it is when nothing is said about it: null bytes, null
 * lists, empty texts. */
static void
set_type(struct walk *w, int64_t type)
{
	w->desc = type >= INT32_MIN && type <= INT32_MAX ? msg_desc((int32_t)type) : NULL;
	if (!w->desc) {
		flaw(w->d, ERR_UNSUPPORTED, true, "unknown message type %lld",
			(long long)type);
		return;
	}
	w->m->type = (int32_t)type;
	for (size_t i = 0; i < w->desc->payload->nfields; i++) {
		const struct msg_field *f = &w->desc->payload->fields[i];

		if (f->kind == MSG_TEXT)
			*(struct span *)msg_field_at(w->m, f) = SPAN_LIT("");
	}
}

static bool
take_type(struct walk *w)
{
	struct cbor_item it;

	if (!cborr_item(&w->r, &it))
		return false;
	if (cbor_is_null(&it))
		set_type(w, 0);
	else if (it.major > CBOR_NINT || it.v > INT64_MAX)
		return wrong(w, &it, "type");
	else
		set_type(w, it.major == CBOR_UINT ? (int64_t)it.v : -1 - (int64_t)it.v);
	return true;
}

static bool
take_channel(struct walk *w)
{
	struct cbor_item it;

	if (!cborr_item(&w->r, &it))
		return false;
	if (cbor_is_null(&it))
		return true;
	if (it.major == CBOR_NINT && it.v == 0) { /* an old text of the format says -1 */
		flaw(w->d, ERR_FORMAT, false, "channelId is -1");
		return true;
	}
	if (it.major != CBOR_UINT)
		return wrong(w, &it, "channelId");
	w->m->has_channel = true;
	w->m->channel = it.v;
	return true;
}

static bool
take_id(struct walk *w)
{
	return get_text(w, &w->m->connection_id, "connectionId");
}

static const struct {
	const char *key;
	bool (*take)(struct walk *w);
} envelope[] = {
	{ "connectionId", take_id },
	{ "timestamp", take_time },
	{ "type", take_type },
	{ "payload", take_payload },
	{ "channelId", take_channel },
};

#define ENVELOPE (sizeof envelope / sizeof *envelope)

static bool
take_entry(struct walk *w, size_t *hint)
{
	struct span key;

	if (!get_key(w, &key))
		return false;
	for (size_t i = 0; i < ENVELOPE; i++) {
		size_t at = (*hint + i) % ENVELOPE;

		if (!key_is(key, envelope[at].key))
			continue;
		*hint = at + 1;
		if (w->seen & 1u << at) /* the first one counts */
			break;
		w->seen |= 1u << at;
		return envelope[at].take(w);
	}
	return cborr_skip(&w->r);
}

/* The payload that waited for its type, or for the want of one. */
static bool
late_payload(struct walk *w)
{
	const uint8_t *after = w->r.p, *end = w->r.end;
	bool ok;

	if (!w->payload.p || !w->desc)
		return true;
	w->r.p = w->payload.p;
	w->r.end = w->payload.p + w->payload.n;
	ok = get_payload(w);
	w->r.p = after;
	w->r.end = end;
	return ok;
}

static bool
get_message(struct walk *w)
{
	struct cbor_item map;
	uint64_t count = 0;
	size_t hint = 0;

	if (!cborr_item(&w->r, &map))
		return false;
	if (map.major == CBOR_MAP) {
		w->r.depth++;
		while (cborr_more(&w->r, &map, &count))
			if (!take_entry(w, &hint))
				return false;
	} else if (!cbor_is_null(&map)) {
		w->r.status = CBORR_BAD;
	}
	if (w->r.status != CBORR_OK)
		return false;
	if (!(w->seen & 4)) /* no type: the reference takes it for a Connect */
		set_type(w, 0);
	if (!late_payload(w))
		return false;
	w->m->payload_null = w->desc && w->desc->payload->nfields && !w->has_payload;
	return true;
}

static ssize_t
decode_once(struct msg_decoder *d, struct span in, struct msg *m)
{
	struct walk w = { .d = d, .m = m };

	d->flaw.code = 0;
	d->flaw.lost = false;
	d->need = 0;
	buf_clear(&d->scratch);
	memset(m, 0, sizeof *m);
	m->connection_id = SPAN_LIT("");
	cborr_init(&w.r, in);
	if (get_message(&w)) {
		size_t n = (size_t)(w.r.p - in.p);

		return n <= MSG_DECODE_MAX ? (ssize_t)n : ERR_LIMIT;
	}
	if (w.r.status == CBORR_NOMEM)
		return d->scratch.failed == ERR_LIMIT ? ERR_LIMIT : ERR_NOMEM;
	if (w.r.status != CBORR_SHORT)
		return ERR_FORMAT;
	d->need = w.r.need;
	return w.r.need > MSG_DECODE_MAX || in.n > MSG_DECODE_MAX ? ERR_LIMIT : 0;
}

ssize_t
msg_decode(struct msg_decoder *d, struct span in, struct msg *m)
{
	const uint8_t *before = d->scratch.p;
	ssize_t n = decode_once(d, in, m);

	/* The scratch buffer grew and may have moved under texts that lie in it: now it is
	 * large enough for the same message. */
	if (n > 0 && d->scratch.n && d->scratch.p != before)
		n = decode_once(d, in, m);
	return n;
}
