/* SPDX-License-Identifier: ISC */
/* An event in Elastic Common Schema.  What only begins has the outcome unknown; what came of
 * it is an event of its own.  Our own members stand in the object "auditrec". */
#include "format/siem_impl.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>

#define ECS_VERSION "8.11.0"
#define ADDRESS_MAX 64

static void
open_member(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_object(w);
}

/* "a,b" as an array */
static void
put_list(struct jsonw *w, const char *key, const char *list)
{
	jsonw_key(w, key);
	jsonw_array(w);
	for (;;) {
		size_t n = strcspn(list, ",");

		jsonw_text(w, span_of(list, n));
		if (!list[n])
			break;
		list += n + 1;
	}
	jsonw_array_end(w);
}

static void
put_event(struct siem_event *e, struct jsonw *w)
{
	struct span id = siem_fact(e, FACT_CONNECTION);
	char number[32];

	open_member(w, "event");
	jsonw_kstr(w, "kind", "event");
	jsonw_kstr(w, "module", "auditrec");
	jsonw_kstr(w, "dataset", "auditrec.session");
	put_list(w, "category", e->row->category);
	put_list(w, "type", e->row->types);
	jsonw_kstr(w, "action", e->row->action);
	jsonw_kstr(w, "outcome", siem_outcome_names[e->outcome]);
	jsonw_kuint(w, "sequence", e->number);
	if (id.n) {
		struct buf text = { 0 };

		snprintf(number, sizeof number, "-%llu", (unsigned long long)e->number);
		buf_add_span(&text, id);
		buf_add_str(&text, number);
		jsonw_ktext(w, "id", buf_span(&text));
		buf_free(&text);
	}
	siem_number(w, "duration", e->duration);
	siem_time_known(w, "start", e->start);
	siem_time_known(w, "end", e->end);
	siem_text(w, "reason", e->reason);
	jsonw_object_end(w);
}

