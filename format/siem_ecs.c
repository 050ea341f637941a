/* SPDX-License-Identifier: ISC */
/* An event in Elastic Common Schema.  What only begins has the outcome unknown; what came of
 * it is an event of its own.  Our own members stand in the object "auditrec". */
#include "format/siem_impl.h"

#include "base/clk.h"

#include <arpa/inet.h>
#include <stdio.h>

#define ECS_VERSION "8.11.0"
#define ADDRESS_MAX 64

void
siem_object(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_object(w);
}

static void
put_single(struct jsonw *w, const char *object, const char *key, struct span s)
{
	if (!s.n)
		return;
	siem_object(w, object);
	jsonw_ktext(w, key, s);
	jsonw_object_end(w);
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

/* What has lasted: a command, a pause, at its end all of the session. */
static void
put_span(struct siem_event *e, struct jsonw *w)
{
	bool all = !e->row->vendor && e->row->id == MSG_DISCONNECT;

	siem_number(w, "duration", all ? e->at_ns : e->duration);
	siem_time_known(w, "start", all ? ns_sub(e->m->time_ns, e->at_ns) : e->start);
	siem_time_known(w, "end", all ? e->m->time_ns : e->end);
}

static void
put_event(struct siem_event *e, struct jsonw *w)
{
	struct span id = siem_fact(e, FACT_CONNECTION);
	char number[32];

	siem_object(w, "event");
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
	put_span(e, w);
	siem_text(w, "reason", e->reason);
	jsonw_object_end(w);
}

bool
siem_is_address(struct span s)
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
	siem_object(w, key);
	jsonw_ktext(w, "address", address);
	if (siem_is_address(address))
		jsonw_ktext(w, "ip", address);
	siem_number(w, "port", port);
	jsonw_object_end(w);
}

/* Of connections: as the host sees them. */
static void
put_network(struct siem_event *e, struct jsonw *w)
{
	static const struct {
		const char *action, *direction;
	} ways[] = { { "connect", "ingress" }, { "connect_out", "egress" },
		{ "connect_forwarded", "ingress" } };
	struct span there = e->address.n ? e->address : siem_fact(e, FACT_ADDRESS);

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(e->row->action, ways[i].action) != 0 || !there.n)
			continue;
		siem_object(w, "network");
		jsonw_kstr(w, "direction", ways[i].direction);
		jsonw_kstr(w, "transport", "tcp");
		if (siem_is_address(there))
			jsonw_kstr(w, "type",
				memchr(there.p, ':', there.n) ? "ipv6" : "ipv4");
		jsonw_object_end(w);
	}
}

/* A country has two letters. */
static void
put_source(struct siem_event *e, struct jsonw *w)
{
	struct span address = siem_fact(e, FACT_ADDRESS);
	struct span country = siem_fact(e, FACT_COUNTRY);

	if (!address.n)
		return;
	siem_object(w, "source");
	jsonw_ktext(w, "address", address);
	if (siem_is_address(address))
		jsonw_ktext(w, "ip", address);
	if (country.n == 2) {
		siem_object(w, "geo");
		jsonw_ktext(w, "country_iso_code", country);
		jsonw_object_end(w);
	}
	jsonw_object_end(w);
}

void
siem_id(struct jsonw *w, const char *key, int64_t id)
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
	siem_object(w, object);
	siem_id(w, "id", id);
	jsonw_object_end(w);
}

static void
put_user(struct siem_event *e, struct jsonw *w)
{
	struct span name = siem_user(e);
	bool same = span_eq(name, siem_fact(e, FACT_USER));
	int64_t uid = same ? siem_session_number(e, "uid") : -1;
	int64_t gid = same ? siem_session_number(e, "gid") : -1;

	if (!name.n && uid < 0 && gid < 0)
		return;
	siem_object(w, "user");
	siem_text(w, "name", name);
	siem_id(w, "id", uid);
	put_id_object(w, "group", gid);
	jsonw_object_end(w);
}

