/* SPDX-License-Identifier: ISC */
/* What is learned from a recording, and which row of siem.def a message has. */
#include "format/siem_impl.h"

#include <jansson.h>
#include <stdlib.h>

#define SESSION_MAX ((size_t)256 << 10) /* of a payload that is kept */
#define KEY_ID_MAX  256

const char *const siem_format_names[] = { "ecs", "audit", "train", "json", NULL };
const char *const siem_outcome_names[] = { "unknown", "success", "failure" };

enum row_kind { ROW_MSG, ROW_VENDOR };
#define ROW_ID_MSG(ID)    MSG_##ID
#define ROW_ID_VENDOR(ID) VENDOR_##ID

static const struct siem_row rows[] = {
#define EVENT(KIND, ID, condition, category, types, action, out, train)      \
	{ ROW_##KIND, ROW_ID_##KIND(ID), condition, category, types, action, \
		OUTCOME_##out, TRAIN_##train },
#include "format/siem.def"
#undef EVENT
};

int
siem_new(struct siem **out, enum siem_format f, const char *file, struct err *e)
{
	struct siem *ev = calloc(1, sizeof *ev);

	*out = ev;
	if (ev && file)
		ev->file = strdup(file);
	if (!ev || (file && !ev->file)) {
		free(ev);
		*out = NULL;
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	ev->format = f;
	facts_init(&ev->facts);
	buf_init(&ev->text, 0);
	return 0;
}

void
siem_free(struct siem *ev)
{
	if (!ev)
		return;
	json_decref(ev->session);
	facts_free(&ev->facts);
	buf_free(&ev->text);
	buf_free(&ev->user);
	buf_free(&ev->certificate);
	free(ev->file);
	free(ev);
}

static void
keep_fingerprint(struct siem *ev, const char *text)
{
	if (text && !ev->fingerprint[0] && strlen(text) < sizeof ev->fingerprint)
		snprintf(ev->fingerprint, sizeof ev->fingerprint, "%s", text);
}

static void
learn_key(struct siem *ev, struct span line)
{
	struct sshkey k;

	if (sshkey_parse(&k, line, NULL) < 0)
		return;
	keep_fingerprint(ev, k.fingerprint);
	if (k.is_cert && !ev->certificate.n) {
		buf_addf(&ev->certificate, "ID %.*s (serial %llu) CA %s",
			(int)(k.key_id.n > KEY_ID_MAX ? KEY_ID_MAX : k.key_id.n),
			(const char *)k.key_id.p, (unsigned long long)k.serial,
			k.ca_fingerprint);
	}
	sshkey_free(&k);
}

static void
learn_session(struct siem *ev, const struct msg *m)
{
	json_t *one;
	size_t i;

	if (ev->session || m->p.channel_request_unknown.payload.n > SESSION_MAX)
		return;
	ev->session = vendor_json(m);
	json_array_foreach(json_object_get(ev->session, "authentication"), i, one)
	{
		keep_fingerprint(
			ev, json_string_value(json_object_get(one, "fingerprint")));
	}
}

void
siem_learn(struct siem *ev, const struct msg *m, int64_t at_ns)
{
	facts_take(&ev->facts, m, at_ns);
	if (m->type == MSG_AUTH_PUBKEY_SUCCESSFUL && !m->payload_null)
		learn_key(ev, m->p.auth_pubkey.key);
	if (vendor_of(m) == VENDOR_SESSION)
		learn_session(ev, m);
}

/* "key=value" of the payload; NULL is always true. */
static bool
is_so(const char *condition, const json_t *payload)
{
	size_t n = condition ? strcspn(condition, "=") : 0;
	const json_t *v = n ? json_object_getn(payload, condition, n) : NULL;

	return !n || (json_is_string(v) &&
			     strcmp(json_string_value(v), condition + n + 1) == 0);
}

static const struct siem_row *
row_of(const struct msg *m, enum vendor_id vendor, const json_t *payload)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct siem_row *r = &rows[i];

		if (r->id == (r->vendor ? (int)vendor : (int)m->type) &&
			is_so(r->condition, payload))
			return r;
	}
	return NULL;
}

