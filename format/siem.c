/* SPDX-License-Identifier: ISC */
/* Takes a message apart by the names of its members, which are the same for all that has them,
 * and finds its row in siem.def. */
#include "format/siem_impl.h"

#include "base/utf8.h"
#include "base/when.h"

#include <jansson.h>
#include <stdlib.h>

#define SESSION_MAX ((size_t)256 << 10) /* of a payload that is kept */

const char *const siem_format_names[] = { "ecs", "audit", "train", "json", NULL };
const char *const siem_outcome_names[] = { "unknown", "success", "failure" };

enum row_kind { ROW_MSG, ROW_VENDOR };
#define ROW_ID_MSG(ID)    MSG_##ID
#define ROW_ID_VENDOR(ID) VENDOR_##ID

static const struct siem_row rows[] = {
#define EVENT(KIND, ID, phase, category, types, action, out, train)                     \
	{ ROW_##KIND, ROW_ID_##KIND(ID), phase, category, types, action, OUTCOME_##out, \
		TRAIN_##train },
#include "format/siem.def"
#undef EVENT
};

static const struct member {
	const char *key;
	enum { TEXT, WIRE_TEXT, NUMBER, FLAG } kind; /* WIRE: not in events of ours */
	size_t offset;
} members[] = {
#define M(key, kind, member)                                   \
	{                                                      \
		key, kind, offsetof(struct siem_event, member) \
	}
	M("username", TEXT, user),
	M("Username", TEXT, user),
	M("program", WIRE_TEXT, command),
	M("subsystem", TEXT, command),
	M("text", TEXT, command),
	M("exe", TEXT, exe),
	M("parent_exe", TEXT, parent_exe),
	M("cwd", TEXT, cwd),
	M("path", TEXT, path),
	M("Path", TEXT, path),
	M("address", TEXT, address),
	M("HostToConnect", TEXT, address),
	M("ConnectedHost", TEXT, address),
	M("BindHost", TEXT, address),
	M("reason", TEXT, reason),
	M("why", TEXT, reason),
	M("signal", TEXT, signal),
	M("label", TEXT, label),
	M("trust", TEXT, trust),
	M("pid", NUMBER, pid),
	M("ppid", NUMBER, ppid),
	M("parent_pid", NUMBER, ppid),
	M("uid", NUMBER, uid),
	M("status", NUMBER, status),
	M("exitStatus", NUMBER, status),
	M("signal", NUMBER, signal_number),
	M("port", NUMBER, port),
	M("PortToConnect", NUMBER, port),
	M("ConnectedPort", NUMBER, port),
	M("BindPort", NUMBER, port),
	M("columns", NUMBER, columns),
	M("rows", NUMBER, rows),
	M("start", NUMBER, start),
	M("end", NUMBER, end),
	M("time", NUMBER, time),
	M("duration", NUMBER, duration),
	M("sampled", FLAG, sampled),
#undef M
};
#define NMEMBERS (sizeof members / sizeof *members)

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

struct span
siem_cut(struct siem_event *e, struct span s)
{
	if (s.n <= e->text_max)
		return s;
	e->cut = true;
	return span_of(s.p, e->text_max - utf8_tail(span_of(s.p, e->text_max)));
}

static void
set_text(struct siem_event *e, const struct member *k, struct span s)
{
	s = siem_cut(e, s);
	memcpy((uint8_t *)e + k->offset, &s, sizeof s);
}

static void
set_number(struct siem_event *e, const struct member *k, uint64_t v)
{
	int64_t n = v > INT64_MAX ? INT64_MAX : (int64_t)v;

	memcpy((uint8_t *)e + k->offset, &n, sizeof n);
}

static void
take_json(struct siem_event *e)
{
	for (size_t i = 0; i < NMEMBERS; i++) {
		const struct member *k = &members[i];
		const json_t *v = json_object_get(e->payload, k->key);

		if (k->kind == TEXT && json_is_string(v))
			set_text(e, k,
				span_of(json_string_value(v), json_string_length(v)));
		else if (k->kind == NUMBER && json_is_integer(v) &&
			 json_integer_value(v) >= 0)
			set_number(e, k, (uint64_t)json_integer_value(v));
		else if (k->kind == FLAG && json_is_true(v))
			set_number(e, k, 1);
	}
	e->argv = json_object_get(e->payload, "argv");
	if (!json_is_array(e->argv))
		e->argv = NULL;
}

static void
take_field(struct siem_event *e, const struct msg_field *f, const struct member *k)
{
	const uint8_t *at = (const uint8_t *)e->m + f->offset;
	struct span text;
	uint64_t big;
	uint32_t small;

	if (f->kind == MSG_TEXT && (k->kind == TEXT || k->kind == WIRE_TEXT)) {
		memcpy(&text, at, sizeof text);
		if (text.n)
			set_text(e, k, text);
	} else if (f->kind == MSG_UINT && k->kind == NUMBER) {
		memcpy(&big, at, sizeof big);
		set_number(e, k, big);
	} else if (f->kind == MSG_U32 && k->kind == NUMBER) {
		memcpy(&small, at, sizeof small);
		set_number(e, k, small);
	}
}

static void
take_fields(struct siem_event *e)
{
	const struct msg_desc *d = msg_desc(e->m->type);

	for (size_t i = 0; d && !e->m->payload_null && i < d->payload->nfields; i++)
		for (size_t k = 0; k < NMEMBERS; k++)
			if (!(d->payload->fields[i].flags & MSG_F_SECRET) &&
				strcmp(d->payload->fields[i].key, members[k].key) == 0)
				take_field(e, &d->payload->fields[i], &members[k]);
}

static bool
is_phase(const char *phase, const json_t *payload)
{
	const char *is = json_string_value(json_object_get(payload, "phase"));

	return !phase || (is && strcmp(is, phase) == 0);
}

static const struct siem_row *
row_of(const struct msg *m, enum vendor_id vendor, const json_t *payload)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct siem_row *r = &rows[i];

		if (r->id == (r->vendor ? (int)vendor : (int)m->type) &&
			is_phase(r->phase, payload))
			return r;
	}
	return NULL;
}

