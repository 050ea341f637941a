/* SPDX-License-Identifier: ISC */
#include "rec/ran_json.h"

#include "base/clk.h"
#include "base/utf8.h"

#include <stdio.h>
#include <sys/wait.h>

#define SHORT_TEXT 1024 /* bytes of a text, when all of it would be too much */

/* A text as it is: what is no UTF-8 comes as bytes, too. */
static void
put_text(struct jsonw *w, const char *key, const char *key_bytes, struct span s)
{
	if (!s.p)
		return;
	jsonw_ktext(w, key, s);
	if (!utf8_valid(s)) {
		jsonw_key(w, key_bytes);
		jsonw_base64(w, s);
	}
}

static struct span
cut(struct span s, size_t max)
{
	if (s.n > max)
		s.n = max - utf8_tail(span_of(s.p, max));
	return s;
}

static void
put_command_text(struct jsonw *w, const struct trace_command *c, size_t max)
{
	struct span text = cut(c->text, max);

	if (!c->text.p) {
		jsonw_kstr(w, "missing", c->missing);
		return;
	}
	put_text(w, "text", "text_bytes", text);
	if (c->cut || text.n < c->text.n)
		jsonw_kbool(w, "text_cut", true);
	jsonw_kstr(w, "text_by", c->text_by);
}

static void
put_command(struct jsonw *w, const struct trace_event *ev, int64_t wall, size_t max)
{
	const struct trace_command *c = &ev->u.command;
	bool end = ev->kind == TRACE_COMMAND_END;

	jsonw_kuint(w, "id", c->id);
	jsonw_kstr(w, "phase", end ? "end" : "start");
	put_command_text(w, c, max);
	put_text(w, "cwd", "cwd_bytes", cut(c->cwd, max));
	jsonw_kint(w, "start", ns_add(wall, c->start_ns));
	if (end) {
		jsonw_kint(w, "end", ns_add(wall, c->end_ns));
		jsonw_kint(w, "duration", c->end_ns - c->start_ns);
	}
	if (end && c->status >= 0)
		jsonw_kint(w, "status", c->status);
	else if (end)
		jsonw_kstr(w, "why", c->why);
	if (c->within)
		jsonw_kuint(w, "within", c->within);
	jsonw_kstr(w, "trust", c->verified ? "nonce" : "claim");
	jsonw_kstr(w, "origin", c->origin);
}

/* The words of a command line, up to MAX bytes; absent when they are not known. */
static void
put_argv(struct jsonw *w, const struct trace_process *p, size_t max)
{
	bool cut_short = p->argv_cut;
	struct span left = p->argv;
	size_t most = max;

	if (!left.p)
		return;
	jsonw_key(w, "argv");
	jsonw_array(w);
	while (left.n && max) {
		size_t n = strnlen((const char *)left.p, left.n);
		struct span word = cut(span_of(left.p, n), max);

		jsonw_text(w, word);
		max -= word.n < max ? word.n + 1 : max;
		cut_short |= word.n < n;
		left = span_of(left.p + n + (n < left.n), left.n - n - (n < left.n));
	}
	jsonw_array_end(w);
	if (cut_short || left.n)
		jsonw_kbool(w, "argv_cut", true);
	if (!utf8_valid(p->argv)) {
		jsonw_key(w, "argv_bytes");
		jsonw_base64(w, span_of(p->argv.p, p->argv.n < most ? p->argv.n : most));
	}
}

static void
put_exec(struct jsonw *w, const struct trace_event *ev, int64_t wall, size_t max)
{
	const struct trace_process *p = &ev->u.process;

	jsonw_kint(w, "pid", p->pid);
	if (p->ppid)
		jsonw_kint(w, "ppid", p->ppid);
	if (p->uid >= 0)
		jsonw_kint(w, "uid", p->uid);
	put_text(w, "exe", "exe_bytes", cut(p->exe, max));
	put_argv(w, p, max);
	if (!p->argv.p)
		jsonw_kstr(w, "missing", "gone, or not ours to look at");
	put_text(w, "cwd", "cwd_bytes", cut(p->cwd, max));
	jsonw_kint(w, "time", ns_add(wall, ev->at_ns));
	if (p->sampled)
		jsonw_kbool(w, "sampled", true);
	jsonw_kstr(w, "source", ev->source);
}

static void
put_exit(struct jsonw *w, const struct trace_event *ev, int64_t wall)
{
	int st = ev->u.process.wait_status;

	jsonw_kint(w, "pid", ev->u.process.pid);
	if (WIFSIGNALED(st)) {
		jsonw_kint(w, "signal", WTERMSIG(st));
		if (WCOREDUMP(st))
			jsonw_kbool(w, "core", true);
	} else {
		jsonw_kint(w, "status", WEXITSTATUS(st));
	}
	jsonw_kint(w, "time", ns_add(wall, ev->at_ns));
	jsonw_kstr(w, "source", ev->source);
}

static void
put_gap(struct jsonw *w, const struct trace_event *ev, int64_t wall)
{
	const struct trace_gap *g = &ev->u.gap;

	jsonw_kstr(w, "what", g->what);
	if (g->count)
		jsonw_kuint(w, "events", g->count);
	jsonw_kint(w, "from", ns_add(wall, g->from_ns));
	jsonw_kint(w, "to", ns_add(wall, g->to_ns));
	jsonw_kstr(w, "why", g->why);
	jsonw_kstr(w, "source", ev->source);
}

static enum vendor_id
put_event(struct jsonw *w, const struct trace_event *ev, int64_t wall, size_t max)
{
	switch (ev->kind) {
	case TRACE_COMMAND_START:
	case TRACE_COMMAND_END:
		put_command(w, ev, wall, max);
		return VENDOR_COMMAND;
	case TRACE_EXEC:
		put_exec(w, ev, wall, max);
		return VENDOR_PROCESS_EXEC;
	case TRACE_EXIT:
		put_exit(w, ev, wall);
		return VENDOR_PROCESS_EXIT;
	case TRACE_GAP:
		put_gap(w, ev, wall);
		return VENDOR_GAP;
	}
	return VENDOR_NONE;
}

enum vendor_id
ran_json(struct buf *out, const struct trace_event *ev, int64_t wall_ns, size_t max)
{
	enum vendor_id id = VENDOR_NONE;
	struct jsonw w;

	for (size_t texts = SIZE_MAX;; texts = SHORT_TEXT) {
		buf_clear(out);
		jsonw_init(&w, out);
		jsonw_object(&w);
		id = put_event(&w, ev, wall_ns, texts);
		jsonw_object_end(&w);
		if (!buf_failed(out) && out->n <= max)
			return id;
		if (texts == SHORT_TEXT)
			return VENDOR_NONE;
	}
}

void
ran_json_sources(struct jsonw *w, const struct trace *t)
{
	jsonw_key(w, "active");
	jsonw_array(w);
	for (int i = 0; i < TRACE_COUNT; i++)
		if (trace_active(t, (enum trace_id)i))
			jsonw_str(w, trace_name((enum trace_id)i));
	jsonw_array_end(w);
	jsonw_key(w, "inactive");
	jsonw_array(w);
	for (int i = 0; i < TRACE_REPLAY; i++) {
		char why[ERR_TEXT_MAX + 40];

		if (trace_active(t, (enum trace_id)i))
			continue;
		snprintf(why, sizeof why, "%s: %s", trace_name((enum trace_id)i),
			trace_why_not(t, (enum trace_id)i));
		jsonw_str(w, why);
	}
	jsonw_array_end(w);
}
