/* SPDX-License-Identifier: ISC */
/* Takes a message apart by the names of its members, which are the same for all that has
 * them. */
#include "format/siem_impl.h"

#include "base/utf8.h"
#include "base/when.h"

#include <jansson.h>

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
	M("missing", TEXT, reason),
	M("what", TEXT, what),
	M("mode", TEXT, mode),
	M("tty", TEXT, tty),
	M("name", WIRE_TEXT, name),
	M("value", WIRE_TEXT, value),
	M("OriginatorHost", TEXT, originator),
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
	M("OriginatorPort", NUMBER, originator_port),
	M("bytes", NUMBER, lost_bytes),
	M("messages", NUMBER, lost_messages),
	M("events", NUMBER, lost_events),
	M("id", NUMBER, id),
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

static enum siem_outcome
outcome_of(struct siem_event *e)
{
	if (e->row->outcome != OUTCOME_STATUS)
		return e->row->outcome;
	if (e->signal_number > 0 || e->status > 0)
		return OUTCOME_FAILURE;
	return e->status == 0 ? OUTCOME_SUCCESS : OUTCOME_UNKNOWN;
}

void
siem_take(struct siem_event *e)
{
	e->cut = false;
	e->pid = e->ppid = e->uid = e->status = e->signal_number = e->port = -1;
	e->start = e->end = e->time = e->duration = e->columns = e->rows = -1;
	e->originator_port = e->lost_bytes = e->lost_messages = e->lost_events = -1;
	e->id = -1;
	if (e->row->vendor && e->row->id != VENDOR_HEADER &&
		e->row->id != VENDOR_CAST_EVENT)
		take_json(e);
	else if (!e->row->vendor)
		take_fields(e);
	e->message = siem_cut(e, buf_span(&e->s->text));
	e->outcome = outcome_of(e);
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
