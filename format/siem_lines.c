/* SPDX-License-Identifier: ISC */
/* The smaller forms of events: as SPIRE's audit log, as Train's, and our own. */
#include "format/siem_impl.h"

#include "base/word.h"

#include <jansson.h>
#include <stdlib.h>

#define SHELL_SIGNAL 128
#define SIGNALS      128

/* On every line, whether known or not. */
static void
put_always(struct jsonw *w, const char *key, struct span s)
{
	jsonw_ktext(w, key, s.n ? s : span_of(NULL, 0));
}

static void
put_number_always(struct jsonw *w, const char *key, int64_t v)
{
	jsonw_key(w, key);
	if (v < 0)
		jsonw_null(w);
	else
		jsonw_int(w, v);
}

/* SPIRE knows success and error; what only begins is neither. */
static const char *
status_name(enum siem_outcome o)
{
	static const char *const names[] = { "unknown", "success", "error" };

	return names[o];
}

/* An error has a code: the exit status, as a shell tells it for signals. */
static int64_t
status_code(const struct siem_event *e)
{
	if (e->outcome != OUTCOME_FAILURE)
		return -1;
	return e->status >= 0 ? e->status
	       : e->signal_number > 0 && e->signal_number < SIGNALS
		       ? SHELL_SIGNAL + e->signal_number
		       : -1;
}

/* Who has proved to be whom: what a certificate says, a key, at last only a name. */
static struct span
identity(struct siem_event *e)
{
	if (e->s->certificate.n)
		return siem_cut(e, buf_span(&e->s->certificate));
	return e->s->fingerprint[0] ? span_str(e->s->fingerprint) : siem_user(e);
}

void
siem_audit(struct siem_event *e, struct jsonw *w)
{
	static const char *const levels[] = { "info", "info", "error" };
	bool exec = siem_is(e, VENDOR_PROCESS_EXEC),
	     error = e->outcome == OUTCOME_FAILURE;
	struct span exe = e->exe.n ? e->exe : siem_session_text(e, "parent_exe");
	struct span why = e->reason.n ? e->reason : e->message;

	siem_time(w, "time", e->m->time_ns);
	jsonw_kstr(w, "level", levels[e->outcome]);
	jsonw_ktext(w, "msg", e->message);
	jsonw_kstr(w, "type", "audit");
	jsonw_kstr(w, "service", "auditrec");
	jsonw_kstr(w, "method", e->row->action);
	put_always(w, "request_id", siem_fact(e, FACT_CONNECTION));
	jsonw_kstr(w, "status", status_name(e->outcome));
	put_number_always(w, "status_code", status_code(e));
	put_always(w, "status_message", error ? why : span_of(NULL, 0));
	put_number_always(w, "caller_uid",
		exec && e->uid >= 0 ? e->uid : siem_session_number(e, "uid"));
	put_number_always(w, "caller_gid", siem_session_number(e, "gid"));
	put_always(w, "caller_path", exe);
	put_always(w, "caller_addr", siem_fact(e, FACT_ADDRESS));
	put_always(w, "caller_id", identity(e));
	siem_text(w, "user", siem_user(e));
	siem_text(w, "host", siem_fact(e, FACT_HOST));
	siem_text(w, "command", e->command);
	siem_number(w, "pid", e->pid);
	if (e->cut)
		jsonw_kbool(w, "cut", true);
}

/* The words of the event as one command line. */
static void
join(struct buf *out, struct siem_event *e)
{
	size_t n = json_array_size(e->argv), i;

	for (i = 0; i < n && i < SIEM_ARGS_MAX && out->n < e->text_max; i++) {
		const json_t *word = json_array_get(e->argv, i);
		size_t len = json_string_length(word);

		if (!json_is_string(word) || len > e->text_max)
			break;
		if (i)
			buf_add_byte(out, ' ');
		word_quote(out, span_of(json_string_value(word), len));
	}
	e->cut |= i < n;
}

/* The last word of "scp ... -t PATH", the server's side of an upload; else nothing. */
static struct span
upload_of(struct span command)
{
	const uint8_t *end = command.p + command.n, *word = end;

	if (command.n < 4 || memcmp(command.p, "scp ", 4) != 0 ||
		!memmem(command.p, command.n, " -t ", 4))
		return span_of(NULL, 0);
	while (word > command.p && word[-1] != ' ')
		word--;
	return span_of(word, (size_t)(end - word));
}

static void
put_train_command(struct siem_event *e, struct jsonw *w)
{
	struct span to = upload_of(e->command);
	struct buf line = { 0 };

	jsonw_kstr(w, "type", to.n ? "file upload" : "cmd");
	siem_text(w, "destination", to);
	if (e->argv)
		join(&line, e);
	siem_text(w, "command",
		e->command.n ? e->command
		: line.n     ? buf_span(&line)
			     : e->exe);
	buf_free(&line);
}

void
siem_train(struct siem_event *e, struct jsonw *w)
{
	siem_time(w, "timestamp", e->m->time_ns);
	jsonw_kstr(w, "app", "auditrec");
	if (e->row->train == TRAIN_FILE) {
		jsonw_kstr(w, "type", "file");
		siem_text(w, "path", e->path);
	} else {
		put_train_command(e, w);
	}
	siem_text(w, "user", siem_user(e));
	siem_text(w, "hostname", siem_fact(e, FACT_HOST));
	siem_text(w, "session", siem_fact(e, FACT_CONNECTION));
	jsonw_kstr(w, "event", e->row->action);
	siem_number(w, "pid", e->pid);
	siem_text(w, "missing", e->command.n || e->argv ? span_of(NULL, 0) : e->reason);
	if (e->cut)
		jsonw_kbool(w, "cut", true);
}

/* JSON is put whole or, where it makes the line too long, not at all. */
static void
put_whole(struct siem_event *e, struct jsonw *w, const char *key, struct span json)
{
	bool fits = e->text_max == SIEM_TEXT_MAX || json.n <= e->text_max;

	jsonw_key(w, key);
	jsonw_raw(w, fits ? json : SPAN_LIT("null"));
	e->cut |= !fits;
}

/* The message as decode prints it; of an event of ours the payload. */
static void
put_message(struct siem_event *e, struct jsonw *w)
{
	struct buf text = { 0 };
	char *json;

	if (e->payload) {
		json = json_dumps(e->payload, JSON_COMPACT | JSON_ENSURE_ASCII);
		put_whole(e, w, "payload", json ? span_str(json) : SPAN_LIT("null"));
		free(json);
		return;
	}
	msg_json(&text, e->m, MSG_JSON_REDACT);
	put_whole(e, w, "raw", buf_failed(&text) ? SPAN_LIT("null") : buf_span(&text));
	buf_free(&text);
}

void
siem_json(struct siem_event *e, struct jsonw *w)
{
	siem_time(w, "time", e->m->time_ns);
	facts_json_seconds(w, "at", e->at_ns);
	jsonw_ktext(w, "file", siem_cut(e, span_str(e->s->file)));
	siem_text(w, "session", siem_fact(e, FACT_CONNECTION));
	jsonw_kuint(w, "number", e->number);
	jsonw_kstr(w, "event", e->row->action);
	jsonw_kstr(w, "outcome", siem_outcome_names[e->outcome]);
	siem_text(w, "user", siem_user(e));
	siem_text(w, "host", siem_fact(e, FACT_HOST));
	siem_text(w, "address", siem_fact(e, FACT_ADDRESS));
	siem_text(w, "message", e->message);
	put_message(e, w);
	if (e->cut)
		jsonw_kbool(w, "cut", true);
}
