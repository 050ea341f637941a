/* SPDX-License-Identifier: ISC */
/* A table says which field of which message, and which member of which event of ours, is
 * which fact; the first that is not empty stays. */
#include "format/facts.h"

#include "base/clk.h"
#include "format/cast.h"
#include "format/sshkey.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static const struct {
	const char *key, *name;
} fact_rows[FACT_COUNT] = {
#define FACT(ID, key, name) [FACT_##ID] = { key, name },
	FACTS
#undef FACT
};

#define NO_COUNTRY "XX" /* as whoever writes audit logs says that it is not known */

/* Where a fact stands in a plain message. */
static const struct field_fact {
	int32_t type;
	enum fact fact;
	size_t offset; /* of a struct span in struct msg */
} field_facts[] = {
	{ MSG_CONNECT, FACT_ADDRESS, offsetof(struct msg, p.connect.remote_addr) },
	{ MSG_CONNECT, FACT_COUNTRY, offsetof(struct msg, p.connect.country) },
	{ MSG_HANDSHAKE_SUCCESSFUL, FACT_USER,
		offsetof(struct msg, p.handshake_successful.username) },
	{ MSG_AUTH_PASSWORD_SUCCESSFUL, FACT_USER,
		offsetof(struct msg, p.auth_password.username) },
	{ MSG_AUTH_PUBKEY_SUCCESSFUL, FACT_USER,
		offsetof(struct msg, p.auth_pubkey.username) },
	{ MSG_EXEC, FACT_COMMAND, offsetof(struct msg, p.exec.program) },
	{ MSG_SUBSYSTEM, FACT_COMMAND, offsetof(struct msg, p.subsystem.subsystem) },
	{ MSG_PTY, FACT_TERM, offsetof(struct msg, p.pty.term) },
	{ MSG_EXIT_SIGNAL, FACT_SIGNAL, offsetof(struct msg, p.exit_signal.signal) },
};

/* Where a fact stands in an event of ours. */
static const struct vendor_fact {
	enum vendor_id id;
	enum fact fact;
	const char *key;
} vendor_facts[] = {
	{ VENDOR_SESSION, FACT_USER, "user" },
	{ VENDOR_SESSION, FACT_HOST, "host" },
	{ VENDOR_SESSION, FACT_TTY, "tty" },
	{ VENDOR_SESSION, FACT_TITLE, "title" },
	{ VENDOR_SESSION, FACT_PROGRAM, "version" },
	{ VENDOR_SESSION, FACT_PROGRAM, "program" },
	{ VENDOR_SESSION, FACT_DIRECTORY, "cwd" },
	{ VENDOR_HEADER, FACT_TITLE, "title" },
	{ VENDOR_EDITED, FACT_EDITED, "what" },
	{ VENDOR_HEADER, FACT_EDITED, CAST_EDITED },
};

const char *
fact_key(enum fact f)
{
	return fact_rows[f].key;
}

const char *
fact_name(enum fact f)
{
	return fact_rows[f].name;
}

void
facts_init(struct facts *f)
{
	memset(f, 0, sizeof *f);
	f->gid = -1;
	for (int i = 0; i < FACT_COUNT; i++)
		buf_init(&f->text[i], FACT_TEXT_MAX);
}

void
facts_free(struct facts *f)
{
	for (int i = 0; i < FACT_COUNT; i++)
		buf_free(&f->text[i]);
}

static void
learn(struct facts *f, enum fact fact, struct span s)
{
	struct buf *b = &f->text[fact];

	if (!b->n && s.n)
		buf_add(b, s.p, s.n > FACT_TEXT_MAX ? FACT_TEXT_MAX : s.n);
}

static void
learn_fields(struct facts *f, const struct msg *m)
{
	if (m->payload_null)
		return;
	for (size_t i = 0; i < sizeof field_facts / sizeof *field_facts; i++) {
		const struct field_fact *r = &field_facts[i];
		struct span s;

		if (r->type != m->type)
			continue;
		memcpy(&s, (const uint8_t *)m + r->offset, sizeof s);
		if (r->fact != FACT_COUNTRY || !span_is(s, NO_COUNTRY))
			learn(f, r->fact, s);
	}
	if (m->type == MSG_SHELL)
		learn(f, FACT_COMMAND, SPAN_LIT("(login shell)"));
}