static void
put_host(struct siem_event *e, struct jsonw *w)
{
	struct span name = siem_fact(e, FACT_HOST);

	if (!name.n)
		return;
	siem_object(w, "host");
	jsonw_ktext(w, "hostname", name);
	jsonw_ktext(w, "name", name);
	siem_text(w, "id", siem_session_text(e, "machine_id"));
	put_single(w, "boot", "id", siem_session_text(e, "boot_id"));
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
	struct span ip = siem_fact(e, FACT_ADDRESS), host = siem_fact(e, FACT_HOST);
	struct span user = siem_user(e);

	if (!siem_is_address(ip))
		ip = span_of(NULL, 0);
	if (!user.n && !host.n && !ip.n)
		return;
	siem_object(w, "related");
	put_one(w, "user", user);
	put_one(w, "hosts", host);
	put_one(w, "ip", ip);
	jsonw_object_end(w);
}

static void
put_error(struct siem_event *e, struct jsonw *w)
{
	if (e->outcome != OUTCOME_FAILURE)
		return;
	siem_object(w, "error");
	siem_text(w, "message", e->reason.n ? e->reason : e->message);
	jsonw_object_end(w);
}

static void
put_lost(struct siem_event *e, struct jsonw *w)
{
	if (!siem_is(e, VENDOR_GAP))
		return;
	siem_object(w, "lost");
	siem_text(w, "what", e->what);
	siem_number(w, "bytes", e->lost_bytes);
	siem_number(w, "messages", e->lost_messages);
	siem_number(w, "events", e->lost_events);
	jsonw_object_end(w);
}

/* How it was tried to log in: it stands in the action. */
static void
put_method(struct siem_event *e, struct jsonw *w)
{
	if (strncmp(e->row->action, "auth_", 5) == 0)
		jsonw_kstr(w, "auth_method", e->row->action + 5);
}

static void
put_own(struct siem_event *e, struct jsonw *w)
{
	siem_object(w, "auditrec");
	jsonw_kint(w, "offset_ns", e->at_ns);
	put_method(e, w);
	if (e->fingerprint[0])
		jsonw_kstr(w, "key_fingerprint", e->fingerprint);
	siem_text(w, "certificate", siem_cut(e, buf_span(&e->s->certificate)));
	siem_text(w, "tty", siem_fact(e, FACT_TTY));
	siem_number(w, "command_id", siem_is(e, VENDOR_COMMAND) ? e->id : -1);
	siem_text(w, "trust", e->trust);
	siem_text(w, "label", e->label);
	siem_text(w, "signal", e->signal);
	siem_number(w, "signal_number", e->signal_number);
	siem_text(w, "originator", e->originator);
	siem_number(w, "originator_port", e->originator_port);
	put_lost(e, w);
	if (e->sampled)
		jsonw_kbool(w, "sampled", true);
	if (e->cut)
		jsonw_kbool(w, "cut", true);
	jsonw_object_end(w);
}

static void
put_log(struct siem_event *e, struct jsonw *w)
{
	static const char *const levels[] = { [LOGLINE_ERROR] = "error",
		[LOGLINE_WARNING] = "warning",
		[LOGLINE_NOTICE] = "notice",
		[LOGLINE_INFO] = "info" };

	siem_object(w, "log");
	jsonw_kstr(w, "level", levels[siem_priority(e)]);
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
	siem_object(w, "agent");
	jsonw_kstr(w, "type", "auditrec");
	jsonw_kstr(w, "version", PACKAGE_VERSION);
	jsonw_object_end(w);
	put_log(e, w);
	put_host(e, w);
	put_user(e, w);
	put_source(e, w);
	put_end(w, "destination", e->address, e->port);
	put_network(e, w);
	siem_process(e, w);
	siem_file(e, w);
	put_related(e, w);
	put_error(e, w);
	put_own(e, w);
}
