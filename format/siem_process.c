/* SPDX-License-Identifier: ISC */
/* Of Elastic Common Schema what a process is, and a file.  The entry leader, with which the
 * login began, is on every line about a process: searches join on it. */
#include "format/siem_impl.h"

#include <jansson.h>

static struct span
base_name(struct span path)
{
	size_t at = path.n;

	while (at && path.p[at - 1] != '/')
		at--;
	return at ? span_of(path.p + at, path.n - at) : path;
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
	siem_object(w, "parent");
	siem_number(w, "pid", e->ppid);
	siem_text(w, "executable", e->parent_exe);
	siem_text(w, "name", base_name(e->parent_exe));
	jsonw_object_end(w);
}

static void
put_tty(struct siem_event *e, struct jsonw *w)
{
	if (e->columns < 0)
		return;
	siem_object(w, "tty");
	jsonw_kint(w, "columns", e->columns);
	siem_number(w, "rows", e->rows);
	jsonw_object_end(w);
}

/* "NAME=value" */
static void
put_variable(struct siem_event *e, struct jsonw *w)
{
	struct buf text = { 0 };

	if (!e->name.n)
		return;
	buf_add_span(&text, e->name);
	buf_add_byte(&text, '=');
	buf_add_span(&text, e->value);
	jsonw_key(w, "env_vars");
	jsonw_array(w);
	jsonw_text(w, buf_span(&text));
	jsonw_array_end(w);
	buf_free(&text);
}

/* What the recording should hold and does not. */
static void
put_io(struct siem_event *e, struct jsonw *w)
{
	if (!siem_is(e, VENDOR_GAP) || e->lost_bytes < 0)
		return;
	siem_object(w, "io");
	jsonw_kstr(w, "type", "tty");
	jsonw_kint(w, "total_bytes_skipped", e->lost_bytes);
	jsonw_object_end(w);
}

static void
put_entry_leader(struct siem_event *e, struct jsonw *w)
{
	struct span from = siem_fact(e, FACT_ADDRESS);
	struct span parent = base_name(siem_session_text(e, "parent_exe"));
	bool ssh = from.n || span_is(parent, "sshd") || span_is(parent, "sshd-session");
	int64_t pid = siem_session_number(e, "pid");

	if (pid < 0)
		return;
	siem_object(w, "entry_leader");
	jsonw_kint(w, "pid", pid);
	siem_object(w, "entry_meta");
	jsonw_kstr(w, "type", ssh ? "sshd" : "terminal");
	if (siem_is_address(from)) {
		siem_object(w, "source");
		jsonw_ktext(w, "ip", from);
		jsonw_object_end(w);
	}
	jsonw_object_end(w);
	jsonw_object_end(w);
}

static void
put_times(struct siem_event *e, struct jsonw *w)
{
	if (siem_is(e, VENDOR_PROCESS_EXEC) && !e->sampled)
		siem_time_known(w, "start", e->time);
	if (siem_is(e, VENDOR_PROCESS_EXIT))
		siem_time_known(w, "end", e->time);
}

static bool
is_about_process(const struct siem_event *e)
{
	return e->pid >= 0 || e->command.n || e->status >= 0 || e->columns >= 0 ||
	       e->cwd.n || e->name.n || e->lost_bytes >= 0;
}

void
siem_process(struct siem_event *e, struct jsonw *w)
{
	if (!is_about_process(e))
		return;
	siem_object(w, "process");
	siem_number(w, "pid", e->pid);
	siem_text(w, "executable", e->exe);
	siem_text(w, "name", base_name(e->exe));
	siem_text(w, "command_line", e->command);
	put_args(e, w);
	put_variable(e, w);
	siem_text(w, "working_directory", e->cwd);
	siem_number(w, "exit_code", e->status);
	put_times(e, w);
	if (siem_is(e, VENDOR_SESSION) && e->mode.n)
		jsonw_kbool(w, "interactive", span_is(e->mode, "terminal"));
	if (siem_is(e, VENDOR_PROCESS_EXEC) && e->uid >= 0) {
		siem_object(w, "user");
		siem_id(w, "id", e->uid);
		jsonw_object_end(w);
	}
	put_parent(e, w);
	put_tty(e, w);
	put_io(e, w);
	put_entry_leader(e, w);
	jsonw_object_end(w);
}

void
siem_file(struct siem_event *e, struct jsonw *w)
{
	struct span name = base_name(e->path);

	if (!e->path.n)
		return;
	siem_object(w, "file");
	jsonw_ktext(w, "path", e->path);
	siem_text(w, "name", name);
	if (e->path.n > name.n + 1)
		jsonw_ktext(w, "directory", span_of(e->path.p, e->path.n - name.n - 1));
	jsonw_object_end(w);
}