static enum siem_outcome
outcome_of(struct siem_event *e)
{
	if (e->row->outcome != OUTCOME_STATUS)
		return e->row->outcome;
	if (e->signal_number > 0 || e->status > 0)
		return OUTCOME_FAILURE;
	return e->status == 0 ? OUTCOME_SUCCESS : OUTCOME_UNKNOWN;
}

static void
take_apart(struct siem_event *e)
{
	e->cut = false;
	e->pid = e->ppid = e->uid = e->status = e->signal_number = e->port = -1;
	e->start = e->end = e->time = e->duration = e->columns = e->rows = -1;
	if (e->row->vendor && e->row->id != VENDOR_HEADER &&
		e->row->id != VENDOR_CAST_EVENT)
		take_json(e);
	else if (!e->row->vendor)
		take_fields(e);
	e->message = siem_cut(e, buf_span(&e->s->text));
	e->outcome = outcome_of(e);
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
		take_apart(e);
		rc = put_line(e, out);
		if (rc < 0 || !room || out->n - before <= room)
			return rc;
		buf_cut(out, before);
		if (!e->text_max)
			return ERR_LIMIT;
	}
}

static enum logline_priority
priority_of(struct siem_event *e)
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
		.priority = priority_of(e),
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

/* What the writers share */

void
siem_text(struct jsonw *w, const char *key, struct span s)
{
	if (s.n)
		jsonw_ktext(w, key, s);
}

void
siem_number(struct jsonw *w, const char *key, int64_t v)
{
	if (v >= 0)
		jsonw_kint(w, key, v);
}

void
siem_time(struct jsonw *w, const char *key, int64_t wall_ns)
{
	char text[WHEN_TEXT_MAX];

	jsonw_kstr(w, key, when_format_utc(text, wall_ns, 9));
}

void
siem_time_known(struct jsonw *w, const char *key, int64_t wall_ns)
{
	if (wall_ns >= 0)
		siem_time(w, key, wall_ns);
}

struct span
siem_fact(struct siem_event *e, enum fact f)
{
	return siem_cut(e, buf_span(&e->s->facts.text[f]));
}

int64_t
siem_session_number(struct siem_event *e, const char *key)
{
	const json_t *v = json_object_get(e->s->session, key);

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

struct span
siem_session_text(struct siem_event *e, const char *key)
{
	const json_t *v = json_object_get(e->s->session, key);

	return siem_cut(e, span_of(json_string_value(v), json_string_length(v)));
}

struct span
siem_user(struct siem_event *e)
{
	return e->user.n ? e->user : siem_fact(e, FACT_USER);
}

bool
siem_is(struct siem_event *e, enum vendor_id id)
{
	return e->row->vendor && e->row->id == (int)id;
}