/* As sshd logs it. */
static void
learn_key(struct facts *f, const struct msg *m)
{
	struct sshkey k;

	if (m->type != MSG_AUTH_PUBKEY_SUCCESSFUL || m->payload_null)
		return;
	if (sshkey_parse(&k, m->p.auth_pubkey.key, NULL) == 0)
		learn(f, FACT_KEY, span_str(k.fingerprint));
	sshkey_free(&k);
}

/* A list of edits stands for what was done last. */
static json_t *
value_of(const json_t *json, const char *key)
{
	json_t *v = json_object_get(json, key);

	return json_is_array(v) ? json_object_get(json_array_get(v, 0), "what") : v;
}

/* As the header of an asciicast has it, version 3 inside "term". */
static void
learn_theme(struct facts *f, const json_t *json)
{
	const json_t *t = json_object_get(json, "theme");

	if (!t)
		t = json_object_get(json_object_get(json, "term"), "theme");
	f->has_theme = theme_parse(&f->theme, json_string_value(json_object_get(t, "fg")),
		json_string_value(json_object_get(t, "bg")),
		json_string_value(json_object_get(t, "palette")));
}

static void
learn_vendor(struct facts *f, const struct msg *m, enum vendor_id id)
{
	json_t *json = NULL, *v; /* read once: it may be large */

	for (size_t i = 0; i < sizeof vendor_facts / sizeof *vendor_facts; i++) {
		const struct vendor_fact *r = &vendor_facts[i];

		if (r->id != id || f->text[r->fact].n)
			continue;
		if (!json && !(json = vendor_json(m)))
			return;
		v = value_of(json, r->key);
		if (json_is_string(v))
			learn(f, r->fact,
				span_of(json_string_value(v), json_string_length(v)));
	}
	if (id == VENDOR_HEADER && (json || (json = vendor_json(m))))
		learn_theme(f, json);
	v = json_object_get(json, "gid");
	if (id == VENDOR_SESSION && f->gid < 0 && json_is_integer(v))
		f->gid = json_integer_value(v);
	json_decref(json);
}

static void
learn_size(struct facts *f, const struct msg *m)
{
	uint32_t cols, rows;

	if (!msg_size(m, &cols, &rows))
		return;
	if (!f->cols && !f->rows) {
		f->cols = cols;
		f->rows = rows;
	}
	f->last_cols = cols;
	f->last_rows = rows;
}

static void
count(struct facts *f, const struct msg *m)
{
	const struct msg_desc *d = msg_desc(m->type);
	size_t i = d ? (size_t)(d - msg_descs) : FACTS_TYPE_MAX;

	if (i < FACTS_TYPE_MAX)
		f->by_type[i]++;
	if (m->type == MSG_NEW_CHANNEL_SUCCESSFUL)
		f->channels++;
	if (m->type == MSG_IO && !m->payload_null && m->p.io.stream <= MSG_STREAM_ERR)
		f->bytes[m->p.io.stream] += m->p.io.data.n;
}

static void
take_time(struct facts *f, const struct msg *m, int64_t at_ns)
{
	if (!f->messages)
		f->first_ns = f->last_ns = m->time_ns;
	if (m->time_ns < f->last_ns)
		f->backwards++;
	f->last_ns = m->time_ns;
	f->duration_ns = at_ns;
	f->messages++;
}

void
facts_take(struct facts *f, const struct msg *m, int64_t at_ns)
{
	enum vendor_id id;

	take_time(f, m, at_ns);
	count(f, m);
	if (m->type == MSG_IO)
		return;
	learn(f, FACT_CONNECTION, m->connection_id);
	learn_fields(f, m);
	learn_key(f, m);
	learn_size(f, m);
	if (m->type == MSG_EXIT && !m->payload_null) {
		f->has_exit = true;
		f->exit_status = m->p.exit.exit_status;
	}
	f->has_end |= m->type == MSG_DISCONNECT;
	id = vendor_of(m);
	f->by_vendor[id]++;
	if (id != VENDOR_NONE)
		learn_vendor(f, m, id);
}

void
facts_json_seconds(struct jsonw *w, const char *key, int64_t ns)
{
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	char text[40];

	snprintf(text, sizeof text, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "",
		u / (uint64_t)NS_PER_S, u % (uint64_t)NS_PER_S);
	jsonw_key(w, key);
	jsonw_raw(w, span_str(text));
}