static int
put_line(struct siem_event *e, struct buf *out)
{
	static void (*const writers[])(struct siem_event *, struct jsonw *) = {
		[SIEM_ECS] = siem_ecs,
		[SIEM_AUDIT] = siem_audit,
		[SIEM_TRAIN] = siem_train,
		[SIEM_JSON] = siem_json,
	};
	size_t before = out->n;
	struct jsonw w;
	int failed;

	jsonw_init(&w, out);
	jsonw_object(&w);
	writers[e->s->format](e, &w);
	jsonw_object_end(&w);
	buf_add_byte(out, '\n');
	failed = buf_failed(out);
	if (failed)
		buf_cut(out, before);
	return failed ? failed : 1;
}

/* A line that fits. */
static int
put_fitting(struct siem_event *e, struct buf *out)
{
	size_t before = out->n, room = e->s->room;
	int rc;

	for (e->text_max = SIEM_TEXT_MAX;; e->text_max /= 2) {
		siem_take(e);
		rc = put_line(e, out);
		if (rc < 0 || !room || out->n - before <= room)
			return rc;
		buf_cut(out, before);
		if (!e->text_max)
			return ERR_LIMIT;
	}
}

enum logline_priority
siem_priority(struct siem_event *e)
{
	if (siem_is(e, VENDOR_GAP))
		return LOGLINE_ERROR;
	if (e->outcome != OUTCOME_FAILURE)
		return LOGLINE_INFO;
	return e->row->outcome == OUTCOME_STATUS ? LOGLINE_NOTICE : LOGLINE_WARNING;
}

static void
keep_last(struct siem *ev, struct siem_event *e)
{
	buf_clear(&ev->user);
	buf_add_span(&ev->user, siem_user(e));
	ev->last = (struct logline){ .message = e->message,
		.action = e->row->action,
		.priority = siem_priority(e),
		.time_ns = e->m->time_ns,
		.field = { { "AUDITREC_ID", siem_fact(e, FACT_CONNECTION) },
			{ "AUDITREC_USER", buf_span(&ev->user) },
			{ "AUDITREC_HOST", siem_fact(e, FACT_HOST) },
			{ "AUDITREC_ADDRESS", siem_fact(e, FACT_ADDRESS) },
			{ "AUDITREC_ACTION", span_str(e->row->action) },
			{ "AUDITREC_OUTCOME", span_str(siem_outcome_names[e->outcome]) },
			{ "AUDITREC_FILE", span_str(ev->file ? ev->file : "") } },
		.nfields = 7 };
}

/* The key that this message is about: the user's only when it says nothing else. */
static void
find_key(struct siem_event *e)
{
	struct sshkey k;

	memcpy(e->fingerprint, e->s->fingerprint, sizeof e->fingerprint);
	if (e->m->payload_null ||
		(e->m->type != MSG_AUTH_PUBKEY && e->m->type != MSG_AUTH_PUBKEY_FAILED))
		return;
	e->fingerprint[0] = 0;
	if (sshkey_parse(&k, e->m->p.auth_pubkey.key, NULL) < 0)
		return;
	memcpy(e->fingerprint, k.fingerprint, sizeof e->fingerprint);
	sshkey_free(&k);
}

int
siem_put(struct siem *ev, struct buf *out, const struct msg *m, int64_t at_ns,
	uint64_t number)
{
	struct siem_event e = { .s = ev, .m = m, .at_ns = at_ns, .number = number };
	enum vendor_id vendor = vendor_of(m);
	int rc = 0;

	if (m->type == MSG_IO)
		return 0;
	siem_learn(ev, m, at_ns);
	e.payload = vendor == VENDOR_NONE ? NULL : vendor_json(m);
	e.row = row_of(m, vendor, e.payload);
	find_key(&e);
	if (e.row && (ev->format != SIEM_TRAIN || e.row->train != TRAIN_NONE)) {
		buf_clear(&ev->text);
		msg_describe(&ev->text, m);
		rc = put_fitting(&e, out);
		if (rc > 0)
			keep_last(ev, &e);
	}
	json_decref(e.payload);
	return rc;
}

void
siem_logline(const struct siem *ev, struct span line, struct logline *out)
{
	*out = ev->last;
	out->line = line;
}

void
siem_room(struct siem *ev, size_t room)
{
	ev->room = room;
}