static bool
is_address(struct span s)
{
	char text[ADDRESS_MAX];
	uint8_t raw[16];

	if (!s.n || s.n >= sizeof text || memchr(s.p, 0, s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return inet_pton(AF_INET, text, raw) == 1 || inet_pton(AF_INET6, text, raw) == 1;
}

static void
put_end(struct jsonw *w, const char *key, struct span address, int64_t port)
{
	if (!address.n)
		return;
	open_member(w, key);
	jsonw_ktext(w, "address", address);
	if (is_address(address))
		jsonw_ktext(w, "ip", address);
	siem_number(w, "port", port);
	jsonw_object_end(w);
}

/* A country that is known has two letters and is not XX. */
static void
put_source(struct siem_event *e, struct jsonw *w)
{
	struct span address = siem_fact(e, FACT_ADDRESS);
	struct span country = siem_fact(e, FACT_COUNTRY);

	if (!address.n)
		return;
	open_member(w, "source");
	jsonw_ktext(w, "address", address);
	if (is_address(address))
		jsonw_ktext(w, "ip", address);
	if (country.n == 2 && !span_is(country, "XX")) {
		open_member(w, "geo");
		jsonw_ktext(w, "country_iso_code", country);
		jsonw_object_end(w);
	}
	jsonw_object_end(w);
}

/* Ids are texts there. */
static void
put_id(struct jsonw *w, const char *key, int64_t id)
{
	char text[24];

	if (id < 0)
		return;
	snprintf(text, sizeof text, "%lld", (long long)id);
	jsonw_kstr(w, key, text);
}

static void
put_id_object(struct jsonw *w, const char *object, int64_t id)
{
	if (id < 0)
		return;
	open_member(w, object);
	put_id(w, "id", id);
	jsonw_object_end(w);
}

static void
put_user(struct siem_event *e, struct jsonw *w)
{
	struct span name = siem_user(e);

	if (!name.n && !e->s->session)
		return;
	open_member(w, "user");
	siem_text(w, "name", name);
	if (span_eq(name, siem_fact(e, FACT_USER))) {
		put_id(w, "id", siem_session_number(e, "uid"));
		put_id_object(w, "group", siem_session_number(e, "gid"));
	}
	jsonw_object_end(w);
}

static void
put_host(struct siem_event *e, struct jsonw *w)
{
	struct span name = siem_fact(e, FACT_HOST);

	if (!name.n)
		return;
	open_member(w, "host");
	jsonw_ktext(w, "hostname", name);
	jsonw_ktext(w, "name", name);
	siem_text(w, "id", siem_session_text(e, "machine_id"));
	jsonw_object_end(w);
}

static struct span
base_name(struct span path)
{
	size_t at = path.n;

	while (at && path.p[at - 1] != '/')
		at--;
	return span_of(path.p + at, path.n - at);
}

static void
put_args(struct siem_event *e, struct jsonw *w)
{
	size_t n = json_array_size(e->argv), room = e->text_max, i;

	if (!e->argv)
		return;
	jsonw_key(w, "args");
	jsonw_array(w);
	for (i = 0; i < n && i < SIEM_ARGS_MAX; i++) {
		const json_t *word = json_array_get(e->argv, i);
		size_t len = json_string_length(word);

		if (!json_is_string(word) || len > room)
			break;
		jsonw_text(w, span_of(json_string_value(word), len));
		room -= len;
	}
	jsonw_array_end(w);
	jsonw_kuint(w, "args_count", n);
	e->cut |= i < n;
}

static void
put_parent(struct siem_event *e, struct jsonw *w)
{
	if (e->ppid < 0 && !e->parent_exe.n)
		return;
	open_member(w, "parent");
	siem_number(w, "pid", e->ppid);
	siem_text(w, "executable", e->parent_exe);
	jsonw_object_end(w);
}

static void
put_tty(struct siem_event *e, struct jsonw *w)
{
	if (e->columns < 0)
		return;
	open_member(w, "tty");
	jsonw_kint(w, "columns", e->columns);
	siem_number(w, "rows", e->rows);
	jsonw_object_end(w);
}

static void
put_process(struct siem_event *e, struct jsonw *w)
{
	if (e->pid < 0 && !e->command.n && e->status < 0 && e->columns < 0 && !e->cwd.n)
		return;
	open_member(w, "process");
	siem_number(w, "pid", e->pid);
	siem_text(w, "executable", e->exe);
	siem_text(w, "name", base_name(e->exe));
	siem_text(w, "command_line", e->command);
	put_args(e, w);
	siem_text(w, "working_directory", e->cwd);
	siem_number(w, "exit_code", e->status);
	if (siem_is(e, VENDOR_PROCESS_EXEC) && !e->sampled)
		siem_time_known(w, "start", e->time);
	if (siem_is(e, VENDOR_PROCESS_EXIT))
		siem_time_known(w, "end", e->time);
	if (siem_is(e, VENDOR_PROCESS_EXEC))
		put_id_object(w, "user", e->uid);
	put_parent(e, w);
	put_tty(e, w);
	jsonw_object_end(w);
}

static void
put_file(struct siem_event *e, struct jsonw *w)
{
	if (!e->path.n)
		return;
	open_member(w, "file");
	jsonw_ktext(w, "path", e->path);
	siem_text(w, "name", base_name(e->path));
	jsonw_object_end(w);
}

static void
put_one(struct jsonw *w, const char *key, struct span s)
{
	if (!s.n)
		return;
	jsonw_key(w, key);
	jsonw_array(w);
	jsonw_text(w, s);
	jsonw_array_end(w);
}

static void
put_related(struct siem_event *e, struct jsonw *w)
{
	struct span ip = siem_fact(e, FACT_ADDRESS);

	open_member(w, "related");
	put_one(w, "user", siem_user(e));
	put_one(w, "hosts", siem_fact(e, FACT_HOST));
	put_one(w, "ip", is_address(ip) ? ip : span_of(NULL, 0));
	jsonw_object_end(w);
}

static void
put_error(struct siem_event *e, struct jsonw *w)
{
	if (e->outcome != OUTCOME_FAILURE)
		return;
	open_member(w, "error");
	siem_text(w, "message", e->reason.n ? e->reason : e->message);
	jsonw_object_end(w);
}

static void
put_own(struct siem_event *e, struct jsonw *w)
{
	open_member(w, "auditrec");
	jsonw_kint(w, "offset_ns", e->at_ns);
	if (e->s->fingerprint[0])
		jsonw_kstr(w, "key_fingerprint", e->s->fingerprint);
	siem_text(w, "trust", e->trust);
	siem_text(w, "label", e->label);
	siem_text(w, "signal", e->signal);
	siem_number(w, "signal_number", e->signal_number);
	if (e->sampled)
		jsonw_kbool(w, "sampled", true);
	if (e->cut)
		jsonw_kbool(w, "cut", true);
	jsonw_object_end(w);
}

static void
put_single(struct jsonw *w, const char *object, const char *key, struct span s)
{
	if (!s.n)
		return;
	open_member(w, object);
	jsonw_ktext(w, key, s);
	jsonw_object_end(w);
}

static void
put_log(struct siem_event *e, struct jsonw *w)
{
	if (!e->s->file)
		return;
	open_member(w, "log");
	put_single(w, "file", "path", siem_cut(e, span_str(e->s->file)));
	jsonw_object_end(w);
}

void
siem_ecs(struct siem_event *e, struct jsonw *w)
{
	siem_time(w, "@timestamp", e->m->time_ns);
	siem_text(w, "message", e->message);
	put_single(w, "ecs", "version", SPAN_LIT(ECS_VERSION));
	put_event(e, w);
	put_single(w, "trace", "id", siem_fact(e, FACT_CONNECTION));
	open_member(w, "agent");
	jsonw_kstr(w, "type", "auditrec");
	jsonw_kstr(w, "version", PACKAGE_VERSION);
	jsonw_object_end(w);
	put_log(e, w);
	put_host(e, w);
	put_user(e, w);
	put_source(e, w);
	put_end(w, "destination", e->address, e->port);
	put_process(e, w);
	put_file(e, w);
	put_related(e, w);
	put_error(e, w);
	put_own(e, w);
}
